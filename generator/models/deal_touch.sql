-- One row per deal and touch of its people, from the earliest look-back to the end of the deal; repeats are gone.
-- Key: (deal_id, touch_id). `in_journey`: the touch may get credit for the deal.
with option as (
    select max(case when key = 'attribution.include_sales_touches' then value end) = 'true' as with_sales
    from setting
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

touched as (
    select
        touch.touch_id,
        known.lead_id,
        touch.account_id,
        touch.occurred_at,
        touch.channel,
        touch.campaign_id as campaign,
        touch.is_marketing
    from canonical.touch as touch
    left join known on known.record_id = touch.lead_id
    where
        (known.lead_id is not null or touch.account_id in (select account_id from deal_span))
        and not exists (select 1 from touch_again where touch_again.touch_id = touch.touch_id)
),

of_deal as (
    select party.deal_id, touched.*
    from touched
    inner join deal_party as party on party.lead_id = touched.lead_id
    union all
    -- Nobody known touched it, but the account is.
    select span.deal_id, touched.*
    from touched
    inner join deal_span as span on span.account_id = touched.account_id
    where
        touched.lead_id is null
        and (select value from setting where key = 'attribution.journey_scope') = 'account'
)

select
    of_deal.deal_id,
    of_deal.touch_id,
    of_deal.lead_id,
    of_deal.occurred_at,
    of_deal.channel,
    of_deal.campaign,
    of_deal.is_marketing,
    of_deal.occurred_at >= span.journey_from and (of_deal.is_marketing or option.with_sales) as in_journey,
    of_deal.occurred_at >= span.influence_from as in_influence,
    of_deal.occurred_at <= span.created_at as is_before_deal
from of_deal
cross join option
inner join deal_span as span
    on
        span.deal_id = of_deal.deal_id
        and of_deal.occurred_at <= span.ended_at
        -- A month before the deal is enough to tell whether it was accompanied while it was open.
        and of_deal.occurred_at
        >= least(span.journey_from, span.influence_from, span.created_at - interval '30' day)
