-- One row per deal that is no test, as of the drop: whose it is, and from when to when its journey runs. Key: deal_id.
-- A journey begins the agreed look-back before the deal was created, and where the agreement says so not before an
-- earlier deal of the account had ended. It ends with the deal; one that says only the day, with that day.
with option as (
    select
        max(case when key = 'as_of' then cast(value as timestamp) end) as as_of,
        max(case when key = 'as_of_date' then cast(value as date) end) as as_of_date,
        max(case when key = 'attribution.lookback_days' then cast(value as integer) end) as lookback_days,
        max(case when key = 'influence_lookback_days' then cast(value as integer) end) as influence_days,
        max(case when key = 'attribution.journey_reset' then value end) = 'true' as is_reset
    from setting
),

day_end as (
    select local_date, timestamp '1970-01-01' + (max(slot) + 1) * interval '900' second as next_day_at
    from local_slot
    group by local_date
),

known as (
    select
        opportunity.opportunity_id as deal_id,
        coalesce(opportunity.account_id, 'deal ' || opportunity.opportunity_id) as account_id,
        coalesce(survivor.lead_id, opportunity.primary_lead_id) as lead_id,
        opportunity.source_team,
        opportunity.created_at,
        opportunity.closed_at,
        opportunity.close_date,
        opportunity.is_closed
        and coalesce(opportunity.closed_at <= option.as_of, true)
        and (opportunity.closed_at is not null or coalesce(opportunity.close_date <= option.as_of_date, true))
        as is_closed,
        option.as_of
    from canonical.opportunity as opportunity
    cross join option
    left join survivor on survivor.record_id = opportunity.primary_lead_id
    where
        not coalesce(opportunity.is_test, false)
        and (opportunity.created_at is null or opportunity.created_at <= option.as_of)
),

span as (
    select
        known.*,
        case
            when not known.is_closed then known.as_of
            else least(
                coalesce(known.closed_at, day_end.next_day_at - interval '1' microsecond, known.as_of), known.as_of
            )
        end as ended_at
    from known
    left join day_end on day_end.local_date = known.close_date
),

-- The end of the account's deal before.
earlier as (
    select span.deal_id, max(other.ended_at) as ended_at
    from span
    inner join span as other on other.account_id = span.account_id and other.ended_at < span.ended_at
    where other.is_closed
    group by span.deal_id
)

select
    span.deal_id,
    span.account_id,
    span.lead_id,
    span.source_team,
    coalesce(span.created_at, span.ended_at) as created_at,
    span.is_closed,
    coalesce(span.created_at, span.ended_at) - option.influence_days * interval '1' day as influence_from,
    greatest(
        coalesce(span.created_at, span.ended_at) - option.lookback_days * interval '1' day,
        case
            when option.is_reset then coalesce(earlier.ended_at + interval '1' microsecond, timestamp '0001-01-01')
            else timestamp '0001-01-01'
        end
    ) as journey_from,
    span.ended_at
from span
cross join option
left join earlier on earlier.deal_id = span.deal_id
