"""Time zones as arrays: offsets of a span of years, so that millions of stamps convert without a loop."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from generator.errors import with_hint

Seconds = NDArray[np.int64]

SLOT = 900  # seconds; the offsets of today's zones are multiples of it, so a slot lies in one local date
DAY = 86_400

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, eq=False)
class Zone:
    """The offsets of a time zone over a span; outside the span the nearest known offset holds.

    turns: instants (UTC seconds) from which a new offset holds, ascending; shape (k,).
    offsets: seconds east of UTC before the first turn, between turns, after the last; shape (k + 1,).
    """

    turns: Seconds
    offsets: Seconds

    def local_days(self, instants: Seconds) -> Seconds:
        """Return the local date, as days since 1970-01-01, of each instant (UTC seconds)."""
        return (instants + self.offsets[np.searchsorted(self.turns, instants, "right")]) // DAY

    def instants(self, walls: Seconds) -> Seconds:
        """Return the instant (UTC seconds) of each local time (seconds since 1970-01-01 00:00 on the wall).

        A time that comes twice is its first coming; one that never comes moves forward by the gap.
        """
        # Both rules say: the old offset holds until the wall has passed the later of the two readings of the turn.
        turned = self.turns + np.maximum(self.offsets[:-1], self.offsets[1:])
        return walls - self.offsets[np.searchsorted(turned, walls, "right")]


def read_zone(name: str) -> ZoneInfo | None:
    """Return the IANA time zone called `name`, or None when there is none."""
    if name == "localtime":  # the machine's own zone would give other figures elsewhere
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def unknown_zone(name: str) -> str:
    """Say that no zone is called `name`, with the likely spelling."""
    return f"unknown time zone {with_hint(name, available_timezones())}"


@lru_cache(maxsize=64)
def zone_between(name: str, first: date, last: date) -> Zone:
    """Return the offsets of the zone called `name` from `first` to `last`; KeyError when there is no such zone."""
    zone = read_zone(name)
    if zone is None:
        raise KeyError(name)
    noons = range(days_since_epoch(first) - 2, days_since_epoch(last) + 3)
    turns = list(_turns(zone, [day * DAY + DAY // 2 for day in noons]))
    offsets = [_offset(zone, noons[0] * DAY), *(_offset(zone, turn) for turn in turns)]
    return Zone(np.array(turns, dtype=np.int64), np.array(offsets, dtype=np.int64))


def local_date(instant: datetime, name: str) -> date:
    """Return the date on the wall of zone `name` at `instant` (naive UTC)."""
    return instant.replace(tzinfo=UTC).astimezone(ZoneInfo(name)).date()


def start_of_day(day: date, name: str) -> datetime:
    """Return the instant (naive UTC) at which `day` begins on the wall of zone `name`."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(name))
    return midnight.astimezone(UTC).replace(tzinfo=None)


def slots_between(first: date, last: date) -> Seconds:
    """Return the numbers of all 15-minute slots from `first` 00:00 UTC to the end of `last`."""
    return np.arange(days_since_epoch(first) * DAY // SLOT, (days_since_epoch(last) + 1) * DAY // SLOT, dtype=np.int64)


def local_slot_frame(name: str, first: date, last: date) -> pd.DataFrame:
    """Return the frame (slot, local_date) of zone `name`: one row per 15-minute slot of [first, last] in UTC."""
    slots = slots_between(first, last)
    days = zone_between(name, first, last).local_days(slots * SLOT)
    return pd.DataFrame({"slot": slots, "local_date": as_dates(days)})


def days_since_epoch(day: date) -> int:
    """Return `day` as days since 1970-01-01."""
    return (day - _EPOCH).days


def from_days(days: int) -> date:
    """Return the date that lies `days` after 1970-01-01."""
    return _EPOCH + timedelta(days=int(days))


def as_dates(days: Seconds) -> NDArray[np.datetime64]:
    """Return days since 1970-01-01 as numpy stamps that a frame can hold."""
    return days.astype("datetime64[D]").astype("datetime64[s]")


def _turns(zone: ZoneInfo, probes: list[int]) -> Iterator[int]:
    """Yield each instant at which the offset changes, by halving the days on which it did."""
    before = _offset(zone, probes[0])
    for low, high in pairwise(probes):
        after = _offset(zone, high)
        if after != before:
            yield _turn(zone, low, high)
        before = after


def _turn(zone: ZoneInfo, low: int, high: int) -> int:
    """Return the first second after `low` with the offset of `high`; one change between the two is assumed."""
    after = _offset(zone, high)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, middle) == after:
            high = middle
        else:
            low = middle
    return high


def _offset(zone: ZoneInfo, instant: int) -> int:
    offset = datetime.fromtimestamp(instant, zone).utcoffset()
    assert offset is not None  # a ZoneInfo always knows its offset at an instant
    return int(offset.total_seconds())
