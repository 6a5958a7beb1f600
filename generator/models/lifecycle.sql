-- One row per stage a lead was moved to, and what the move means. Key: (lead_id, stage, occurred_at).
-- `lifecycle_step` says how it comes about.
select
    lead_id,
    cycle,
    stage,
    occurred_at,
    rank,
    kind,
    reason,
    source_system,
    score,
    definition_version,
    move
from lifecycle_step
