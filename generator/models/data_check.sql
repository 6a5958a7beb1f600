-- One row per check and table: how many rows fail of how many. Key: (id, name). `severity`: blocks, taints or notes;
-- `team`: whose data it is; `is_of_load`: reading the drop found it, not the facts.
with checked as (
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
    type, 'taints', 'lifecycle_event', case type
        when 'map_mql_crm_missing' then 'leads that Marketing handed over and the CRM does not know'
        when 'map_mql_crm_disqualified' then 'leads that the CRM threw out while Marketing handed them over'
        when 'map_behind' then 'leads whose stage in the marketing system is behind that in the CRM'
        when 'sql_without_mql'
            then 'sales qualified leads that were never handed over as marketing qualified: counted as SQLs, not in MQL to SQL'
        when 'out_of_order'
            then 'leads whose earlier stage is dated after a later one of the same cycle: the later one is kept'
        when 'won_but_not_customer' then 'leads whose deal is won and which are no customers'
        when 'date_gap' then 'leads that entered one stage on two dates'
        when 'duplicate_owner' then 'leads given to two owners at once: the latest one counts'
    end,
    count(distinct lead_id), (select count(*) from lead where excluded is null)
from conflict
where excluded is null and until_at is null
group by type
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
union all
-- Closed months only: a running one has not been earned yet.
select
    'ledger_gap', 'taints', 'revenue',
    'months in which the deals won in the CRM and the revenue in the ledger are further apart than agreed',
    coalesce(sum(case
        when abs(coalesce(won.amount, 0) - earned.amount) > earned.amount * tolerance.share then 1 else 0
    end), 0),
    count(*)
from (select month, sum(amount) as amount from ledger where is_in_total group by month) as earned
cross join (select cast(value as double) as share from setting where key = 'ledger_tolerance') as tolerance
inner join period
    on period.grain = 'month' and period.role = 'own' and not period.is_part and period.starts_on = earned.month
left join (
    select cast(date_trunc('month', booked_on) as date) as month, sum(amount) as amount
    from deal
    where
        is_won and excluded is null and type in (select value from setting_list where key = 'revenue_types')
    group by 1
) as won on won.month = earned.month
union all
select
    'missing_score', 'notes', 'lead', 'leads without a fit score',
    coalesce(sum(case when score_fit is null then 1 else 0 end), 0), count(*)
from lead_record
where excluded is null
union all
select
    'missing_channel', 'taints', 'lead', 'leads without a channel: they are a channel of their own, Unknown',
    coalesce(sum(case when channel is null then 1 else 0 end), 0), count(*)
from lead
where excluded is null
union all
select
    'open_deal_without_activity', 'notes', 'opportunity', 'open deals on which nobody worked for thirty days',
    coalesce(sum(case when worked.deal_id is null then 1 else 0 end), 0), count(*)
from deal
left join (
    select distinct deal_id
    from deal_work
    where worked_at >= (select cast(value as timestamp) from setting where key = 'as_of') - interval '30' day
) as worked on worked.deal_id = deal.deal_id
where not deal.is_closed and deal.excluded is null and (select is_present from source_table where name = 'activity')
union all
select
    'owner_inactive', 'taints', 'opportunity', 'open deals whose owner has left',
    coalesce(sum(case
        when owner.active_to < (select cast(value as date) from setting where key = 'as_of_date') then 1 else 0
    end), 0),
    count(*)
from deal
inner join owner on owner.owner_id = deal.owner
where not deal.is_closed and deal.excluded is null
union all
select
    'none_automated', 'notes', 'activity',
    'activities, not one of which is marked as automatic: sequences may be counted as human contacts',
    case when automated = 0 then events else 0 end, events
from feed
where name = 'activity' and events > 20
union all
select
    'bulk_load', 'notes', name, 'rows that carry one and the same instant: they were loaded, not lived',
    case when most_at_once > 0.05 * events then most_at_once else 0 end, events
from feed
where events > 20
union all
select
    'feed_stopped', 'taints', name,
    'tables that have been silent for longer than they ever are: has the feed stopped?',
    case when is_stopped then 1 else 0 end, 1
from feed
union all
select
    'paused_clock', 'notes', 'sla_pause', 'obligations whose clock was paused, where they are more than was agreed',
    case
        when
            sum(case when paused_s > 0 then 1 else 0 end)
            > (select cast(value as double) from setting where key = 'sla.max_paused_share') * count(*)
        then sum(case when paused_s > 0 then 1 else 0 end) else 0 end,
    count(*)
from sla_clock
where excluded is null
having count(*) > 0
union all
select
    'long_pause', 'notes', 'sla_pause', 'pauses longer than was agreed',
    sum(case
        when open_days > (select cast(value as integer) from setting where key = 'sla.max_pause_business_days') then 1
        else 0
    end),
    count(*)
from (
    select pause.pause_id, count(business_day.closes_at) as open_days
    from canonical.sla_pause as pause
    cross join (
        select coalesce(max(case when calendar_id = 'company' then calendar_id end), min(calendar_id)) as calendar_id
        from working_calendar
    ) as working
    left join business_day
        on
            business_day.calendar_id = working.calendar_id
            and business_day.closes_at > pause.start_at and business_day.closes_at <= pause.end_at
    group by pause.pause_id
) as paused
having count(*) > 0
union all
select
    'early_give_up', 'taints', 'activity', 'hand-overs given up as unable to reach before the promised attempts',
    (select count(*) from early_give_up), count(*)
from handoff
where reason = 'unable_to_reach' and excluded is null
having count(*) > 0
union all
select
    'touch_after_close', 'notes', 'touch',
    'marketing touches after the last deal of their lead had closed: no deal gets them to its credit', late, touches
from late_touch
union all
select
    'current_value_used', 'notes', 'lead',
    'hand-overs held against criteria that read scores or attributes: exports have no history of them, today counts',
    coalesce(sum(case when reads_today then 1 else 0 end), 0), count(*)
from criteria_verdict
where definition = 'mql' and cycle is not null and is_in_force
),

every as (
    select id, severity, name, text, cast(failing as bigint) as failing, cast(checked as bigint) as checked,
        false as is_of_load
    from checked
    union all
    select id, severity, name, text, failing, checked, true as is_of_load
    from load_check
)

select
    every.*,
    case
        when name in ('lead', 'lifecycle_event', 'touch', 'spend') then 'marketing'
        when
            name in ('opportunity', 'opportunity_stage_event', 'activity', 'assignment', 'sla_pause', 'forecast_snapshot')
            then 'sales'
        else 'operations'
    end as team
from every
