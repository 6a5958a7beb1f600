-- One row per surviving lead record, with what merging gave it. Key: lead_id.
-- The earliest creation of all merged records counts; a merged record is never counted itself.
with absorbed as (
    select survivor.lead_id, min(record.created_at) as created_at, count(*) as records
    from survivor
    inner join canonical.lead as record on record.lead_id = survivor.record_id
    group by survivor.lead_id
),

dated as (
    select
        record.*,
        1 + coalesce(absorbed.records, 0) as records,
        case
            when absorbed.created_at < record.created_at or record.created_at is null then absorbed.created_at
            else record.created_at
        end as first_created_at
    from canonical.lead as record
    left join absorbed on absorbed.lead_id = record.lead_id
    where not exists (select 1 from survivor where survivor.record_id = record.lead_id)
)

select
    dated.lead_id,
    dated.account_id,
    dated.first_created_at as created_at,
    local_slot.local_date as created_on,
    dated.origin_team,
    dated.channel,
    dated.campaign_id,
    dated.region,
    dated.segment,
    dated.product,
    dated.tier,
    dated.owner_id,
    dated.icp_fit,
    dated.score_fit,
    dated.score_engagement,
    dated.interest_level,
    dated.timeframe,
    dated.decision_maker_access,
    dated.records,
    case
        when coalesce(dated.is_test, false) then 'test'
        else dated.exclude_reason
    end as excluded
from dated
left join local_slot on local_slot.slot = cast(floor(epoch(dated.first_created_at) / 900) as bigint)
