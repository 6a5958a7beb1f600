-- One row per bearer (a hand-over, what became of it, or the stay of a deal in a stage) and rule that speaks of it.
-- Key: (bearer_no, rule_no).
-- The commitment in force at the trigger rules. A new owner may start the clocks of Sales anew: each time where the
-- settings say so, as often as the commitment itself says where it does.
with option as (
    -- A calendar of that name, else the one that periods are paced by.
    select
        coalesce(
            (select calendar_id from working_calendar where calendar_id = 'company'),
            max(case when key = 'reporting_calendar' then value end)
        ) as company_calendar
    from setting
),

handed as (
    select
        handoff_no as bearer_no, lead_id, tier, region, segment, channel, calendar_id, handed_at, accepted_at,
        is_accepted, is_rejected, sql_at, exit_at, exit_stage, restarted_at
    from handoff_record
),

triggered as (
    select handed.*, 'mql' as trigger, cast(null as varchar) as stage, handed_at as triggered_at
    from handed
    union all
    select handed.*, 'recycled' as trigger, cast(null as varchar) as stage, exit_at as triggered_at
    from handed
    where exit_stage = 'recycled'
    union all
    select handed.*, 'sal' as trigger, cast(null as varchar) as stage, accepted_at as triggered_at
    from handed
    where is_accepted
    union all
    select handed.*, 'sql' as trigger, cast(null as varchar) as stage, sql_at as triggered_at
    from handed
    where sql_at is not null
    union all
    select handed.*, 'rejection' as trigger, cast(null as varchar) as stage, exit_at as triggered_at
    from handed
    where is_rejected
),

begun as (
    select
        bearer_no, lead_id, tier, region, segment, channel, calendar_id, trigger, stage, triggered_at,
        case when trigger = 'mql' then restarted_at end as restarted_at
    from triggered
    union all
    select
        stay_no, lead_id, tier, region, segment, channel, calendar_id, 'deal_stage' as trigger, stage,
        entered_at as triggered_at, cast(null as timestamp) as restarted_at
    from promised_stay
)

select
    begun.bearer_no,
    rule.rule_no,
    begun.lead_id,
    case
        when rule.restarts is not null then coalesce(change.changed_at, begun.triggered_at)
        when rule.direction = 'sales_to_marketing' then coalesce(begun.restarted_at, begun.triggered_at)
        else begun.triggered_at
    end as triggered_at,
    case rule.calendar
        when 'owner' then coalesce(change.calendar_id, begun.calendar_id)
        when 'company' then option.company_calendar
        else rule.calendar
    end as calendar_id
from begun
cross join option
inner join local_slot on local_slot.slot = cast(floor(epoch(begun.triggered_at) / 900) as bigint)
inner join rule
    on
        rule.trigger = begun.trigger
        and rule.kind in ('clock', 'quality', 'reason')
        and (rule.stage is null or rule.stage = begun.stage)
        and (rule.tier is null or rule.tier = begun.tier)
        and (rule.region is null or rule.region = lower(begun.region))
        and (rule.segment is null or rule.segment = lower(begun.segment))
        and (rule.channel is null or rule.channel = begun.channel)
        and local_slot.local_date >= rule.effective_from
        and local_slot.local_date < coalesce(rule.effective_to, date '9999-12-31')
left join owner_change as change
    on
        change.handoff_no = begun.bearer_no and begun.trigger = 'mql'
        and change.place = least(rule.restarts, change.places)
