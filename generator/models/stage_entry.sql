-- One row per forward entry into a stage and per exit to a side stage. Key: (lead_id, cycle, stage, entered_at).
-- `is_first` marks the first entry of the lead into that stage, whatever its cycle: later ones are requalified.
select
    lifecycle.lead_id,
    lifecycle.cycle,
    lifecycle.stage,
    lifecycle.occurred_at as entered_at,
    lifecycle.move = 'entry' as is_forward,
    lifecycle.is_first,
    lifecycle.reason,
    lifecycle.definition_version,
    lifecycle.score,
    lead.region,
    lead.segment,
    lead.channel,
    lead.campaign,
    lead.product,
    lead.tier,
    lead.owner,
    lead.team,
    lead.origin,
    lead.excluded
from lifecycle_step as lifecycle
inner join lead on lead.lead_id = lifecycle.lead_id
where lifecycle.move in ('entry', 'exit')
