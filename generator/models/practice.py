"""The agreement in practice, as pages may tell it: counts, and single records by a name that tells nobody who it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from statistics import median
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from generator.agreement import Agreement
from generator.engine import Engine
from generator.models.pseudonym import pseudonyms

#: Hand-overs of so many days are laid out by weekday and hour.
_HOURS_OF = timedelta(days=365)
#: Single records that would go in or out under another version are listed for so many months.
_MONTHS = 13
#: No median of fewer answers.
_FEW = 5


class Obligation(NamedTuple):
    """A promise about one lead or deal that is broken or soon will be."""

    commitment: str
    record: str  # the id where the settings link records, else its pseudonym
    owner: str | None
    tier: str | None
    region: str | None
    channel: str | None
    triggered_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    state: str  # breached_open, breached_late or due_soon
    used: float | None  # share of the time allowed that has passed; None where no clock runs


class Hour(NamedTuple):
    """How the obligations of a commitment that began in one hour of the week were kept."""

    commitment: str
    weekday: int  # 0 = Monday, in the reporting zone, like the hour
    hour: int
    kept: int
    judged: int


class Routing(NamedTuple):
    """Where the time from hand-over to answer went, in business minutes: medians over the answers of late."""

    answers: int
    routing: float  # until an owner had it
    owner: float  # from then on


class MoveCount(NamedTuple):
    """How often leads moved from one stage to another."""

    from_stage: str
    to_stage: str
    effect: str
    moves: int
    leads: int


class OddMove(NamedTuple):
    """A move that is listed."""

    record: str
    moved_at: datetime
    from_stage: str
    to_stage: str
    effect: str
    system: str | None


class Conflict(NamedTuple):
    """A record on which systems disagree now."""

    kind: str
    record: str
    since_at: datetime
    region: str | None
    channel: str | None


class Restated(NamedTuple):
    """The MQLs of a month as they were recorded, and as one version of the definition would have them."""

    version: str
    month: date
    recorded: int
    restated: int
    came_in: int
    went_out: int
    reads_today: bool


class InOut(NamedTuple):
    """A lead that one version of the definition counts in another month than was recorded, or not at all."""

    version: str
    month: date
    way: str  # in or out
    record: str


class Evidence(NamedTuple):
    """One thing that was known of an example."""

    name: str
    value: str | None
    done_at: datetime | None


class Example(NamedTuple):
    """A lead of this drop as an example of a definition."""

    version: str
    is_met: bool
    record: str
    handed_at: datetime
    tier: str | None
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class Practice:
    """What became of the agreement in one drop."""

    obligations: tuple[Obligation, ...] = ()  # most overdue first
    older: int = 0  # broken promises still open that are too old to be listed
    hours: tuple[Hour, ...] = ()
    in_grace: Mapping[str, int] = field(default_factory=dict)  # commitment -> kept only thanks to the grace, of late
    given_up: int = 0  # unable to reach, before the promised attempts, of late
    routing: Routing | None = None
    moves: tuple[MoveCount, ...] = ()
    odd_moves: tuple[OddMove, ...] = ()  # newest first
    conflicts: tuple[Conflict, ...] = ()  # newest first
    restated: tuple[Restated, ...] = ()
    in_out: tuple[InOut, ...] = ()
    examples: tuple[Example, ...] = ()
    people: Mapping[str, int] = field(default_factory=dict)  # team -> how many owners


def practice_of(engine: Engine, agreement: Agreement, as_of: datetime) -> Practice:
    """Return the practice of the drop whose facts stand in `engine`."""
    settings = agreement.settings
    named = (lambda name: name) if settings.record_links else pseudonyms(engine)
    since = as_of - timedelta(days=settings.record_retention_days)
    return Practice(
        obligations=tuple(_named(Obligation, row, 1, named) for row in engine.rows(_obligations(since))),
        older=engine.rows(_older(since))[0][0],
        hours=tuple(_hours(engine.rows(_kept_since(as_of - _HOURS_OF)), ZoneInfo(settings.reporting_timezone))),
        in_grace=dict(engine.rows(_in_grace(since))),
        given_up=engine.rows(f"select count(*) from early_give_up where exit_at >= timestamp '{since}'")[0][0],
        routing=_routing(engine.rows(_parts(since))),
        moves=tuple(MoveCount(*row) for row in engine.rows(_MOVES)),
        odd_moves=tuple(_named(OddMove, row, 0, named) for row in engine.rows(_odd_moves(since))),
        conflicts=tuple(_named(Conflict, row, 1, named) for row in engine.rows(_conflicts(as_of))),
        restated=tuple(Restated(*row) for row in engine.rows(_RESTATED)),
        in_out=tuple(_named(InOut, row, 3, named) for row in engine.rows(_in_out(as_of))),
        examples=tuple(_examples(engine.rows(_EXAMPLES), named)),
        people=dict(engine.rows("select team, count(*) from owner where team is not null group by team order by team")),
    )


def _named(kind: Any, row: tuple[Any, ...], place: int, named: Callable[[str], str]) -> Any:
    return kind(*row[:place], named(row[place]), *row[place + 1 :])


def _obligations(since: datetime) -> str:
    return (
        "select commitment, record_id, owner, tier, region, channel, triggered_at, due_at, stopped_at, state,"
        " case when allowed_s > 0 then round(elapsed_s * 1.0 / allowed_s, 4) end as used"
        " from sla_clock where excluded is null and state in ('breached_open', 'breached_late', 'due_soon')"
        f" and due_at >= timestamp '{since}'"
        " order by coalesce(elapsed_s * 1.0 / nullif(allowed_s, 0), 0) desc, due_at, obligation_id"
    )


def _older(since: datetime) -> str:
    return (
        "select count(*) from sla_clock"
        f" where excluded is null and state = 'breached_open' and due_at < timestamp '{since}'"
    )


def _kept_since(since: datetime) -> str:
    return (
        "select commitment, cast(floor(epoch(triggered_at) / 3600) as bigint) as hour_no,"
        " cast(sum(case when state = 'met' then 1 else 0 end) as bigint) as kept, count(*) as judged"
        " from sla_clock"
        " where excluded is null and allowed_s > 0 and state in ('met', 'breached_late', 'breached_open')"
        f" and due_at >= timestamp '{since}' group by 1, 2 order by 1, 2"
    )


def _hours(rows: Iterable[tuple[Any, ...]], zone: ZoneInfo) -> list[Hour]:
    """Add up counts by UTC hour into hours of the week of `zone`."""
    found: dict[tuple[str, int, int], tuple[int, int]] = {}
    for commitment, number, kept, judged in rows:
        local = datetime.fromtimestamp(number * 3600, zone)
        key = (commitment, local.weekday(), local.hour)
        before = found.get(key, (0, 0))
        found[key] = (before[0] + kept, before[1] + judged)
    return [Hour(*key, *counts) for key, counts in sorted(found.items())]


def _in_grace(since: datetime) -> str:
    return (
        "select commitment, count(*) from sla_clock where excluded is null and is_in_grace and state = 'met'"
        f" and due_at >= timestamp '{since}' group by commitment order by commitment"
    )


def _parts(since: datetime) -> str:
    return f"select routing_s, owner_s from response_part where responded_at >= timestamp '{since}'"


def _routing(rows: Sequence[tuple[int, int]]) -> Routing | None:
    if len(rows) < _FEW:
        return None
    return Routing(len(rows), *(median(part) / 60 for part in zip(*rows, strict=True)))


_MOVES = "select from_stage, to_stage, effect, moves, leads from move_count order by from_stage, to_stage, effect"


def _odd_moves(since: datetime) -> str:
    return (
        "select lead_id, occurred_at, from_stage, to_stage, effect, source_system from odd_move"
        f" where occurred_at >= timestamp '{since}' order by occurred_at desc, lead_id, to_stage"
    )


def _conflicts(as_of: datetime) -> str:
    return (
        "select type, lead_id, max(since_at) as since_at, min(region), min(channel) from conflict"
        f" where excluded is null and (until_at is null or until_at >= timestamp '{as_of}')"
        " group by type, lead_id order by since_at desc, type, lead_id"
    )


_RESTATED = """
    select
        version,
        month,
        cast(sum(recorded) as bigint),
        cast(sum(restated) as bigint),
        cast(sum(case when restated = 1 and is_moved then 1 else 0 end) as bigint),
        cast(sum(case when recorded = 1 and is_moved then 1 else 0 end) as bigint),
        max(case when reads_today then 1 else 0 end) = 1
    from (
        select version, recorded_in as month, 1 as recorded, 0 as restated, reads_today,
            restated_in is null or restated_in <> recorded_in as is_moved
        from mql_restated
        where recorded_in is not null
        union all
        select version, restated_in as month, 0 as recorded, 1 as restated, reads_today,
            recorded_in is null or recorded_in <> restated_in as is_moved
        from mql_restated
        where restated_in is not null
    ) as counted
    group by version, month
    order by version, month
