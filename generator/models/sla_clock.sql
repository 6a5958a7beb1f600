-- One row per obligation: a hand-over (or what became of it) and a commitment that speaks of it.
-- Key: obligation_id (commitment|handoff). The commitment in force at the trigger rules.
-- States: excluded, cancelled, pending, due_soon, met, met_not_due, breached_late, breached_open. A stop at the very
-- second of the deadline is in time. Pauses move the deadline by the business time they cover.
with option as (
    select
        max(case when key = 'as_of' then cast(value as timestamp) end) as as_of
    from setting
),

triggered as (
    select handoff_id, 'mql' as trigger, handed_at as triggered_at from handoff
    union all
    select handoff_id, 'recycled' as trigger, exit_at as triggered_at from handoff where exit_stage = 'recycled'
    union all
    select handoff_id, 'sal' as trigger, accepted_at as triggered_at from handoff where is_accepted
    union all
    select handoff_id, 'rejection' as trigger, exit_at as triggered_at from handoff where is_rejected
),

owed as (
    select
        commitment.commitment || '|' || handoff.handoff_id as obligation_id,
        handoff.handoff_id,
        handoff.lead_id,
        commitment.commitment,
        commitment.version,
        commitment.rule_id,
        commitment.direction,
        commitment.team as accountable_team,
        commitment.kind,
        commitment.unit,
        commitment.target_s,
        commitment.target_days,
        commitment.attempts,
        commitment.grace_s,
        commitment.due_soon_at,
        triggered.triggered_at,
        case commitment.calendar
            when 'owner' then handoff.calendar_id
            when 'company' then (select value from setting where key = 'reporting_calendar')
            else commitment.calendar
        end as calendar_id,
        handoff.exit_at,
        cancel.reason is not null as is_cancelling,
        local_slot.local_date as triggered_on
    from triggered
    inner join handoff on handoff.handoff_id = triggered.handoff_id
    inner join local_slot on local_slot.slot = cast(floor(epoch(triggered.triggered_at) / 900) as bigint)
    inner join commitment
        on
            commitment.trigger = triggered.trigger
            and commitment.kind in ('clock', 'quality', 'reason')
            and (commitment.tier is null or commitment.tier = handoff.tier)
            and local_slot.local_date >= commitment.effective_from
            and local_slot.local_date < coalesce(commitment.effective_to, date '9999-12-31')
    left join commitment_cancel as cancel
        on cancel.rule_id = commitment.rule_id and cancel.reason = handoff.reason
),

attempted as (
    select
        owed.obligation_id,
        attempt.attempted_at,
        attempt.outcome,
        row_number() over (
            partition by owed.obligation_id order by attempt.attempted_at, attempt.attempt_id
        ) as place,
        owed.attempts
    from owed
    inner join commitment_stop on commitment_stop.rule_id = owed.rule_id and commitment_stop.stop in ('attempts', 'connected')
    inner join attempt on attempt.lead_id = owed.lead_id and attempt.attempted_at >= owed.triggered_at
),

nurtured as (
    select owed.obligation_id, min(touch.occurred_at) as stopped_at
    from owed
    inner join commitment_stop
        on commitment_stop.rule_id = owed.rule_id and commitment_stop.stop = 'marketing_touch'
    inner join canonical.touch as touch
        on touch.lead_id = owed.lead_id and touch.is_marketing and touch.occurred_at > owed.triggered_at
    group by owed.obligation_id
),

lacking as (
    -- The agreed hand-over fields that this hand-over lacks.
    select owed.obligation_id, count(*) as fields
    from owed
    inner join commitment_field as field on field.rule_id = owed.rule_id
    left join handoff_field
        on handoff_field.handoff_id = owed.handoff_id and handoff_field.field = field.field
    where handoff_field.value is null or (field.wanted is not null and handoff_field.value <> field.wanted)
    group by owed.obligation_id
),

