-- One row per period and account that paid at the beginning of the retention window which ends with the period.
-- Key: (period, account_id). Both ends at the rate of the window's start, unless `retention.fx` is `dated`. `kept` is
-- what is left of the first amount, without any growth, netted within the account or each subscription for itself
-- (`retention.grr_grain`). With `retention.reactivation: strict`, who left in between is gone, back or not.
-- The account stands under the members for which it paid most at the window's start. Where the data begin after that,
-- one row without an account has the gap `missing_input`.
with option as (
    select
        max(case when key = 'retention.reactivation' then value end) as reactivation,
        max(case when key = 'retention.fx' then value end) as fx,
        max(case when key = 'retention.grr_grain' then value end) as grr_grain
    from setting
),

in_window as (
    select
        both_days.*,
        case when option.fx = 'dated' then both_days.later_mrr else both_days.later_at_first_rate end as last_mrr
    from subscription_pair as both_days
    cross join option
    where both_days.pair = 'window'
),

by_subscription as (
    select
        period,
        account_id,
        subscription_id,
        min(first_on) as first_on,
        min(later_on) as later_on,
        coalesce(sum(first_mrr), 0) as first_mrr,
        coalesce(sum(last_mrr), 0) as last_mrr,
        max(case when is_first then 1 else 0 end) as is_first,
        max(case when is_later then 1 else 0 end) as is_later,
        max(
            case when is_first and first_mrr is null or is_later and last_mrr is null then 1 else 0 end
        ) as lacks_rate
    from in_window
    group by period, account_id, subscription_id
),

by_account as (
    select
        period,
        account_id,
        min(first_on) as first_on,
        min(later_on) as later_on,
        sum(first_mrr) as first_mrr,
        sum(last_mrr) as last_mrr,
        sum(least(first_mrr, last_mrr)) as kept_by_subscription,
        max(is_later) as is_later,
        max(lacks_rate) as lacks_rate
    from by_subscription
    group by period, account_id
    having max(is_first) = 1
),

home as (
    select
        period, account_id, segment, product, region,
        row_number() over (
            partition by period, account_id
            order by first_mrr desc, product, segment, region, subscription_id, start_date
        ) as place
    from in_window
    where is_first
),

lapsed as (
    select distinct by_account.period, by_account.account_id
    from by_account
    inner join churn
        on
            churn.account_id = by_account.account_id
            and churn.churned_on > by_account.first_on and churn.churned_on <= by_account.later_on
),

told as (
    select
        by_account.*,
        by_account.is_later = 1 and (option.reactivation <> 'strict' or lapsed.account_id is null) as is_kept,
        case
            when option.grr_grain = 'subscription' then by_account.kept_by_subscription
            else least(by_account.first_mrr, by_account.last_mrr)
        end as kept
    from by_account
    cross join option
    left join lapsed on lapsed.period = by_account.period and lapsed.account_id = by_account.account_id
)

select
    told.period,
    told.account_id,
    home.segment,
    home.product,
    home.region,
    cast(told.first_mrr as decimal(38, 9)) as first_mrr,
    cast(case when told.is_kept then told.last_mrr else 0 end as decimal(38, 9)) as last_mrr,
    cast(case when told.is_kept then told.kept else 0 end as decimal(38, 9)) as kept_mrr,
    told.is_kept,
    case when told.lacks_rate = 1 then 'missing_fx' end as gap
from told
inner join home on home.period = told.period and home.account_id = told.account_id and home.place = 1
union all
select
    both_days.period,
    cast(null as varchar) as account_id,
    cast(null as varchar) as segment,
    cast(null as varchar) as product,
    cast(null as varchar) as region,
    cast(0 as decimal(38, 9)) as first_mrr,
    cast(0 as decimal(38, 9)) as last_mrr,
    cast(0 as decimal(38, 9)) as kept_mrr,
    false as is_kept,
    'missing_input' as gap
from subscription_pair as both_days
cross join (select min(start_date) as begun_on from canonical.subscription where mrr > 0) as history
where both_days.pair = 'window'
group by both_days.period, history.begun_on
having min(both_days.first_on) < history.begun_on
