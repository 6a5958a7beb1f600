-- One row per decided journey and channel it came to; a channel that follows itself is one step. Key: (journey, place).
-- Decided are closed deals, and leads without a deal that left, or that did not buy within their window.
with option as (
    select
        max(case when key = 'windows.lead_to_customer' then cast(value as integer) end) as window_days,
        max(case when key = 'as_of' then cast(value as timestamp) end) as as_of
    from setting
),

deal_step as (
    select
        touch.deal_id,
        touch.touch_id,
        touch.occurred_at,
        touch.channel,
        deal.booked_on,
        deal.is_won,
        lag(touch.channel) over (partition by touch.deal_id order by touch.occurred_at, touch.touch_id)
            as channel_before
    from deal_touch as touch
    inner join deal on deal.deal_id = touch.deal_id
    where
        touch.in_journey and deal.is_closed and not deal.is_void_loss
        and deal.type in (select value from setting_list where key = 'revenue_types')
),

decided as (
    select
        lead.lead_id,
        case
            when stage.kind = 'side' then lead.stage_since
            else lead.created_at + option.window_days * interval '1' day
        end as decided_at
    from lead
    cross join option
    left join stage on stage.stage = lead.stage
    where
        lead.excluded is null and lead.stage <> 'customer'
        and (
            coalesce(stage.kind = 'side', false)
            or lead.created_at + option.window_days * interval '1' day <= option.as_of
        )
),

step as (
    select 'deal ' || deal_id as journey, touch_id, occurred_at, channel, booked_on as ended_on, is_won
    from deal_step
    where channel_before is null or channel_before <> channel
    union all
    select
        'lead ' || path.lead_id as journey, path.touch_id, path.occurred_at, path.channel,
        local_slot.local_date as ended_on, false as is_won
    from lead_path as path
    inner join decided on decided.lead_id = path.lead_id and path.occurred_at <= decided.decided_at
    inner join local_slot on local_slot.slot = cast(floor(epoch(decided.decided_at) / 900) as bigint)
)

select
    journey,
    row_number() over (partition by journey order by occurred_at, touch_id) as place,
    channel,
    ended_on,
    is_won
from step
