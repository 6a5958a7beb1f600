-- One row per hand-over of a lead whose tier no export says: the tier by the rules of the definition then in force, or of
-- the version that the export names. Key: (lead_id, cycle). The first rule that holds decides; where it cannot be told
-- whether one holds, nobody knows the tier.
with judged as (
    select
        handed.lead_id,
        handed.cycle,
        rule.place,
        rule.tier,
        case when rule.definition is null then 'met' else verdict.verdict end as verdict
    from lifecycle_step as handed
    inner join lead_record as record on record.lead_id = handed.lead_id and record.tier is null
    inner join local_slot on local_slot.slot = cast(floor(epoch(handed.occurred_at) / 900) as bigint)
    left join definition as named on named.definition = 'mql' and named.version = handed.definition_version
    inner join definition as ruling
        on
            ruling.definition = 'mql'
            and (
                ruling.version = named.version
                or named.version is null and local_slot.local_date >= ruling.effective_from
                and local_slot.local_date < coalesce(ruling.effective_to, date '9999-12-31')
            )
    inner join tier_rule as rule on rule.version = ruling.version
    left join criteria_verdict as verdict
        on
            verdict.lead_id = handed.lead_id and verdict.definition = rule.definition
            and verdict.moment = handed.occurred_at and verdict.version = ruling.version
    where handed.stage = 'mql' and handed.move = 'entry'
),

deciding as (
    select
        judged.*,
        row_number() over (partition by lead_id, cycle order by place) as nth,
        row_number() over (partition by lead_id order by cycle desc, place) = 1 as is_latest
    from judged
    where verdict <> 'not_met'
)

select lead_id, cycle, case when verdict = 'met' then tier end as tier, is_latest
from deciding
where nth = 1
