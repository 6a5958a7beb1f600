"""Calendars and targets of a drop that contradict one another, by the rules that hold for the agreement's own."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from ..engine import Engine
from ..errors import Mistake

_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")


def contradictions(engine: Engine, loaded: frozenset[str]) -> list[Mistake]:
    """Return every contradiction between rows of calendar, holiday and target."""
    found: list[Mistake] = []
    if "calendar" in loaded:
        found += _calendars(
            engine.rows("select calendar_id, timezone, weekday, open, close from canonical.calendar order by all")
        )
    if "holiday" in loaded:
        found += _holidays(engine.rows("select calendar_id, date, open, close from canonical.holiday order by all"))
    if "target" in loaded:
        found += _targets(engine)
    return found


def _calendars(rows: list[tuple[Any, ...]]) -> Iterator[Mistake]:
    windows: dict[tuple[str, int], list[tuple[str, str]]] = defaultdict(list)
    zones: dict[str, set[str]] = defaultdict(set)
    for calendar, zone, weekday, opens, closes in rows:
        where = f"calendar '{calendar}'"
        zones[calendar].add(zone)
        if not 0 <= weekday <= 6:
            yield Mistake(where, f"weekday {weekday} does not exist", "Weekdays run from 0 (Monday) to 6 (Sunday).")
        elif clock := _bad_window(opens, closes):
            yield Mistake(
                where, f"weekday {weekday}: {clock}", "Write HH:MM, close after open; split a window at midnight."
            )
        else:
            windows[calendar, weekday].append((opens, closes))
    for calendar, names in sorted(zones.items()):
        yield from _zones(calendar, sorted(names))
    for (calendar, weekday), opened in sorted(windows.items()):
        for (_, before), (after, _) in zip(sorted(opened), sorted(opened)[1:], strict=False):
            if after < before:
                yield Mistake(
                    f"calendar '{calendar}'", f"weekday {weekday}: opening windows overlap", "Join or part them."
                )


def _zones(calendar: str, names: list[str]) -> Iterator[Mistake]:
    if len(names) > 1:
        yield Mistake(f"calendar '{calendar}'", f"has several time zones: {', '.join(names)}", "Keep one.")
    for name in names:
        try:
            ZoneInfo(name)
        except (KeyError, OSError, ValueError):
            yield Mistake(f"calendar '{calendar}'", f"'{name}' is not a time zone", "Use a name such as Europe/Berlin.")


def _bad_window(opens: str, closes: str) -> str:
    for clock in (opens, closes):
        if not _CLOCK.fullmatch(clock):
            return f"'{clock}' is not a time of day"
    return "" if opens < closes else f"the window {opens} to {closes} crosses midnight or is empty"


def _holidays(rows: list[tuple[Any, ...]]) -> Iterator[Mistake]:
    for calendar, day, opens, closes in rows:
        if opens is None and closes is None:
            continue
        problem = _bad_window(opens, closes) if opens and closes else "only one of open and close is given"
        if problem:
            yield Mistake(
                f"holiday {day} of calendar '{calendar}'", problem, "Give both times, or none for a closed day."
            )


def _targets(engine: Engine) -> Iterator[Mistake]:
    scope = ("metric_id", "team", "region", "segment", "owner_id", "version")
    same = " and ".join(f"a.{column} is not distinct from b.{column}" for column in scope)
    # A month inside its quarter is a finer target, not a second one.
    nested = (
        "(a.period_start <= b.period_start and a.period_end >= b.period_end)"
        " or (a.period_start >= b.period_start and a.period_end <= b.period_end)"
    )
    equal = "a.period_start = b.period_start and a.period_end = b.period_end"
    rows = engine.rows(
        "select a.target_id, b.target_id, a.metric_id from canonical.target a join canonical.target b"
        f" on a.target_id < b.target_id and {same} and a.period_start < b.period_end and b.period_start < a.period_end"
        f" where ({equal}) or not ({nested}) order by all"
    )
    for first, second, metric in rows:
        what = f"targets '{first}' and '{second}' of {metric} overlap in one version"
        yield Mistake("target", what, "Give the newer one a new version, or part their spans.")
