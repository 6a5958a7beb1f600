-- One row per period and lead of Marketing created in it: what it cost, and what Sales decided last. Key: (period,
-- lead_id). `is_leak`: rejected, last, for a reason that the agreement counts as a leak. `is_undecided`: handed over, and
-- nobody has decided yet.
with last_decision as (
    select
        lead_id, is_rejected, reason,
        row_number() over (partition by lead_id order by cycle desc) as place
    from handoff
    where is_accepted or is_rejected
),

handed as (
    select distinct lead_id
    from handoff
)

select
    channel_cost.period,
    lead.lead_id,
    lead.channel,
    lead.campaign,
    lead.region,
    last_decision.reason,
    channel_cost.unit_cost as cost,
    coalesce(last_decision.is_rejected and reason.is_leak, false) as is_leak,
    handed.lead_id is not null and last_decision.lead_id is null as is_undecided,
    channel_cost.gap
from lead
inner join period_day on period_day.day = lead.created_on
inner join channel_cost
    on channel_cost.period = period_day.period and channel_cost.channel is not distinct from lead.channel
left join last_decision on last_decision.lead_id = lead.lead_id and last_decision.place = 1
left join reason on reason.reason = last_decision.reason
left join handed on handed.lead_id = lead.lead_id
where lead.origin = 'marketing' and lead.excluded is null
