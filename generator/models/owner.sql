-- One row per owner, from the drop or, where it says nothing of them, from the agreement. Key: owner_id.
select owner_id, display_name, team, role, manager_id, region, calendar_id, active_from, active_to
from canonical.owner
union all
select agreed_owner.*
from agreed_owner
where not exists (select 1 from canonical.owner where owner.owner_id = agreed_owner.owner_id)
