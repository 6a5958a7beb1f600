-- One row per thing that was known of a lead that serves as an example of a definition: the newest hand-overs that met
-- the version then in force, and the newest that did not. Key: (version, lead_id, name).
-- Only what the criteria ask for is told: when it last did something that they count, and numbers, yes or no, and words
-- that stand in the agreement itself.
with chosen as (
    select lead_id, version, moment, cycle, verdict
    from (
        select
            verdict.lead_id,
            verdict.version,
            verdict.moment,
            verdict.cycle,
            verdict.verdict,
            row_number() over (
                partition by verdict.version, verdict.verdict order by verdict.moment desc, verdict.lead_id
            ) as place
        from criteria_verdict as verdict
        inner join lead_record as record on record.lead_id = verdict.lead_id and record.excluded is null
        where
            verdict.definition = 'mql' and verdict.is_in_force and verdict.cycle is not null
            and verdict.verdict in ('met', 'not_met')
    ) as ranked
    where place <= 2
),

asked as (
    select distinct alternative.version, alternative.condition_no, criterion.kind, criterion.name, criterion.within_s
    from alternative
    inner join criterion on criterion.condition_no = alternative.condition_no
    where alternative.definition = 'mql' and not alternative.is_refused
),

done as (
    select
        chosen.version, chosen.lead_id, asked.name, cast(null as varchar) as value,
        max(event.occurred_at) as done_at
    from chosen
    inner join asked on asked.version = chosen.version and asked.kind = 'touch'
    inner join criterion_event as event
        on
            event.condition_no = asked.condition_no and event.lead_id = chosen.lead_id
            and event.occurred_at <= chosen.moment
            and (
                asked.within_s is null
                or event.occurred_at > chosen.moment - asked.within_s * interval '1' second
            )
    group by chosen.version, chosen.lead_id, asked.name
),

scored as (
    select
        chosen.version, chosen.lead_id, asked.name, cast(max(step.points) as varchar) as value,
        cast(null as timestamp) as done_at
    from chosen
    inner join asked on asked.version = chosen.version and asked.kind = 'score'
    inner join score_step as step
        on
            step.score = asked.name and step.lead_id = chosen.lead_id and step.from_at <= chosen.moment
            and (step.until_at is null or chosen.moment < step.until_at)
    group by chosen.version, chosen.lead_id, asked.name
),

known as (
    select
        chosen.version,
        chosen.lead_id,
        attribute.name,
        max(coalesce(cast(attribute.number as varchar), listed.value)) as value,
        cast(null as timestamp) as done_at
    from chosen
    inner join asked on asked.version = chosen.version and asked.kind = 'known'
    inner join lead_attribute as attribute on attribute.lead_id = chosen.lead_id and attribute.name = asked.name
    left join criterion_value as listed
        on listed.condition_no = asked.condition_no and listed.value = attribute.value
    where attribute.number is not null or listed.value is not null
    group by chosen.version, chosen.lead_id, attribute.name
),

told as (
    select * from done
    union all select * from scored
    union all select * from known
)

select
    chosen.version, chosen.verdict, chosen.lead_id, chosen.cycle, chosen.moment, told.name, told.value, told.done_at
from chosen
left join told on told.version = chosen.version and told.lead_id = chosen.lead_id
