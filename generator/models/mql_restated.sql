-- One row per version of the definition of an MQL and lead that was recorded as one or meets that version at some time.
-- Key: (version, lead_id). Recorded: the first hand-over. Restated: the first instant at which all criteria of the version
-- held, whatever version was in force. `reads_today`: attributes without history stand in at the value of today.
with first_met as (
    select version, lead_id, min(moment) as restated_at, max(case when reads_today then 1 else 0 end) = 1 as reads_today
    from criteria_verdict
    where definition = 'mql' and verdict = 'met'
    group by version, lead_id
),

every as (
    select
        definition.version,
        lead.lead_id,
        lead.mql_at as recorded_at,
        first_met.restated_at,
        coalesce(first_met.reads_today, false) as reads_today
    from lead
    inner join definition on definition.definition = 'mql'
    left join first_met on first_met.lead_id = lead.lead_id and first_met.version = definition.version
    where lead.excluded is null and (lead.mql_at is not null or first_met.restated_at is not null)
)

select
    every.version,
    every.lead_id,
    every.recorded_at,
    cast(date_trunc('month', recorded.local_date) as date) as recorded_in,
    every.restated_at,
    cast(date_trunc('month', met.local_date) as date) as restated_in,
    every.reads_today
from every
left join local_slot as recorded on recorded.slot = cast(floor(epoch(every.recorded_at) / 900) as bigint)
left join local_slot as met on met.slot = cast(floor(epoch(every.restated_at) / 900) as bigint)
