-- What Marketing spent, and the leads that reached a stage, side by side for each stage; `num` is money, `den` leads.
-- Spend with a channel stands on its day. What has none is shared out equally over the leads created in the period.
-- A lead stands on the day of its creation (`cost_basis: cohort`) or of its first entry (`event`); `is_mature` says
-- whether it has had the time that the agreement allows to get to the stage. Regions and campaigns under which nothing
-- was spent are unknown here, so that no member looks cheap for want of records.
with option as (
    select
        max(case when key = 'cost_basis' then value end) as basis,
        max(case when key = 'cost_scope' then value end) as scope,
        cast(max(case when key = 'as_of' then value end) as timestamp) as as_of,
        cast(max(case when key = 'windows.lead_to_mql' then value end) as integer) as to_mql,
        cast(max(case when key = 'windows.mql_to_sql' then value end) as integer) as to_sql,
        cast(max(case when key = 'windows.mql_to_pipeline' then value end) as integer) as to_pipeline,
        cast(max(case when key = 'windows.lead_to_customer' then value end) as integer) as to_win
    from setting
),

milestone as (
    select 'lead' as stage, 0 as days
    union all select 'mql', to_mql from option
    union all select 'sal', to_mql from option
    union all select 'sql', to_mql + to_sql from option
    union all select 'opportunity', to_mql + to_pipeline from option
    union all select 'win', to_win from option
),

spent as (
    select
        spend_day.day, spend_day.channel, spend_day.campaign, spend_day.region,
        sum(spend_day.amount) as amount,
        max(spend_day.gap) as gap
    from spend_day
    cross join option
    where
        spend_day.team = 'marketing' and spend_day.purpose in ('acquisition', 'unallocated')
        and (spend_day.category = 'program' or option.scope = 'fully_loaded')
    group by spend_day.day, spend_day.channel, spend_day.campaign, spend_day.region
),

known as (
    select
        lead.*,
        case when lead.region in (select region from spent) then lead.region end as spent_region,
        case when lead.campaign in (select campaign from spent) then lead.campaign end as spent_campaign
    from lead
    where lead.excluded is null
),

shared as (
    select period.period, sum(spent.amount) as amount, max(spent.gap) as gap
    from period
    inner join spent on spent.day >= period.starts_on and spent.day < period.cut_on
    where spent.channel is null and period.grain <> 'week'
    group by period.period
),

came as (
    select
        period_day.period, known.channel, known.spent_campaign, known.spent_region,
        count(*) as leads,
        cast(sum(count(*)) over (partition by period_day.period) as bigint) as leads_in_all
    from known
    inner join period_day on period_day.day = known.created_on
    inner join shared on shared.period = period_day.period
    group by period_day.period, known.channel, known.spent_campaign, known.spent_region
),

reached as (
    select
        known.lead_id, milestone.stage, known.created_on, known.channel, known.spent_campaign, known.spent_region,
        known.created_at + milestone.days * interval '1' day <= option.as_of as is_mature,
        case milestone.stage
            when 'lead' then known.created_at
            when 'mql' then known.mql_at
            when 'sal' then known.sal_at
            when 'sql' then known.sql_at
            when 'opportunity' then known.opportunity_at
        end as reached_at,
        case when milestone.stage = 'win' then known.won_on end as won_on
    from known
    cross join milestone
    cross join option
)

select
    milestone.stage || ' ' || cast(spent.day as varchar) || ' ' || spent.channel || ' ' || coalesce(spent.campaign, '')
    || ' ' || coalesce(spent.region, '') as unit,
    spent.day as moment,
    cast(null as integer) as period,
    milestone.stage,
    spent.amount as num,
    0 as den,
    spent.gap,
    cast(null as boolean) as is_mature,
    spent.channel, spent.campaign, spent.region
from spent
cross join milestone
where spent.channel is not null
union all
select
    milestone.stage || ' share of ' || coalesce(came.channel, '') || ' ' || coalesce(came.spent_campaign, '') || ' '
    || coalesce(came.spent_region, '') as unit,
    cast(null as date) as moment,
    came.period,
    milestone.stage,
    cast(shared.amount / came.leads_in_all * came.leads as decimal(38, 9)) as num,
    0 as den,
    shared.gap,
    cast(null as boolean) as is_mature,
    came.channel, came.spent_campaign as campaign, came.spent_region as region
from came
inner join shared on shared.period = came.period
cross join milestone
union all
select
    reached.stage || ' ' || reached.lead_id as unit,
    case when option.basis = 'event' then coalesce(reached.won_on, entered.local_date) else reached.created_on end as moment,
    cast(null as integer) as period,
    reached.stage,
    0 as num,
    case when reached.reached_at is null and reached.won_on is null then 0 else 1 end as den,
    cast(null as varchar) as gap,
    option.basis = 'event' or reached.is_mature as is_mature,
    reached.channel, reached.spent_campaign as campaign, reached.spent_region as region
from reached
cross join option
left join local_slot as entered on entered.slot = cast(floor(epoch(reached.reached_at) / 900) as bigint)
where option.basis = 'cohort' or reached.reached_at is not null or reached.won_on is not null
