-- One row per row of money in a currency for which no rate holds when it counts. Key: (name, id). `name` is the table,
-- `id` the row of it; `first_on` and `last_on` are the days that lack a rate, `amount` is in the row's own currency.
-- Deals count on their booking day, open ones at as_of; spend on each of its days; revenue at the start of its month;
-- subscriptions at the ends of months.
with option as (
    select
        max(case when key = 'reporting_currency' then value end) as reporting_currency,
        nullif(max(case when key = 'source_currency' then value end), '') as source_currency,
        max(case when key = 'as_of_date' then cast(value as date) end) as as_of_date
    from setting
),

valued as (
    select
        'opportunity' as name, deal.deal_id as id, deal.currency, coalesce(deal.booked_on, option.as_of_date) as day,
        deal.own_amount as amount, 1 as days
    from deal
    cross join option
    where deal.own_amount is not null and deal.excluded is null
    union all
    select
        'spend' as name, spend.spend_id as id,
        coalesce(spend.currency, option.source_currency, option.reporting_currency) as currency, spend_day.day,
        cast(spend.amount as decimal(38, 9)) as amount, date_diff('day', spend.period_start, spend.period_end) as days
    from canonical.spend as spend
    cross join option
    inner join spend_day on spend_day.spend_id = spend.spend_id
    where spend_day.gap is not null and spend_day.day <= option.as_of_date
    union all
    select
        'revenue' as name,
        revenue.account_id || ' ' || coalesce(revenue.segment, '') || ' ' || cast(revenue.month as varchar) || ' '
        || revenue.kind as id,
        coalesce(revenue.currency, option.source_currency, option.reporting_currency) as currency, revenue.month as day,
        cast(revenue.amount as decimal(38, 9)) as amount, 1 as days
    from canonical.revenue as revenue
    cross join option
    where revenue.month <= option.as_of_date
    union all
    select
        'subscription' as name,
        subscription.subscription_id || ' ' || cast(subscription.start_date as varchar) as id,
        coalesce(subscription.currency, option.source_currency, option.reporting_currency) as currency,
        period.cut_on as day, cast(subscription.mrr as decimal(38, 9)) as amount, 0 as days
    from canonical.subscription as subscription
    cross join option
    inner join period
        on
            period.grain = 'month' and period.role = 'own'
            and subscription.start_date <= period.cut_on
            and (subscription.end_date is null or subscription.end_date > period.cut_on)
    where subscription.mrr > 0
)

select
    valued.name,
    valued.id,
    valued.currency,
    min(valued.day) as first_on,
    max(valued.day) as last_on,
    cast(
        case
            when max(valued.days) = 0 then max(valued.amount)
            else sum(valued.amount) / max(valued.days)
        end as decimal(38, 9)
    ) as amount
from valued
left join fx_day on fx_day.currency = valued.currency and fx_day.day = valued.day
where fx_day.rate is null
group by valued.name, valued.id, valued.currency
