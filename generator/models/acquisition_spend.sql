-- One row per spend row and day it covers, on the day on which it counts towards winning customers. Key: (spend_id, day).
-- `excluded` is why it does not: its purpose, or what `cac.scope` leaves out. `cac.lag_days` moves spend that many days on,
-- to the wins that it brought.
with option as (
    select
        max(case when key = 'cac.scope' then value end) as scope,
        cast(max(case when key = 'cac.lag_days' then value end) as integer) as lag_days
    from setting
)

select
    spend_day.spend_id,
    spend_day.day,
    spend_day.day + option.lag_days as counted_on,
    spend_day.team,
    spend_day.category,
    spend_day.purpose,
    spend_day.channel,
    spend_day.campaign,
    spend_day.region,
    spend_day.segment,
    spend_day.amount,
    spend_day.gap,
    case
        when
            option.scope <> 'all_sm'
            and spend_day.purpose not in (select value from setting_list where key = 'cac.purposes')
            then 'purpose'
        when option.scope = 'program_only' and (spend_day.category <> 'program' or spend_day.team <> 'marketing')
            then 'category'
    end as excluded
from spend_day
cross join option
