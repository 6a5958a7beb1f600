-- One row per obligation with its bearer and its commitment. Key: obligation_id (commitment|hand-over, or deal@stage).
-- `handoff_id` is empty where a deal in a stage is what the promise is about; `record_id` is the lead or that deal.
-- `allowed_s`: the time allowed before pauses, empty where no clock runs.
-- States: excluded, cancelled, pending, due_soon, met, met_not_due, breached_late, breached_open.
select
    rule.commitment || '|' || bearer.bearer_id as obligation_id,
    bearer.handoff_id,
    bearer.record_id,
    bearer.lead_id,
    rule.commitment,
    rule.version,
    rule.direction,
    rule.team as accountable_team,
    obligation.triggered_at,
    obligation.due_at,
    obligation.stopped_at,
    obligation.elapsed_s,
    obligation.allowed_s,
    rule.target_s,
    rule.target_days,
    obligation.paused_s,
    obligation.state,
    obligation.is_in_grace,
    bearer.region,
    bearer.segment,
    bearer.channel,
    bearer.campaign,
    bearer.product,
    bearer.tier,
    bearer.owner,
    rule.team,
    bearer.origin,
    bearer.excluded
from obligation
inner join rule on rule.rule_no = obligation.rule_no
inner join bearer on bearer.bearer_no = obligation.bearer_no
