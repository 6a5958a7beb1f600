-- One row per period and account with recurring revenue at its end (start <= t < end). Key: (period, account_id, segment, product).
-- Several subscriptions of one account in one segment and product are one row.
with option as (
    select
        max(case when key = 'reporting_currency' then value end) as reporting_currency,
        nullif(max(case when key = 'source_currency' then value end), '') as source_currency
    from setting
)

select
    period.period,
    subscription.account_id,
    subscription.segment,
    subscription.product,
    subscription.region,
    sum(cast(cast(subscription.mrr as decimal(24, 6)) * fx_day.rate as decimal(38, 9))) as mrr,
    max(case when fx_day.rate is null then 'missing_fx' end) as gap
from period
cross join option
inner join canonical.subscription as subscription
    on
        subscription.start_date <= period.cut_on
        and (subscription.end_date is null or subscription.end_date > period.cut_on)
left join fx_day
    on
        fx_day.currency = coalesce(subscription.currency, option.source_currency, option.reporting_currency)
        and fx_day.day = period.cut_on
where period.grain in ('month', 'quarter', 'year') and subscription.mrr > 0
group by 1, 2, 3, 4, 5
