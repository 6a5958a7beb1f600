"""Business time once more, the slow way: window by window with zoneinfo, no tables and no arrays.

Shares only the value `Hours` with the code it judges. Instants are naive UTC, in whole seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from generator.calendar.hours import Hours

ONE_DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def open_seconds(hours: Hours, start: datetime, end: datetime) -> int:
    """Return the open seconds in [start, end); an earlier end gives 0."""
    overlaps = (
        min(closes, end) - max(opens, start)
        for opens, closes in open_intervals(hours, start.date() - 2 * ONE_DAY, end.date() + 2 * ONE_DAY)
    )
    return sum(int(overlap.total_seconds()) for overlap in overlaps if overlap > timedelta(0))


def after_open_seconds(hours: Hours, start: datetime, seconds: int) -> datetime:
    """Return the first instant at which `seconds` (1 or more) have passed in opening hours since `start`."""
    for opens, closes in open_intervals(hours, start.date() - 2 * ONE_DAY, start.date() + 400 * ONE_DAY):
        begun = max(opens, start)
        length = int((closes - begun).total_seconds())
        if length >= seconds:
            return begun + seconds * SECOND
        seconds -= max(length, 0)
    raise AssertionError("no such instant within 400 days")


def close_after_days(hours: Hours, start: datetime, count: int) -> datetime:
    """Return the close of the `count`-th business day after the first one that closes later than `start`."""
    for day in dates(start.date() - 2 * ONE_DAY, start.date() + 400 * ONE_DAY):
        closes = last_close(hours, day)
        if closes is not None and closes > start:
            if count == 0:
                return closes
            count -= 1
    raise AssertionError("no such day within 400 days")


def last_close(hours: Hours, day: date) -> datetime | None:
    """Return when the last window of a local date closes; None where the date has no open second."""
    return max((closes for _, closes in windows(hours, day)), default=None)


def open_intervals(hours: Hours, first: date, last: date) -> Iterator[tuple[datetime, datetime]]:
    """Yield the intervals in which a calendar is open, ascending; a second that two windows claim counts once."""
    reached = datetime.min
    for day in dates(first, last):
        for opens, closes in windows(hours, day):
            if closes > reached:
                yield max(opens, reached), closes
                reached = closes


def windows(hours: Hours, day: date) -> list[tuple[datetime, datetime]]:
    """Return the windows of a local date in UTC, without those that the clock change swallows."""
    spans = hours.special[day] if day in hours.special else hours.week[day.weekday()]
    ends = [(to_utc(day, span.open, hours.timezone), to_utc(day, span.close, hours.timezone)) for span in spans]
    return sorted((opens, closes) for opens, closes in ends if opens < closes)


def to_utc(day: date, seconds: int, zone: str) -> datetime:
    """Return the instant at which the wall shows `seconds` after midnight of `day` (its first coming)."""
    wall = datetime(day.year, day.month, day.day) + timedelta(seconds=seconds)
    return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None)


def dates(first: date, last: date) -> Iterator[date]:
    """Yield the dates of [first, last]."""
    while first <= last:
        yield first
        first += ONE_DAY
