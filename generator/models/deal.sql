-- One row per deal, in its state at as_of and in reporting currency. Key: deal_id.
-- One outcome a deal, its current one, in the period of its current booking date; a deal that closed after
-- as_of is open. `gap` says why an amount cannot be expressed in the reporting currency.
with option as (
    select
        max(case when key = 'reporting_currency' then value end) as reporting_currency,
        nullif(max(case when key = 'source_currency' then value end), '') as source_currency,
        max(case when key = 'booking_date' then value end) as booking_date,
        max(case when key = 'amount_basis' then value end) as amount_basis,
        max(case when key = 'as_of' then cast(value as timestamp) end) as as_of,
        max(case when key = 'as_of_date' then cast(value as date) end) as as_of_date
    from setting
),

state as (
    select
        opportunity.*,
        option.booking_date,
        option.amount_basis,
        option.as_of_date,
        created.local_date as created_on,
        closed.local_date as closed_on,
        coalesce(survivor.lead_id, opportunity.primary_lead_id) as lead_id,
        coalesce(opportunity.currency, option.source_currency, option.reporting_currency) as own_currency,
        opportunity.is_closed
        and coalesce(opportunity.closed_at <= option.as_of, true)
        and (opportunity.closed_at is not null or coalesce(opportunity.close_date <= option.as_of_date, true))
        as is_closed_now
    from canonical.opportunity as opportunity
    cross join option
    left join survivor on survivor.record_id = opportunity.primary_lead_id
    left join local_slot as created on created.slot = cast(floor(epoch(opportunity.created_at) / 900) as bigint)
    left join local_slot as closed on closed.slot = cast(floor(epoch(opportunity.closed_at) / 900) as bigint)
    where opportunity.created_at is null or opportunity.created_at <= option.as_of
),

booked as (
    select
        state.*,
        case
            when not is_closed_now then null
            when booking_date = 'closed_at_local' then coalesce(closed_on, close_date)
            else coalesce(close_date, closed_on)
        end as booked_on,
        case when amount_basis = 'acv' and contract_months > 12 then contract_months end as annualised_months
    from state
),

worth as (
    select
        booked.*,
        case
            when annualised_months is null then cast(amount as decimal(38, 9))
            else cast(amount * 12 / annualised_months as decimal(38, 9))
        end as own_amount,
        case
            when annualised_months is null then cast(list_amount as decimal(38, 9))
            else cast(list_amount * 12 / annualised_months as decimal(38, 9))
        end as own_list_amount
    from booked
)

select
    worth.opportunity_id as deal_id,
    coalesce(worth.account_id, 'deal ' || worth.opportunity_id) as account_id,
    worth.lead_id,
    worth.created_at,
    worth.created_on,
    worth.booked_on,
    worth.close_date as due_on,
    worth.closed_at,
    worth.is_closed_now as is_closed,
    worth.is_closed_now and worth.is_won as is_won,
    worth.type,
    deal_origin.origin,
    record.channel,
    coalesce(record.campaign_id, worth.campaign_id) as campaign,
    record.tier,
    worth.region,
    worth.segment,
    worth.product,
    worth.owner_id as owner,
    owner.team,
    worth.stage,
    worth.loss_reason as reason,
    cast(worth.own_amount * fx_day.rate as decimal(38, 9)) as amount,
    worth.own_amount is not null as is_amount_known,
    case when worth.own_amount is not null and fx_day.rate is null then 'missing_fx' end as gap,
    -- At plan rates, where the settings have one for the currency.
    cast(worth.own_amount * coalesce(plan_rate.rate, fx_day.rate) as decimal(38, 9)) as constant_amount,
    case
        when worth.own_amount is not null and coalesce(plan_rate.rate, fx_day.rate) is null then 'missing_fx'
    end as constant_gap,
    worth.own_amount,
    -- The months of a contract whose amounts count by the year; null where they count as they are.
    worth.annualised_months,
    worth.own_list_amount,
    cast(worth.own_list_amount * fx_day.rate as decimal(38, 9)) as list_amount,
    worth.own_currency as currency,
    entered.local_date as lead_created_on,
    coalesce(
        worth.is_closed_now and not worth.is_won and void_reason.value is not null, false
    ) as is_void_loss,
    case when coalesce(worth.is_test, false) then 'test' end as excluded,
    coalesce(
        worth.is_closed_now and worth.is_won and worth.type = 'new_business' and not coalesce(worth.is_test, false)
        and row_number() over (
            partition by
                coalesce(worth.account_id, 'deal ' || worth.opportunity_id),
                worth.is_closed_now and worth.is_won and worth.type = 'new_business'
                and not coalesce(worth.is_test, false)
            order by worth.booked_on, worth.opportunity_id
        ) = 1,
        false
    ) as is_first_win
from worth
left join fx_day
    on fx_day.currency = worth.own_currency and fx_day.day = coalesce(worth.booked_on, worth.as_of_date)
left join plan_rate on plan_rate.currency = worth.own_currency
left join lead_record as record on record.lead_id = worth.lead_id
left join deal_origin on deal_origin.deal_id = worth.opportunity_id
left join local_slot as entered on entered.slot = cast(floor(epoch(record.created_at) / 900) as bigint)
left join owner on owner.owner_id = worth.owner_id
left join setting_list as void_reason
    on void_reason.key = 'exclude_loss_reasons' and void_reason.value = worth.loss_reason
