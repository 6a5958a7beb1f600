-- One row: how many marketing touches came after the last deal of their lead had closed, of how many.
with last_end as (
    select party.lead_id, max(span.ended_at) as ended_at
    from deal_party as party
    inner join deal_span as span on span.deal_id = party.deal_id
    group by party.lead_id
    having sum(case when span.is_closed then 0 else 1 end) = 0
)

select
    coalesce(sum(case when touch.occurred_at > last_end.ended_at then 1 else 0 end), 0) as late,
    count(*) as touches
from canonical.touch as touch
left join survivor on survivor.record_id = touch.lead_id
left join last_end on last_end.lead_id = coalesce(survivor.lead_id, touch.lead_id)
where touch.is_marketing
