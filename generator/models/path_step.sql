-- One row per decided journey and touch. Key: (journey, touch_id). Journeys are numbered, those of deals first.
-- Decided are closed deals, and leads without a deal that left, or that did not buy within their window.
with option as (
    select
        max(case when key = 'windows.lead_to_customer' then cast(value as integer) end) as window_days,
        max(case when key = 'as_of' then cast(value as timestamp) end) as as_of
    from setting
),

closed as (
    select deal_id, booked_on, is_won, row_number() over (order by deal_id) as journey
    from deal
    where is_closed and not is_void_loss and type in (select value from setting_list where key = 'revenue_types')
),

decided as (
    select
        lead.lead_id,
        (select count(*) from deal) + row_number() over (order by lead.lead_id) as journey,
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
)

select
    closed.journey, touch.touch_id, touch.occurred_at, touch.channel, closed.booked_on as ended_on, closed.is_won
from deal_touch as touch
inner join closed on closed.deal_id = touch.deal_id
where touch.in_journey
union all
select
    decided.journey, path.touch_id, path.occurred_at, path.channel, local_slot.local_date as ended_on, false as is_won
from lead_path as path
inner join decided on decided.lead_id = path.lead_id and path.occurred_at <= decided.decided_at
inner join local_slot on local_slot.slot = cast(floor(epoch(decided.decided_at) / 900) as bigint)
