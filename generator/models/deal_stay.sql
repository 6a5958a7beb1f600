-- One row per deal and open stage in which it stood, with all its stays there added up. Key: (deal_id, stage).
-- A stay is over when the deal has gone beyond the stage or was decided; a way back alone does not end it. `days` are
-- days and parts of them, up to as_of where the deal still is there or may come back.
with option as (
    select max(case when key = 'as_of' then cast(value as timestamp) end) as as_of
    from setting
),

stay as (
    select
        deal_state.deal_id,
        deal_state.stage,
        deal_state.rank,
        min(deal_state.from_at) as entered_at,
        max(deal_state.to_at) as left_at,
        sum(epoch(least(deal_state.to_at, option.as_of)) - epoch(deal_state.from_at)) as seconds
    from deal_state
    cross join option
    where deal_state.is_open and deal_state.is_history and deal_state.stage is not null
    group by 1, 2, 3
),

leaving as (
    select stay.deal_id, stay.stage, min(deal_state.from_at) as exit_at
    from stay
    inner join deal_state
        on
            deal_state.deal_id = stay.deal_id and deal_state.from_at >= stay.left_at
            and (not deal_state.is_open or deal_state.rank > stay.rank)
    group by 1, 2
)

select
    stay.deal_id,
    stay.stage,
    stay.entered_at,
    leaving.exit_at,
    cast(stay.seconds / 86400 as decimal(18, 9)) as days,
    leaving.exit_at is not null as is_over,
    deal.region,
    deal.segment,
    deal.product,
    deal.owner,
    deal.excluded
from stay
inner join deal on deal.deal_id = stay.deal_id
left join leaving on leaving.deal_id = stay.deal_id and leaving.stage = stay.stage
