-- One row per contact by Marketing with a lead that was ever sent to a side stage. Key: none, instants may repeat.
-- Only these can keep the promise to nurture; the other touches stay out of every later join.
with put_aside as (
    select distinct coalesce(survivor.lead_id, event.lead_id) as lead_id
    from canonical.lifecycle_event as event
    inner join stage on stage.stage = event.to_stage and stage.kind = 'side'
    left join survivor on survivor.record_id = event.lead_id
),

known as (
    select lead_id as record_id, lead_id
    from put_aside
    union all
    select survivor.record_id, put_aside.lead_id
    from survivor
    inner join put_aside on put_aside.lead_id = survivor.lead_id
)

select known.lead_id, touch.occurred_at
from canonical.touch as touch
inner join known on known.record_id = touch.lead_id
where touch.is_marketing
