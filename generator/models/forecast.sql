-- One row per own period, point and scope of a commit forecast, beside the revenue that came.
-- Key: (period, point, team, region, segment).
-- `point` is `start` (the last one made until `forecast_day` days into the period) or `middle` (until half of it has
-- passed). An empty scope column means all. Sales carries the whole number, unless other teams forecast too. A total
-- steps back behind its parts: `excluded`. While the period runs, nobody knows what comes: the gap is `pending`.
with option as (
    select
        max(case when key = 'reporting_currency' then value end) as reporting_currency,
        nullif(max(case when key = 'source_currency' then value end), '') as source_currency,
        max(case when key = 'forecast_day' then cast(value as integer) end) as forecast_day
    from setting
),

made as (
    select
        forecast_snapshot.snapshot_at,
        local_slot.local_date as made_on,
        forecast_snapshot.period_start,
        forecast_snapshot.period_end,
        case when lower(forecast_snapshot.team) = 'all' then null else forecast_snapshot.team end as team,
        forecast_snapshot.region,
        forecast_snapshot.segment,
        forecast_snapshot.amount,
        coalesce(forecast_snapshot.currency, option.source_currency, option.reporting_currency) as currency
    from canonical.forecast_snapshot as forecast_snapshot
    cross join option
    inner join local_slot
        on local_slot.slot = cast(floor(epoch(forecast_snapshot.snapshot_at) / 900) as bigint)
    where forecast_snapshot.category = 'commit'
),

point as (
    select
        period.period, period.starts_on, period.ends_on, period.cut_on, period.is_part, 'start' as point,
        cast(option.forecast_day as bigint) as days
    from period
    cross join option
    where period.grain in ('month', 'quarter', 'year') and period.role = 'own'
    union all
    select
        period, starts_on, ends_on, cut_on, is_part, 'middle' as point,
        cast(floor(date_diff('day', starts_on, ends_on) / 2) as bigint) as days
    from period
    where grain in ('month', 'quarter', 'year') and role = 'own'
),

standing as (
    select
        point.period, point.point, point.starts_on, point.cut_on, point.is_part, made.snapshot_at, made.team,
        made.region, made.segment, made.amount, made.currency,
        row_number() over (
            partition by point.period, point.point, made.team, made.region, made.segment
            order by made.snapshot_at desc
        ) as nth,
        count(made.team) over (partition by point.period, point.point) as with_team,
        count(case when lower(made.team) <> 'sales' then 1 end) over (partition by point.period, point.point) as others,
        count(made.region) over (partition by point.period, point.point) as with_region,
        count(made.segment) over (partition by point.period, point.point) as with_segment
    from point
    inner join made
        on
            made.period_start = point.starts_on and made.period_end = point.ends_on
            and date_diff('day', point.starts_on, made.made_on) <= point.days
),

booked as (
    select booked_on, team, region, segment, sum(amount) as amount, max(gap) as gap
    from revenue
    where excluded is null
    group by 1, 2, 3, 4
),

came as (
    select
        standing.period, standing.point, standing.team, standing.region, standing.segment,
        coalesce(sum(booked.amount), 0) as actual, max(booked.gap) as gap
    from standing
    left join booked
        on
            booked.booked_on >= standing.starts_on and booked.booked_on < standing.cut_on
            and (
                standing.team is null or lower(standing.team) = 'sales' and standing.others = 0
                or lower(booked.team) = lower(standing.team)
            )
            and (standing.region is null or booked.region = standing.region)
            and (standing.segment is null or booked.segment = standing.segment)
    where standing.nth = 1
    group by 1, 2, 3, 4, 5
)

select
    standing.period,
    standing.point,
    standing.team,
    standing.region,
    standing.segment,
    standing.snapshot_at as made_at,
    cast(cast(standing.amount as decimal(24, 6)) * fx_day.rate as decimal(38, 9)) as forecast,
    cast(came.actual as decimal(38, 9)) as actual,
    case
        when standing.is_part then 'pending'
        when fx_day.rate is null then 'missing_fx'
        else came.gap
    end as gap,
    case
        when
            standing.team is null and standing.region is null and standing.segment is null
            and standing.with_team + standing.with_region + standing.with_segment > 0
            then 'told_by_its_parts'
    end as excluded
from standing
inner join came
    on
        came.period = standing.period and came.point = standing.point
        and coalesce(came.team, '') = coalesce(standing.team, '')
        and coalesce(came.region, '') = coalesce(standing.region, '')
        and coalesce(came.segment, '') = coalesce(standing.segment, '')
left join fx_day on fx_day.currency = standing.currency and fx_day.day = standing.starts_on
where standing.nth = 1
union all
-- Where nobody forecast, that is what is missing.
select
    point.period, point.point, null as team, null as region, null as segment, null as made_at, null as forecast,
    null as actual, 'missing_input' as gap, null as excluded
from point
where not exists (
    select 1 from standing where standing.period = point.period and standing.point = point.point
)
