-- One row per lead that counts: where it stood when its window (windows.lead_to_customer) ended. Key: lead_id.
-- Exactly one of is_purchased, is_exited, is_open holds. Nobody having spoken with the lead for inactive_days is an
-- exit too, but only where the drop says anything about activities or touches.
with option as (
    select
        max(case when key = 'windows.lead_to_customer' then cast(value as integer) end) as window_days,
        max(case when key = 'inactive_days' then cast(value as integer) end) as inactive_days
    from setting
),

horizon as (
    select
        lead.lead_id,
        lead.created_at,
        lead.created_on,
        lead.won_on,
        lead.region,
        lead.segment,
        lead.channel,
        lead.campaign,
        lead.product,
        lead.tier,
        lead.owner,
        lead.origin,
        lead.is_existing_customer,
        lead.created_at + option.window_days * interval '1' day as horizon_at,
        lead.created_on + option.window_days as horizon_on,
        option.inactive_days
    from lead
    cross join option
    where lead.excluded is null
),

-- Only leads that were ever put aside can stand aside.
put_aside as (
    select lead_id
    from lifecycle_step
    where kind = 'side' and move = 'exit'
    group by lead_id
),

stage_then as (
    select lead_id, stage, reason
    from (
        select
            lifecycle.lead_id,
            lifecycle.stage,
            lifecycle.kind,
            lifecycle.reason,
            row_number() over (
                partition by lifecycle.lead_id order by lifecycle.occurred_at desc, lifecycle.rank desc
            ) as place
        from lifecycle_step as lifecycle
        inner join put_aside on put_aside.lead_id = lifecycle.lead_id
        inner join horizon on horizon.lead_id = lifecycle.lead_id and lifecycle.occurred_at <= horizon.horizon_at
        where lifecycle.move in ('entry', 'exit')
    ) as latest
    where place = 1 and kind = 'side'
),

deal_then as (
    select
        horizon.lead_id,
        sum(case when deal.is_closed and not deal.is_won and deal.booked_on <= horizon.horizon_on then 1 else 0 end)
            as lost,
        sum(case
            when deal.created_on <= horizon.horizon_on
                and not (deal.is_closed and deal.booked_on <= horizon.horizon_on) then 1
            else 0
        end) as open_deals,
        max(case when deal.is_closed and not deal.is_won and deal.booked_on <= horizon.horizon_on then deal.booked_on end)
            as lost_on,
        min(case when deal.is_closed and not deal.is_won and deal.booked_on <= horizon.horizon_on then deal.reason end)
            as reason
    from horizon
    inner join deal on deal.lead_id = horizon.lead_id and deal.excluded is null and deal.type = 'new_business'
    group by horizon.lead_id
),

-- Who lost a deal and then went forward again has come back.
back_again as (
    select lifecycle.lead_id, max(local_slot.local_date) as back_on
    from deal_then
    inner join horizon on horizon.lead_id = deal_then.lead_id
    inner join lifecycle_step as lifecycle
        on
            lifecycle.lead_id = deal_then.lead_id and lifecycle.move = 'entry'
            and lifecycle.occurred_at <= horizon.horizon_at
    inner join local_slot on local_slot.slot = cast(floor(epoch(lifecycle.occurred_at) / 900) as bigint)
    where deal_then.lost > 0 and deal_then.open_deals = 0
    group by lifecycle.lead_id
),

judged as (
    select
        horizon.*,
        coalesce(horizon.won_on <= horizon.horizon_on, false) as is_purchased,
        stage_then.lead_id is not null
        or coalesce(
            deal_then.lost > 0 and deal_then.open_deals = 0
            and (back_again.back_on is null or back_again.back_on <= deal_then.lost_on),
            false
        ) as is_out,
        coalesce(
            (select is_present from source_table where name = 'contact')
            and coalesce(last_contact.occurred_at, horizon.created_at)
            <= horizon.horizon_at - horizon.inactive_days * interval '1' day,
            false
        ) as is_silent,
        coalesce(stage_then.reason, deal_then.reason) as given_reason
    from horizon
    left join stage_then on stage_then.lead_id = horizon.lead_id
    left join deal_then on deal_then.lead_id = horizon.lead_id
    left join back_again on back_again.lead_id = horizon.lead_id
    left join last_contact on last_contact.lead_id = horizon.lead_id
)

select
    lead_id,
    created_at,
    created_on,
    is_purchased,
    not is_purchased and (is_out or is_silent) as is_exited,
    not is_purchased and not (is_out or is_silent) as is_open,
    case
        when is_purchased then null
        when is_out then given_reason
        when is_silent then 'silent'
    end as reason,
    region, segment, channel, campaign, product, tier, owner, origin,
    case
        when won_on < created_on then 'negative_duration'
        when is_existing_customer then 'existing_customer'
    end as excluded
from judged
