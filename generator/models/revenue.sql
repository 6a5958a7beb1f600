-- One row per amount of revenue generated, in the basis that `revenue_basis` names. Key: unit.
-- `bookings`: won deals on their booking day. `recognised`: the ledger, on the first day of its months. `new_mrr`: what
-- new customers pay per month, on the first day they pay. A basis of which the drop has nothing says so on every deal.
with option as (
    select max(case when key = 'revenue_basis' then value end) as basis
    from setting
)

select
    deal.deal_id as unit,
    deal.booked_on,
    deal.amount,
    case when option.basis = 'bookings' then deal.gap else 'missing_input' end as gap,
    deal.constant_amount,
    case when option.basis = 'bookings' then deal.constant_gap else 'missing_input' end as constant_gap,
    coalesce(deal.excluded, case when not deal.is_amount_known then 'missing_amount' end) as excluded,
    deal.region,
    deal.segment,
    deal.product,
    deal.owner,
    deal.team,
    deal.origin,
    deal.type
from deal
cross join option
where
    deal.is_won and deal.type in (select value from setting_list where key = 'revenue_types')
    and (
        option.basis = 'bookings'
        or option.basis = 'recognised' and not exists (select 1 from ledger)
        or option.basis = 'new_mrr' and not exists (select 1 from first_mrr)
    )
union all
select
    ledger.account_id || ' ' || cast(ledger.month as varchar) || ' ' || ledger.kind || ' ' || coalesce(ledger.segment, ''),
    ledger.month,
    ledger.amount,
    ledger.gap,
    ledger.amount,
    ledger.gap,
    case when not ledger.is_in_total then 'in_company_total' end,
    null, ledger.segment, null, null, null, null, null
from ledger
cross join option
where option.basis = 'recognised'
union all
select
    first_mrr.account_id,
    first_mrr.started_on,
    first_mrr.mrr,
    first_mrr.gap,
    first_mrr.mrr,
    first_mrr.gap,
    null,
    null, first_mrr.segment, first_mrr.product, null, null, null, null
from first_mrr
cross join option
where option.basis = 'new_mrr'
