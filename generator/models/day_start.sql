-- One row per local day and the instant at which it begins. Key: local_date.
select local_date, timestamp '1970-01-01' + min(slot) * interval '900' second as begins_at
from local_slot
group by local_date
