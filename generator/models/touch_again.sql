-- One row per touch that only repeats another: same lead, channel, campaign and type within touch_dedupe_minutes of
-- the one that was kept. Key: touch_id. Only runs of close touches are walked one by one.
with recursive option as (
    select 60 * max(case when key = 'touch_dedupe_minutes' then cast(value as integer) end) as gap_s
    from setting
),

-- Most touches are the only one of their campaign: they need no look at their neighbours.
several as (
    select
        coalesce(survivor.lead_id, touch.lead_id, 'account ' || touch.account_id) as who,
        touch.channel,
        coalesce(touch.campaign_id, '') as campaign
    from canonical.touch as touch
    left join survivor on survivor.record_id = touch.lead_id
    group by
        coalesce(survivor.lead_id, touch.lead_id, 'account ' || touch.account_id), touch.channel,
        coalesce(touch.campaign_id, '')
    having count(*) > 1
),

known as (
    select
        touch.touch_id,
        touch.occurred_at,
        several.who,
        several.channel,
        several.campaign,
        coalesce(touch.type, '') as type,
        touch.is_marketing
    from canonical.touch as touch
    left join survivor on survivor.record_id = touch.lead_id
    inner join several
        on
            several.who = coalesce(survivor.lead_id, touch.lead_id, 'account ' || touch.account_id)
            and several.channel = touch.channel
            and several.campaign = coalesce(touch.campaign_id, '')
),

spaced as (
    select
        known.*,
        epoch(occurred_at) - epoch(lag(occurred_at) over same_kind) as since_s,
        epoch(lead(occurred_at) over same_kind) - epoch(occurred_at) as until_s
    from known
    window same_kind as (
        partition by who, channel, campaign, type, is_marketing order by occurred_at, touch_id
    )
),
-- Those with a close neighbour, before or after.
crowded as (
    select
        spaced.*,
        row_number() over (
            partition by who, channel, campaign, type, is_marketing order by occurred_at, touch_id
        ) as place,
        coalesce(since_s > option.gap_s, true) as starts_run
    from spaced
    cross join option
    where since_s <= option.gap_s or until_s <= option.gap_s
),

walk as (
    select
        who, channel, campaign, type, is_marketing, place, touch_id, occurred_at as kept_at, true as is_kept
    from crowded
    where starts_run
    union all
    select
        again.who, again.channel, again.campaign, again.type, again.is_marketing, again.place, again.touch_id,
        case
            when epoch(again.occurred_at) - epoch(walk.kept_at) > (select gap_s from option) then again.occurred_at
            else walk.kept_at
        end as kept_at,
        epoch(again.occurred_at) - epoch(walk.kept_at) > (select gap_s from option) as is_kept
    from walk
    inner join crowded as again
        on
            again.who = walk.who and again.channel = walk.channel and again.campaign = walk.campaign
            and again.type = walk.type and again.is_marketing = walk.is_marketing
            and again.place = walk.place + 1 and not again.starts_run
)

select touch_id
from walk
where not is_kept
