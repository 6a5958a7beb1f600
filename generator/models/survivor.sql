-- One row per merged lead record and the record that survived it. Key: record_id.
-- Chains are followed to the end; a chain that never ends is a loop, reported by `merge_loops` before this is built.
with recursive chain as (
    select
        lead_id as record_id,
        merged_into_lead_id as lead_id,
        1 as step
    from canonical.lead
    where merged_into_lead_id is not null
    union all
    select
        chain.record_id,
        next_record.merged_into_lead_id as lead_id,
        chain.step + 1 as step
    from chain
    inner join canonical.lead as next_record on next_record.lead_id = chain.lead_id
    where next_record.merged_into_lead_id is not null and chain.step < 100
),

last_step as (
    select record_id, max(step) as step
    from chain
    group by record_id
)

select chain.record_id, chain.lead_id
from chain
inner join last_step on last_step.record_id = chain.record_id and last_step.step = chain.step
-- A record merged into one that the drop does not hold survives as itself.
inner join canonical.lead as survivor on survivor.lead_id = chain.lead_id
