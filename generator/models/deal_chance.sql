-- One row per deal that could be won, and the day by which `win_rate_basis` judges it. Key: deal_id.
-- `closed`: decided deals on their booking day. `created_cohort`, `qualified_cohort`: all deals, those still open too,
-- on the day they were created or first qualified.
with option as (
    select max(case when key = 'win_rate_basis' then value end) as basis
    from setting
)

select
    deal.*,
    case option.basis
        when 'created_cohort' then deal.created_on
        when 'qualified_cohort' then qualified.moved_on
        else deal.booked_on
    end as judged_on
from deal
cross join option
left join pipeline_move as qualified on qualified.deal_id = deal.deal_id and qualified.step = 'created'
where
    option.basis = 'closed' and deal.is_closed
    or option.basis = 'created_cohort' and deal.created_on is not null
    or option.basis = 'qualified_cohort' and qualified.deal_id is not null
