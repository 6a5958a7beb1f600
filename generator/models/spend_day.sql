-- One row per spend row and day it covers, an equal part of its amount each. Key: (spend_id, day).
with every_day as (
    select distinct local_date as day
    from local_slot
),

option as (
    select
        max(case when key = 'reporting_currency' then value end) as reporting_currency,
        nullif(max(case when key = 'source_currency' then value end), '') as source_currency
    from setting
)

select
    spend.spend_id,
    every_day.day,
    spend.team,
    spend.category,
    spend.purpose,
    spend.channel,
    spend.campaign_id as campaign,
    spend.region,
    spend.segment,
    cast(
        cast(spend.amount as decimal(24, 6)) * fx_day.rate / date_diff('day', spend.period_start, spend.period_end)
        as decimal(38, 9)
    ) as amount,
    case when fx_day.rate is null then 'missing_fx' end as gap
from canonical.spend as spend
cross join option
inner join every_day on every_day.day >= spend.period_start and every_day.day < spend.period_end
left join fx_day
    on
        fx_day.currency = coalesce(spend.currency, option.source_currency, option.reporting_currency)
        and fx_day.day = every_day.day
