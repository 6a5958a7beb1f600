-- The version that this one is compared with: one row, or none where there is no earlier one. Filled with `restated`.
select cast(null as varchar) as version
where false