"""


def _in_out(as_of: datetime) -> str:
    first = (as_of.date().replace(day=1) - timedelta(days=31 * (_MONTHS - 1))).replace(day=1)
    return (
        "select version, month, way, lead_id from ("
        " select version, restated_in as month, 'in' as way, lead_id from mql_restated"
        " where restated_in is not null and (recorded_in is null or recorded_in <> restated_in)"
        " union all"
        " select version, recorded_in as month, 'out' as way, lead_id from mql_restated"
        " where recorded_in is not null and (restated_in is null or restated_in <> recorded_in)"
        f") as moved where month >= date '{first}' order by version, month, way, lead_id"
    )


_EXAMPLES = """
    select example.version, example.verdict = 'met', example.lead_id, example.moment, handoff.tier, example.name,
        example.value, example.done_at
    from worked_example as example
    left join handoff on handoff.lead_id = example.lead_id and handoff.cycle = example.cycle
    order by example.version, example.verdict, example.moment desc, example.lead_id, example.done_at, example.name
"""


def _examples(rows: Iterable[tuple[Any, ...]], named: Callable[[str], str]) -> list[Example]:
    return [
        Example(version, is_met, named(lead), at, tier, tuple(Evidence(*row[5:]) for row in group if row[5]))
        for (version, is_met, lead, at, tier), group in groupby(rows, key=lambda row: row[:5])
    ]
