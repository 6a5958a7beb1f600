-- One row per period and kind of review that was promised for it, from the first review that anybody wrote down. Key:
-- duty_id. A review belongs to the period on whose days it was held: each week, month and quarter sees one of its own.
-- The drop's log rules over what the teams wrote down themselves. Nobody was missing unless the record says so.
with held as (
    select review_id, kind, held_on, coalesce(attended_sales, true) and coalesce(attended_marketing, true) as by_both
    from canonical.review_log
    where held_on <= (select cast(value as date) from setting where key = 'as_of_date')
    union all
    select own.review_id, own.kind, own.held_on, own.attended_sales and own.attended_marketing as by_both
    from own_review as own
    where
        not exists (
            select 1
            from canonical.review_log as logged
            where
                logged.review_id = own.review_id
                or logged.kind = own.kind and logged.held_on = own.held_on
        )
),

promised as (
    select distinct
        rule.commitment,
        rule.version,
        period.label,
        period.is_part,
        period.starts_on,
        period.ends_on,
        case period.grain when 'week' then 'weekly' when 'month' then 'monthly' else 'quarterly' end as kind
    from commitment as rule
    inner join period
        on
            period.role = 'own'
            and period.grain in ('week', 'month', 'quarter')
            and period.starts_on >= rule.effective_from
            and period.starts_on < coalesce(rule.effective_to, date '9999-12-31')
    where rule.kind = 'review'
)

select
    promised.commitment || '|' || promised.label as duty_id,
    promised.commitment,
    promised.version,
    promised.kind,
    promised.label,
    promised.ends_on - 1 as due_on,
    min(held.held_on) as held_on,
    max(case when held.by_both then 1 else 0 end) = 1 as is_kept,
    max(case when held.held_on is not null then 1 else 0 end) = 1 as is_held,
    promised.is_part
from promised
left join held
    on held.kind = promised.kind and held.held_on >= promised.starts_on and held.held_on < promised.ends_on
where promised.ends_on > (select min(held_on) from held)
group by
    promised.commitment, promised.version, promised.kind, promised.label, promised.ends_on, promised.is_part
