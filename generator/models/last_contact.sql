-- One row per lead that somebody was in contact with in the last inactive_days before its window
-- (windows.lead_to_customer) ended: the last activity or touch until then. Key: lead_id.
-- Where the window is longer, an earlier contact says no more than none. Touches are many: each is met once, here.
with option as (
    select
        max(case when key = 'windows.lead_to_customer' then cast(value as integer) end) as window_days,
        max(case when key = 'inactive_days' then cast(value as integer) end) as inactive_days
    from setting
),

horizon as (
    select
        record.lead_id,
        record.created_at + option.window_days * interval '1' day as horizon_at,
        case
            when option.inactive_days <= option.window_days
                then record.created_at + (option.window_days - option.inactive_days) * interval '1' day
            else timestamp '0001-01-01'
        end as silent_from
    from lead_record as record
    cross join option
    where record.excluded is null
),

-- Contacts name the record they were made with, which may have been merged since.
known as (
    select lead_id as record_id, lead_id, silent_from, horizon_at
    from horizon
    union all
    select survivor.record_id, horizon.lead_id, horizon.silent_from, horizon.horizon_at
    from survivor
    inner join horizon on horizon.lead_id = survivor.lead_id
),

contact as (
    select lead_id as record_id, occurred_at from canonical.touch
    union all
    select lead_id as record_id, occurred_at from canonical.activity
    union all
    -- Whose deal is worked on is not silent, either.
    select deal.primary_lead_id as record_id, activity.occurred_at
    from canonical.activity as activity
    inner join canonical.opportunity as deal on deal.opportunity_id = activity.opportunity_id
    where activity.lead_id is null
)

select known.lead_id, max(contact.occurred_at) as occurred_at
from contact
inner join known
    on
        known.record_id = contact.record_id
        and contact.occurred_at > known.silent_from
        and contact.occurred_at <= known.horizon_at
group by known.lead_id
