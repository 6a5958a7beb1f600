"""Business time as tables: open seconds and business days, exact in UTC, to be read by equi-joins only.

elapsed(a, b) is the overlap of [a, b) with the opening windows of every local date. The ends of a window are converted
to UTC date by date, so a day that the clock change makes longer or shorter counts as it was. Fractions of a second are
left out: `floor` every instant first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from generator.calendar.hours import Hours, Span
from generator.calendar.zones import DAY, SLOT, Seconds, Zone, as_dates, days_since_epoch, slots_between, zone_between

NEVER = 900_000  # `day_close_s` of a slot in which no business day ends

_THURSDAY = 3  # weekday of 1970-01-01


@dataclass(frozen=True, eq=False)
class OpenTime:
    """When one calendar is open over a span of local dates.

    opens, closes: disjoint intervals [open, close) in UTC seconds, ascending, at most one in a slot; shape (n,).
    days: the business days, local dates as days since 1970-01-01, ascending; shape (d,).
    day_opens, day_closes: first opening and last closing of each business day, UTC seconds; shape (d,).
    """

    calendar_id: str
    opens: Seconds
    closes: Seconds
    days: Seconds
    day_opens: Seconds
    day_closes: Seconds

    @property
    def open_before(self) -> Seconds:
        """Open seconds up to the start of each interval, and after the last; shape (n + 1,)."""
        return np.concatenate([np.zeros(1, np.int64), np.cumsum(self.closes - self.opens)])


@dataclass(frozen=True)
class BusinessTables:
    """The four tables of business time, sorted by calendar and then by time.

    slot: calendar_id, slot, open_before_s, open_from_s, open_to_s, days_closed, day_close_s; one row per 15 minutes.
    open: calendar_id, bucket, open_lo, open_hi, lo_at; one row per open interval and full 900 open seconds.
    day: calendar_id, ordinal (from 1), local_date, opens_at, closes_at; one row per business day.
    date: calendar_id, local_date, is_business, business_days_before; one row per local date.
    """

    slot: pd.DataFrame
    open: pd.DataFrame
    day: pd.DataFrame
    date: pd.DataFrame


def open_time(hours: Hours, first: date, last: date) -> OpenTime:
    """Return when a calendar is open on the local dates [first, last]."""
    zone = zone_between(hours.timezone, first, last)
    days, opens, closes = _converted(hours, zone, days_since_epoch(first), days_since_epoch(last))
    at, starts = np.unique(days, return_index=True)
    merged_opens, merged_closes = _merged(opens, closes)
    return OpenTime(
        hours.id,
        merged_opens,
        merged_closes,
        days=at,
        day_opens=np.minimum.reduceat(opens, starts) if at.size else opens,
        day_closes=np.maximum.reduceat(closes, starts) if at.size else closes,
    )


def business_tables(calendars: Sequence[Hours], first: date, last: date) -> BusinessTables:
    """Return the tables of all calendars for [first, last], dates of each calendar's own zone (slots: of UTC)."""
    times = [open_time(hours, first, last) for hours in sorted(calendars, key=lambda hours: hours.id)]
    slots = slots_between(first, last)
    dates = np.arange(days_since_epoch(first), days_since_epoch(last) + 1)
    names = [time.calendar_id for time in times]
    return BusinessTables(
        slot=_stacked(names, [_slot_columns(time, slots) for time in times]),
        open=_stacked(names, [_open_columns(time) for time in times]),
        day=_stacked(names, [_day_columns(time) for time in times]),
        date=_stacked(names, [_date_columns(time, dates) for time in times]),
    )


def _converted(hours: Hours, zone: Zone, first: int, last: int) -> tuple[Seconds, Seconds, Seconds]:
    """Return (local day, open, close) of every window that has a second in it, ordered by day and opening."""
    days, spans = _windows(hours, first, last)
    opens, closes = zone.instants(days * DAY + spans[:, 0]), zone.instants(days * DAY + spans[:, 1])
    # A date that a zone skipped (the Pacific ones that changed sides) has windows, but nobody lived them.
    real = (closes > opens) & (zone.local_days(opens) == days)
    order = np.lexsort((opens[real], days[real]))
    return days[real][order], opens[real][order], closes[real][order]


