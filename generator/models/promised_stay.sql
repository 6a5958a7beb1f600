-- One row per stay of a deal in a stage of which some commitment speaks. Key: stay_no, below zero, so that it is never
-- the number of a hand-over. A deal without history tells no instant at which it entered its stage: it owes nothing.
with option as (
    select max(case when key = 'reporting_calendar' then value end) as company_calendar
    from setting
)

select
    -cast(row_number() over (order by stay.deal_id, stay.stage) as integer) as stay_no,
    stay.deal_id || '@' || stay.stage as stay_id,
    stay.deal_id,
    stay.stage,
    stay.entered_at,
    stay.exit_at,
    deal.lead_id,
    deal.region,
    deal.segment,
    deal.channel,
    deal.campaign,
    deal.product,
    deal.tier,
    deal.owner,
    deal.origin,
    deal.excluded,
    coalesce(own_calendar.calendar_id, regional.calendar_id, company_calendar.calendar_id, only_calendar.calendar_id)
        as calendar_id
from deal_stay as stay
inner join (select distinct stage from rule where trigger = 'deal_stage') as promised on promised.stage = stay.stage
inner join deal on deal.deal_id = stay.deal_id
cross join option
left join owner on owner.owner_id = deal.owner
left join working_calendar as own_calendar on own_calendar.calendar_id = owner.calendar_id
left join region_calendar on region_calendar.region = lower(deal.region)
left join working_calendar as regional on regional.calendar_id = region_calendar.calendar_id
left join working_calendar as company_calendar on company_calendar.calendar_id = option.company_calendar
left join (select min(calendar_id) as calendar_id from working_calendar) as only_calendar on true
