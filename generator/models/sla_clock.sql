-- One row per obligation with its hand-over and its commitment. Key: obligation_id (commitment|handoff).
-- States: excluded, cancelled, pending, due_soon, met, met_not_due, breached_late, breached_open.
select
    rule.commitment || '|' || handoff.handoff_id as obligation_id,
    handoff.handoff_id,
    handoff.lead_id,
    rule.commitment,
    rule.version,
    rule.direction,
    rule.team as accountable_team,
    obligation.triggered_at,
    obligation.due_at,
    obligation.stopped_at,
    obligation.elapsed_s,
    rule.target_s,
    rule.target_days,
    obligation.paused_s,
    obligation.state,
    obligation.is_in_grace,
    handoff.region,
    handoff.segment,
    handoff.channel,
    handoff.campaign,
    handoff.product,
    handoff.tier,
    handoff.owner,
    rule.team,
    handoff.origin,
    handoff.excluded
from obligation
inner join rule on rule.rule_no = obligation.rule_no
inner join handoff_record as handoff on handoff.handoff_no = obligation.handoff_no
