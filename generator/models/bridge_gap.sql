-- One row per month and deal whose pipeline at the end is not that of the start and its moves. There are none: deals in
-- other currencies are left out, since what exchange rates do to them is a step of its own.
with foreign_deal as (
    select distinct deal_id
    from deal_state
    where currency <> (select value from setting where key = 'reporting_currency')
),

part as (
    select pipeline.period, pipeline.deal_id, case when point = 'start' then amount else -amount end as amount
    from pipeline
    inner join period on period.period = pipeline.period
    where pipeline.has_qualified and period.role = 'own' and period.grain = 'month'
    union all
    select period.period, move.deal_id, move.amount
    from pipeline_move as move
    inner join period_day on period_day.day = move.moved_on
    inner join period on period.period = period_day.period
    where period.role = 'own' and period.grain = 'month'
)

select period, deal_id, sum(amount) as rest
from part
where not exists (select 1 from foreign_deal where foreign_deal.deal_id = part.deal_id)
group by period, deal_id
having sum(amount) <> 0
