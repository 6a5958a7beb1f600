-- One row per won deal and touch that may get credit for it, in order. Key: (deal_id, touch_id).
-- Positions count from 1; `lead_position` and `opportunity_position` are those of the last touch until the primary
-- lead (and five minutes) and the deal were created, 0 for none. `age_s`: seconds before the last touch.
with reached as (
    select
        touch.deal_id,
        touch.touch_id,
        touch.lead_id,
        touch.occurred_at,
        touch.channel,
        touch.campaign,
        touch.is_marketing,
        touch.is_before_deal,
        coalesce(touch.occurred_at <= record.created_at + interval '5' minute, false) as is_before_lead
    from deal_touch as touch
    inner join deal on deal.deal_id = touch.deal_id and deal.is_won
    inner join deal_span as span on span.deal_id = touch.deal_id
    left join lead_record as record on record.lead_id = span.lead_id
    where touch.in_journey
),

placed as (
    select
        reached.*,
        row_number() over (partition by deal_id order by occurred_at, touch_id) as position,
        row_number() over (partition by deal_id, channel order by occurred_at, touch_id) = 1 as is_new_channel
    from reached
),

counted as (
    select
        deal_id,
        count(*) as touches,
        sum(case when is_before_lead then 1 else 0 end) as lead_position,
        sum(case when is_before_deal then 1 else 0 end) as opportunity_position,
        sum(case when is_new_channel then 1 else 0 end) as channels,
        max(occurred_at) as last_at
    from placed
    group by deal_id
)

select
    placed.deal_id,
    placed.touch_id,
    placed.lead_id,
    placed.occurred_at,
    placed.channel,
    placed.campaign,
    placed.is_marketing,
    cast(placed.position as integer) as position,
    cast(counted.touches as integer) as touches,
    cast(counted.lead_position as integer) as lead_position,
    cast(counted.opportunity_position as integer) as opportunity_position,
    placed.is_new_channel,
    cast(counted.channels as integer) as channels,
    cast(epoch(counted.last_at) - epoch(placed.occurred_at) as bigint) as age_s
from placed
inner join counted on counted.deal_id = placed.deal_id
