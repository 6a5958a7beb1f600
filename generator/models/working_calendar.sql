-- One row per calendar in which hours can be counted. Key: calendar_id.
select distinct calendar_id
from business_day