def _windows(hours: Hours, first: int, last: int) -> tuple[Seconds, Seconds]:
    """Return the local days, shape (w,), and the windows, shape (w, 2) in seconds after midnight."""
    special = {days_since_epoch(day): spans for day, spans in hours.special.items()}
    days = np.arange(first, last + 1)
    ordinary = days[~np.isin(days, np.array(sorted(special), dtype=np.int64))]
    weekdays = (ordinary + _THURSDAY) % 7
    found: list[tuple[Seconds, Span]] = [
        (ordinary[weekdays == weekday], span) for weekday, spans in enumerate(hours.week) for span in spans
    ]
    found += [(np.array([day]), span) for day, spans in special.items() if first <= day <= last for span in spans]
    if not found:
        return np.zeros(0, np.int64), np.zeros((0, 2), np.int64)
    return (
        np.concatenate([at for at, _ in found]),
        np.concatenate([np.tile(np.array(span, dtype=np.int64), (at.size, 1)) for at, span in found]),
    )


def _merged(opens: Seconds, closes: Seconds) -> tuple[Seconds, Seconds]:
    """Return the union of the intervals as disjoint ones, at most one in a slot.

    Windows of one day neither overlap nor meet inside a slot, but a window inside the hour that the clock skips moves
    forward and may run into the next.
    """
    order = np.argsort(opens, kind="stable")
    opens, closes = opens[order], np.maximum.accumulate(closes[order])
    fresh = np.ones(opens.size, dtype=bool)
    fresh[1:] = opens[1:] // SLOT > (closes[:-1] - 1) // SLOT
    last = np.append(np.flatnonzero(fresh)[1:] - 1, opens.size - 1) if opens.size else np.zeros(0, np.int64)
    return opens[fresh], closes[last]


def _slot_columns(time: OpenTime, slots: Seconds) -> dict[str, NDArray[np.generic]]:
    starts = slots * SLOT
    # The first interval, and the first closing of a day, that ends after the slot begins.
    at = np.searchsorted(time.closes, starts, "right")
    opens = np.append(time.opens, np.iinfo(np.int64).max)[at] - starts
    closes = np.append(time.closes, np.iinfo(np.int64).max)[at] - starts
    inside = opens < SLOT
    begun = np.where(inside, np.maximum(-opens, 0), 0)
    days = np.searchsorted(time.day_closes, starts, "right")
    day_close = np.append(time.day_closes, np.iinfo(np.int64).max)[days] - starts
    return {
        "slot": slots,
        "open_before_s": time.open_before[at] + begun,
        "open_from_s": np.where(inside, np.maximum(opens, 0), 0).astype(np.int32),
        "open_to_s": np.where(inside, np.minimum(closes, SLOT), 0).astype(np.int32),
        "days_closed": days.astype(np.int32),
        "day_close_s": np.where(day_close <= SLOT, day_close, NEVER).astype(np.int32),
    }


def _open_columns(time: OpenTime) -> dict[str, NDArray[np.generic]]:
    """Cut the intervals where the count of open seconds passes a multiple of 900, so that a bucket is an equi-join."""
    lows, highs = time.open_before[:-1], time.open_before[1:]
    pieces = (highs - 1) // SLOT - lows // SLOT + 1
    whole = np.repeat(np.arange(lows.size), pieces)
    nth = np.arange(whole.size) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    bucket = lows[whole] // SLOT + nth
    low = np.maximum(lows[whole], bucket * SLOT)
    return {
        "bucket": bucket,
        "open_lo": low,
        "open_hi": np.minimum(highs[whole], (bucket + 1) * SLOT),
        "lo_at": (time.opens[whole] + low - lows[whole]).astype("datetime64[s]"),
    }


def _day_columns(time: OpenTime) -> dict[str, NDArray[np.generic]]:
    return {
        "ordinal": np.arange(1, time.days.size + 1, dtype=np.int32),
        "local_date": as_dates(time.days),
        "opens_at": time.day_opens.astype("datetime64[s]"),
        "closes_at": time.day_closes.astype("datetime64[s]"),
    }


def _date_columns(time: OpenTime, dates: Seconds) -> dict[str, NDArray[np.generic]]:
    return {
        "local_date": as_dates(dates),
        "is_business": np.isin(dates, time.days),
        "business_days_before": np.searchsorted(time.days, dates, "left").astype(np.int32),
    }


def _stacked(names: Sequence[str], parts: Sequence[dict[str, NDArray[np.generic]]]) -> pd.DataFrame:
    """Return the calendars' columns one below the other, `calendar_id` first."""
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    rows = [next(iter(part.values())).size for part in parts]
    # Categories: millions of equal names would cost more than all the numbers beside them.
    ids = pd.Categorical.from_codes(np.repeat(np.arange(len(names)), rows), pd.Index(names))
    return pd.DataFrame({"calendar_id": ids, **columns})
