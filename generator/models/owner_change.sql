-- One row per change of owner while nobody had answered or decided, where some commitment gives each owner a timer of
-- its own. Key: (handoff_no, place), places counted from one.
with given as (
    select
        coalesce(survivor.lead_id, assignment.lead_id) as lead_id,
        assignment.occurred_at,
        assignment.owner_id,
        lag(assignment.owner_id) over (
            partition by coalesce(survivor.lead_id, assignment.lead_id)
            order by assignment.occurred_at, assignment.owner_id
        ) as owner_before
    from canonical.assignment as assignment
    left join survivor on survivor.record_id = assignment.lead_id
    where exists (select 1 from rule where rule.restarts > 0)
)

select
    handoff.handoff_no,
    given.occurred_at as changed_at,
    coalesce(working_calendar.calendar_id, handoff.calendar_id) as calendar_id,
    cast(row_number() over (
        partition by handoff.handoff_no order by given.occurred_at, given.owner_id
    ) as integer) as place,
    cast(count(*) over (partition by handoff.handoff_no) as integer) as places
from handoff_record as handoff
inner join given on given.lead_id = handoff.lead_id and given.owner_before <> given.owner_id
left join owner on owner.owner_id = given.owner_id
left join working_calendar on working_calendar.calendar_id = owner.calendar_id
where
    given.occurred_at > handoff.handed_at
    and given.occurred_at < least(
        coalesce(handoff.responded_at, timestamp '9999-12-31'),
        coalesce(handoff.accepted_at, timestamp '9999-12-31'),
        coalesce(handoff.exit_at, timestamp '9999-12-31')
    )
