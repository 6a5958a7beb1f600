-- One row per lead and cycle that entered mql: what marketing handed over and what sales made of it.
-- Key: handoff_id (lead#cycle), or handoff_no, its number in this drop, to join by. A cycle ends at its exit and borrows
-- no answer from the next one.
-- Business seconds run on the calendar of the owner at hand-over, else of the region, else of the company.
-- `responded_at` is the first contact since the hand-over, which obligations ask for; `answered_at` the first one since
-- `waiting_since`, where response time begins by the setting response_start. Where a new owner restarts the clock, both
-- the obligations of Sales and the waiting begin at `restarted_at`, and the new owner is the owner.
with option as (
    select
        max(case when key = 'as_of' then cast(value as timestamp) end) as as_of,
        max(case when key = 'clock_skew_seconds' then cast(value as integer) end) as skew_s,
        max(case when key = 'reporting_calendar' then value end) as company_calendar,
        max(case when key = 'response_start' then value end) as response_start,
        max(case when key = 'restart_on_reassign' then value end) = 'true' as is_restarted
    from setting
),

handed as (
    select
        cast(row_number() over (order by occurred_at, lead_id) as integer) as handoff_no,
        lead_id, cycle, occurred_at as handed_at, score, definition_version
    from lifecycle_step
    where stage = 'mql' and move = 'entry'
),

followed as (
    -- What came after the hand-over in the same cycle. A repeated exit may bring the reason that was missing.
    select
        handed.handoff_no,
        min(case when later.move = 'entry' and later.rank > stage.rank then later.occurred_at end) as accepted_at,
        min(case when later.move = 'entry' and later.stage = 'sql' then later.occurred_at end) as sql_at,
        min(case when later.move = 'entry' and later.stage = 'opportunity' then later.occurred_at end) as opportunity_at,
        min(
            case
                when later.source_system <> 'map' and (later.kind = 'side' or later.rank > stage.rank)
                    then later.occurred_at
            end
        ) as crm_event_at,
        min(case when later.move = 'exit' then later.occurred_at end) as exit_at,
        min(case when later.kind = 'side' and later.reason is not null then later.occurred_at end) as reasoned_at
    from handed
    inner join stage on stage.stage = 'mql'
    inner join lifecycle_step as later
        on later.lead_id = handed.lead_id and later.cycle = handed.cycle and later.occurred_at >= handed.handed_at
    group by handed.handoff_no
),

exit_move as (
    select
        handed.handoff_no,
        min(case when later.occurred_at = followed.exit_at then later.stage end) as exit_stage,
        min(case when later.occurred_at = followed.reasoned_at then later.reason end) as reason
    from lifecycle_step as later
    inner join handed on handed.lead_id = later.lead_id and handed.cycle = later.cycle
    inner join followed on followed.handoff_no = handed.handoff_no
    where later.kind = 'side' and later.occurred_at in (followed.exit_at, followed.reasoned_at)
    group by handed.handoff_no
),

given as (
    select
        coalesce(survivor.lead_id, assignment.lead_id) as lead_id,
        assignment.occurred_at,
        assignment.owner_id,
        coalesce(owner.team = 'sales', false) as is_sales
    from canonical.assignment as assignment
    left join survivor on survivor.record_id = assignment.lead_id
    left join owner on owner.owner_id = assignment.owner_id
),

left_before as (
    select handed.handoff_no, max(earlier.occurred_at) as left_at
    from handed
    inner join lifecycle_step as earlier
        on earlier.lead_id = handed.lead_id and earlier.cycle < handed.cycle and earlier.move = 'exit'
    group by handed.handoff_no
),

owner_then as (
    -- The owner at hand-over: the latest assignment up to it, else the first one after it. Delivered is what a seller
    -- owns: at once where one has owned it since the lead last left, else with the first assignment to one.
    select
        handoff_no,
        owner_id,
        case
            when is_sales and given_at <= handed_at and given_at > coalesce(left_at, timestamp '0001-01-01')
                then handed_at
            else first_given_at
        end as assigned_at
    from (
        select
            handed.handoff_no,
            handed.handed_at,
            given.owner_id,
            given.is_sales,
            given.occurred_at as given_at,
            left_before.left_at,
            min(case when given.is_sales and given.occurred_at >= handed.handed_at then given.occurred_at end) over (
                partition by handed.handoff_no
            ) as first_given_at,
            row_number() over (
                partition by handed.handoff_no
                order by
                    case when given.occurred_at <= handed.handed_at then 0 else 1 end,
                    case when given.occurred_at <= handed.handed_at then -epoch(given.occurred_at)
                        else epoch(given.occurred_at) end,
                    given.owner_id
            ) as place
        from handed
        inner join given on given.lead_id = handed.lead_id
        left join left_before on left_before.handoff_no = handed.handoff_no
    ) as ranked
    where place = 1
),

begun as (
    select
        handed.handoff_no,
        case
            when option.response_start = 'assigned' then owner_then.assigned_at
            when option.response_start = 'lead_created' and handed.cycle = 1
                then least(lead.created_at, handed.handed_at)
            else handed.handed_at
        end as begun_at
    from handed
    cross join option
    inner join lead on lead.lead_id = handed.lead_id
    left join owner_then on owner_then.handoff_no = handed.handoff_no
),

answer as (
    select
        handed.handoff_no,
        min(case
            when epoch(contact.occurred_at) >= epoch(handed.handed_at) - option.skew_s then contact.occurred_at
        end) as responded_at,
        min(case
            when epoch(contact.occurred_at) >= epoch(begun.begun_at) - option.skew_s then contact.occurred_at
        end) as answered_at
    from handed
    cross join option
    inner join begun on begun.handoff_no = handed.handoff_no
    inner join followed on followed.handoff_no = handed.handoff_no
    inner join response as contact
        on
            contact.lead_id = handed.lead_id
            and epoch(contact.occurred_at)
            >= epoch(least(handed.handed_at, coalesce(begun.begun_at, handed.handed_at))) - option.skew_s
            and (followed.exit_at is null or contact.occurred_at <= followed.exit_at)
    group by handed.handoff_no
),

-- The last time that the lead changed hands while nobody had answered or decided.
restart as (
    select handoff_no, restarted_at, owner_id
    from (
        select
            handed.handoff_no,
            passed_on.occurred_at as restarted_at,
            passed_on.owner_id,
            row_number() over (
                partition by handed.handoff_no order by passed_on.occurred_at desc, passed_on.owner_id
            ) as place
        from handed
        inner join option on option.is_restarted
        inner join followed on followed.handoff_no = handed.handoff_no
        left join answer on answer.handoff_no = handed.handoff_no
        inner join (
            select
                given.*,
                lag(owner_id) over (partition by lead_id order by occurred_at, owner_id) as owner_before
            from given
        ) as passed_on
            on
                passed_on.lead_id = handed.lead_id
                and passed_on.owner_before <> passed_on.owner_id
                and passed_on.occurred_at > handed.handed_at
                and passed_on.occurred_at < least(
                    coalesce(answer.responded_at, timestamp '9999-12-31'),
                    coalesce(answer.answered_at, timestamp '9999-12-31'),
                    coalesce(followed.accepted_at, timestamp '9999-12-31'),
                    coalesce(followed.exit_at, timestamp '9999-12-31')
                )
    ) as ranked
    where place = 1
),

placed as (
    select
        handed.handoff_no,
        handed.lead_id || '#' || cast(handed.cycle as varchar) as handoff_id,
        handed.lead_id,
        handed.cycle,
        handed.handed_at,
        handed.score,
        handed.definition_version,
        followed.exit_at,
        exit_move.exit_stage,
        followed.accepted_at,
        followed.sql_at,
        followed.opportunity_at,
        followed.crm_event_at,
        followed.reasoned_at,
        exit_move.reason,
        owner_then.assigned_at,
        coalesce(restart.owner_id, owner_then.owner_id, lead.owner) as owner,
        case
            when answer.responded_at is not null then greatest(answer.responded_at, handed.handed_at)
        end as responded_at,
        restart.restarted_at,
        coalesce(restart.restarted_at, begun.begun_at) as waiting_since,
        case
            when answer.answered_at is not null
                then greatest(answer.answered_at, coalesce(restart.restarted_at, begun.begun_at))
        end as answered_at,
        least(option.as_of, coalesce(followed.exit_at, option.as_of)) as waited_until,
        coalesce(
            own_calendar.calendar_id, regional.calendar_id, company_calendar.calendar_id, only_calendar.calendar_id
        ) as calendar_id,
        owner.team,
        lead.region, lead.segment, lead.channel, lead.campaign, lead.product,
        coalesce(tiered.tier, lead.tier) as tier, lead.origin,
        lead.icp_fit, lead.interest_level, lead.timeframe, lead.decision_maker_access,
        lead.excluded
    from handed
    cross join option
    inner join lead on lead.lead_id = handed.lead_id
    left join tier_at_hand_over as tiered on tiered.lead_id = handed.lead_id and tiered.cycle = handed.cycle
    inner join followed on followed.handoff_no = handed.handoff_no
    left join exit_move on exit_move.handoff_no = handed.handoff_no
    left join owner_then on owner_then.handoff_no = handed.handoff_no
    left join answer on answer.handoff_no = handed.handoff_no
    inner join begun on begun.handoff_no = handed.handoff_no
    left join restart on restart.handoff_no = handed.handoff_no
    left join owner on owner.owner_id = coalesce(restart.owner_id, owner_then.owner_id, lead.owner)
    left join working_calendar as own_calendar on own_calendar.calendar_id = owner.calendar_id
    left join region_calendar on region_calendar.region = lower(lead.region)
    left join working_calendar as regional on regional.calendar_id = region_calendar.calendar_id
    left join working_calendar as company_calendar on company_calendar.calendar_id = option.company_calendar
    left join (select min(calendar_id) as calendar_id from working_calendar) as only_calendar on true
)

select
    placed.handoff_no,
    placed.handoff_id,
    placed.lead_id,
    placed.cycle,
    placed.handed_at,
    placed.score,
    placed.definition_version,
    placed.exit_at,
    placed.exit_stage,
    placed.accepted_at,
    placed.sql_at,
    placed.opportunity_at,
    placed.crm_event_at,
    placed.reasoned_at,
    placed.assigned_at,
    placed.responded_at,
    placed.restarted_at,
    placed.waiting_since,
    placed.answered_at,
    placed.waited_until,
    placed.calendar_id,
    -- Accepted: in sal or beyond before any exit. Rejected: left mql for a side stage first.
    coalesce(placed.accepted_at <= coalesce(placed.exit_at, placed.accepted_at), false) as is_accepted,
    coalesce(placed.exit_at < coalesce(placed.accepted_at, timestamp '9999-12-31'), false) as is_rejected,
    placed.reason,
    reason.family as reason_family,
    coalesce(reason.is_disagreement, false) as is_disagreement,
    coalesce(reason.is_excluded, false) as is_void,
    placed.answered_at is not null as is_answered,
    (
        answered.open_before_s
        + least(
            greatest(cast(floor(epoch(placed.answered_at)) as bigint) - answered.slot * 900 - answered.open_from_s, 0),
            answered.open_to_s - answered.open_from_s
        )
    ) - (
        started.open_before_s
        + least(
            greatest(cast(floor(epoch(placed.waiting_since)) as bigint) - started.slot * 900 - started.open_from_s, 0),
            started.open_to_s - started.open_from_s
        )
    ) as response_s,
    greatest(
        (
            ended.open_before_s
            + least(
                greatest(cast(floor(epoch(placed.waited_until)) as bigint) - ended.slot * 900 - ended.open_from_s, 0),
                ended.open_to_s - ended.open_from_s
            )
        ) - (
            started.open_before_s
            + least(
                greatest(cast(floor(epoch(placed.waiting_since)) as bigint) - started.slot * 900 - started.open_from_s, 0),
                started.open_to_s - started.open_from_s
            )
        ),
        0
    ) as waited_s,
    placed.region,
    placed.segment,
    placed.channel,
    placed.campaign,
    placed.product,
    placed.tier,
    placed.owner,
    placed.team,
    placed.origin,
    placed.icp_fit,
    placed.interest_level,
    placed.timeframe,
    placed.decision_maker_access,
    placed.excluded
from placed
left join reason on reason.reason = placed.reason
left join business_slot as started
    on
        started.calendar_id = placed.calendar_id
        and started.slot = cast(floor(epoch(placed.waiting_since) / 900) as bigint)
left join business_slot as answered
    on
        answered.calendar_id = placed.calendar_id
        and answered.slot = cast(floor(epoch(placed.answered_at) / 900) as bigint)
left join business_slot as ended
    on
        ended.calendar_id = placed.calendar_id
        and ended.slot = cast(floor(epoch(placed.waited_until) / 900) as bigint)
