-- One row per obligation: a bearer (`bearer` says what that is) and a rule that speaks of it. Key: (bearer_no, rule_no).
-- Numbers instead of texts, and nothing that the bearer or the rule says: `sla_clock` puts them together.
-- A stop at the very second of the deadline is in time. Pauses move the deadline by the business time they cover.
-- Round-the-clock time needs no calendar: its seconds are those of the epoch.
with option as (
    select max(case when key = 'as_of' then cast(value as timestamp) end) as as_of
    from setting
),

-- Seconds of open time up to the trigger and up to the stop, or up to now.
clocked as (
    select
        stopped.*,
        option.as_of,
        case
            when stopped.calendar_id = '24x7' then cast(floor(epoch(stopped.triggered_at)) as bigint)
            else
                since.open_before_s + least(
                    greatest(cast(floor(epoch(stopped.triggered_at)) as bigint) - since.slot * 900 - since.open_from_s, 0),
                    since.open_to_s - since.open_from_s
                )
        end as start_s,
        case
            when stopped.calendar_id = '24x7'
                then cast(floor(epoch(coalesce(stopped.stopped_at, option.as_of))) as bigint)
            else
                til.open_before_s + least(
                    greatest(
                        cast(floor(epoch(coalesce(stopped.stopped_at, option.as_of))) as bigint)
                        - til.slot * 900 - til.open_from_s,
                        0
                    ),
                    til.open_to_s - til.open_from_s
                )
        end as end_s,
        since.days_closed + 1
        + case
            when cast(floor(epoch(stopped.triggered_at)) as bigint) - since.slot * 900 >= since.day_close_s then 1
            else 0
        end as start_day
    from stop as stopped
    cross join option
    left join business_slot as since
        on
            since.calendar_id = stopped.calendar_id
            and since.slot = cast(floor(epoch(stopped.triggered_at) / 900) as bigint)
    left join business_slot as til
        on
            til.calendar_id = stopped.calendar_id
            and til.slot = cast(floor(epoch(coalesce(stopped.stopped_at, option.as_of)) / 900) as bigint)
),

-- The close of each business day, and the open seconds up to it.
closing as (
    select
        business_day.calendar_id,
        business_day.ordinal,
        business_day.closes_at,
        slot.open_before_s + least(
            greatest(cast(floor(epoch(business_day.closes_at)) as bigint) - slot.slot * 900 - slot.open_from_s, 0),
            slot.open_to_s - slot.open_from_s
        ) as closes_s
    from business_day
    left join business_slot as slot
        on
            slot.calendar_id = business_day.calendar_id
            and slot.slot = cast(floor(epoch(business_day.closes_at) / 900) as bigint)
),

-- The time allowed, in open seconds: the target, or what is open until the close of the n-th business day.
timed as (
    select
        clocked.*,
        rule.kind,
        rule.target_s,
        rule.grace_s,
        rule.due_soon_at,
        closing.closes_at,
        coalesce(rule.target_s, closing.closes_s - clocked.start_s) as allowed_s
    from clocked
    inner join rule on rule.rule_no = clocked.rule_no
    left join closing
        on closing.calendar_id = clocked.calendar_id and closing.ordinal = clocked.start_day + rule.target_days
),

-- Only for reasons that were agreed may a clock stand still.
pause as (
    select
        pause.pause_id,
        coalesce(survivor.lead_id, pause.lead_id) as lead_id,
        pause.commitment_id,
        pause.start_at,
        least(coalesce(pause.end_at, option.as_of), option.as_of) as end_at
    from canonical.sla_pause as pause
    inner join setting_list as agreed on agreed.key = 'sla.pause_reasons' and agreed.value = pause.reason
    cross join option
    left join survivor on survivor.record_id = pause.lead_id
),

