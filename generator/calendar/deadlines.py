"""Single deadlines in business time, for worked examples; facts join the tables of `business_time` for theirs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from generator.calendar.business_time import OpenTime


def open_until(time: OpenTime, instant: datetime) -> int:
    """Return the open seconds up to `instant` (naive UTC), counted from the first opening that `time` knows."""
    at = _seconds(instant)
    place = int(np.searchsorted(time.closes, at, "right"))
    inside = max(at - int(time.opens[place]), 0) if place < time.opens.size else 0
    return int(time.open_before[place]) + inside


def due_after(time: OpenTime, instant: datetime, open_seconds: int) -> datetime | None:
    """Return when so many open seconds (at least one) have passed since `instant`; None beyond what `time` knows."""
    wanted = open_until(time, instant) + open_seconds
    place = int(np.searchsorted(time.open_before[1:], wanted, "left"))
    if place >= time.opens.size:
        return None
    return _instant(int(time.opens[place]) + wanted - int(time.open_before[place]))


def close_after(time: OpenTime, instant: datetime, days: int) -> datetime | None:
    """Return the close of the n-th business day after that of `instant`, or of the next one where that is over."""
    place = int(np.searchsorted(time.day_closes, _seconds(instant), "right")) + days
    return _instant(int(time.day_closes[place])) if place < time.day_closes.size else None


def _seconds(instant: datetime) -> int:
    return int(instant.replace(tzinfo=UTC).timestamp())


def _instant(seconds: int) -> datetime:
    return datetime(1970, 1, 1) + timedelta(seconds=seconds)