stop_at as (
    select owed.obligation_id, handoff.responded_at as stopped_at
    from owed
    inner join commitment_stop as stop on stop.rule_id = owed.rule_id and stop.stop = 'first_response'
    inner join handoff on handoff.handoff_id = owed.handoff_id
    union all
    select owed.obligation_id, handoff.assigned_at as stopped_at
    from owed
    inner join commitment_stop as stop on stop.rule_id = owed.rule_id and stop.stop = 'assignment'
    inner join handoff on handoff.handoff_id = owed.handoff_id
    union all
    select owed.obligation_id, handoff.crm_event_at as stopped_at
    from owed
    inner join commitment_stop as stop on stop.rule_id = owed.rule_id and stop.stop = 'crm_event'
    inner join handoff on handoff.handoff_id = owed.handoff_id
    union all
    select owed.obligation_id, handoff.accepted_at as stopped_at
    from owed
    inner join commitment_stop as stop on stop.rule_id = owed.rule_id and stop.stop in ('sal', 'decision')
    inner join handoff on handoff.handoff_id = owed.handoff_id
    union all
    select owed.obligation_id, handoff.sql_at as stopped_at
    from owed
    inner join commitment_stop as stop on stop.rule_id = owed.rule_id and stop.stop = 'sql'
    inner join handoff on handoff.handoff_id = owed.handoff_id
    union all
    select owed.obligation_id, handoff.reasoned_at as stopped_at
    from owed
    inner join commitment_stop as stop on stop.rule_id = owed.rule_id and stop.stop in ('reasoned_exit', 'decision')
    inner join handoff on handoff.handoff_id = owed.handoff_id
    union all
    select distinct obligation_id, attempted_at as stopped_at
    from attempted
    where place = attempts or outcome in ('connected', 'replied', 'held')
    union all
    select obligation_id, stopped_at from nurtured
    union all
    select owed.obligation_id, owed.triggered_at as stopped_at
    from owed
    left join lacking on lacking.obligation_id = owed.obligation_id
    where owed.kind = 'quality' and lacking.fields is null
    union all
    select owed.obligation_id, owed.triggered_at as stopped_at
    from owed
    inner join handoff on handoff.handoff_id = owed.handoff_id
    where owed.kind = 'reason' and coalesce(handoff.reason, 'other') <> 'other'
),

stopped as (
    select obligation_id, min(stopped_at) as stopped_at
    from stop_at
    where stopped_at is not null
    group by obligation_id
),

paused as (
    select
        owed.obligation_id,
        owed.calendar_id,
        greatest(pause.start_at, owed.triggered_at) as start_at,
        least(coalesce(pause.end_at, option.as_of), option.as_of) as end_at
    from owed
    cross join option
    left join survivor on survivor.lead_id = owed.lead_id
    inner join canonical.sla_pause as pause
        on
            (pause.lead_id = owed.lead_id or pause.lead_id = survivor.record_id)
            and (pause.commitment_id is null or pause.commitment_id = owed.commitment)
            and coalesce(pause.end_at, option.as_of) > owed.triggered_at
            and pause.start_at < option.as_of
    where owed.kind = 'clock'
),

instant as (
    select distinct calendar_id, moment
    from (
        select calendar_id, triggered_at as moment from owed
        union all
        select owed.calendar_id, stopped.stopped_at as moment
        from owed inner join stopped on stopped.obligation_id = owed.obligation_id
        union all
        select calendar_id, start_at as moment from paused
        union all
        select calendar_id, end_at as moment from paused
        union all
        select distinct owed.calendar_id, option.as_of as moment from owed cross join option
    ) as needed
),

-- Seconds of open time up to an instant; round the clock they are the seconds of the epoch.
clock as (
    select
        instant.calendar_id,
        instant.moment,
        coalesce(
            slot.open_before_s + least(
                greatest(cast(floor(epoch(instant.moment)) as bigint) - slot.slot * 900 - slot.open_from_s, 0),
                slot.open_to_s - slot.open_from_s
            ),
            case when instant.calendar_id = '24x7' then cast(floor(epoch(instant.moment)) as bigint) end
        ) as open_s,
        slot.days_closed + 1
        + case
            when cast(floor(epoch(instant.moment)) as bigint) - slot.slot * 900 >= slot.day_close_s then 1 else 0
        end as business_day
    from instant
    left join business_slot as slot
        on
            slot.calendar_id = instant.calendar_id
            and slot.slot = cast(floor(epoch(instant.moment) / 900) as bigint)
),

