-- One row per deal and lead whose touches are the deal's, as `attribution.journey_scope` says: the account's leads, those
-- with a role in the deal, or its primary lead alone, who is one of them always. Key: (deal_id, lead_id).
-- Roles that no export tells of leave nobody: the primary lead would pass for all who took part.
with option as (
    select max(case when key = 'attribution.journey_scope' then value end) as scope
    from setting
)

select span.deal_id, record.lead_id
from deal_span as span
inner join lead_record as record on record.account_id = span.account_id
where record.excluded is null and (select scope from option) = 'account'
union
select span.deal_id, record.lead_id
from canonical.contact_role as role
inner join deal_span as span on span.deal_id = role.opportunity_id
left join survivor on survivor.record_id = role.lead_id
inner join lead_record as record on record.lead_id = coalesce(survivor.lead_id, role.lead_id)
where record.excluded is null and (select scope from option) = 'contact_roles'
union
select deal_id, lead_id
from deal_span
where
    lead_id is not null
    and (
        (select scope from option) <> 'contact_roles'
        or (select is_present from source_table where name = 'contact_role')
    )
