-- One row per hand-over (or what became of it) and rule that speaks of it. Key: (handoff_no, rule_no).
-- The commitment in force at the trigger rules. A new owner may start the clocks of Sales anew.
with option as (
    -- A calendar of that name, else the one that periods are paced by.
    select
        coalesce(
            (select calendar_id from working_calendar where calendar_id = 'company'),
            max(case when key = 'reporting_calendar' then value end)
        ) as company_calendar
    from setting
),

triggered as (
    select
        handoff_no, lead_id, tier, calendar_id, 'mql' as trigger, handed_at as triggered_at, restarted_at
    from handoff_record
    union all
    select handoff_no, lead_id, tier, calendar_id, 'recycled' as trigger, exit_at as triggered_at,
        cast(null as timestamp) as restarted_at
    from handoff_record
    where exit_stage = 'recycled'
    union all
    select handoff_no, lead_id, tier, calendar_id, 'sal' as trigger, accepted_at as triggered_at,
        cast(null as timestamp) as restarted_at
    from handoff_record
    where is_accepted
    union all
    select handoff_no, lead_id, tier, calendar_id, 'rejection' as trigger, exit_at as triggered_at,
        cast(null as timestamp) as restarted_at
    from handoff_record
    where is_rejected
)

select
    triggered.handoff_no,
    rule.rule_no,
    triggered.lead_id,
    case
        when rule.direction = 'sales_to_marketing' then coalesce(triggered.restarted_at, triggered.triggered_at)
        else triggered.triggered_at
    end as triggered_at,
    case rule.calendar
        when 'owner' then triggered.calendar_id
        when 'company' then option.company_calendar
        else rule.calendar
    end as calendar_id
from triggered
cross join option
inner join local_slot on local_slot.slot = cast(floor(epoch(triggered.triggered_at) / 900) as bigint)
inner join rule
    on
        rule.trigger = triggered.trigger
        and rule.kind in ('clock', 'quality', 'reason')
        and (rule.tier is null or rule.tier = triggered.tier)
        and local_slot.local_date >= rule.effective_from
        and local_slot.local_date < coalesce(rule.effective_to, date '9999-12-31')
