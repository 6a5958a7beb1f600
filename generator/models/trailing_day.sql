-- One row per period and each of the 365 days before its end, or before the cut of one that is running.
-- Key: (period, day).
select day_start.local_date as day, period.period
from period
inner join day_start on day_start.local_date < period.cut_on and day_start.local_date >= period.cut_on - 365
where period.grain in ('month', 'quarter', 'year')
