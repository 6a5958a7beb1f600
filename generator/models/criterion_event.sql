-- One row per touch or activity that some condition counts, and the condition. Key: none, instants may repeat.
-- A touch that only repeats another one is none.
select coalesce(survivor.lead_id, touch.lead_id) as lead_id, criterion.condition_no, touch.occurred_at
from canonical.touch as touch
inner join criterion on criterion.kind = 'touch' and criterion.name = lower(touch.type)
left join survivor on survivor.record_id = touch.lead_id
where
    touch.lead_id is not null
    and not exists (select 1 from touch_again where touch_again.touch_id = touch.touch_id)
union all
select coalesce(survivor.lead_id, activity.lead_id, deal.lead_id) as lead_id, asked.condition_no, activity.occurred_at
from canonical.activity as activity
inner join criterion_value as asked on asked.part = 'type' and asked.value = activity.type
inner join criterion on criterion.condition_no = asked.condition_no and criterion.kind = 'activity'
left join survivor on survivor.record_id = activity.lead_id
left join deal on deal.deal_id = activity.opportunity_id
where
    not coalesce(activity.is_automated, false)
    and coalesce(activity.lead_id, deal.lead_id) is not null
    and (
        not exists (
            select 1 from criterion_value as outcome
            where outcome.condition_no = asked.condition_no and outcome.part = 'outcome'
        )
        or exists (
            select 1 from criterion_value as outcome
            where
                outcome.condition_no = asked.condition_no and outcome.part = 'outcome'
                and outcome.value = activity.outcome
        )
    )
