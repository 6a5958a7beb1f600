-- One row per lead, cycle and way in which systems disagree about it, from since_at until until_at (null: still).
-- Key: none; a lead may show the same conflict again in a later cycle. A difference is one only after
-- conflict_grace_hours. Events of the marketing system are those of source `map`; those of any other are the CRM's,
-- and `deal` is what deals imply. Where the drop holds events of one system alone, systems cannot disagree.
with option as (
    select
        max(case when key = 'conflict_grace_hours' then cast(value as integer) end) as grace_h,
        max(case when key = 'clock_skew_seconds' then cast(value as integer) end) as skew_s,
        max(case when key = 'as_of' then cast(value as timestamp) end) as as_of
    from setting
),

-- A step that both systems tell of at one instant is told by both.
told as (
    select distinct
        coalesce(survivor.lead_id, event.lead_id) as lead_id,
        event.occurred_at,
        event.to_stage as stage,
        case when event.source_system = 'map' then 'map' else 'crm' end as system
    from canonical.lifecycle_event as event
    left join survivor on survivor.record_id = event.lead_id
),

said as (
    select lifecycle_step.*, coalesce(told.system, 'deal') as system
    from lifecycle_step
    left join told
        on
            told.lead_id = lifecycle_step.lead_id and told.stage = lifecycle_step.stage
            and told.occurred_at = lifecycle_step.occurred_at
),

systems as (
    select
        max(case when system = 'map' then 1 else 0 end) = 1
        and max(case when system = 'crm' then 1 else 0 end) = 1 as are_there,
        max(case when system = 'map' and kind = 'forward' then rank end) as highest_of_map,
        max(case when system <> 'deal' and stage = 'customer' then 1 else 0 end) = 1 as says_customer
    from said
),

-- When each system first knew of the lead in a round, and where it stood.
known as (
    select
        lead_id,
        cycle,
        min(case when system = 'map' and stage = 'mql' then occurred_at end) as map_mql_at,
        max(case when system = 'map' then occurred_at end) as map_last_at,
        max(case when system = 'map' and kind = 'forward' then rank end) as map_rank,
        min(case when system <> 'map' then occurred_at end) as crm_first_at,
        max(case when system <> 'map' and kind = 'forward' then rank end) as crm_rank,
        min(case when system = 'crm' and stage = 'disqualified' then occurred_at end) as crm_out_at,
        max(case when system = 'crm' then occurred_at end) as crm_last_at,
        min(case when stage = 'mql' then occurred_at end) as mql_at,
        min(case when stage = 'sql' and move = 'entry' then occurred_at end) as sql_at
    from said
    group by lead_id, cycle
),

-- Handed to somebody is known to the CRM, too.
given as (
    select handoff_record.lead_id, handoff_record.cycle, handoff_record.assigned_at
    from handoff_record
),

missing_in_crm as (
    select
        known.lead_id,
        'map_mql_crm_missing' as type,
        known.map_mql_at as differs_at,
        least(
            coalesce(known.crm_first_at, timestamp '9999-12-31'), coalesce(given.assigned_at, timestamp '9999-12-31')
        ) as agrees_at
    from known
    inner join systems on systems.are_there
    left join given on given.lead_id = known.lead_id and given.cycle = known.cycle
    where known.map_mql_at is not null
),

-- Rejecting a lead later on is Sales' ordinary decision; within the grace both judged the same lead differently.
out_in_crm as (
    select
        known.lead_id,
        'map_mql_crm_disqualified' as type,
        known.crm_out_at as differs_at,
        case
            when known.crm_last_at > known.crm_out_at then known.crm_last_at
            else timestamp '9999-12-31'
        end as agrees_at
    from known
    cross join option
    where
        known.map_mql_at <= known.crm_out_at and known.map_last_at <= known.crm_out_at
        and known.crm_out_at <= known.map_mql_at + option.grace_h * interval '1' hour
),

