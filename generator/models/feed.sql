-- One row per table of the drop whose rows carry an instant: how old its newest row is, and how long it is usually
-- silent. Key: name. Silence is counted in the open hours of the reporting calendar, so that a weekend is no silence;
-- usual is the 99th percentile of the gaps between rows, those within a quarter of an hour being none. Fewer than
-- twenty gaps say nothing of a habit. `most_at_once`: rows of one and the same instant, where they are more than a
-- twentieth of all; else 0. What only the comparison of drops tells is no feed.
with option as (
    select
        max(case when key = 'reporting_calendar' then value end) as calendar_id,
        max(case when key = 'as_of' then cast(value as timestamp) end) as as_of
    from setting
),

-- Every row that carries an instant.
entry as (
    select 'lead' as name, created_at as moment, 0 as automated
    from canonical.lead where created_at is not null
    union all
    select 'lifecycle_event' as name, occurred_at as moment, 0 as automated
    from canonical.lifecycle_event where coalesce(provenance, '') <> 'snapshot_diff'
    union all
    select 'assignment' as name, occurred_at as moment, 0 as automated
    from canonical.assignment where assignment_id not like 'snapshot %'
    union all
    select 'activity' as name, occurred_at as moment, case when is_automated then 1 else 0 end as automated
    from canonical.activity
    union all
    select 'touch' as name, occurred_at as moment, 0 as automated
    from canonical.touch
    union all
    select 'opportunity' as name, created_at as moment, 0 as automated
    from canonical.opportunity where created_at is not null
    union all
    select 'opportunity_stage_event' as name, occurred_at as moment, 0 as automated
    from canonical.opportunity_stage_event where coalesce(provenance, '') not in ('snapshot_diff', 'current_only')
),

stamped as (
    select name, moment, cast(floor(epoch(moment) / 900) as bigint) as slot, automated
    from entry
),

quarter_hour as (
    select
        name,
        slot,
        cast(floor(epoch(min(moment))) as bigint) as first_s,
        cast(floor(epoch(max(moment))) as bigint) as last_s,
        max(moment) as newest_at,
        count(*) as events,
        cast(sum(automated) as bigint) as automated
    from stamped
    group by name, slot
),

-- Instants are many: only where a quarter of an hour holds many rows can one of its instants.
busy as (
    select quarter_hour.name, quarter_hour.slot
    from quarter_hour
    inner join (select name, sum(events) as events from quarter_hour group by name) as whole
        on whole.name = quarter_hour.name
    where quarter_hour.events > 0.05 * whole.events
),

at_once as (
    select stamped.name, count(*) as events
    from stamped
    inner join busy on busy.name = stamped.name and busy.slot = stamped.slot
    group by stamped.name, stamped.moment
),

clocked as (
    select
        quarter_hour.*,
        clock.open_before_s
        + least(greatest(first_s - clock.slot * 900 - clock.open_from_s, 0), clock.open_to_s - clock.open_from_s)
            as first_open_s,
        clock.open_before_s
        + least(greatest(last_s - clock.slot * 900 - clock.open_from_s, 0), clock.open_to_s - clock.open_from_s)
            as last_open_s
    from quarter_hour
    cross join option
    left join business_slot as clock on clock.calendar_id = option.calendar_id and clock.slot = quarter_hour.slot
),

spaced as (
    select name, first_open_s - lag(last_open_s) over (partition by name order by slot) as gap_s
    from clocked
),

whole as (
    select
        name,
        cast(sum(events) as bigint) as events,
        cast(sum(events) - count(*) as bigint) as within,
        max(newest_at) as newest_at,
        max(last_open_s) as last_open_s,
        cast(sum(automated) as bigint) as automated
    from clocked
    group by name
),

placed as (
    select
        spaced.name,
        spaced.gap_s,
        whole.within + row_number() over (partition by spaced.name order by spaced.gap_s) - 1 as place,
        (whole.events - 2) * 0.99 as wanted
    from spaced
    inner join whole on whole.name = spaced.name
    where spaced.gap_s is not null
),

usual as (
    select
        name,
        coalesce(max(case when place = floor(wanted) then gap_s end), 0)
        + (wanted - floor(wanted)) * (
            coalesce(max(case when place = floor(wanted) + 1 then gap_s end), 0)
            - coalesce(max(case when place = floor(wanted) then gap_s end), 0)
        ) as usual_s
    from placed
    group by name, wanted
)

select
    whole.name,
    whole.events,
    whole.newest_at,
    (epoch(option.as_of) - epoch(whole.newest_at)) / 3600.0 as hours,
    now_open.open_before_s + least(
        greatest(cast(floor(epoch(option.as_of)) as bigint) - now_open.slot * 900 - now_open.open_from_s, 0),
        now_open.open_to_s - now_open.open_from_s
    ) - whole.last_open_s as silent_s,
    case when whole.events > 20 then cast(usual.usual_s as double) end as usual_s,
    coalesce(
        whole.events > 20
        and now_open.open_before_s + least(
            greatest(cast(floor(epoch(option.as_of)) as bigint) - now_open.slot * 900 - now_open.open_from_s, 0),
            now_open.open_to_s - now_open.open_from_s
        ) - whole.last_open_s > greatest(usual.usual_s, 900),
        false
    ) as is_stopped,
    coalesce(bulk.most_at_once, 0) as most_at_once,
    whole.automated
from whole
cross join option
left join usual on usual.name = whole.name
left join (select name, max(events) as most_at_once from at_once group by name) as bulk on bulk.name = whole.name
left join business_slot as now_open
    on
        now_open.calendar_id = option.calendar_id
        and now_open.slot = cast(floor(epoch(option.as_of) / 900) as bigint)
