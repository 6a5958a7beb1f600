-- One row per period and channel in which Marketing spent on programmes, or from which its leads came.
-- Key: (period, channel). Spend without a channel is shared out equally over all of Marketing's leads of the period;
-- `unit_cost` is what one lead of the channel cost with its share of that. Weeks are left out: too short for spend.
with spent as (
    select day, channel, sum(amount) as amount, max(gap) as gap
    from spend_day
    where team = 'marketing' and category = 'program' and purpose in ('acquisition', 'unallocated')
    group by day, channel
),

spent_in as (
    select period.period, spent.channel, sum(spent.amount) as amount, max(spent.gap) as gap
    from period
    inner join spent on spent.day >= period.starts_on and spent.day < period.cut_on
    where period.grain <> 'week'
    group by period.period, spent.channel
),

came as (
    select created_on as day, channel, count(*) as leads
    from lead
    where origin = 'marketing' and excluded is null
    group by created_on, channel
),

came_in as (
    select period.period, came.channel, cast(sum(came.leads) as bigint) as leads
    from period
    inner join came on came.day >= period.starts_on and came.day < period.cut_on
    where period.grain <> 'week'
    group by period.period, came.channel
),

member as (
    select period, channel from spent_in
    union
    select period, channel from came_in
),

shared as (
    select
        member.period,
        cast(sum(coalesce(came_in.leads, 0)) as bigint) as leads,
        sum(case when member.channel is null then coalesce(spent_in.amount, 0) else 0 end) as amount,
        max(case when member.channel is null then spent_in.gap end) as gap
    from member
    left join spent_in on spent_in.period = member.period and spent_in.channel is not distinct from member.channel
    left join came_in on came_in.period = member.period and came_in.channel is not distinct from member.channel
    group by member.period
)

select
    member.period,
    member.channel,
    coalesce(came_in.leads, 0) as leads,
    cast(case when member.channel is null then 0 else coalesce(spent_in.amount, 0) end as decimal(38, 9)) as spend,
    case
        when came_in.leads > 0 then cast(
            case when member.channel is null then 0 else coalesce(spent_in.amount, 0) end / came_in.leads
            + shared.amount / shared.leads as decimal(38, 9)
        )
    end as unit_cost,
    coalesce(spent_in.gap, shared.gap) as gap
from member
inner join shared on shared.period = member.period
left join spent_in on spent_in.period = member.period and spent_in.channel is not distinct from member.channel
left join came_in on came_in.period = member.period and came_in.channel is not distinct from member.channel
