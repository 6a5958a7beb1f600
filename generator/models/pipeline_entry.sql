-- One row per deal that entered the pipeline: where it was first qualified or, as `created_at_stage` says, where it
-- was first known. Key: deal_id.
with first_state as (
    select
        deal_state.*,
        row_number() over (partition by deal_id order by from_at, place) as nth
    from deal_state
    where (select value from setting where key = 'created_at_stage') = 'any'
)

select
    deal_id, moved_at, moved_on, stage, amount, gap, is_amount_known, is_history, type, origin, channel, campaign,
    region, segment, product, owner, team, excluded
from pipeline_move
where step = 'created' and (select value from setting where key = 'created_at_stage') = 'qualified'
union all
select
    first_state.deal_id,
    first_state.from_at as moved_at,
    local_slot.local_date as moved_on,
    first_state.stage,
    coalesce(cast(first_state.own_amount * fx_day.rate as decimal(38, 9)), 0) as amount,
    case when first_state.own_amount is not null and fx_day.rate is null then 'missing_fx' end as gap,
    first_state.own_amount is not null as is_amount_known,
    first_state.is_history,
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
from first_state
inner join deal on deal.deal_id = first_state.deal_id
left join local_slot on local_slot.slot = cast(floor(epoch(first_state.from_at) / 900) as bigint)
left join fx_day on fx_day.currency = first_state.currency and fx_day.day = local_slot.local_date
where first_state.nth = 1
