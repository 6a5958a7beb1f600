-- One row per surviving lead and condition on what is known of it. Key: (lead_id, condition_no).
-- `holds` is 2 for yes, 0 for no, 1 where nobody knows.
with compared as (
    select
        attribute.lead_id,
        criterion.condition_no,
        criterion.op,
        attribute.value is null as is_missing,
        case
            when attribute.number is not null and criterion.number is not null
                then attribute.number = criterion.number
            else attribute.value = criterion.value
        end as is_equal,
        attribute.number > criterion.number as is_above,
        attribute.number < criterion.number as is_below,
        listed.value is not null as is_listed
    from lead_attribute as attribute
    inner join criterion on criterion.kind = 'known' and criterion.name = attribute.name
    left join criterion_value as listed
        on listed.condition_no = criterion.condition_no and listed.value = attribute.value
)

select
    lead_id,
    condition_no,
    case
        when op = 'is_null' then case when is_missing then 2 else 0 end
        when op = 'not_null' then case when is_missing then 0 else 2 end
        when is_missing then 1
        when op = '==' then case when is_equal then 2 else 0 end
        when op = '!=' then case when is_equal then 0 else 2 end
        when op = '>' then case when is_above then 2 else 0 end
        when op = '<' then case when is_below then 2 else 0 end
        when op = '>=' then case when is_above or is_equal then 2 else 0 end
        when op = '<=' then case when is_below or is_equal then 2 else 0 end
        when op = 'in' then case when is_listed then 2 else 0 end
        when op = 'not_in' then case when is_listed then 0 else 2 end
    end as holds
from compared
