-- One row per surviving lead and attribute that criteria read, as it stands today. Key: (lead_id, name).
-- What is no column of the canonical lead stands in canonical.lead_attribute, where a file carries it; else nobody knows.
with wanted as (
    select distinct name
    from criterion
    where kind = 'known'
),

record as (
    select *
    from canonical.lead as lead
    where not exists (select 1 from survivor where survivor.record_id = lead.lead_id)
)

select
    record.lead_id,
    wanted.name,
    lower(case wanted.name
        when 'origin_team' then record.origin_team
        when 'channel' then record.channel
        when 'campaign_id' then record.campaign_id
        when 'region' then record.region
        when 'segment' then record.segment
        when 'product' then record.product
        when 'tier' then record.tier
        when 'owner_id' then record.owner_id
        when 'interest_level' then record.interest_level
        when 'timeframe' then record.timeframe
        when 'industry' then record.industry
        when 'country' then record.country
        when 'icp_fit' then case when record.icp_fit then '1' when not record.icp_fit then '0' end
        when 'decision_maker_access'
            then case when record.decision_maker_access then '1' when not record.decision_maker_access then '0' end
        when 'score_fit' then cast(record.score_fit as varchar)
        when 'score_engagement' then cast(record.score_engagement as varchar)
        when 'employee_count' then cast(record.employee_count as varchar)
        else declared.value
    end) as value,
    case wanted.name
        when 'icp_fit' then case when record.icp_fit then 1.0 when not record.icp_fit then 0.0 end
        when 'decision_maker_access'
            then case when record.decision_maker_access then 1.0 when not record.decision_maker_access then 0.0 end
        when 'score_fit' then record.score_fit
        when 'score_engagement' then record.score_engagement
        when 'employee_count' then cast(record.employee_count as double)
        else declared.number
    end as number
from record
cross join wanted
left join canonical.lead_attribute as declared
    on declared.lead_id = record.lead_id and declared.attribute = wanted.name
