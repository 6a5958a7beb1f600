-- One row per touch of a lead without a deal on another channel than the touch before. Key: touch_id.
with option as (
    select max(case when key = 'attribution.include_sales_touches' then value end) = 'true' as with_sales
    from setting
),

touched as (
    select
        coalesce(survivor.lead_id, touch.lead_id) as lead_id,
        touch.touch_id,
        touch.occurred_at,
        touch.channel,
        lag(touch.channel) over (
            partition by coalesce(survivor.lead_id, touch.lead_id) order by touch.occurred_at, touch.touch_id
        ) as channel_before
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
)

select lead_id, touch_id, occurred_at, channel
from touched
where channel_before is null or channel_before <> channel
