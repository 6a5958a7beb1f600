-- One row per period and account with recurring revenue at its end (start <= t < end). Key: (period, account_id, segment, product).
-- Several subscriptions of one account in one segment and product are one row.
with option as (
    select
        max(case when key = 'reporting_currency' then value end) as reporting_currency,
        nullif(max(case when key = 'source_currency' then value end), '') as source_currency
    from setting
)

select
    snapshot_day.period,
    subscription.account_id,
    subscription.segment,
    subscription.product,
    subscription.region,
    sum(cast(cast(subscription.mrr as decimal(24, 6)) * fx_day.rate as decimal(38, 9))) as mrr,
    max(case when fx_day.rate is null then 'missing_fx' end) as gap
from snapshot_day
cross join option
inner join canonical.subscription as subscription
    on
        subscription.start_date <= snapshot_day.day
        and (subscription.end_date is null or subscription.end_date > snapshot_day.day)
left join fx_day
    on
        fx_day.currency = coalesce(subscription.currency, option.source_currency, option.reporting_currency)
        and fx_day.day = snapshot_day.day
where subscription.mrr > 0
group by 1, 2, 3, 4, 5
