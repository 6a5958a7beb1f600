-- One row per account and month at whose first day it paid. Key: (account_id, month).
-- `churned_on` is the day in that month, or the next month's first, from which it paid nothing at all.
with month_start as (
    select distinct starts_on as month
    from period
    where grain = 'month' and role = 'own'
),

paying as (
    select distinct
        subscription.account_id,
        month_start.month,
        min(subscription.segment) as segment,
        min(subscription.product) as product
    from month_start
    inner join canonical.subscription as subscription
        on
            subscription.start_date <= month_start.month
            and (subscription.end_date is null or subscription.end_date > month_start.month)
    where subscription.mrr > 0
    group by subscription.account_id, month_start.month
)

select account_id, month, segment, product
from paying
