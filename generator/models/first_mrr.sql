-- One row per account that ever paid by the month, or will: what it pays on its first day. Key: account_id.
-- It stands under the members for which it pays most. A start that is scheduled after the drop is valued at the rate of the drop.
with option as (
    select
        max(case when key = 'reporting_currency' then value end) as reporting_currency,
        nullif(max(case when key = 'source_currency' then value end), '') as source_currency,
        max(case when key = 'as_of_date' then cast(value as date) end) as as_of_date
    from setting
),

paying as (
    select
        subscription.account_id,
        subscription.subscription_id,
        subscription.start_date,
        subscription.segment,
        subscription.product,
        cast(subscription.mrr as decimal(24, 6)) as mrr,
        coalesce(subscription.currency, option.source_currency, option.reporting_currency) as currency,
        least(subscription.start_date, option.as_of_date) as rated_on,
        min(subscription.start_date) over (partition by subscription.account_id) as started_on
    from canonical.subscription as subscription
    cross join option
    where subscription.mrr > 0 and (subscription.end_date is null or subscription.end_date > subscription.start_date)
),

placed as (
    select
        *,
        row_number() over (partition by account_id order by mrr desc, product, segment, subscription_id) as place
    from paying
    where start_date = started_on
)

select
    paying.account_id,
    paying.started_on,
    max(case when paying.place = 1 then paying.segment end) as segment,
    max(case when paying.place = 1 then paying.product end) as product,
    sum(cast(paying.mrr * fx_day.rate as decimal(38, 9))) as mrr,
    max(case when fx_day.rate is null then 'missing_fx' end) as gap
from placed as paying
left join fx_day on fx_day.currency = paying.currency and fx_day.day = paying.rated_on
group by paying.account_id, paying.started_on
