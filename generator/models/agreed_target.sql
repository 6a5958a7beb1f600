-- One row per agreed target. Key: target_id. Targets of the drop win over those of the agreement by id; the first
-- target of a metric that is no sample removes the samples of that metric.
with everything as (
    select
        target_id, metric_id, period_start, period_end,
        case when lower(team) = 'all' then null else team end as team,
        region, segment, owner_id, value, currency, version, agreed_on
    from canonical.target
    union all
    select own_target.*
    from own_target
    where not exists (select 1 from canonical.target where target.target_id = own_target.target_id)
)

select everything.*
from everything
where
    everything.version <> 'sample'
    or not exists (
        select 1
        from everything as settled
        where settled.metric_id = everything.metric_id and settled.version <> 'sample'
    )
