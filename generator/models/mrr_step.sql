-- One row per period, pair of days, account (or subscription, as `movement_grain` says) and step of the bridge from its
-- opening to its closing recurring revenue. Key: (period, pair, unit, step). `pair` is `period`, from its first day to its
-- end, or `window`, over the retention window that ends with it. Subscriptions of an account net before they are classified.
-- Movements are valued at the opening rate, so what exchange rates did is a step of its own; who paid nothing at the
-- opening comes in at the closing rate. Where a rate is missing, every step it may fall into has the gap.
with unit_pair as (
    select
        both_days.period,
        both_days.pair,
        case when option.grain = 'subscription' then both_days.account_id || ' ' || both_days.subscription_id
            else both_days.account_id end as unit,
        min(both_days.first_on) as first_on,
        max(case when both_days.is_first then 1 else 0 end) as is_first,
        max(case when both_days.is_later then 1 else 0 end) as is_later,
        coalesce(sum(both_days.first_mrr), 0) as opening,
        coalesce(sum(both_days.later_mrr), 0) as closing,
        coalesce(sum(both_days.later_at_first_rate), 0) as repriced,
        max(case when both_days.is_first and both_days.first_mrr is null then 1 else 0 end) as lacks_opening,
        max(case when both_days.is_later and both_days.later_mrr is null then 1 else 0 end) as lacks_closing,
        max(case when both_days.is_later and both_days.later_at_first_rate is null then 1 else 0 end) as lacks_repriced
    from subscription_pair as both_days
    cross join (select value as grain from setting where key = 'movement_grain') as option
    group by 1, 2, 3
),

first_paid as (
    select
        case when option.grain = 'subscription' then account_id || ' ' || subscription_id else account_id end as unit,
        min(start_date) as first_on
    from canonical.subscription
    cross join (select value as grain from setting where key = 'movement_grain') as option
    where mrr > 0 and (end_date is null or end_date > start_date)
    group by 1
),

step as (
    select period, pair, unit, 'opening' as step, opening as amount, lacks_opening as lacks
    from unit_pair
    where is_first = 1
    union all
    select
        unit_pair.period,
        unit_pair.pair,
        unit_pair.unit,
        case when first_paid.first_on < unit_pair.first_on then 'reactivation' else 'new' end as step,
        unit_pair.closing as amount,
        unit_pair.lacks_closing as lacks
    from unit_pair
    inner join first_paid on first_paid.unit = unit_pair.unit
    where unit_pair.is_first = 0
    union all
    select period, pair, unit, 'churn' as step, -opening as amount, lacks_opening as lacks
    from unit_pair
    where is_first = 1 and is_later = 0
    union all
    select period, pair, unit, 'expansion' as step, repriced - opening as amount, greatest(lacks_opening, lacks_repriced) as lacks
    from unit_pair
    where is_first = 1 and is_later = 1 and (repriced > opening or lacks_opening + lacks_repriced > 0)
    union all
    select period, pair, unit, 'contraction' as step, repriced - opening as amount, greatest(lacks_opening, lacks_repriced) as lacks
    from unit_pair
    where is_first = 1 and is_later = 1 and (repriced < opening or lacks_opening + lacks_repriced > 0)
    union all
    select period, pair, unit, 'fx' as step, closing - repriced as amount, greatest(lacks_closing, lacks_repriced) as lacks
    from unit_pair
    where is_first = 1 and is_later = 1 and (closing <> repriced or lacks_closing + lacks_repriced > 0)
)

select
    period,
    pair,
    unit,
    step,
    cast(amount as decimal(38, 9)) as amount,
    case when lacks = 1 then 'missing_fx' end as gap
from step
