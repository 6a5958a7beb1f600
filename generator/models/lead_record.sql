-- One row per surviving lead record, with what merging gave it. Key: lead_id.
-- The earliest creation of all merged records counts; a merged record is never counted itself.
with earliest as (
    select
        coalesce(survivor.lead_id, record.lead_id) as lead_id,
        min(record.created_at) as created_at,
        count(*) as records
    from canonical.lead as record
    left join survivor on survivor.record_id = record.lead_id
    group by 1
)

select
    record.lead_id,
    record.account_id,
    earliest.created_at,
    local_slot.local_date as created_on,
    record.origin_team,
    record.channel,
    record.campaign_id,
    record.region,
    record.segment,
    record.product,
    record.tier,
    record.owner_id,
    record.icp_fit,
    record.score_fit,
    record.score_engagement,
    record.interest_level,
    record.timeframe,
    record.decision_maker_access,
    earliest.records,
    case
        when coalesce(record.is_test, false) then 'test'
        else record.exclude_reason
    end as excluded
from canonical.lead as record
inner join earliest on earliest.lead_id = record.lead_id
left join local_slot on local_slot.slot = cast(floor(epoch(earliest.created_at) / 900) as bigint)
where not exists (select 1 from survivor where survivor.record_id = record.lead_id)
