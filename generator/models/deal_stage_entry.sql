-- One row per deal and open stage that it reached, at the instant of reaching it or one beyond. Key: (deal_id, stage).
-- Deal stages are one way: a later one implies those before it, a way back undoes nothing. Stages in which no deal of
-- the drop ever stood are no stations. `next_at`: when the next station, or the win, was reached.
with station as (
    select deal_stage.stage, deal_stage.rank
    from deal_stage
    where
        deal_stage.outcome = 'open'
        and deal_stage.stage in (select stage from deal_state where is_open and stage is not null)
),

in_order as (
    select stage, rank, lead(rank) over (order by rank, stage) as next_rank
    from station
),

-- The first instant at each height; a win is above all stations.
height as (
    select
        deal_id,
        case when outcome = 'won' then 1000000 else rank end as rank,
        min(from_at) as reached_at
    from deal_state
    where is_history and (outcome = 'won' or is_open and rank is not null)
    group by 1, 2
),

ending as (
    select deal_id, max(from_at) as lost_at
    from deal_state
    where outcome = 'lost' and to_at = timestamp '9999-12-31'
    group by deal_id
),

reached as (
    select
        height.deal_id,
        in_order.stage,
        min(height.reached_at) as entered_at,
        min(case when height.rank >= coalesce(in_order.next_rank, 1000000) then height.reached_at end) as next_at
    from height
    inner join in_order on height.rank >= in_order.rank
    group by 1, 2
)

select
    reached.deal_id,
    reached.stage,
    reached.entered_at,
    reached.next_at,
    case when reached.next_at is null then ending.lost_at end as lost_at,
    coalesce(
        cast(own_window.value as integer),
        (select cast(value as integer) from setting where key = 'windows.stage')
    ) as window_days,
    deal.region,
    deal.segment,
    deal.channel,
    deal.product,
    deal.owner,
    deal.origin,
    deal.excluded
from reached
inner join deal on deal.deal_id = reached.deal_id
left join ending on ending.deal_id = reached.deal_id
left join setting as own_window on own_window.key = 'windows.stages.' || reached.stage
