-- One row per merged record whose chain leads back to itself. Key: record_id.
with recursive chain as (
    select lead_id as record_id, merged_into_lead_id as lead_id
    from canonical.lead
    where merged_into_lead_id is not null
    union
    select chain.record_id, next_record.merged_into_lead_id as lead_id
    from chain
    inner join canonical.lead as next_record on next_record.lead_id = chain.lead_id
    where next_record.merged_into_lead_id is not null and chain.lead_id <> chain.record_id
)

select record_id
from chain
where lead_id = record_id
