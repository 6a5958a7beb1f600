-- One row per period and the day on which a snapshot at its end stands, for all that bears a date. Key: period.
-- It is the day after the last one that counts. Where figures are cut within a day (`to_date_cut: as_of`), it is that day.
select
    period.period,
    case when period.instant < day_start.begins_at then period.cut_on - 1 else period.cut_on end as day
from period
left join day_start on day_start.local_date = period.cut_on
where period.grain in ('month', 'quarter', 'year')
