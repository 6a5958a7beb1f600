-- One row per account and day from which it paid nothing at all. Key: (account_id, churned_on).
-- It stands under the members for which it had paid most.
with ended as (
    select
        last_paid.account_id,
        last_paid.end_date,
        last_paid.segment,
        last_paid.product,
        row_number() over (
            partition by last_paid.account_id, last_paid.end_date
            order by last_paid.mrr desc, last_paid.product, last_paid.segment
        ) as place
    from canonical.subscription as last_paid
    where
        last_paid.end_date > last_paid.start_date
        and last_paid.mrr > 0
        and not exists (
            select 1
            from canonical.subscription as other
            where
                other.account_id = last_paid.account_id
                and other.mrr > 0
                and other.start_date <= last_paid.end_date
                and (other.end_date is null or other.end_date > last_paid.end_date)
        )
)

select account_id, end_date as churned_on, segment, product
from ended
where place = 1
