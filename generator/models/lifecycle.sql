-- One row per stage a lead was moved to, by its systems or by its deals, with the cycle it belongs to and what the
-- move means: entry (forward), exit (to a side stage), backward, repeat. Key: (lead_id, stage, occurred_at).
-- Order: instant, stage rank, id; never the order of a file. A cycle ends when a lead re-enters a forward stage
-- after an exit. Inside a cycle the highest stage so far is the mark that a forward entry must pass.
with recorded as (
    select
        coalesce(survivor.lead_id, event.lead_id) as lead_id,
        event.occurred_at,
        event.to_stage as stage,
        event.event_id,
        event.reason_code as reason,
        event.source_system,
        event.score,
        event.definition_version
    from canonical.lifecycle_event as event
    left join survivor on survivor.record_id = event.lead_id
),

implied as (
    -- A deal with a lead is an opportunity; its win makes a customer, by the instant or the end of the booking day.
    select
        lead_id, created_at as occurred_at, 'opportunity' as stage, 'deal ' || deal_id as event_id,
        cast(null as varchar) as reason, 'deal' as source_system, cast(null as double) as score,
        cast(null as varchar) as definition_version
    from deal
    where lead_id is not null and created_at is not null and excluded is null
    union all
    select
        lead_id,
        -- A booking date says no hour: the win must not slip before the deal that was won.
        greatest(coalesce(closed_at, cast(booked_on as timestamp)), coalesce(created_at, closed_at, cast(booked_on as timestamp)))
            as occurred_at,
        'customer' as stage,
        'deal ' || deal_id || ' won' as event_id, cast(null as varchar) as reason, 'deal' as source_system,
        cast(null as double) as score, cast(null as varchar) as definition_version
    from deal
    where lead_id is not null and is_first_win and booked_on is not null
),

moved as (
    select
        everything.lead_id,
        everything.occurred_at,
        everything.stage,
        min(everything.event_id) as event_id,
        min(everything.reason) as reason,
        min(everything.source_system) as source_system,
        max(everything.score) as score,
        min(everything.definition_version) as definition_version,
        min(stage.rank) as rank,
        min(stage.kind) as kind
    from (select * from recorded union all select * from implied) as everything
    inner join stage on stage.stage = everything.stage
    inner join lead_record on lead_record.lead_id = everything.lead_id
    group by everything.lead_id, everything.occurred_at, everything.stage
),

customer_since as (
    select lead_id, min(occurred_at) as occurred_at
    from moved
    where stage = 'customer'
    group by lead_id
),

allowed as (
    -- A customer is neither recycled nor disqualified.
    select moved.*
    from moved
    left join customer_since on customer_since.lead_id = moved.lead_id
    where moved.kind = 'forward' or customer_since.occurred_at is null
        or moved.occurred_at < customer_since.occurred_at
),

after_exit as (
    select
        allowed.*,
        coalesce(sum(case when kind = 'side' then 1 else 0 end) over (
            partition by lead_id order by occurred_at, rank, event_id
            rows between unbounded preceding and 1 preceding
        ), 0) as exits_before,
        kind = 'forward' and rank > 0 as is_forward
    from allowed
),

re_entry as (
    select
        after_exit.*,
        case
            when is_forward and exits_before > 0 and row_number() over (
                partition by lead_id, exits_before, is_forward order by occurred_at, rank, event_id
            ) = 1 then 1
            else 0
        end as starts_cycle
    from after_exit
),

cycled as (
    select
        re_entry.*,
        1 + sum(starts_cycle) over (
            partition by lead_id order by occurred_at, rank, event_id
            rows between unbounded preceding and current row
        ) as cycle
    from re_entry
),

marked as (
    select
        cycled.*,
        coalesce(max(case when kind = 'forward' then rank end) over (
            partition by lead_id, cycle order by occurred_at, rank, event_id
            rows between unbounded preceding and 1 preceding
        ), -1) as mark,
        lag(stage) over (partition by lead_id, cycle order by occurred_at, rank, event_id) as stage_before
    from cycled
)

select
    lead_id,
    cast(cycle as integer) as cycle,
    stage,
    occurred_at,
    rank,
    kind,
    reason,
    source_system,
    score,
    definition_version,
    case
        when kind <> 'forward' and stage_before = stage then 'repeat'
        when kind <> 'forward' then 'exit'
        when rank > mark then 'entry'
        when rank = mark then 'repeat'
        else 'backward'
    end as move
from marked
