-- One row per move that is listed: back, not allowed, not agreed on, flagged, or without the reason it needs. Key:
-- (lead_id, occurred_at, to_stage).
select lead_id, occurred_at, from_stage, to_stage, effect, source_system
from move_step
where effect in ('back', 'not_allowed', 'not_agreed', 'other_reason', 'no_reason', 'flagged')
