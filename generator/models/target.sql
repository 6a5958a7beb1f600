-- One row per own period and agreed target that speaks of it. Key: (period, target_id).
-- A target speaks of a period whose span it equals, of one that it covers (`is_covering`: level targets hold inside
-- their span), and of one that its like tile without a gap (`summed`: twelve months make a year).
with option as (
    select
        max(case when key = 'reporting_currency' then value end) as reporting_currency
    from setting
),

-- Several targets of one scope and span are versions: the one agreed last is in force.
current_version as (
    select *
    from (
        select
            agreed.*,
            row_number() over (
                partition by metric_id, period_start, period_end, team, region, segment, owner_id
                order by coalesce(agreed_on, date '0001-01-01') desc, version desc, target_id desc
            ) as place
        from agreed_target as agreed
    ) as ranked
    where place = 1
),

worth as (
    select
        current_version.*,
        cast(
            case
                when current_version.currency is null or current_version.currency = option.reporting_currency
                    then current_version.value
                else cast(current_version.value as decimal(24, 6)) * fx_day.rate
            end as decimal(38, 9)
        ) as amount,
        case
            when
                current_version.currency is not null
                and current_version.currency <> option.reporting_currency
                and fx_day.rate is null
                then 'missing_fx'
        end as gap
    from current_version
    cross join option
    left join fx_day
        on fx_day.currency = current_version.currency and fx_day.day = current_version.period_start
),

spoken as (
    select
        period.period,
        worth.*,
        period.starts_on,
        period.ends_on
    from period
    inner join worth on worth.period_start < period.ends_on and worth.period_end > period.starts_on
    where period.role = 'own' and period.grain <> 'all'
),

tiled as (
    select
        period,
        metric_id,
        team,
        region,
        segment,
        owner_id,
        min(period_start) as span_start,
        max(period_end) as span_end,
        sum(amount) as amount,
        max(gap) as gap,
        max(version) as version,
        max(agreed_on) as agreed_on,
        min(target_id) as target_id
    from spoken
    where
        period_start >= starts_on and period_end <= ends_on
        and not (period_start = starts_on and period_end = ends_on)
    group by period, metric_id, team, region, segment, owner_id, starts_on, ends_on
    having
        min(period_start) = starts_on and max(period_end) = ends_on
        and sum(date_diff('day', period_start, period_end)) = date_diff('day', starts_on, ends_on)
)

select
    target_id, period, metric_id as metric, team, region, segment, owner_id as owner, amount as value,
    gap as currency_gap, version, agreed_on, period_start as span_start, period_end as span_end, false as summed
from spoken
where period_start <= starts_on and period_end >= ends_on
union all
select
    target_id, period, metric_id as metric, team, region, segment, owner_id as owner, amount as value,
    gap as currency_gap, version, agreed_on, span_start, span_end, true as summed
from tiled
