-- One row per follow-up attempt: human outbound activity on a lead or its deal. Key: attempt_id.
-- The same owner reaching for the same lead in the same way within attempt_dedupe_minutes of the attempt that was
-- kept is still that attempt. Only runs of close activities are walked one by one; all others pass through.
with recursive reach as (
    select
        activity.activity_id as attempt_id,
        coalesce(survivor.lead_id, activity.lead_id, deal.lead_id) as lead_id,
        activity.opportunity_id as deal_id,
        activity.owner_id as owner,
        activity.type,
        activity.outcome,
        activity.occurred_at as attempted_at
    from canonical.activity as activity
    left join survivor on survivor.record_id = activity.lead_id
    left join deal on deal.deal_id = activity.opportunity_id
    where
        not coalesce(activity.is_automated, false)
        and activity.direction = 'outbound'
        and activity.type in ('call', 'email', 'sms', 'social', 'meeting')
        and coalesce(activity.lead_id, deal.lead_id) is not null
),

option as (
    select 60 * max(case when key = 'attempt_dedupe_minutes' then cast(value as integer) end) as gap_s
    from setting
),

spaced as (
    select
        reach.*,
        case
            when epoch(attempted_at) - epoch(lag(attempted_at) over (
                partition by lead_id, owner, type order by attempted_at, attempt_id
            )) <= (select gap_s from option) then 0
            else 1
        end as starts_run
    from reach
),

run as (
    select
        spaced.*,
        sum(starts_run) over (
            partition by lead_id, owner, type order by attempted_at, attempt_id
            rows between unbounded preceding and current row
        ) as run_no
    from spaced
),

in_order as (
    select
        run.*,
        row_number() over (partition by lead_id, owner, type, run_no order by attempted_at, attempt_id) as place
    from run
),

walk as (
    select lead_id, owner, type, run_no, place, attempt_id, attempted_at, attempted_at as kept_at
    from in_order
    where place = 1
    union all
    select
        next_one.lead_id,
        next_one.owner,
        next_one.type,
        next_one.run_no,
        next_one.place,
        next_one.attempt_id,
        next_one.attempted_at,
        case
            when epoch(next_one.attempted_at) - epoch(walk.kept_at) > (select gap_s from option)
                then next_one.attempted_at
            else walk.kept_at
        end as kept_at
    from walk
    inner join in_order as next_one
        on
            next_one.lead_id = walk.lead_id and next_one.owner = walk.owner and next_one.type = walk.type
            and next_one.run_no = walk.run_no and next_one.place = walk.place + 1
)

select
    in_order.attempt_id,
    in_order.lead_id,
    in_order.deal_id,
    in_order.owner,
    in_order.type,
    in_order.outcome,
    in_order.attempted_at
from in_order
inner join walk on walk.attempt_id = in_order.attempt_id and walk.kept_at = walk.attempted_at
