-- One row per pair of stages that leads moved between and what the move means. Key: (from_stage, to_stage, effect).
select from_stage, to_stage, effect, count(*) as moves, count(distinct lead_id) as leads
from move_step
group by from_stage, to_stage, effect
