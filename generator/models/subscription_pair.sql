-- One row per period, pair of days and paying subscription row that is active on either day. Key: (period, pair,
-- subscription_id, start_date). `pair` is `period` (its first day, its end) or `window` (the retention window before its
-- end, its end). Amounts are null where the row is not active on that day or no rate is valid; `later_at_first_rate` is
-- what the later day would be worth had no exchange rate moved.
with option as (
    select
        max(case when key = 'reporting_currency' then value end) as reporting_currency,
        nullif(max(case when key = 'source_currency' then value end), '') as source_currency,
        cast(max(case when key = 'retention.window_months' then value end) as integer) as window_months
    from setting
),

pair as (
    select period.period, 'period' as pair, period.starts_on as first_on, snapshot_day.day as later_on
    from period
    inner join snapshot_day on snapshot_day.period = period.period
    union all
    select
        snapshot_day.period,
        'window' as pair,
        cast(snapshot_day.day - option.window_months * interval '1' month as date) as first_on,
        snapshot_day.day as later_on
    from snapshot_day
    cross join option
),

paying as (
    select
        subscription.subscription_id,
        subscription.account_id,
        subscription.segment,
        subscription.product,
        subscription.region,
        subscription.start_date,
        coalesce(subscription.end_date, date '9999-12-31') as end_date,
        cast(subscription.mrr as decimal(24, 6)) as mrr,
        coalesce(subscription.currency, option.source_currency, option.reporting_currency) as currency
    from canonical.subscription as subscription
    cross join option
    where subscription.mrr > 0
),

there as (
    select
        pair.period,
        pair.pair,
        pair.first_on,
        pair.later_on,
        paying.*,
        paying.start_date <= pair.first_on and paying.end_date > pair.first_on as is_first,
        paying.start_date <= pair.later_on and paying.end_date > pair.later_on as is_later
    from pair
    inner join paying on paying.start_date <= pair.later_on and paying.end_date > pair.first_on
)

select
    there.period,
    there.pair,
    there.first_on,
    there.later_on,
    there.account_id,
    there.subscription_id,
    there.start_date,
    there.segment,
    there.product,
    there.region,
    there.is_first,
    there.is_later,
    case when there.is_first then cast(there.mrr * first_rate.rate as decimal(38, 9)) end as first_mrr,
    case when there.is_later then cast(there.mrr * later_rate.rate as decimal(38, 9)) end as later_mrr,
    case when there.is_later then cast(there.mrr * first_rate.rate as decimal(38, 9)) end as later_at_first_rate
from there
left join fx_day as first_rate on first_rate.currency = there.currency and first_rate.day = there.first_on
left join fx_day as later_rate on later_rate.currency = there.currency and later_rate.day = there.later_on
where there.is_first or there.is_later
