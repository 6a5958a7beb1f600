-- One row per activity that can answer a hand-over: a human of team sales called, wrote or met, or took a call.
-- Key: activity_id. Marketing's touches and automatic replies are no answer.
select
    activity.activity_id,
    coalesce(survivor.lead_id, activity.lead_id, deal.lead_id) as lead_id,
    activity.occurred_at,
    activity.owner_id as owner
from canonical.activity as activity
inner join owner on owner.owner_id = activity.owner_id and owner.team = 'sales'
left join survivor on survivor.record_id = activity.lead_id
left join deal on deal.deal_id = activity.opportunity_id
where
    not coalesce(activity.is_automated, false)
    and coalesce(activity.lead_id, deal.lead_id) is not null
    and (
        activity.type = 'meeting'
        or (activity.direction = 'outbound' and activity.type in ('call', 'email', 'sms', 'social'))
        or (activity.direction = 'inbound' and activity.type = 'call' and activity.outcome = 'connected')
    )
