"""Dates what changed between drops: events of leads, deals and owners where exports bring no history of them.

A change lies between the drop that did not show it and the one that did. Its event is dated with the end of the last
whole day before the later drop, or with the drop itself where that day began before the gap: figures to date are cut
there, and no drop ever knows of what a later one showed. `precision` says how wide the gap is.
"""

from __future__ import annotations

from typing import Final

from generator.canonical import UNDATED, Type
from generator.history.rows import keyed

_NOTHING = ", ".join(
    f"cast(null as varchar) as {name}" for name in ("amount", "currency", "close_date", "forecast_category")
)

#: Everything that the drop knows: what a hash stands for, and since when it is there.
OBJECTS: Final = f"""
    select 'lead' as object, {keyed("lead", ("lead_id",))} as key, lead_id as id, created_at
    from canonical.lead cross join row_secret
    union all
    select 'owner', {keyed("lead", ("lead_id",))}, lead_id, created_at
    from canonical.lead cross join row_secret
    union all
    select 'deal', {keyed("opportunity", ("opportunity_id",))}, opportunity_id, created_at
    from canonical.opportunity cross join row_secret
"""
#: How each stands in this drop, as the columns of a snapshot.
STATES: Final = {
    "lead": f"""
        select
            'lead' as object, {keyed("lead", ("lead_id",))} as key, to_stage as stage, cast(null as varchar) as owner,
            {_NOTHING}, 'open' as outcome, coalesce(source_system, 'crm') as source
        from (
            select
                lead_id, to_stage, source_system,
                row_number() over (partition by lead_id order by occurred_at desc, to_stage, event_id) as place
            from canonical.lifecycle_event
            where {UNDATED}
        ) as standing
        cross join row_secret
        where place = 1
    """,
    "deal": f"""
        select
            'deal' as object, {keyed("opportunity", ("opportunity_id",))} as key, stage,
            cast(null as varchar) as owner, cast(amount as varchar) as amount, currency,
            cast(close_date as varchar) as close_date, forecast_category,
            case when is_closed then 'over' else 'open' end as outcome, 'crm' as source
        from canonical.opportunity
        cross join row_secret
    """,
    "owner": f"""
        select
            'owner' as object, {keyed("lead", ("lead_id",))} as key, cast(null as varchar) as stage,
            {keyed("owner", ("owner_id",))} as owner, {_NOTHING}, 'open' as outcome, 'crm' as source
        from canonical.lead
        cross join row_secret
        where owner_id is not null
    """,
}
#: Owners by their hash.
OWNERS: Final = f"""
    select {keyed("owner", ("owner_id",))} as owner, owner_id
    from (
        select owner_id from canonical.owner
        union
        select owner_id from canonical.lead where owner_id is not null
    ) as named
    cross join row_secret
"""
#: What each was seen as, drop by drop, beside what it had been seen as before. `begun_at`: the first drop of all.
SEEN: Final = """
    select
        state.*,
        found.id,
        found.created_at,
        lag(state.as_of) over in_time as before_at,
        lag(state.mark) over in_time as mark_before,
        max(case when state.outcome = 'open' then state.as_of end) over (
            partition by state.object, state.key
        ) as last_open_at,
        edge.begun_at,
        edge.known_at,
        edge.first_stage,
        case
            when state.day_at > greatest(
                coalesce(lag(state.as_of) over in_time, found.created_at, state.day_at),
                coalesce(found.created_at, state.day_at)
            ) then state.day_at
            else state.as_of
        end - interval '1' microsecond as moment
    from (
        select
            snapshot_state.*,
            coalesce(stage, '') || chr(31) || coalesce(owner, '') || chr(31) || coalesce(amount, '') || chr(31)
            || coalesce(currency, '') || chr(31) || coalesce(close_date, '') || chr(31)
            || coalesce(forecast_category, '') || chr(31) || outcome as mark
        from snapshot_state
    ) as state
    inner join snapshot_edge as edge on edge.object = state.object
    inner join snapshot_object as found on found.object = state.object and found.key = state.key
    window in_time as (partition by state.object, state.key order by state.as_of)
"""
#: The changes that the drop may know of. How all stood at first is none; how a newcomer stands is one. The end of a
#: deal is known by its own record, unless it was opened again.
CHANGES: Final = """
    select
        seen.*,
        greatest(coalesce(before_at, created_at, begun_at), coalesce(created_at, before_at, begun_at)) as from_at,
        'snapshot ' || object || ' ' || id || ' ' || cast(as_of as varchar) as event_id
    from snapshot_seen as seen
    where
        as_of > begun_at
        and as_of <= known_at
        and coalesce(mark_before, '') <> mark
        and (outcome = 'open' or last_open_at > as_of)
"""
_PRECISION = """
    case
        when as_of - from_at <= interval '1' day then 'day'
        when as_of - from_at <= interval '31' day then 'month'
        else 'unknown'
    end
"""
_DEAL_STATE = f"stage, cast(amount as {Type.MONEY.value}), currency, cast(close_date as date), forecast_category"
#: What changes are written as, table by table. A stage that a lead's records tell of the time in between, or that
#: another system tells at all, is not told again; one that no record tells came after those that are told. Until a
#: deal was first seen it is taken to have stood as it was then. Of a lead that was given on, the first owner counts
#: from when he was seen.
EVENTS: Final = {
    "lead": f"""
        insert into canonical.lifecycle_event
            (event_id, lead_id, occurred_at, to_stage, source_system, precision, provenance)
        select event_id, id, moment, stage, source, {_PRECISION}, 'snapshot_diff'
        from (
            select
                change.event_id, change.id, change.moment, change.stage, change.source, change.as_of,
                greatest(change.from_at, coalesce(max(told.occurred_at), change.from_at)) as from_at,
                max(
                    case
                        when told.to_stage = change.stage
                            and (
                                told.occurred_at > change.from_at
                                or coalesce(told.source_system, 'crm') <> change.source
                            )
                            then 1
                        else 0
                    end
                ) as is_told
            from snapshot_change as change
            left join canonical.lifecycle_event as told
                on told.lead_id = change.id and told.occurred_at <= change.moment
            where change.object = 'lead' and (change.mark_before is not null or change.stage <> change.first_stage)
            group by
                change.event_id, change.id, change.moment, change.stage, change.source, change.as_of, change.from_at
        ) as dated
        where is_told = 0
    """,
    "deal": f"""
        insert into canonical.opportunity_stage_event
            (event_id, opportunity_id, occurred_at, stage, amount, currency, close_date, forecast_category,
            precision, provenance)
        select event_id, id, moment, {_DEAL_STATE}, {_PRECISION}, 'snapshot_diff'
        from snapshot_change
        where object = 'deal'
        union all
        select 'first ' || id, id, created_at, {_DEAL_STATE}, 'unknown', 'current_only'
        from snapshot_seen
        where object = 'deal' and before_at is null and outcome = 'open' and created_at < moment and as_of <= known_at
    """,
    "owner": """
        insert into canonical.assignment (assignment_id, lead_id, occurred_at, owner_id)
        select 'snapshot ' || seen.id || ' ' || cast(as_of as varchar), seen.id, seen.moment, named.owner_id
        from snapshot_seen as seen
        inner join snapshot_owner as named on named.owner = seen.owner
        where
            seen.object = 'owner' and seen.as_of <= seen.known_at and coalesce(seen.mark_before, '') <> seen.mark
            and exists (
                select 1 from snapshot_seen as other
                where other.object = 'owner' and other.key = seen.key and other.mark <> seen.mark
            )
    """,
}
