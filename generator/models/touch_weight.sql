-- One row per shape of a journey, position and model by milestones, with its integer weight, none of them 0.
-- Key: (touches, lead_position, opportunity_position, position, model). Journeys are many, their shapes few.
-- A milestone that is missing, or out of the model's reach, gives its weight back: the others are divided by their sum.
-- What is between is shared equally, so milestones are multiplied by the number of touches between.
with shape as (
    select distinct touches, lead_position, opportunity_position
    from journey
),

place as (
    select distinct position
    from journey
),

reached as (
    select
        shape.*,
        place.position,
        model.*,
        case
            when model.reach = 'lead' then shape.lead_position
            when model.reach = 'opportunity' then shape.opportunity_position
            else shape.touches
        end as last_position
    from shape
    inner join place on place.position <= shape.touches
    cross join attribution_model as model
),

marked as (
    select
        reached.*,
        position = 1 and first_weight > 0 as is_first,
        position = lead_position and position <= last_position and lead_weight > 0 as is_lead,
        position = opportunity_position and position <= last_position and opportunity_weight > 0 as is_opportunity,
        position = touches and position <= last_position and won_weight > 0 as is_won
    from reached
),

sorted_out as (
    select
        marked.*,
        between_weight > 0 and position <= last_position
        and not (is_first or is_lead or is_opportunity or is_won) as is_between
    from marked
),

counted as (
    select
        sorted_out.*,
        greatest(
            sum(case when is_between then 1 else 0 end)
                over (partition by touches, lead_position, opportunity_position, model),
            1
        ) as shared
    from sorted_out
),

weighed as (
    select
        touches,
        lead_position,
        opportunity_position,
        position,
        model,
        case
            when model = 'position' and touches = 2 then 1
            when is_between then between_weight
            else shared * (
                case when is_first then first_weight else 0 end
                + case when is_lead then lead_weight else 0 end
                + case when is_opportunity then opportunity_weight else 0 end
                + case when is_won then won_weight else 0 end
            )
        end as weight
    from counted
)

select
    touches,
    lead_position,
    opportunity_position,
    position,
    model,
    cast(weight as decimal(38, 0)) as weight,
    cast(sum(weight) over (partition by touches, lead_position, opportunity_position, model) as decimal(38, 0)) as total
from weighed
where weight > 0