started as (
    select owed.*, clock.open_s as start_s, clock.business_day as start_day, nth.closes_at
    from owed
    inner join clock on clock.calendar_id = owed.calendar_id and clock.moment = owed.triggered_at
    left join business_day as nth
        on nth.calendar_id = owed.calendar_id and nth.ordinal = clock.business_day + owed.target_days
),

pause_length as (
    select
        paused.obligation_id,
        paused.start_at,
        begun.open_s as begun_s,
        greatest(ended.open_s - begun.open_s, 0) as length_s
    from paused
    inner join clock as begun on begun.calendar_id = paused.calendar_id and begun.moment = paused.start_at
    inner join clock as ended on ended.calendar_id = paused.calendar_id and ended.moment = paused.end_at
),

pause_total as (
    -- A pause that begins after the deadline has passed does not bring it back.
    select counted.obligation_id, sum(counted.length_s) as paused_s
    from (
        select
            pause_length.obligation_id,
            pause_length.length_s,
            pause_length.begun_s - started.start_s - coalesce(sum(pause_length.length_s) over (
                partition by pause_length.obligation_id order by pause_length.start_at
                rows between unbounded preceding and 1 preceding
            ), 0) as used_s,
            started.target_s
        from pause_length
        inner join started on started.obligation_id = pause_length.obligation_id
    ) as counted
    where counted.target_s is null or counted.used_s < counted.target_s
    group by counted.obligation_id
),

aimed as (
    select
        started.*,
        coalesce(pause_total.paused_s, 0) as paused_s,
        started.start_s + started.target_s + coalesce(pause_total.paused_s, 0) as due_s
    from started
    left join pause_total on pause_total.obligation_id = started.obligation_id
),

due as (
    select
        aimed.*,
        case
            when aimed.kind <> 'clock' then aimed.triggered_at
            when aimed.target_days is not null then aimed.closes_at + aimed.paused_s * interval '1' second
            when aimed.calendar_id = '24x7'
                then aimed.triggered_at + (aimed.target_s + aimed.paused_s) * interval '1' second
            else opened.lo_at + (aimed.due_s - opened.open_lo) * interval '1' second
        end as due_at
    from aimed
    left join business_open as opened
        on
            opened.calendar_id = aimed.calendar_id
            and opened.bucket = cast(floor((aimed.due_s - 1) / 900) as bigint)
            and opened.open_lo < aimed.due_s
            and aimed.due_s <= opened.open_hi
),

judged as (
    select
        due.*,
        stopped.stopped_at,
        option.as_of,
        coalesce(due.due_at + due.grace_s * interval '1' second, due.due_at) as late_at,
        coalesce(stop_clock.open_s, now_clock.open_s) - due.start_s - due.paused_s as elapsed_s
    from due
    cross join option
    left join stopped on stopped.obligation_id = due.obligation_id
    left join clock as stop_clock on stop_clock.calendar_id = due.calendar_id and stop_clock.moment = stopped.stopped_at
    left join clock as now_clock on now_clock.calendar_id = due.calendar_id and now_clock.moment = option.as_of
)

select
    judged.obligation_id,
    judged.handoff_id,
    judged.lead_id,
    judged.commitment,
    judged.version,
    judged.direction,
    judged.accountable_team,
    judged.triggered_at,
    judged.due_at,
    judged.stopped_at,
    judged.elapsed_s,
    judged.target_s,
    judged.target_days,
    judged.paused_s,
    case
        when handoff.excluded is not null then 'excluded'
        when judged.is_cancelling and judged.exit_at <= judged.due_at then 'cancelled'
        when judged.stopped_at <= judged.late_at and judged.due_at <= judged.as_of then 'met'
        when judged.stopped_at <= judged.late_at then 'met_not_due'
        when judged.stopped_at > judged.late_at then 'breached_late'
        when judged.as_of > judged.late_at then 'breached_open'
        when judged.elapsed_s >= judged.due_soon_at * judged.target_s then 'due_soon'
        else 'pending'
    end as state,
    coalesce(judged.stopped_at > judged.due_at and judged.stopped_at <= judged.late_at, false) as is_in_grace,
    handoff.region, handoff.segment, handoff.channel, handoff.campaign, handoff.product, handoff.tier,
    handoff.owner, judged.accountable_team as team, handoff.origin,
    handoff.excluded
from judged
inner join handoff on handoff.handoff_id = judged.handoff_id
