-- One row per deal and instant at which somebody worked on it: a human activity on the deal or, where the activity names
-- none, on its lead. Key: (deal_id, worked_at).
select deal.deal_id, activity.occurred_at as worked_at
from canonical.activity as activity
inner join deal on deal.deal_id = activity.opportunity_id
where not coalesce(activity.is_automated, false)
union
select deal.deal_id, activity.occurred_at as worked_at
from canonical.activity as activity
left join survivor on survivor.record_id = activity.lead_id
inner join deal on deal.lead_id = coalesce(survivor.lead_id, activity.lead_id)
where activity.opportunity_id is null and not coalesce(activity.is_automated, false)
