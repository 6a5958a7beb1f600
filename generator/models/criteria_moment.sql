-- One row per instant at which a lead is held against the criteria of a definition. Key: moment_no.
-- Asked are the recorded qualifications, and every instant at which the answer may have turned to yes: the creation of
-- the lead, each event that some condition counts or ceases to count, and the start of a version. Leads that fail every
-- alternative by what is known of them are asked only where they were recorded.
with alive as (
    select distinct lead_id, definition
    from (
        select trait.lead_id, alternative.definition, alternative.version, alternative.alternative
        from alternative
        inner join definition as asked_always
            on
                asked_always.definition = alternative.definition and asked_always.version = alternative.version
                and not asked_always.is_of_hand_over
        inner join lead_trait as trait on trait.condition_no = alternative.condition_no
        group by trait.lead_id, alternative.definition, alternative.version, alternative.alternative
        having min(case when alternative.is_refused and trait.holds <> 1 then 2 - trait.holds
            when alternative.is_refused then 2 else trait.holds end) = 2
    ) as possible
    union
    -- Alternatives that ask for nothing but events.
    select record.lead_id, bare.definition
    from lead_record as record
    cross join (
        select alternative.definition
        from alternative
        inner join criterion on criterion.condition_no = alternative.condition_no
        inner join definition
            on
                definition.definition = alternative.definition and definition.version = alternative.version
                and not definition.is_of_hand_over
        group by alternative.definition, alternative.version, alternative.alternative
        having max(case when criterion.kind = 'known' then 1 else 0 end) = 0
    ) as bare
    union
    -- Of everybody it is asked who fits.
    select record.lead_id, definition.definition
    from lead_record as record
    inner join definition on definition.definition = 'icp'
),

-- Where every alternative waits for an event, nothing turns to yes before one.
eventful as (
    select definition, min(has_event) = 1 as needs_event
    from (
        select
            alternative.definition,
            max(case
                when criterion.kind in ('touch', 'activity') and not alternative.is_refused then 1
                when criterion.kind = 'score' and not scoring.has_standing then 1
                else 0
            end) as has_event
        from alternative
        inner join criterion on criterion.condition_no = alternative.condition_no
        left join scoring on scoring.score = criterion.name
        group by alternative.definition, alternative.version, alternative.alternative
    ) as waiting
    group by definition
),

-- What only tells the tier of a hand-over turns no answer.
turning as (
    select alternative.condition_no
    from alternative
    inner join definition
        on
            definition.definition = alternative.definition and definition.version = alternative.version
            and not definition.is_of_hand_over
    union
    select condition_no from score_rule
),

turned as (
    select event.lead_id, event.occurred_at as moment
    from criterion_event as event
    inner join turning on turning.condition_no = event.condition_no
    union
    select event.lead_id, event.occurred_at + criterion.within_s * interval '1' second as moment
    from criterion_event as event
    inner join criterion on criterion.condition_no = event.condition_no
    inner join (select distinct condition_no from alternative where is_refused) as refused
        on refused.condition_no = event.condition_no
    where criterion.within_s is not null
),

begun as (
    select definition.definition, timestamp '1970-01-01' + min(local_slot.slot) * interval '900' second as moment
    from definition
    inner join local_slot on local_slot.local_date = definition.effective_from
    group by definition.definition, definition.version
),

asked as (
    select lead_id, 'mql' as definition, occurred_at as moment, cycle
    from lifecycle_step
    where stage = 'mql' and move = 'entry'
    union all
    -- Into which tier a lead falls is asked at its hand-over, where the export does not say it.
    select handed.lead_id, tiered.definition, handed.occurred_at, handed.cycle
    from lifecycle_step as handed
    inner join lead_record as record on record.lead_id = handed.lead_id and record.tier is null
    cross join (select distinct definition from definition where is_of_hand_over) as tiered
    where handed.stage = 'mql' and handed.move = 'entry'
    union all
    select alive.lead_id, alive.definition, turned.moment, cast(null as integer) as cycle
    from alive
    inner join turned on turned.lead_id = alive.lead_id
    union all
    select alive.lead_id, alive.definition, record.created_at as moment, cast(null as integer) as cycle
    from alive
    inner join eventful on eventful.definition = alive.definition and not eventful.needs_event
    inner join lead_record as record on record.lead_id = alive.lead_id
    union all
    select alive.lead_id, alive.definition, begun.moment, cast(null as integer) as cycle
    from alive
    inner join eventful on eventful.definition = alive.definition
    inner join begun on begun.definition = alive.definition
    inner join lead_record as record on record.lead_id = alive.lead_id and record.created_at < begun.moment
    where
        not eventful.needs_event
        or exists (
            select 1 from criterion_event as event
            where event.lead_id = alive.lead_id and event.occurred_at <= begun.moment
        )
)

select
    cast(row_number() over (order by lead_id, definition, moment) as integer) as moment_no,
    lead_id,
    definition,
    moment,
    max(cycle) as cycle
from asked
where moment <= (select cast(value as timestamp) from setting where key = 'as_of')
group by lead_id, definition, moment
