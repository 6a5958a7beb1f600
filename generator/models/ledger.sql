-- One row per account, segment, month and kind of recognised revenue, in reporting currency. Key: those four.
-- The region is that of the account's subscriptions and deals, where they agree on one.
-- The account '*' is the company total: where a month has one, it stands for all rows of that month and kind.
with option as (
    select
        max(case when key = 'reporting_currency' then value end) as reporting_currency,
        nullif(max(case when key = 'source_currency' then value end), '') as source_currency
    from setting
),

total_month as (
    select distinct month, kind
    from canonical.revenue
    where account_id = '*' and segment is null
),

account_region as (
    select account_id, case when min(region) = max(region) then min(region) end as region
    from (
        select account_id, region from canonical.subscription
        union all
        select account_id, region from deal
    ) as known
    group by account_id
)

select
    revenue.account_id,
    revenue.segment,
    account_region.region,
    revenue.month,
    revenue.kind,
    cast(cast(revenue.amount as decimal(24, 6)) * fx_day.rate as decimal(38, 9)) as amount,
    cast(cast(revenue.cogs as decimal(24, 6)) * fx_day.rate as decimal(38, 9)) as cogs,
    case when fx_day.rate is null then 'missing_fx' end as gap,
    not (total_month.month is not null and not (revenue.account_id = '*' and revenue.segment is null)) as is_in_total
from canonical.revenue as revenue
cross join option
left join account_region on account_region.account_id = revenue.account_id
left join total_month on total_month.month = revenue.month and total_month.kind = revenue.kind
left join fx_day
    on
        fx_day.currency = coalesce(revenue.currency, option.source_currency, option.reporting_currency)
        and fx_day.day = revenue.month
