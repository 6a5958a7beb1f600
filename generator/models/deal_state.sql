-- One row per deal and interval (from_at, to_at] of one tracked state. Key: (deal_id, from_at, place).
-- The state at an instant t is the last one that began before t, and a deal that is closed ends in a closed state,
-- whether its history says so or only its record. A deal without history is in the stage of today since its creation;
-- once it has closed nobody knows in which stage it had been. `is_history` says which it is; of a state that is only
-- taken to have been so before a deal was first seen, too.
-- `has_qualified`: whether the deal has been qualified by then; a way back does not undo it.
with closing as (
    select deal.deal_id, coalesce(deal.closed_at, day_start.begins_at) as closed_at
    from deal
    left join day_start on day_start.local_date = deal.booked_on
    where deal.is_closed
),

-- Of several changes at one instant the one that leads furthest is what holds after it.
recorded as (
    select
        event.opportunity_id as deal_id,
        event.occurred_at as from_at,
        event.stage,
        event.amount,
        event.currency,
        event.close_date as due_on,
        coalesce(deal_stage.outcome, 'open') as outcome,
        coalesce(event.provenance <> 'current_only', true) as is_told,
        row_number() over (
            partition by event.opportunity_id, event.occurred_at
            order by coalesce(deal_stage.rank, -1) desc, event.event_id desc
        ) as place
    from canonical.opportunity_stage_event as event
    left join deal_stage on deal_stage.stage = event.stage
),

tracked as (
    select recorded.*, row_number() over (partition by deal_id order by from_at desc) as from_last
    from recorded
    where place = 1
),

timeline as (
    select
        deal.deal_id,
        tracked.from_at,
        1 as place,
        tracked.stage,
        tracked.outcome,
        case
            when tracked.amount is null then deal.own_amount
            when deal.annualised_months is null then cast(tracked.amount as decimal(38, 9))
            else cast(cast(tracked.amount as decimal(24, 6)) * 12 / deal.annualised_months as decimal(38, 9))
        end as own_amount,
        coalesce(tracked.currency, deal.currency) as currency,
        coalesce(tracked.due_on, deal.due_on) as due_on,
        tracked.is_told as is_history
    from tracked
    inner join deal on deal.deal_id = tracked.deal_id
    union all
    select
        deal.deal_id,
        deal.created_at as from_at,
        1 as place,
        case when deal.is_closed then null else deal.stage end as stage,
        'open' as outcome,
        deal.own_amount,
        deal.currency,
        deal.due_on,
        false as is_history
    from deal
    where
        deal.created_at is not null
        and not exists (select 1 from tracked where tracked.deal_id = deal.deal_id)
    union all
    select
        deal.deal_id,
        greatest(closing.closed_at, coalesce(last_known.from_at, deal.created_at)) as from_at,
        2 as place,
        deal.stage,
        case when deal.is_won then 'won' else 'lost' end as outcome,
        deal.own_amount,
        deal.currency,
        deal.due_on,
        coalesce(last_known.is_told, false) as is_history
    from closing
    inner join deal on deal.deal_id = closing.deal_id
    left join tracked as last_known on last_known.deal_id = deal.deal_id and last_known.from_last = 1
    where
        coalesce(last_known.outcome, 'open') = 'open'
        and closing.closed_at is not null
        and (last_known.deal_id is not null or deal.created_at is not null)
)

select
    timeline.deal_id,
    timeline.from_at,
    timeline.place,
    coalesce(
        lead(timeline.from_at) over (partition by timeline.deal_id order by timeline.from_at, timeline.place),
        timestamp '9999-12-31'
    ) as to_at,
    timeline.stage,
    deal_stage.rank,
    timeline.outcome,
    timeline.outcome = 'open' as is_open,
    -- A stage that the agreement does not know cannot be below the bar; the trust page counts such stages.
    timeline.outcome = 'open' and coalesce(deal_stage.is_qualified, true) as is_qualified,
    max(
        case
            when timeline.outcome = 'won' or timeline.outcome = 'open' and coalesce(deal_stage.is_qualified, true) then 1
            else 0
        end
    ) over (
        partition by timeline.deal_id order by timeline.from_at, timeline.place
        rows between unbounded preceding and current row
    ) = 1 as has_qualified,
    timeline.own_amount,
    timeline.currency,
    timeline.due_on,
    timeline.is_history
from timeline
left join deal_stage on deal_stage.stage = timeline.stage
