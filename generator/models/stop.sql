-- One row per obligation: when it was fulfilled, if it was. Key: (bearer_no, rule_no).
-- The first of the stops that its rule names counts. Quality and reason are judged at the trigger itself.
with attempted as (
    select owed.bearer_no, owed.rule_no, rule.attempts, attempt.attempt_id, attempt.attempted_at, attempt.outcome
    from owed
    inner join rule on rule.rule_no = owed.rule_no and rule.by_attempts
    inner join attempt on attempt.lead_id = owed.lead_id and attempt.attempted_at >= owed.triggered_at
),

tried as (
    select
        bearer_no,
        rule_no,
        count(*) >= max(attempts) as is_enough,
        min(case when outcome in ('connected', 'replied', 'held') then attempted_at end) as connected_at
    from attempted
    group by bearer_no, rule_no
),

-- The attempts are numbered only where there are enough of them.
last_needed as (
    select bearer_no, rule_no, attempted_at
    from (
        select
            attempted.bearer_no,
            attempted.rule_no,
            attempted.attempted_at,
            attempted.attempts,
            row_number() over (
                partition by attempted.bearer_no, attempted.rule_no
                order by attempted.attempted_at, attempted.attempt_id
            ) as place
        from attempted
        inner join tried
            on tried.bearer_no = attempted.bearer_no and tried.rule_no = attempted.rule_no and tried.is_enough
    ) as numbered
    where place = attempts
),

nurtured as (
    select owed.bearer_no, owed.rule_no, min(touch.occurred_at) as touched_at
    from owed
    inner join rule on rule.rule_no = owed.rule_no and rule.by_marketing_touch
    inner join nurture_touch as touch on touch.lead_id = owed.lead_id and touch.occurred_at > owed.triggered_at
    group by owed.bearer_no, owed.rule_no
),

-- Hand-overs without one of the agreed fields, or with another value in it.
lacking as (
    select distinct checked.bearer_no, checked.rule_no
    from (
        select
            owed.bearer_no,
            owed.rule_no,
            field.wanted,
            case field.field
                when 'interest_level' then handoff.interest_level
                when 'timeframe' then handoff.timeframe
                when 'decision_maker_access'
                    then case when handoff.decision_maker_access then '1' when not handoff.decision_maker_access then '0' end
                when 'icp_fit' then case when handoff.icp_fit then '1' when not handoff.icp_fit then '0' end
                when 'tier' then handoff.tier
                when 'owner' then handoff.owner
                when 'region' then handoff.region
                when 'segment' then handoff.segment
                else case when trait.holds = 2 then coalesce(field.wanted, 'filled') end
            end as value
        from owed
        inner join rule on rule.rule_no = owed.rule_no and rule.kind = 'quality'
        inner join commitment_field as field on field.rule_id = rule.rule_id
        inner join handoff_record as handoff on handoff.handoff_no = owed.bearer_no
        left join lead_trait as trait on trait.lead_id = owed.lead_id and trait.condition_no = field.condition_no
    ) as checked
    where checked.value is null or checked.value <> checked.wanted
)

select
    owed.bearer_no,
    owed.rule_no,
    owed.triggered_at,
    owed.calendar_id,
    nullif(
        least(
            coalesce(case when rule.by_response then handoff.responded_at end, timestamp '9999-12-31'),
            coalesce(case when rule.by_assignment then handoff.assigned_at end, timestamp '9999-12-31'),
            coalesce(case when rule.by_crm_event then handoff.crm_event_at end, timestamp '9999-12-31'),
            coalesce(case when rule.by_acceptance then handoff.accepted_at end, timestamp '9999-12-31'),
            coalesce(case when rule.by_qualification then handoff.sql_at end, timestamp '9999-12-31'),
            coalesce(case when rule.by_opportunity then handoff.opportunity_at end, timestamp '9999-12-31'),
            coalesce(case when rule.by_reasoned_exit then handoff.reasoned_at end, timestamp '9999-12-31'),
            coalesce(stay.exit_at, timestamp '9999-12-31'),
            coalesce(tried.connected_at, timestamp '9999-12-31'),
            coalesce(last_needed.attempted_at, timestamp '9999-12-31'),
            coalesce(nurtured.touched_at, timestamp '9999-12-31'),
            case
                when rule.kind = 'quality' and lacking.rule_no is null then owed.triggered_at
                when rule.kind = 'reason' and coalesce(handoff.reason, 'other') <> 'other' then owed.triggered_at
                else timestamp '9999-12-31'
            end
        ),
        timestamp '9999-12-31'
    ) as stopped_at,
    case when cancel.reason is not null then handoff.exit_at end as cancelled_at,
    coalesce(handoff.excluded, stay.excluded) is not null as is_excluded
from owed
inner join rule on rule.rule_no = owed.rule_no
left join handoff_record as handoff on handoff.handoff_no = owed.bearer_no
left join promised_stay as stay on stay.stay_no = owed.bearer_no
left join commitment_cancel as cancel on cancel.rule_id = rule.rule_id and cancel.reason = handoff.reason
left join tried on tried.bearer_no = owed.bearer_no and tried.rule_no = owed.rule_no
left join last_needed on last_needed.bearer_no = owed.bearer_no and last_needed.rule_no = owed.rule_no
left join nurtured on nurtured.bearer_no = owed.bearer_no and nurtured.rule_no = owed.rule_no
left join lacking on lacking.bearer_no = owed.bearer_no and lacking.rule_no = owed.rule_no
