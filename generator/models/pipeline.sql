-- One row per snapshot and deal that was open just before it. Key: (period, point, deal_id).
-- `point` is `start` (before the first instant of the period) or `end` (before its exclusive end, or its cut while it
-- runs). Amounts are those of that instant, at the exchange rate of that day.
with snapshot as (
    select
        period.period, 'end' as point, period.instant, snapshot_day.day, period.starts_on, period.ends_on, period.is_part,
        period.role
    from period
    inner join snapshot_day on snapshot_day.period = period.period
    union all
    select
        period.period, 'start' as point, day_start.begins_at as instant, period.starts_on as day, period.starts_on, period.ends_on,
        period.is_part, period.role
    from period
    inner join day_start on day_start.local_date = period.starts_on
    where period.grain in ('month', 'quarter', 'year')
)

select
    snapshot.period,
    snapshot.point,
    snapshot.is_part,
    snapshot.role,
    standing.deal_id,
    standing.stage,
    standing.due_on,
    coalesce(standing.due_on < snapshot.day, false) as is_past_due,
    coalesce(standing.due_on >= snapshot.day and standing.due_on < snapshot.ends_on, false) as is_due_in_period,
    case
        when standing.due_on is null then 'undated'
        when standing.due_on < snapshot.starts_on then 'before'
        when standing.due_on < snapshot.ends_on then 'inside'
        else 'after'
    end as due,
    standing.is_qualified,
    standing.has_qualified,
    standing.is_history,
    standing.own_amount is not null as is_amount_known,
    case
        when fx_day.rate = 1 then standing.own_amount
        else cast(standing.own_amount * fx_day.rate as decimal(38, 9))
    end as amount,
    case when standing.own_amount is not null and fx_day.rate is null then 'missing_fx' end as gap,
    standing.currency,
    deal.created_at,
    date_diff('day', deal.created_on, snapshot.day) as age_days,
    deal.type,
    deal.origin,
    deal.region,
    deal.segment,
    deal.product,
    deal.owner,
    deal.team,
    deal.excluded
from snapshot
inner join deal_state as standing
    on standing.is_open and snapshot.instant > standing.from_at and snapshot.instant <= standing.to_at
inner join deal on deal.deal_id = standing.deal_id
left join fx_day on fx_day.currency = standing.currency and fx_day.day = snapshot.day
