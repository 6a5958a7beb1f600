-- One row per deal and interval (from_at, to_at] of one tracked state. Key: (deal_id, from_at).
-- The state at an instant t is the last one that began before t. A deal without history has one interval: its
-- current state since creation, which `is_history` admits.
with event as (
    select
        history.opportunity_id as deal_id,
        history.occurred_at as from_at,
        history.event_id,
        history.stage,
        history.amount,
        history.currency,
        history.close_date as due_on
    from canonical.opportunity_stage_event as history
),

tracked as (
    select
        event.*,
        lead(from_at) over (partition by deal_id order by from_at, event_id) as to_at,
        row_number() over (partition by deal_id, from_at order by event_id desc) as place
    from event
)

select
    deal.deal_id,
    tracked.from_at,
    least(
        coalesce(tracked.to_at, timestamp '9999-12-31'),
        case when deal.is_closed and tracked.to_at is null
            then greatest(
                coalesce(deal.closed_at, cast(deal.booked_on as timestamp), timestamp '9999-12-31'), tracked.from_at
            )
            else timestamp '9999-12-31'
        end
    ) as to_at,
    tracked.stage,
    cast(coalesce(tracked.amount, deal.own_amount) as decimal(38, 9)) as own_amount,
    coalesce(tracked.currency, deal.currency) as currency,
    coalesce(tracked.due_on, deal.due_on) as due_on,
    true as is_history
from tracked
inner join deal on deal.deal_id = tracked.deal_id
where tracked.place = 1
union all
select
    deal.deal_id,
    deal.created_at as from_at,
    case
        when deal.is_closed then coalesce(deal.closed_at, cast(deal.booked_on as timestamp))
        else timestamp '9999-12-31'
    end as to_at,
    deal.stage,
    deal.own_amount,
    deal.currency,
    deal.due_on,
    false as is_history
from deal
where
    deal.created_at is not null
    and not exists (select 1 from tracked where tracked.deal_id = deal.deal_id)
