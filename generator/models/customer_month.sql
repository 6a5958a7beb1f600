-- One row per account and month at whose first day it paid. Key: (account_id, month).
-- It stands under the members for which it paid most.
with month_start as (
    select distinct starts_on as month
    from period
    where grain = 'month' and role = 'own'
),

paying as (
    select
        subscription.account_id,
        month_start.month,
        subscription.segment,
        subscription.product,
        row_number() over (
            partition by subscription.account_id, month_start.month
            order by subscription.mrr desc, subscription.product, subscription.segment
        ) as place
    from month_start
    inner join canonical.subscription as subscription
        on
            subscription.start_date <= month_start.month
            and (subscription.end_date is null or subscription.end_date > month_start.month)
    where subscription.mrr > 0
)

select account_id, month, segment, product
from paying
where place = 1
