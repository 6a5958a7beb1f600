"""Opening hours as values: read from the agreement and from the drop, every mistake found."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby, pairwise
from typing import NamedTuple

from generator.calendar.zones import DAY, SLOT, read_zone, unknown_zone
from generator.errors import Mistake

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")


class Span(NamedTuple):
    """An opening window of a local date: [open, close) in seconds after its midnight, close up to 24:00."""

    open: int
    close: int


class WindowRow(NamedTuple):
    """One opening window as written."""

    timezone: str
    weekday: int | None  # 0 = Monday
    open: str
    close: str


class HolidayRow(NamedTuple):
    """One special date as written; without times it is closed, with times they are the hours of that date."""

    day: date
    open: str
    close: str


@dataclass(frozen=True)
class Hours:
    """The opening hours of one calendar."""

    id: str
    timezone: str
    week: tuple[tuple[Span, ...], ...]  # seven weekdays, Monday first; the spans of a day ascend
    special: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)  # dates with hours of their own; (): closed

    def on(self, day: date) -> tuple[Span, ...]:
        """Return the opening windows of a local date."""
        return self.special.get(day, self.week[day.weekday()])


def around_the_clock(calendar_id: str, timezone: str) -> Hours:
    """Return a calendar that never closes."""
    return Hours(calendar_id, timezone, ((Span(0, DAY),),) * 7)


def read_hours(
    calendar_id: str, windows: Iterable[WindowRow], holidays: Iterable[HolidayRow], where: str
) -> tuple[Hours, tuple[Mistake, ...]]:
    """Return the calendar that the rows say, and every mistake in them (with mistakes the hours mean nothing).

    `where` opens the place in messages, such as "calendars.yml".
    """
    place = f"{where}, calendar '{calendar_id}'"
    rows = sorted(windows, key=lambda row: (-1 if row.weekday is None else row.weekday, row.open, row.close))
    zones = sorted({row.timezone for row in rows})
    mistakes = _zone_mistakes(zones, place)
    week = _week(rows, place, mistakes)
    special = _special(sorted(holidays), place, mistakes)
    return Hours(calendar_id, zones[0] if zones else "UTC", week, special), tuple(mistakes)


def seconds_of(text: str) -> int | None:
    """Return "HH:MM" or "HH:MM:SS" as seconds after midnight, 24:00 included; None when it is no time of day."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        return None
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    total = hours * 3600 + minutes * 60 + seconds
    return total if minutes < 60 and seconds < 60 and total <= DAY else None


def clock(seconds: int) -> str:
    """Return seconds after midnight as "HH:MM", with seconds where there are some."""
    text = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}"
    return f"{text}:{seconds % 60:02d}" if seconds % 60 else text


def _zone_mistakes(zones: list[str], place: str) -> list[Mistake]:
    mistakes = [Mistake(place, unknown_zone(name)) for name in zones if read_zone(name) is None]
    if len(zones) > 1:
        mistakes.append(Mistake(place, f"has {len(zones)} time zones: {', '.join(zones)}", "Give it one."))
    return mistakes


def _week(rows: list[WindowRow], place: str, mistakes: list[Mistake]) -> tuple[tuple[Span, ...], ...]:
    week: list[tuple[Span, ...]] = [()] * 7
    for weekday, group in groupby(rows, key=lambda row: row.weekday):
        if weekday is None or not 0 <= weekday <= 6:
            said = "no weekday" if weekday is None else f"weekday {weekday}"
            mistakes.append(Mistake(place, said, "Weekdays are 0 (Monday) to 6 (Sunday)."))
            continue
        there = f"{place}, {WEEKDAYS[weekday]}"
        spans = [_span(row.open, row.close, there, mistakes) for row in group]
        week[weekday] = tuple(sorted(span for span in spans if span is not None))
        mistakes.extend(_crossings(week[weekday], there))
    return tuple(week)


def _special(rows: list[HolidayRow], place: str, mistakes: list[Mistake]) -> dict[date, tuple[Span, ...]]:
    special: dict[date, tuple[Span, ...]] = {}
    for row in rows:
        there = f"{place}, holiday {row.day.isoformat()}"
        if row.day in special:
            mistakes.append(Mistake(there, "stands there twice", "Keep one line for each date."))
        elif bool(row.open) != bool(row.close):
            mistakes.append(Mistake(there, "has one of its two times", "A short day needs both, a closed day neither."))
        span = _span(row.open, row.close, there, mistakes) if row.open and row.close else None
        special[row.day] = () if span is None else (span,)
    return special


def _span(opens: str, closes: str, place: str, mistakes: list[Mistake]) -> Span | None:
    """Return a window as written, or None and one more mistake."""
    open_s, close_s = seconds_of(opens), seconds_of(closes)
    if open_s is None or close_s is None:
        wrong = opens if open_s is None else closes
        mistakes.append(Mistake(place, f"'{wrong}' is no time of day", "Write HH:MM, from 00:00 to 24:00."))
    elif open_s >= close_s:
        what = f"{opens} to {closes} does not end after it starts"
        mistakes.append(Mistake(place, what, "A window over midnight is two: one to 24:00, one from 00:00."))
    else:
        return Span(open_s, close_s)
    return None


def _crossings(spans: tuple[Span, ...], place: str) -> Iterable[Mistake]:
    """Yield what is wrong between the windows of one day."""
    for one, two in pairwise(spans):
        named = f"{clock(one.open)} to {clock(one.close)} and {clock(two.open)} to {clock(two.close)}"
        if two.open < one.close:
            yield Mistake(place, f"windows overlap: {named}", "Make them one, or move one.")
        elif two.open > one.close and two.open // SLOT == (one.close - 1) // SLOT:
            what = f"a break inside one quarter of an hour: {named}"
            yield Mistake(place, what, "Move one of the two to a full quarter of an hour, or leave the break out.")
