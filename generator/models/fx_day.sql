-- One row per currency and day on which a rate of it is valid: the latest one, not older than fx.max_age_days.
-- Key: (currency, day). The reporting currency has rate 1 on every day; with `fx.policy: constant` a currency of the
-- plan has its plan rate on every day, and what the plan does not name keeps its dated rates.
with planned as (
    select plan_rate.currency, plan_rate.rate
    from plan_rate
    inner join setting on setting.key = 'fx.policy' and setting.value = 'constant'
    where plan_rate.currency <> (select value from setting where key = 'reporting_currency')
),

span as (
    select
        rate.currency,
        rate.rate_date,
        rate.rate,
        coalesce(
            lead(rate.rate_date) over (partition by rate.currency order by rate.rate_date),
            date '9999-12-31'
        ) as next_date
    from canonical.fx_rate as rate
    where
        rate.currency <> (select value from setting where key = 'reporting_currency')
        and rate.currency not in (select currency from planned)
),

every_day as (
    select distinct local_date as day
    from local_slot
)

select
    span.currency,
    every_day.day,
    span.rate
from span
inner join every_day
    on
        every_day.day >= span.rate_date
        and every_day.day < span.next_date
        and every_day.day
        <= span.rate_date + (select cast(value as integer) from setting where key = 'fx.max_age_days')
union all
select planned.currency, every_day.day, planned.rate
from planned
cross join every_day
union all
select
    setting.value as currency,
    every_day.day,
    cast(1 as decimal(18, 9)) as rate
from every_day
inner join setting on setting.key = 'reporting_currency'
