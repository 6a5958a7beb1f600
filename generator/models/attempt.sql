-- One row per follow-up attempt: human outbound activity on a lead or its deal. Key: attempt_id.
-- The same owner reaching for the same lead in the same way within attempt_dedupe_minutes of the attempt that was
-- kept is still that attempt. Only runs of close activities are walked one by one; all others pass through.
with recursive option as (
    select 60 * max(case when key = 'attempt_dedupe_minutes' then cast(value as integer) end) as gap_s
    from setting
),

reach as (
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

spaced as (
    select
        reach.*,
        epoch(attempted_at) - epoch(lag(attempted_at) over (
            partition by lead_id, owner, type order by attempted_at, attempt_id
        )) as since_s,
        epoch(lead(attempted_at) over (
            partition by lead_id, owner, type order by attempted_at, attempt_id
        )) - epoch(attempted_at) as until_s
    from reach
),

-- Those with a close neighbour, before or after.
crowded as (
    select
        spaced.lead_id,
        spaced.owner,
        spaced.type,
        spaced.attempt_id,
        spaced.attempted_at,
        row_number() over (
            partition by spaced.lead_id, spaced.owner, spaced.type order by spaced.attempted_at, spaced.attempt_id
        ) as place,
        coalesce(spaced.since_s > option.gap_s, true) as starts_run
    from spaced
    cross join option
    where spaced.since_s <= option.gap_s or spaced.until_s <= option.gap_s
),

walk as (
    select lead_id, owner, type, place, attempt_id, attempted_at, attempted_at as kept_at, true as is_kept
    from crowded
    where starts_run
    union all
    select
        next_one.lead_id,
        next_one.owner,
        next_one.type,
        next_one.place,
        next_one.attempt_id,
        next_one.attempted_at,
        case
            when epoch(next_one.attempted_at) - epoch(walk.kept_at) > (select gap_s from option)
                then next_one.attempted_at
            else walk.kept_at
        end as kept_at,
        epoch(next_one.attempted_at) - epoch(walk.kept_at) > (select gap_s from option) as is_kept
    from walk
    inner join crowded as next_one
        on
            next_one.lead_id = walk.lead_id and next_one.owner = walk.owner and next_one.type = walk.type
            and next_one.place = walk.place + 1 and not next_one.starts_run
),

dropped as (
    select attempt_id
    from walk
    where not is_kept
)

select attempt_id, lead_id, deal_id, owner, type, outcome, attempted_at
from spaced
where not exists (select 1 from dropped where dropped.attempt_id = spaced.attempt_id)
