-- One row per deal and who produced it, by the rule of the settings and by each of the three readings. Key: deal_id.
-- Touches can only make a deal Marketing's until it was created. Where they do not, it is whose its lead says,
-- unless that is Marketing too: then nobody knows.
with option as (
    select max(case when key = 'originated_rule' then value end) as originated_rule
    from setting
),

first_touch as (
    select deal_id, is_marketing
    from (
        select
            deal_id,
            is_marketing,
            row_number() over (partition by deal_id order by occurred_at, touch_id) as place
        from deal_touch
        where in_journey and is_before_deal
    ) as ordered
    where place = 1
),

first_marketing as (
    select touch.deal_id, min(touch.occurred_at) as occurred_at
    from deal_touch as touch
    inner join deal_span as span on span.deal_id = touch.deal_id and touch.occurred_at >= span.journey_from
    where touch.is_marketing and touch.is_before_deal
    group by touch.deal_id
),

person as (
    select party.lead_id as record_id, party.deal_id from deal_party as party
    union all
    select survivor.record_id, party.deal_id
    from survivor
    inner join deal_party as party on party.lead_id = survivor.lead_id
),

-- What people of Sales did, or was logged as their touch, after the journey began.
sales_contact as (
    select person.deal_id, activity.occurred_at
    from canonical.activity as activity
    inner join person on person.record_id = activity.lead_id
    left join owner on owner.owner_id = activity.owner_id
    where not coalesce(activity.is_automated, false) and coalesce(owner.team, '') <> 'marketing'
    union all
    select activity.opportunity_id as deal_id, activity.occurred_at
    from canonical.activity as activity
    left join owner on owner.owner_id = activity.owner_id
    where not coalesce(activity.is_automated, false) and coalesce(owner.team, '') <> 'marketing'
    union all
    select deal_id, occurred_at
    from deal_touch
    where not is_marketing
),

first_sales as (
    select contact.deal_id, min(contact.occurred_at) as occurred_at
    from sales_contact as contact
    inner join deal_span as span on span.deal_id = contact.deal_id and contact.occurred_at >= span.journey_from
    group by contact.deal_id
),

read as (
    select
        span.deal_id,
        coalesce(record.origin_team, span.source_team) as lead_origin,
        coalesce(first_touch.is_marketing, false) as by_first_touch,
        coalesce(first_marketing.occurred_at < first_sales.occurred_at, first_marketing.occurred_at is not null)
            as by_pre_sales_touch
    from deal_span as span
    left join lead_record as record on record.lead_id = span.lead_id
    left join first_touch on first_touch.deal_id = span.deal_id
    left join first_marketing on first_marketing.deal_id = span.deal_id
    left join first_sales on first_sales.deal_id = span.deal_id
)

select
    read.deal_id,
    case
        when option.originated_rule = 'lead_origin' then read.lead_origin
        when option.originated_rule = 'first_touch' and read.by_first_touch then 'marketing'
        when option.originated_rule = 'pre_sales_touch' and read.by_pre_sales_touch then 'marketing'
        else nullif(read.lead_origin, 'marketing')
    end as origin,
    coalesce(read.lead_origin = 'marketing', false) as by_lead_origin,
    read.by_first_touch,
    read.by_pre_sales_touch
from read
cross join option
