-- One row per snapshot and deal that was open just before it. Key: (period, point, deal_id).
-- `point` is `start` (before the first instant of the period) or `end` (before its exclusive end, or its cut while it
-- runs). Amounts are those of that instant, at the exchange rate of that day.
with snapshot as (
    select period, 'end' as point, instant, cut_on as day, ends_on, is_part, role
    from period
    where grain in ('month', 'quarter', 'year')
    union all
    select
        period.period, 'start' as point, opening.instant, period.starts_on as day, period.ends_on, period.is_part, period.role
    from period
    inner join (
        select local_date, timestamp '1970-01-01' + min(slot) * interval '900' second as instant
        from local_slot
        group by local_date
    ) as opening on opening.local_date = period.starts_on
    where period.grain in ('month', 'quarter', 'year') and period.role = 'own'
),

-- A stage that the agreement does not know is open, and cannot be below the bar; the trust page counts such stages.
standing as (
    select deal_state.*, coalesce(deal_stage.is_qualified, true) as is_qualified
    from deal_state
    left join deal_stage on deal_stage.stage = deal_state.stage
    where coalesce(deal_stage.outcome, 'open') = 'open'
)

select
    snapshot.period,
    snapshot.point,
    snapshot.is_part,
    snapshot.role,
    standing.deal_id,
    standing.stage,
    standing.due_on,
    standing.due_on < snapshot.day as is_past_due,
    coalesce(standing.due_on >= snapshot.day and standing.due_on < snapshot.ends_on, false) as is_due_in_period,
    standing.is_qualified,
    standing.is_history,
    standing.own_amount is not null as is_amount_known,
    case
        when fx_day.rate = 1 then standing.own_amount
        else cast(standing.own_amount * fx_day.rate as decimal(38, 9))
    end as amount,
    case when standing.own_amount is not null and fx_day.rate is null then 'missing_fx' end as gap,
    deal.created_at,
    deal.type,
    deal.origin,
    deal.region,
    deal.segment,
    deal.product,
    deal.owner,
    deal.team,
    deal.excluded
from snapshot
inner join standing on snapshot.instant > standing.from_at and snapshot.instant <= standing.to_at
inner join deal on deal.deal_id = standing.deal_id
left join fx_day on fx_day.currency = standing.currency and fx_day.day = snapshot.day
