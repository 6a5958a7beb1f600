-- One row per check of the facts: id, severity, table, sentence, failing rows, checked rows.
select
    'missing_fx' as id, 'blocks' as severity, 'opportunity' as name,
    'deals in a currency for which no rate is valid on their booking day: money metrics of those cells are withheld'
        as text,
    coalesce(sum(case when gap is not null then 1 else 0 end), 0) as failing,
    count(*) as checked
from deal
union all
select
    'missing_amount', 'taints', 'opportunity',
    'closed deals without an amount: they count in numbers of deals and leave the value metrics',
    coalesce(sum(case when not is_amount_known then 1 else 0 end), 0), count(*)
from deal
where is_closed and excluded is null
union all
select
    'negative_duration', 'taints', 'opportunity',
    'won deals booked before their lead was created: they leave the durations and conversions',
    coalesce(sum(case when booked_on < lead_created_on then 1 else 0 end), 0), count(*)
from deal
where is_won and excluded is null and lead_created_on is not null
union all
select
    'deal_without_lead', 'taints', 'opportunity',
    'won new-business deals without a lead: they have no channel and no length from the lead',
    coalesce(sum(case when lead_created_on is null then 1 else 0 end), 0), count(*)
from deal
where is_won and type = 'new_business' and excluded is null
union all
select
    'backdated_close', 'notes', 'opportunity',
    'deals whose close date lies more than five days from the day they were closed, or in another month',
    coalesce(sum(case
        when abs(date_diff('day', deal.due_on, local_slot.local_date)) > 5
            or date_trunc('month', deal.due_on) <> date_trunc('month', local_slot.local_date) then 1
        else 0
    end), 0),
    count(*)
from deal
inner join local_slot on local_slot.slot = cast(floor(epoch(deal.closed_at) / 900) as bigint)
where deal.is_closed and deal.due_on is not null
union all
select
    'stale_deal', 'notes', 'opportunity', 'open deals whose close date has passed',
    coalesce(sum(case
        when due_on < (select cast(value as date) from setting where key = 'as_of_date') then 1 else 0
    end), 0),
    count(*)
from deal
where not is_closed and excluded is null
union all
select
    'backward_move', 'notes', 'lifecycle_event', 'moves back to an earlier stage inside one cycle: not counted',
    coalesce(sum(case when move = 'backward' then 1 else 0 end), 0), count(*)
from lifecycle
union all
select
    'out_of_order', 'taints', 'lifecycle_event',
    'leads whose earlier stage is dated after a later one of the same cycle: the later one is kept',
    count(distinct case when move = 'backward' and rank > 0 then lead_id end), count(distinct lead_id)
from lifecycle
union all
select
    'sql_without_mql', 'taints', 'lifecycle_event',
    'sales qualified leads that were never handed over as marketing qualified: counted as SQLs, not in MQL to SQL',
    coalesce(sum(case when handed.lead_id is null then 1 else 0 end), 0), count(*)
from lead
left join (select distinct lead_id from lifecycle where stage = 'mql') as handed on handed.lead_id = lead.lead_id
where lead.sql_at is not null and lead.excluded is null
union all
select
    'missing_reason', 'taints', 'lifecycle_event', 'leads sent back or out without a reason',
    coalesce(sum(case when is_rejected and reason is null then 1 else 0 end), 0),
    coalesce(sum(case when is_rejected then 1 else 0 end), 0)
from handoff
where excluded is null
union all
select
    'missing_origin', 'notes', 'lead', 'leads of which nobody knows who produced them',
    coalesce(sum(case when origin is null or origin = 'unknown' then 1 else 0 end), 0), count(*)
from lead
where excluded is null
union all
select
    'test_record', 'notes', 'lead', 'test, internal and competitor records: counted nowhere',
    coalesce(sum(case when excluded is not null then 1 else 0 end), 0), count(*)
from lead
union all
select
    'merged_record', 'notes', 'lead', 'records that were merged into another one: what happened to them counts there',
    count(*), (select count(*) from canonical.lead)
from survivor
union all
select
    'contact_before_handoff', 'notes', 'activity',
    'hand-overs that sales had already contacted before: such contacts do not answer them',
    count(distinct handoff.handoff_id), (select count(*) from handoff)
from handoff
inner join response
    on
        response.lead_id = handoff.lead_id
        and epoch(response.occurred_at)
        < epoch(handoff.handed_at)
        - (select cast(value as integer) from setting where key = 'clock_skew_seconds')
where handoff.excluded is null
union all
select
    'deal_without_history', 'notes', 'opportunity_stage_event',
    'deals without a history of their stages: past pipelines use what is known today',
    count(distinct case when not is_history then deal_id end), count(distinct deal_id)
from deal_state
union all
select
    'unowned_handoff', 'taints', 'lead', 'hand-overs without an owner whose calendar is known',
    coalesce(sum(case when owner is null then 1 else 0 end), 0), count(*)
from handoff
where excluded is null
