-- One row per period and customer-month in the window that ends with it, and per customer lost in that window.
-- Key: (period, unit). `months` is 1 for a customer-month, `lost` is 1 for a customer that left.
with span as (
    select
        period.period,
        period.cut_on,
        cast(
            period.cut_on - cast(setting.value as integer) * interval '1' month as date
        ) as from_on
    from period
    inner join setting on setting.key = 'clv.churn_window_months'
    where period.grain in ('month', 'quarter', 'year')
)

select
    span.period,
    customer_month.account_id || ' ' || cast(customer_month.month as varchar) as unit,
    1 as months,
    0 as lost,
    customer_month.segment,
    customer_month.product
from span
inner join customer_month on customer_month.month >= span.from_on and customer_month.month < span.cut_on
union all
select
    span.period,
    churn.account_id || ' left ' || cast(churn.churned_on as varchar) as unit,
    0 as months,
    1 as lost,
    churn.segment,
    churn.product
from span
inner join churn on churn.churned_on > span.from_on and churn.churned_on <= span.cut_on
