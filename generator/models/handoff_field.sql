-- One row per hand-over and field that the agreement may require at hand-over. Key: (handoff_id, field).
select handoff_id, 'interest_level' as field, interest_level as value from handoff
union all
select handoff_id, 'timeframe' as field, timeframe as value from handoff
union all
select
    handoff_id, 'decision_maker_access' as field,
    case when decision_maker_access then '1' when not decision_maker_access then '0' end as value
from handoff
union all
select handoff_id, 'icp_fit' as field, case when icp_fit then '1' when not icp_fit then '0' end as value from handoff
union all
select handoff_id, 'tier' as field, tier as value from handoff
union all
select handoff_id, 'owner' as field, owner as value from handoff
union all
select handoff_id, 'region' as field, region as value from handoff
union all
select handoff_id, 'segment' as field, segment as value from handoff
