-- One row per change to what stands in the qualified pipeline. Key: (deal_id, moved_at, place, step).
-- Steps: created (qualified for the first time, with the amount of then), reopened (back after it had closed),
-- increased and decreased (by the difference, a change made on closing included), won and lost (out, with the amount
-- on closing; signed). What a deal brought in, less what it took out, is what stands there at any instant.
-- Amounts are at the exchange rate of the day of the move.
with faced as (
    select
        deal_state.*,
        local_slot.local_date as moved_on,
        deal_state.is_open and deal_state.has_qualified as is_in,
        lag(deal_state.is_open and deal_state.has_qualified) over (
            partition by deal_state.deal_id order by deal_state.from_at, deal_state.place
        ) as was_in,
        lag(deal_state.has_qualified) over (
            partition by deal_state.deal_id order by deal_state.from_at, deal_state.place
        ) as had_qualified,
        lag(deal_state.own_amount) over (
            partition by deal_state.deal_id order by deal_state.from_at, deal_state.place
        ) as own_before,
        lag(deal_state.currency) over (
            partition by deal_state.deal_id order by deal_state.from_at, deal_state.place
        ) as currency_before
    from deal_state
    left join local_slot on local_slot.slot = cast(floor(epoch(deal_state.from_at) / 900) as bigint)
),

exchanged as (
    select
        faced.deal_id,
        faced.from_at,
        faced.place,
        faced.moved_on,
        faced.stage,
        faced.outcome,
        faced.is_open,
        faced.is_in,
        faced.is_history,
        coalesce(faced.was_in, false) as was_in,
        faced.has_qualified and not coalesce(faced.had_qualified, false) as is_created,
        faced.own_amount is not null as is_amount_known,
        coalesce(faced.own_amount, 0) <> coalesce(faced.own_before, 0)
        or faced.currency <> coalesce(faced.currency_before, faced.currency) as is_changed,
        coalesce(cast(faced.own_amount * fx_day.rate as decimal(38, 9)), 0) as amount,
        coalesce(cast(faced.own_before * before.rate as decimal(38, 9)), 0) as amount_before,
        case
            when faced.own_amount is not null and fx_day.rate is null then 'missing_fx'
        end as gap,
        case
            when faced.own_before is not null and before.rate is null then 'missing_fx'
        end as gap_before
    from faced
    left join fx_day on fx_day.currency = faced.currency and fx_day.day = faced.moved_on
    left join fx_day as before on before.currency = faced.currency_before and before.day = faced.moved_on
),

move as (
    select
        deal_id, from_at, place, moved_on, stage, is_history, is_amount_known,
        case when is_created then 'created' else 'reopened' end as step,
        amount,
        gap
    from exchanged
    where is_created or is_in and not was_in
    union all
    select
        deal_id, from_at, place, moved_on, stage, is_history, is_amount_known,
        case when amount < amount_before then 'decreased' else 'increased' end as step,
        amount - amount_before as amount,
        coalesce(gap, gap_before) as gap
    from exchanged
    where was_in and is_changed
    union all
    select
        deal_id, from_at, place, moved_on, stage, is_history, is_amount_known,
        outcome as step,
        -amount as amount,
        gap
    from exchanged
    where not is_open and (was_in or is_created)
)

select
    move.deal_id,
    move.from_at as moved_at,
    move.place,
    move.moved_on,
    move.step,
    move.stage,
    move.amount,
    move.gap,
    move.is_amount_known,
    move.is_history,
    deal.type,
    deal.origin,
    deal.channel,
    deal.campaign,
    deal.region,
    deal.segment,
    deal.product,
    deal.owner,
    deal.team,
    deal.excluded
from move
inner join deal on deal.deal_id = move.deal_id
