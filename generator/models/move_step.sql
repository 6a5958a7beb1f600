-- One row per move of a lead from one stage to the next one said of it, with what the agreement says it means. Key:
-- (lead_id, occurred_at, to_stage). Every lead begins in the first stage. Here stand also the moves that are not allowed,
-- which no other fact knows of.
-- What a lead was said to be is put together before it is held against its steps: in one chain of joins the engine fails
-- over a million leads.
with recorded as (
    select
        coalesce(survivor.lead_id, event.lead_id) as lead_id,
        event.occurred_at,
        event.to_stage as stage,
        max(stage.rank) as rank,
        max(stage.kind) as kind,
        min(event.reason_code) as reason,
        min(event.source_system) as source_system
    from canonical.lifecycle_event as event
    inner join stage on stage.stage = event.to_stage and stage.kind <> 'forward'
    left join survivor on survivor.record_id = event.lead_id
    group by coalesce(survivor.lead_id, event.lead_id), event.occurred_at, event.to_stage
),

known as (
    select lead_id, stage, occurred_at
    from lifecycle_step
    group by lead_id, stage, occurred_at
),

said as (
    select lead_id, occurred_at, stage, rank, kind, reason, source_system
    from lifecycle_step
    union all
    select
        recorded.lead_id, recorded.occurred_at, recorded.stage, recorded.rank, recorded.kind, recorded.reason,
        recorded.source_system
    from recorded
    inner join lead_record as record on record.lead_id = recorded.lead_id
    left join known
        on
            known.lead_id = recorded.lead_id and known.stage = recorded.stage
            and known.occurred_at = recorded.occurred_at
    where known.lead_id is null
),

beginning as (
    select stage
    from stage
    where kind = 'forward' and rank = (select min(rank) from stage)
),

moved as (
    select
        said.*,
        coalesce(
            lag(said.stage) over (partition by said.lead_id order by said.occurred_at, said.rank), beginning.stage
        ) as from_stage,
        lag(said.stage) over (partition by said.lead_id order by said.occurred_at, said.rank) is null
        and said.stage = beginning.stage as is_begin
    from said
    cross join beginning
    where said.kind <> 'end'
)

select
    moved.lead_id,
    moved.occurred_at,
    moved.from_stage,
    moved.stage as to_stage,
    moved.source_system,
    case
        when agreed.effect is null and moved.from_stage = moved.stage then 'no_op'
        when agreed.effect is null then 'not_agreed'
        when agreed.reason is not null and coalesce(moved.reason, '') <> agreed.reason then 'other_reason'
        when agreed.is_reason_required and moved.reason is null then 'no_reason'
        when agreed.is_flagged then 'flagged'
        else agreed.effect
    end as effect
from moved
left join agreed_move as agreed on agreed.from_stage = moved.from_stage and agreed.to_stage = moved.stage
where not moved.is_begin
