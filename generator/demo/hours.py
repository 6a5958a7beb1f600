"""Business hours of the two regions, enough to let people work in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np

from generator.demo.company import REGION_ZONE, Array, Plan

_OPEN = {"America/New_York": time(9), "Europe/Berlin": time(8, 30)}
DAY_SECONDS = 8 * 3600  # people go home after eight hours


@dataclass(frozen=True)
class Hours:
    """The opening hours of one region over the whole story."""

    opens: Array  # datetime64[s], UTC, one a business day, ascending

    def add(self, since: Array, seconds: Array) -> Array:
        """Return the instants at which `seconds` of open time have passed after `since` (datetime64[s], UTC)."""
        day = np.searchsorted(self.opens + np.timedelta64(DAY_SECONDS, "s"), since, side="right")
        begun = np.maximum((since - self.opens[day]).astype("int64"), 0)
        total = day * DAY_SECONDS + begun + np.asarray(seconds).astype("int64")
        # An instant at the very close belongs to that day, so that nobody answers at an opening second by accident.
        landed = np.minimum(np.maximum(total - 1, 0) // DAY_SECONDS, len(self.opens) - 1)
        return np.asarray(self.opens[landed] + (total - landed * DAY_SECONDS).astype("timedelta64[s]"))


def region_hours(plan: Plan) -> tuple[Hours, ...]:
    """Return the opening hours of each region, from before the story to well after it."""
    first, last = plan.start - timedelta(days=30), plan.end + timedelta(days=500)
    return tuple(Hours(_opening_instants(zone, first, last)) for zone in REGION_ZONE)


def add_open_time(hours: tuple[Hours, ...], region: Array, since: Array, seconds: Array) -> Array:
    """Return `Hours.add` for rows of several regions at once."""
    out = np.array(since, dtype="datetime64[s]")
    for index, calendar in enumerate(hours):
        mine = region == index
        out[mine] = calendar.add(since[mine], np.asarray(seconds)[mine])
    return out


@cache
def _opening_instants(zone: str, first: date, last: date) -> Array:
    days = (first + timedelta(days=n) for n in range((last - first).days))
    info = ZoneInfo(zone)
    opens = [
        datetime.combine(day, _OPEN[zone], info).astimezone(UTC).replace(tzinfo=None)
        for day in days
        if day.weekday() < 5 and day not in holidays(zone, day.year)
    ]
    return np.array(opens, dtype="datetime64[s]")


@cache
def holidays(zone: str, year: int) -> frozenset[date]:
    """Return the days of `year` on which the offices of `zone` are closed."""
    if zone.startswith("America"):
        moving = ((1, 0, 3), (2, 0, 3), (9, 0, 1), (10, 0, 2), (11, 3, 4))
        fixed = ((1, 1), (6, 19), (7, 4), (11, 11), (12, 25))
        memorial = _nth_weekday(year, 6, 0, 1) - timedelta(days=7)  # the last Monday of May
        return frozenset(
            {memorial, *(_nth_weekday(year, *day) for day in moving), *(date(year, *day) for day in fixed)}
        )
    around = (timedelta(days=n) for n in (-2, 1, 39, 50))
    fixed = ((1, 1), (5, 1), (10, 3), (12, 25), (12, 26))
    return frozenset({*(_easter(year) + gap for gap in around), *(date(year, *day) for day in fixed)})


def _nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _easter(year: int) -> date:
    """Return Easter Sunday (the anonymous Gregorian computus)."""
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return date(year, f // 31, f % 31 + 1)
