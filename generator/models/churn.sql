-- One row per account and day from which it paid nothing at all. Key: (account_id, churned_on).
select distinct
    ended.account_id,
    ended.end_date as churned_on,
    ended.segment,
    ended.product
from canonical.subscription as ended
where
    ended.end_date is not null
    and ended.mrr > 0
    and not exists (
        select 1
        from canonical.subscription as other
        where
            other.account_id = ended.account_id
            and other.mrr > 0
            and other.start_date <= ended.end_date
            and (other.end_date is null or other.end_date > ended.end_date)
    )
