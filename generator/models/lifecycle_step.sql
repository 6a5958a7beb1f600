-- One row per stage a lead was moved to, by its systems or by its deals, with the cycle it belongs to and what the
-- move means: entry (forward), exit (to a side stage), backward, repeat. Key: (lead_id, stage, occurred_at).
-- Order: instant, stage rank; never the order of a file. A cycle ends when a lead re-enters a forward stage after an
-- exit. Inside a cycle the highest stage so far is the mark that a forward entry must pass.
-- `is_first`: the first entry of the lead into that stage, whatever its cycle. `is_latest`: where the lead stands now.
-- Most leads only go forward: they have one cycle, and one look over their steps tells everything.
with recorded as (
    select
        coalesce(survivor.lead_id, event.lead_id) as lead_id,
        event.occurred_at,
        event.to_stage as stage,
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
        lead_id, created_at as occurred_at, 'opportunity' as stage, cast(null as varchar) as reason,
        'deal' as source_system, cast(null as double) as score, cast(null as varchar) as definition_version
    from deal
    where lead_id is not null and created_at is not null and excluded is null
    union all
    select
        lead_id,
        -- A booking date says no hour: the win must not slip before the deal that was won.
        greatest(
            coalesce(closed_at, cast(booked_on as timestamp)),
            coalesce(created_at, closed_at, cast(booked_on as timestamp))
        ) as occurred_at,
        'customer' as stage, cast(null as varchar) as reason,
        'deal' as source_system, cast(null as double) as score, cast(null as varchar) as definition_version
    from deal
    where lead_id is not null and is_first_win and booked_on is not null
),

single as (
    select
        lead_id,
        occurred_at,
        stage,
        min(reason) as reason,
        -- Where several say the same at one instant, the CRM's word goes first, and what a deal implies last.
        coalesce(
            min(case when source_system not in ('map', 'deal') then source_system end), max(source_system)
        ) as source_system,
        max(score) as score,
        min(definition_version) as definition_version
    from (select * from recorded union all select * from implied) as everything
    group by lead_id, occurred_at, stage
),

moved as (
    select single.*, stage.rank, stage.kind
    from single
    inner join stage on stage.stage = single.stage
    inner join canonical.lead as record on record.lead_id = single.lead_id
),

put_aside as (
    select lead_id, min(case when stage = 'customer' then occurred_at end) as customer_since
    from moved
    group by lead_id
    having max(case when kind = 'forward' then 0 else 1 end) = 1
),

straight as (
    select
        moved.*,
        1 as cycle,
        coalesce(max(rank) over (
            partition by lead_id order by occurred_at, rank
            rows between unbounded preceding and 1 preceding
        ), -1) as mark,
        max(rank) over (
            partition by lead_id order by occurred_at, rank
            rows between unbounded preceding and unbounded following
        ) as top
    from moved
    where not exists (select 1 from put_aside where put_aside.lead_id = moved.lead_id)
),

allowed as (
    -- A customer is neither recycled nor disqualified.
    select moved.*, kind = 'forward' and rank > 0 as is_forward
    from moved
    inner join put_aside on put_aside.lead_id = moved.lead_id
    where moved.kind = 'forward' or put_aside.customer_since is null or moved.occurred_at < put_aside.customer_since
),

after_exit as (
    select
        allowed.*,
        coalesce(sum(case when kind = 'side' then 1 else 0 end) over (
            partition by lead_id order by occurred_at, rank rows between unbounded preceding and 1 preceding
        ), 0) as exits_before,
        lag(stage) over (partition by lead_id order by occurred_at, rank) as stage_before
    from allowed
),

-- The exits behind the last forward step: they stay the same inside a cycle and grow from one to the next.
behind as (
    select
        after_exit.*,
        coalesce(max(case when is_forward then exits_before end) over (
            partition by lead_id order by occurred_at, rank rows between unbounded preceding and current row
        ), 0) as exits_behind
    from after_exit
),

winding as (
    select
        behind.*,
        dense_rank() over (partition by lead_id order by exits_behind) as cycle,
        coalesce(max(case when kind = 'forward' then rank end) over (
            partition by lead_id, exits_behind order by occurred_at, rank
            rows between unbounded preceding and 1 preceding
        ), -1) as mark
    from behind
),

judged as (
    select
        winding.*,
        case
            when kind <> 'forward' and stage_before = stage then 'repeat'
            when kind <> 'forward' then 'exit'
            when rank > mark then 'entry'
            when rank = mark then 'repeat'
            else 'backward'
        end as move
    from winding
)

select
    lead_id, cycle, stage, occurred_at, rank, kind, reason, source_system, score, definition_version,
    case when rank > mark then 'entry' when rank = mark then 'repeat' else 'backward' end as move,
    rank > mark as is_first,
    rank > mark and rank = top as is_latest
from straight
union all
select
    lead_id, cast(cycle as integer) as cycle, stage, occurred_at, rank, kind, reason, source_system, score,
    definition_version, move,
    move in ('entry', 'exit') and row_number() over (
        partition by lead_id, stage, move in ('entry', 'exit') order by occurred_at
    ) = 1 as is_first,
    move in ('entry', 'exit') and row_number() over (
        partition by lead_id, move in ('entry', 'exit') order by occurred_at desc, rank desc
    ) = 1 as is_latest
from judged