paused as (
    select
        owed.bearer_no,
        owed.rule_no,
        owed.calendar_id,
        owed.triggered_at,
        pause.pause_id,
        greatest(pause.start_at, owed.triggered_at) as start_at,
        pause.end_at
    from owed
    inner join rule on rule.rule_no = owed.rule_no and rule.kind = 'clock'
    inner join pause
        on
            pause.lead_id = owed.lead_id
            and (pause.commitment_id is null or pause.commitment_id = rule.commitment)
            and pause.end_at > owed.triggered_at
            and pause.end_at > pause.start_at
),

-- Two pauses at one time are one.
apart as (
    select
        paused.*,
        greatest(start_at, coalesce(max(end_at) over (
            partition by bearer_no, rule_no order by start_at, end_at, pause_id
            rows between unbounded preceding and 1 preceding
        ), start_at)) as from_at
    from paused
),

pause_length as (
    select
        apart.bearer_no,
        apart.rule_no,
        apart.from_at,
        timed.start_s,
        timed.allowed_s,
        case
            when apart.calendar_id = '24x7' then cast(floor(epoch(apart.from_at)) as bigint)
            else
                since.open_before_s + least(
                    greatest(cast(floor(epoch(apart.from_at)) as bigint) - since.slot * 900 - since.open_from_s, 0),
                    since.open_to_s - since.open_from_s
                )
        end as from_s,
        case
            when apart.calendar_id = '24x7' then cast(floor(epoch(apart.end_at)) as bigint)
            else
                til.open_before_s + least(
                    greatest(cast(floor(epoch(apart.end_at)) as bigint) - til.slot * 900 - til.open_from_s, 0),
                    til.open_to_s - til.open_from_s
                )
        end as til_s
    from apart
    inner join timed on timed.bearer_no = apart.bearer_no and timed.rule_no = apart.rule_no
    left join business_slot as since
        on since.calendar_id = apart.calendar_id and since.slot = cast(floor(epoch(apart.from_at) / 900) as bigint)
    left join business_slot as til
        on til.calendar_id = apart.calendar_id and til.slot = cast(floor(epoch(apart.end_at) / 900) as bigint)
    where apart.from_at < apart.end_at
),

-- A pause that begins after the deadline has passed does not bring it back.
pause_total as (
    select bearer_no, rule_no, cast(sum(length_s) as bigint) as paused_s
    from (
        select
            bearer_no,
            rule_no,
            allowed_s,
            til_s - from_s as length_s,
            from_s - start_s - coalesce(sum(til_s - from_s) over (
                partition by bearer_no, rule_no order by from_at
                rows between unbounded preceding and 1 preceding
            ), 0) as used_s
        from pause_length
    ) as counted
    where used_s < allowed_s
    group by bearer_no, rule_no
),

aimed as (
    select
        timed.*,
        coalesce(pause_total.paused_s, 0) as paused_s,
        timed.start_s + timed.allowed_s + coalesce(pause_total.paused_s, 0) as due_s
    from timed
    left join pause_total on pause_total.bearer_no = timed.bearer_no and pause_total.rule_no = timed.rule_no
),

due as (
    select
        aimed.*,
        case
            when aimed.kind <> 'clock' then aimed.triggered_at
            when aimed.target_s is null and aimed.paused_s = 0 then aimed.closes_at
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
        due.due_at + due.grace_s * interval '1' second as late_at,
        due.end_s - due.start_s - due.paused_s as elapsed_s
    from due
)

select
    bearer_no,
    rule_no,
    triggered_at,
    due_at,
    stopped_at,
    elapsed_s,
    cast(allowed_s as integer) as allowed_s,
    paused_s,
    case
        when is_excluded then 'excluded'
        when cancelled_at <= due_at then 'cancelled'
        when stopped_at <= late_at and due_at <= as_of then 'met'
        when stopped_at <= late_at then 'met_not_due'
        when stopped_at > late_at then 'breached_late'
        when as_of > late_at then 'breached_open'
        when elapsed_s >= due_soon_at * allowed_s then 'due_soon'
        else 'pending'
    end as state,
    coalesce(stopped_at > due_at and stopped_at <= late_at, false) as is_in_grace
from judged
