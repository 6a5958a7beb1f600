-- One row per surviving lead with its milestones (first forward entries) and its state at as_of. Key: lead_id.
-- `excluded` is why the lead counts nowhere; `is_existing_customer` marks leads of accounts that another deal had
-- made a customer before the lead was created: they are no new business.
with milestone as (
    select
        lead_id,
        min(case when move = 'entry' and stage = 'mql' then occurred_at end) as mql_at,
        min(case when move = 'entry' and stage = 'sal' then occurred_at end) as sal_at,
        min(case when move = 'entry' and stage = 'sql' then occurred_at end) as sql_at,
        min(case when move = 'entry' and stage = 'opportunity' then occurred_at end) as opportunity_at,
        min(case when move = 'entry' and stage = 'customer' then occurred_at end) as customer_at,
        max(cycle) as cycles
    from lifecycle_step
    group by lead_id
),

current_stage as (
    select lead_id, stage, occurred_at
    from lifecycle_step
    where is_latest
),

win as (
    select lead_id, min(booked_on) as won_on
    from deal
    where is_won and type = 'new_business' and excluded is null and lead_id is not null
    group by lead_id
),

customer_before as (
    select account_id, lead_id, booked_on
    from deal
    where is_first_win
)

select
    record.lead_id,
    record.account_id,
    record.created_at,
    record.created_on,
    record.region,
    record.segment,
    record.channel,
    record.campaign_id as campaign,
    record.product,
    coalesce(record.tier, tiered.tier) as tier,
    record.owner_id as owner,
    owner.team,
    record.origin_team as origin,
    coalesce(record.icp_fit, case icp.verdict when 'met' then true when 'not_met' then false end) as icp_fit,
    record.interest_level,
    record.timeframe,
    record.decision_maker_access,
    milestone.mql_at,
    milestone.sal_at,
    milestone.sql_at,
    milestone.opportunity_at,
    milestone.customer_at,
    win.won_on,
    coalesce(current_stage.stage, 'lead') as stage,
    current_stage.occurred_at as stage_since,
    coalesce(milestone.cycles, 1) as cycles,
    coalesce(
        customer_before.booked_on < record.created_on
        and coalesce(customer_before.lead_id, '') <> record.lead_id,
        false
    ) as is_existing_customer,
    record.excluded
from lead_record as record
left join criteria_verdict as icp
    on icp.lead_id = record.lead_id and icp.definition = 'icp' and icp.moment = record.created_at
left join tier_at_hand_over as tiered on tiered.lead_id = record.lead_id and tiered.is_latest
left join milestone on milestone.lead_id = record.lead_id
left join current_stage on current_stage.lead_id = record.lead_id
left join win on win.lead_id = record.lead_id
left join customer_before on customer_before.account_id = record.account_id
left join owner on owner.owner_id = record.owner_id
