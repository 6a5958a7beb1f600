-- One row per hand-over that was given to an owner and answered: where the time went, in business seconds. Key: handoff_no.
-- `routing_s` until an owner in Sales had it, `owner_s` from then on until somebody answered; an answer before the
-- assignment leaves nothing to the owner.
with stamped as (
    select
        handoff_no,
        calendar_id,
        handed_at,
        least(greatest(assigned_at, handed_at), responded_at) as assigned_at,
        responded_at
    from handoff_record
    where excluded is null and assigned_at is not null and responded_at is not null
),

opened as (
    select
        stamped.*,
        handed.open_before_s + least(
            greatest(cast(floor(epoch(stamped.handed_at)) as bigint) - handed.slot * 900 - handed.open_from_s, 0),
            handed.open_to_s - handed.open_from_s
        ) as handed_s,
        given.open_before_s + least(
            greatest(cast(floor(epoch(stamped.assigned_at)) as bigint) - given.slot * 900 - given.open_from_s, 0),
            given.open_to_s - given.open_from_s
        ) as given_s,
        answered.open_before_s + least(
            greatest(cast(floor(epoch(stamped.responded_at)) as bigint) - answered.slot * 900 - answered.open_from_s, 0),
            answered.open_to_s - answered.open_from_s
        ) as answered_s
    from stamped
    inner join business_slot as handed
        on
            handed.calendar_id = stamped.calendar_id
            and handed.slot = cast(floor(epoch(stamped.handed_at) / 900) as bigint)
    inner join business_slot as given
        on
            given.calendar_id = stamped.calendar_id
            and given.slot = cast(floor(epoch(stamped.assigned_at) / 900) as bigint)
    inner join business_slot as answered
        on
            answered.calendar_id = stamped.calendar_id
            and answered.slot = cast(floor(epoch(stamped.responded_at) / 900) as bigint)
)

select handoff_no, responded_at, given_s - handed_s as routing_s, answered_s - given_s as owner_s
from opened
