-- One row per won deal, model and touch that gets credit: `weight` of `total`, whole numbers. Key: (deal_id, model,
-- touch_id). A deal without a touch credits the channel `(no marketing touch)`, so that each model credits all deals.
-- Shapley divides by channels: the first touch of each stands for it.
with aged as (
    select journey.*, cast(floor(age_s / step.seconds) as bigint) as steps, step.seconds
    from journey
    cross join (select max(steps) + 1 as seconds from decay where part = 'rest') as step
),

decayed as (
    select aged.deal_id, aged.touch_id, aged.channel, aged.campaign, cast(long.weight as decimal(38, 0)) * rest.weight as weight
    from aged
    inner join decay as long on long.part = 'long' and long.steps = aged.steps
    inner join decay as rest on rest.part = 'rest' and rest.steps = aged.age_s - aged.steps * aged.seconds
)

select
    journey.deal_id, touch_weight.model, journey.touch_id, journey.channel, journey.campaign, touch_weight.weight,
    touch_weight.total
from journey
inner join touch_weight
    on
        touch_weight.touches = journey.touches
        and touch_weight.lead_position = journey.lead_position
        and touch_weight.opportunity_position = journey.opportunity_position
        and touch_weight.position = journey.position
union all
select
    deal_id, 'time_decay' as model, touch_id, channel, campaign, weight, sum(weight) over (partition by deal_id) as total
from decayed
union all
select
    deal_id, 'shapley' as model, touch_id, channel, campaign, cast(1 as decimal(38, 0)) as weight,
    cast(channels as decimal(38, 0)) as total
from journey
where is_new_channel
union all
select
    deal.deal_id, model.model, cast(null as varchar) as touch_id, '(no marketing touch)' as channel,
    cast(null as varchar) as campaign, cast(1 as decimal(38, 0)) as weight, cast(1 as decimal(38, 0)) as total
from deal
cross join (
    select model from attribution_model
    union all
    select 'time_decay' as model
    union all
    select 'shapley' as model
) as model
where deal.is_won and deal.excluded is null and not exists (select 1 from journey where journey.deal_id = deal.deal_id)
