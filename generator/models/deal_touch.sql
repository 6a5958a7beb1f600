-- One row per deal and touch of its people, from the earliest look-back to the end of the deal; repeats are gone.
-- Key: (deal_id, touch_id). `in_journey`: the touch may get credit for the deal.
with option as (
    select max(case when key = 'attribution.include_sales_touches' then value end) = 'true' as with_sales
    from setting
),

-- A month before the deal is enough to tell whether it was accompanied while it was open.
span as (
    select
        deal_span.*,
        least(journey_from, influence_from, created_at - interval '30' day) as looked_from
    from deal_span
),

person as (
    select distinct lead_id
    from deal_party
),

known as (
    select lead_id as record_id, lead_id from person
    union all
    select survivor.record_id, survivor.lead_id
    from survivor
    inner join person on person.lead_id = survivor.lead_id
),

expected as (
    select
        known.record_id, known.lead_id, party.deal_id, span.created_at, span.journey_from, span.influence_from, span.looked_from,
        span.ended_at
    from known
    inner join deal_party as party on party.lead_id = known.lead_id
    inner join span on span.deal_id = party.deal_id
),

of_deal as (
    select
        touch.touch_id, touch.occurred_at, touch.channel, touch.campaign_id as campaign, touch.is_marketing,
        expected.lead_id, expected.deal_id, expected.created_at, expected.journey_from, expected.influence_from
    from canonical.touch as touch
    inner join expected
        on
            expected.record_id = touch.lead_id
            and touch.occurred_at >= expected.looked_from and touch.occurred_at <= expected.ended_at
    union all
    -- Nobody known touched it, but the account is.
    select
        touch.touch_id, touch.occurred_at, touch.channel, touch.campaign_id as campaign, touch.is_marketing,
        cast(null as varchar) as lead_id, span.deal_id, span.created_at, span.journey_from, span.influence_from
    from canonical.touch as touch
    inner join span
        on
            span.account_id = touch.account_id
            and touch.occurred_at >= span.looked_from and touch.occurred_at <= span.ended_at
    where
        not exists (select 1 from known where known.record_id = touch.lead_id)
        and (select value from setting where key = 'attribution.journey_scope') = 'account'
)

select
    of_deal.deal_id,
    of_deal.touch_id,
    of_deal.lead_id,
    of_deal.occurred_at,
    cast(of_deal.channel as varchar) as channel,
    cast(of_deal.campaign as varchar) as campaign,
    of_deal.is_marketing,
    of_deal.occurred_at >= of_deal.journey_from and (of_deal.is_marketing or option.with_sales) as in_journey,
    of_deal.occurred_at >= of_deal.influence_from as in_influence,
    of_deal.occurred_at <= of_deal.created_at as is_before_deal
from of_deal
cross join option
where not exists (select 1 from touch_again where touch_again.touch_id = of_deal.touch_id)
