-- One row per commitment, version and tier that the drop can tell of, with a small number to join by and what stops its
-- clock. Key: rule_no.
with stop as (
    select
        rule_id,
        max(case when stop = 'first_response' then 1 else 0 end) = 1 as by_response,
        max(case when stop = 'assignment' then 1 else 0 end) = 1 as by_assignment,
        max(case when stop = 'crm_event' then 1 else 0 end) = 1 as by_crm_event,
        max(case when stop in ('sal', 'decision') then 1 else 0 end) = 1 as by_acceptance,
        max(case when stop = 'sql' then 1 else 0 end) = 1 as by_qualification,
        max(case when stop = 'opportunity' then 1 else 0 end) = 1 as by_opportunity,
        max(case when stop in ('reasoned_exit', 'decision') then 1 else 0 end) = 1 as by_reasoned_exit,
        max(case when stop in ('attempts', 'connected') then 1 else 0 end) = 1 as by_attempts,
        max(case when stop = 'marketing_touch' then 1 else 0 end) = 1 as by_marketing_touch
    from commitment_stop
    group by rule_id
)

select
    cast(row_number() over (order by commitment.rule_id) as integer) as rule_no,
    commitment.*,
    coalesce(stop.by_response, false) as by_response,
    coalesce(stop.by_assignment, false) as by_assignment,
    coalesce(stop.by_crm_event, false) as by_crm_event,
    coalesce(stop.by_acceptance, false) as by_acceptance,
    coalesce(stop.by_qualification, false) as by_qualification,
    coalesce(stop.by_opportunity, false) as by_opportunity,
    coalesce(stop.by_reasoned_exit, false) as by_reasoned_exit,
    coalesce(stop.by_attempts, false) as by_attempts,
    coalesce(stop.by_marketing_touch, false) as by_marketing_touch
from commitment
left join stop on stop.rule_id = commitment.rule_id
left join untold on untold.commitment = commitment.commitment and untold.version = commitment.version
where untold.commitment is null