ahead as (
    select said.lead_id, said.cycle, min(said.occurred_at) as differs_at
    from said
    inner join known on known.lead_id = said.lead_id and known.cycle = said.cycle
    cross join systems
    where
        said.system <> 'map' and said.kind = 'forward' and known.map_rank is not null
        and least(said.rank, systems.highest_of_map) > known.map_rank
    group by said.lead_id, said.cycle
),

behind as (
    select lead_id, 'map_behind' as type, differs_at, timestamp '9999-12-31' as agrees_at
    from ahead
),

unqualified as (
    select lead_id, 'sql_without_mql' as type, sql_at as differs_at, timestamp '9999-12-31' as agrees_at
    from known
    where sql_at is not null and mql_at is null
),

disordered as (
    select distinct late.lead_id, 'out_of_order' as type, late.occurred_at as differs_at, timestamp '9999-12-31' as agrees_at
    from said as late
    cross join option
    inner join (
        select lead_id, cycle, stage, min(occurred_at) as first_at
        from said
        group by lead_id, cycle, stage
    ) as of_stage
        on
            of_stage.lead_id = late.lead_id and of_stage.cycle = late.cycle and of_stage.stage = late.stage
            and of_stage.first_at = late.occurred_at
    inner join (
        select lead_id, cycle, min(occurred_at) as passed_at, max(rank) as top
        from said
        where move = 'entry'
        group by lead_id, cycle
    ) as passed
        on
            passed.lead_id = late.lead_id and passed.cycle = late.cycle and passed.top > late.rank
            and epoch(late.occurred_at) - epoch(passed.passed_at) > option.skew_s
    where late.move = 'backward' and late.rank > 0 and late.system <> 'deal'
),

won_elsewhere as (
    select
        deal.lead_id,
        'won_but_not_customer' as type,
        min(coalesce(deal.closed_at, cast(deal.booked_on as timestamp))) as differs_at,
        coalesce(min(said.occurred_at), timestamp '9999-12-31') as agrees_at
    from deal
    inner join systems on systems.says_customer
    left join said on said.lead_id = deal.lead_id and said.stage = 'customer' and said.system <> 'deal'
    where deal.is_won and deal.type = 'new_business' and deal.excluded is null and deal.lead_id is not null
    group by deal.lead_id
),

apart as (
    select
        map_said.lead_id,
        'date_gap' as type,
        greatest(map_said.occurred_at, crm_said.occurred_at) as differs_at,
        timestamp '9999-12-31' as agrees_at
    from said as map_said
    cross join option
    inner join said as crm_said
        on
            crm_said.lead_id = map_said.lead_id and crm_said.cycle = map_said.cycle
            and crm_said.stage = map_said.stage and crm_said.system = 'crm'
    where
        map_said.system = 'map' and map_said.kind = 'forward' and map_said.rank > 0
        and abs(epoch(map_said.occurred_at) - epoch(crm_said.occurred_at)) > option.grace_h * 3600
),

two_owners as (
    select
        coalesce(survivor.lead_id, assignment.lead_id) as lead_id,
        'duplicate_owner' as type,
        assignment.occurred_at as differs_at,
        timestamp '9999-12-31' as agrees_at
    from canonical.assignment as assignment
    left join survivor on survivor.record_id = assignment.lead_id
    group by coalesce(survivor.lead_id, assignment.lead_id), assignment.occurred_at
    having count(distinct assignment.owner_id) > 1
),

every as (
    select * from missing_in_crm
    union all select * from out_in_crm
    union all select * from behind
    union all select * from unqualified
    union all select * from disordered
    union all select * from won_elsewhere
    union all select * from apart
    union all select * from two_owners
)

select
    every.lead_id,
    every.type,
    every.differs_at + option.grace_h * interval '1' hour as since_at,
    nullif(every.agrees_at, timestamp '9999-12-31') as until_at,
    lead.region,
    lead.channel,
    lead.stage,
    lead.excluded
from every
cross join option
inner join lead on lead.lead_id = every.lead_id
where
    every.differs_at + option.grace_h * interval '1' hour <= least(option.as_of, every.agrees_at)
