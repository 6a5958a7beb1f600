-- One row per lead, instant and version of a definition: whether its criteria held. Key: (lead_id, definition, moment,
-- version). `verdict`: met, not_met, or unknown where what must hold is not known. What nobody knows refuses no lead.
-- `cycle` is that of the qualification recorded at the instant, null where none was; `is_in_force`: the version ruled
-- then. `reads_today`: it reads attributes without history, at the value they have today.
with counted as (
    select moment.moment_no, event.condition_no, count(*) as events
    from criteria_moment as moment
    inner join criterion_event as event on event.lead_id = moment.lead_id and event.occurred_at <= moment.moment
    inner join criterion on criterion.condition_no = event.condition_no
    where criterion.within_s is null or event.occurred_at > moment.moment - criterion.within_s * interval '1' second
    group by moment.moment_no, event.condition_no
),

dealt as (
    select moment.moment_no, criterion.condition_no
    from criterion
    inner join criteria_moment as moment on criterion.kind = 'deal'
    inner join deal
        on
            deal.lead_id = moment.lead_id and deal.created_at <= moment.moment
            and (criterion.name = 'exists' or deal.is_won and deal.closed_at <= moment.moment)
    left join criterion_value as type on type.condition_no = criterion.condition_no and type.value = deal.type
    where
        type.value is not null
        or not exists (select 1 from criterion_value as any_type where any_type.condition_no = criterion.condition_no)
    group by moment.moment_no, criterion.condition_no
),

-- What a lead is brings points at any time.
standing as (
    select rule.score, trait.lead_id, sum(rule.points) as points
    from score_rule as rule
    inner join lead_trait as trait on trait.condition_no = rule.condition_no and trait.holds = 2
    group by rule.score, trait.lead_id
),

-- A score can be told where the drop holds something that it counts.
told_score as (
    select rule.score, max(case when criterion.kind = 'known' or source.is_present then 1 else 0 end) = 1 as is_told
    from score_rule as rule
    inner join criterion on criterion.condition_no = rule.condition_no
    left join source_table as source on source.name = criterion.kind
    group by rule.score
),

scored as (
    select
        moment.moment_no,
        criterion.condition_no,
        criterion.op,
        criterion.number,
        told_score.is_told,
        least(
            coalesce(standing.points, 0) + greatest(
                coalesce(step.points, 0)
                - scoring.lost * coalesce(floor((epoch(moment.moment) - epoch(step.from_at)) / scoring.idle_s), 0),
                0
            ),
            coalesce(scoring.cap, 1000000000)
        ) as points
    from criterion
    inner join scoring on criterion.kind = 'score' and scoring.score = criterion.name
    inner join told_score on told_score.score = scoring.score
    inner join (
        select distinct alternative.condition_no, alternative.definition
        from alternative
    ) as asking on asking.condition_no = criterion.condition_no
    inner join criteria_moment as moment on moment.definition = asking.definition
    left join standing on standing.score = scoring.score and standing.lead_id = moment.lead_id
    left join score_step as step
        on
            step.score = scoring.score and step.lead_id = moment.lead_id
            and step.from_at <= moment.moment and (step.until_at is null or moment.moment < step.until_at)
),

-- Numbers stand for versions and alternatives: there is a row for each instant, alternative and condition.
part as (
    select
        alternative.definition,
        alternative.version,
        alternative.condition_no,
        alternative.is_refused,
        criterion.kind,
        criterion.at_least,
        criterion.kind = 'known' or coalesce(scoring.has_standing, false) as reads_today,
        dense_rank() over (order by alternative.definition, alternative.version) as version_no,
        dense_rank() over (
            order by alternative.definition, alternative.version, alternative.alternative
        ) as alternative_no
    from alternative
    inner join criterion on criterion.condition_no = alternative.condition_no
    left join scoring on criterion.kind = 'score' and scoring.score = criterion.name
),

-- Kind by kind, since each is looked up elsewhere; every lead has all that can be known of it.
judged as (
    select
        moment.moment_no, part.version_no, part.alternative_no, part.is_refused, coalesce(trait.holds, 1) as holds
    from lead_trait as trait
    inner join criteria_moment as moment on moment.lead_id = trait.lead_id
    inner join part
        on part.definition = moment.definition and part.condition_no = trait.condition_no and part.kind = 'known'
    union all
    select
        moment.moment_no, part.version_no, part.alternative_no, part.is_refused,
        case
            when not scored.is_told then 1
            when scored.points > scored.number or scored.op = '>=' and scored.points = scored.number then 2
            else 0
        end as holds
    from criteria_moment as moment
    inner join part on part.definition = moment.definition and part.kind = 'score'
    left join scored on scored.moment_no = moment.moment_no and scored.condition_no = part.condition_no
    union all
    select
        moment.moment_no, part.version_no, part.alternative_no, part.is_refused,
        case when dealt.moment_no is null then 0 else 2 end as holds
    from criteria_moment as moment
    inner join part on part.definition = moment.definition and part.kind = 'deal'
    left join dealt on dealt.moment_no = moment.moment_no and dealt.condition_no = part.condition_no
    union all
    select
        moment.moment_no, part.version_no, part.alternative_no, part.is_refused,
        case when moment.cycle is null then 0 else 2 end as holds
    from criteria_moment as moment
    inner join part on part.definition = moment.definition and part.kind = 'manual'
    union all
    select
        moment.moment_no, part.version_no, part.alternative_no, part.is_refused,
        case
            when coalesce(counted.events, 0) >= part.at_least then 2
            when source.is_present then 0
            else 1
        end as holds
    from criteria_moment as moment
    inner join part
        on part.definition = moment.definition and part.kind not in ('known', 'score', 'deal', 'manual')
    left join source_table as source on source.name = part.kind
    left join counted on counted.moment_no = moment.moment_no and counted.condition_no = part.condition_no
),

tried as (
    select
        moment_no,
        version_no,
        min(case
            when not is_refused then holds
            when holds = 1 then 2
            else 2 - holds
        end) as holds
    from judged
    group by moment_no, version_no, alternative_no
),

best as (
    select moment_no, version_no, max(holds) as holds
    from tried
    group by moment_no, version_no
),

ruling as (
    select
        part.version_no, definition.definition, definition.version, definition.effective_from, definition.effective_to,
        max(case when part.reads_today then 1 else 0 end) = 1 as reads_today
    from part
    inner join definition on definition.definition = part.definition and definition.version = part.version
    group by
        part.version_no, definition.definition, definition.version, definition.effective_from, definition.effective_to
)

select
    moment.lead_id,
    moment.definition,
    ruling.version,
    moment.moment,
    moment.cycle,
    local_slot.local_date >= ruling.effective_from
    and local_slot.local_date < coalesce(ruling.effective_to, date '9999-12-31') as is_in_force,
    case best.holds when 2 then 'met' when 1 then 'unknown' else 'not_met' end as verdict,
    ruling.reads_today
from best
inner join ruling on ruling.version_no = best.version_no
inner join criteria_moment as moment on moment.moment_no = best.moment_no
inner join local_slot on local_slot.slot = cast(floor(epoch(moment.moment) / 900) as bigint)
