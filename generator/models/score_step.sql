-- One row per lead, computed score and instant at which what it did brought points or was forgotten: the points from
-- then on, until the next such instant (null: still). Key: (lead_id, score, from_at).
-- Within a round, which a reset begins, each rule keeps its limit per span and its cap. For each full idle time since the
-- last such instant points are lost, but never below zero: the lowest sum so far is what the floor has given back.
with counted as (
    select
        event.lead_id,
        rule.score,
        rule.place,
        rule.points,
        rule.cap,
        rule.times,
        event.occurred_at,
        case rule.per
            when 'day' then local_slot.local_date
            when 'week' then cast(date_trunc('week', local_slot.local_date) as date)
            when 'month' then cast(date_trunc('month', local_slot.local_date) as date)
        end as span
    from criterion_event as event
    inner join score_rule as rule on rule.condition_no = event.condition_no
    inner join local_slot on local_slot.slot = cast(floor(epoch(event.occurred_at) / 900) as bigint)
),

marked as (
    select lead_id, score, place, points, cap, times, occurred_at, span, 0 as is_reset
    from counted
    union all
    select
        step.lead_id, reset.score, cast(null as integer) as place, 0 as points, cast(null as integer) as cap,
        cast(null as integer) as times, step.occurred_at, cast(null as date) as span, 1 as is_reset
    from lifecycle_step as step
    inner join score_reset as reset on reset.stage = step.stage
    where step.move in ('entry', 'exit')
),

in_round as (
    select
        marked.*,
        sum(is_reset) over (
            partition by lead_id, score order by occurred_at, is_reset desc
            rows between unbounded preceding and current row
        ) as round
    from marked
),

limited as (
    select
        in_round.*,
        case
            when times is null then points
            when row_number() over (
                partition by lead_id, score, place, round, span order by occurred_at
            ) <= times then points
            else 0
        end as earned
    from in_round
),

summed as (
    select
        limited.*,
        sum(earned) over (
            partition by lead_id, score, place, round order by occurred_at
            rows between unbounded preceding and current row
        ) as sum_after
    from limited
),

at_instant as (
    select
        lead_id,
        score,
        round,
        occurred_at,
        cast(sum(case
            when cap is null then earned
            else least(sum_after, cap) - least(sum_after - earned, cap)
        end) as bigint) as points
    from summed
    group by lead_id, score, round, occurred_at
),

aged as (
    select
        at_instant.*,
        coalesce(scoring.lost * cast(floor((epoch(occurred_at) - epoch(lag(occurred_at) over (
            partition by lead_id, at_instant.score, round order by occurred_at
        ))) / scoring.idle_s) as bigint), 0) as lost
    from at_instant
    inner join scoring on scoring.score = at_instant.score
),

added as (
    select
        aged.*,
        sum(points - lost) over (
            partition by lead_id, score, round order by occurred_at
            rows between unbounded preceding and current row
        ) as total
    from aged
),

floored as (
    select
        added.*,
        min(least(total, total - points)) over (
            partition by lead_id, score, round order by occurred_at
            rows between unbounded preceding and current row
        ) as lowest
    from added
),

-- A reset and an event of one instant are one step: what follows the reset.
last_of_instant as (
    select lead_id, score, occurred_at, max(round) as round
    from floored
    group by lead_id, score, occurred_at
)

select
    floored.lead_id,
    floored.score,
    floored.occurred_at as from_at,
    lead(floored.occurred_at) over (
        partition by floored.lead_id, floored.score order by floored.occurred_at
    ) as until_at,
    cast(floored.total - least(floored.lowest, 0) as bigint) as points
from floored
inner join last_of_instant as kept
    on
        kept.lead_id = floored.lead_id and kept.score = floored.score and kept.occurred_at = floored.occurred_at
        and kept.round = floored.round
