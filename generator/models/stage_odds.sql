-- One row per end of a period and open stage: how often deals that had reached it were won. Key: (period, stage).
-- Measured on what was decided in the 365 days before; with fewer than `min_n_rate` of them the probability that the
-- agreement states for the stage stands in, and where it states none the gap says so.
with reached as (
    select
        deal_id,
        max(case when is_open and is_history then rank end) as top_rank
    from deal_state
    group by deal_id
),

decided as (
    -- A win has passed every stage.
    select
        deal.booked_on,
        case when deal.is_won then 1000000 else reached.top_rank end as top_rank,
        sum(case when deal.is_won then 1 else 0 end) as won,
        count(*) as decided
    from deal
    inner join reached on reached.deal_id = deal.deal_id
    where
        deal.is_closed and deal.excluded is null and not deal.is_void_loss and reached.top_rank is not null
        and deal.type in (select value from setting_list where key = 'revenue_types')
    group by 1, 2
),

lately as (
    select period.period, decided.top_rank, sum(decided.won) as won, sum(decided.decided) as decided
    from period
    inner join decided on decided.booked_on < period.cut_on and decided.booked_on >= period.cut_on - 365
    where period.grain in ('month', 'quarter', 'year')
    group by 1, 2
),

counted as (
    select
        period.period,
        deal_stage.stage,
        deal_stage.probability,
        coalesce(sum(lately.won), 0) as won,
        coalesce(sum(lately.decided), 0) as decided
    from period
    cross join deal_stage
    left join lately on lately.period = period.period and lately.top_rank >= deal_stage.rank
    where period.grain in ('month', 'quarter', 'year') and deal_stage.outcome = 'open'
    group by 1, 2, 3
)

select
    counted.period,
    counted.stage,
    cast(counted.won as bigint) as won,
    cast(counted.decided as bigint) as decided,
    counted.decided >= option.fewest and counted.decided > 0 as is_measured,
    -- As a fraction, so that money is divided last.
    cast(
        case when counted.decided >= option.fewest and counted.decided > 0 then counted.won else counted.probability end
        as decimal(18, 9)
    ) as numerator,
    cast(
        case when counted.decided >= option.fewest and counted.decided > 0 then counted.decided else 1 end as bigint
    ) as denominator
from counted
cross join (select cast(value as integer) as fewest from setting where key = 'min_n_rate') as option
