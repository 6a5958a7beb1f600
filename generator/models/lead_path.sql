-- One row per touch of a lead without a deal. Key: touch_id.
with option as (
    select max(case when key = 'attribution.include_sales_touches' then value end) = 'true' as with_sales
    from setting
)

select
    coalesce(survivor.lead_id, touch.lead_id) as lead_id,
    touch.touch_id,
    touch.occurred_at,
    touch.channel
from canonical.touch as touch
cross join option
left join survivor on survivor.record_id = touch.lead_id
where
    (touch.is_marketing or option.with_sales)
    and touch.lead_id is not null
    and not exists (select 1 from touch_again where touch_again.touch_id = touch.touch_id)
    and not exists (
        select 1 from deal_party as party where party.lead_id = coalesce(survivor.lead_id, touch.lead_id)
    )
