-- One row per what a promise may be about: a hand-over, or the stay of a deal in a stage. Key: bearer_no.
select
    handoff_no as bearer_no, handoff_id as bearer_id, handoff_id, lead_id as record_id, lead_id, region, segment, channel, campaign, product,
    tier, owner, origin, excluded
from handoff_record
union all
select
    stay_no as bearer_no, stay_id as bearer_id, cast(null as varchar) as handoff_id, deal_id as record_id,
    lead_id, region, segment, channel,
    campaign, product, tier, owner, origin, excluded
from promised_stay
