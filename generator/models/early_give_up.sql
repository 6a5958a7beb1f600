-- One row per hand-over that Sales gave up as unable to reach before it had made the promised attempts. Key: handoff_no.
-- Attempts count from the hand-over to the exit; where several commitments promise attempts, the one that asks for most.
select
    handoff.handoff_no,
    handoff.lead_id,
    handoff.exit_at,
    handoff.tier,
    handoff.owner,
    max(rule.attempts) as promised,
    count(distinct attempt.attempt_id) as made
from handoff_record as handoff
inner join local_slot on local_slot.slot = cast(floor(epoch(handoff.handed_at) / 900) as bigint)
inner join rule
    on
        rule.attempts is not null and rule.trigger = 'mql'
        and (rule.tier is null or rule.tier = handoff.tier)
        and local_slot.local_date >= rule.effective_from
        and local_slot.local_date < coalesce(rule.effective_to, date '9999-12-31')
left join attempt
    on
        attempt.lead_id = handoff.lead_id and attempt.attempted_at >= handoff.handed_at
        and attempt.attempted_at <= handoff.exit_at
where handoff.reason = 'unable_to_reach' and handoff.excluded is null
group by handoff.handoff_no, handoff.lead_id, handoff.exit_at, handoff.tier, handoff.owner
having count(distinct attempt.attempt_id) < max(rule.attempts)
