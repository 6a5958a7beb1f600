"""Reporting periods: weeks, months, fiscal quarters and years, and the twins that a part period is compared with.

Half-open, in local dates of the reporting zone. A part period is cut at the last completed day; its twin is the earlier
period cut at the same ordinal business day of the reporting calendar, so a part is never compared with a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from generator.calendar.zones import Seconds, as_dates, days_since_epoch, from_days, local_date, start_of_day

_Key = tuple[str, str, str, str]  # role, label of the part period (twins), grain, label

GRAINS = ("week", "month", "quarter", "year", "all")

#: What each grain is compared with; the first of them is also the period "before".
COMPARISONS: Mapping[str, tuple[str, ...]] = {
    "week": ("wow", "yoy"),
    "month": ("mom", "yoy"),
    "quarter": ("qoq", "yoy"),
    "year": ("yoy",),
    "all": (),
}


class Reporting(NamedTuple):
    """What decides where periods begin and where they are cut."""

    zone: str
    fiscal_year_start_month: int  # 1 to 12
    cut_as_of: bool  # count the unfinished day in (to_date_cut: as_of)


@dataclass(frozen=True)
class BusinessDays:
    """The business days of the reporting calendar, ascending, as days since 1970-01-01; shape (d,)."""

    days: Seconds

    def between(self, start: date, end: date) -> int:
        """Return how many business days lie in [start, end)."""
        low, high = np.searchsorted(self.days, [days_since_epoch(start), days_since_epoch(end)], "left")
        return int(high - low)

    def cut_after(self, count: int, start: date, end: date) -> date:
        """Return the day after the `count`-th business day of [start, end); `start` for 0, `end` past the last."""
        if count == 0:
            return start
        at = int(np.searchsorted(self.days, days_since_epoch(start), "left")) + count - 1
        if at >= self.days.size:
            return end
        return min(from_days(self.days[at]) + timedelta(days=1), end)


@dataclass(frozen=True)
class Period:
    """A span of local dates [starts_on, ends_on), of which [starts_on, cut_on) is counted."""

    label: str
    grain: str
    starts_on: date
    ends_on: date
    cut_on: date
    is_part: bool
    instant: datetime  # naive UTC; the exclusive end of what is counted
    days_done: int  # business days in [starts_on, cut_on)
    days_total: int  # business days in [starts_on, ends_on)
    role: str = "own"  # or the comparison that it is a twin for: wow, mom, qoq, yoy
    of: str = ""  # a twin's part period, as a label
    exhausted: bool = False  # a twin whose period is shorter than the part it is compared with


class Stretch(NamedTuple):
    """A period before anything is known of the data: name and dates."""

    label: str
    starts_on: date
    ends_on: date  # exclusive


def stretch_of(grain: str, day: date, fiscal_year_start_month: int = 1) -> Stretch:
    """Return the week, month, quarter or year that holds `day`.

    Labels: 2026-W45 (ISO), 2026-04, 2026Q2, 2026; quarters and years are fiscal, named by the year in which they end.
    """
    if grain == "week":
        year, week, weekday = day.isocalendar()
        monday = day - timedelta(days=weekday - 1)
        return Stretch(f"{year}-W{week:02d}", monday, monday + timedelta(days=7))
    if grain == "month":
        return Stretch(f"{day.year:04d}-{day.month:02d}", day.replace(day=1), _months_on(day, 1))
    into = (day.month - fiscal_year_start_month) % 12
    year_start = _months_on(day, -into)
    named = _months_on(year_start, 11).year
    if grain == "year":
        return Stretch(f"{named:04d}", year_start, _months_on(year_start, 12))
    quarter = into // 3
    starts_on = _months_on(year_start, quarter * 3)
    return Stretch(f"{named:04d}Q{quarter + 1}", starts_on, _months_on(starts_on, 3))


def stretch_before(grain: str, stretch: Stretch, comparison: str, fiscal_year_start_month: int = 1) -> Stretch | None:
    """Return the stretch that `comparison` looks back to; None for week 53 of a year that follows one of 52."""
    if comparison != "yoy":
        return stretch_of(grain, stretch.starts_on - timedelta(days=1), fiscal_year_start_month)
    if grain == "week":
        year, week, _ = stretch.starts_on.isocalendar()
        try:
            return stretch_of("week", date.fromisocalendar(year - 1, week, 1))
        except ValueError:
            return None
    return stretch_of(grain, _months_on(stretch.starts_on, -12), fiscal_year_start_month)


def periods_between(
    first_day: date, as_of: datetime, reporting: Reporting, business: BusinessDays, earliest: date | None = None
) -> tuple[Period, ...]:
    """Return every own period that [first_day, as_of) touches, by grain and start, then `all`, then the twins.

    `all` begins with `earliest`, where that is before `first_day`.

    `as_of` is naive UTC; one at local midnight touches the day before, not the day that it begins.
    """
    last_day = local_date(as_of - timedelta(microseconds=1), reporting.zone)
    first_day = min(first_day, last_day)
    tomorrow = last_day + timedelta(days=1)
    cut = tomorrow if reporting.cut_as_of else local_date(as_of, reporting.zone)
    build = partial(_period, as_of=as_of, zone=reporting.zone, business=business)
    own = [
        build(grain, stretch, min(stretch.ends_on, cut), is_part=start_of_day(stretch.ends_on, reporting.zone) > as_of)
        for grain in GRAINS[:-1]
        for stretch in _stretches(grain, first_day, last_day, reporting.fiscal_year_start_month)
    ]
    everything = build("all", Stretch("all", min(earliest or first_day, first_day), tomorrow), tomorrow, is_part=False)
    twins = _twins(own, build, reporting.fiscal_year_start_month, business)
    return (*own, everything, *twins)


def period_frames(periods: Sequence[Period], fiscal_year_start_month: int = 1) -> dict[str, pd.DataFrame]:
    """Return the tables `period`, `period_before` and `period_day` by name (the package lists their columns)."""
    ids = {(one.role, one.of, one.grain, one.label): number for number, one in enumerate(periods, start=1)}
    before = [
        (ids["own", "", one.grain, one.label], comparison, ids[key])
        for one in periods
        if one.role == "own"
        for comparison in COMPARISONS[one.grain]
        if (key := _key_before(one, comparison, fiscal_year_start_month)) in ids
    ]
    return {
        "period": _period_frame(periods, ids, fiscal_year_start_month),
        "period_before": pd.DataFrame(before, columns=["period", "comparison", "before_period"]),
        "period_day": _period_days(periods),
    }


def _key_before(one: Period, comparison: str, first_month: int) -> _Key:
    """Return the key of the row to compare with: the twin of a part period, the earlier own one of a whole."""
    earlier = _before(one, comparison, first_month)
    label = "" if earlier is None else earlier.label
    return (comparison, one.label, one.grain, label) if one.is_part else ("own", "", one.grain, label)


def _before(one: Period, comparison: str, first_month: int) -> Stretch | None:
    return stretch_before(one.grain, Stretch(one.label, one.starts_on, one.ends_on), comparison, first_month)


def _stretches(grain: str, first_day: date, last_day: date, first_month: int) -> Iterator[Stretch]:
    day = first_day
    while day <= last_day:
        stretch = stretch_of(grain, day, first_month)
        yield stretch
        day = stretch.ends_on


def _period(
    grain: str, stretch: Stretch, cut_on: date, *, is_part: bool, as_of: datetime, zone: str, business: BusinessDays
) -> Period:
    label, starts_on, ends_on = stretch
    return Period(
        label,
        grain,
        starts_on,
        ends_on,
        cut_on,
        is_part,
        # Nothing later than as_of is known, even where the unfinished day is counted in.
        instant=min(start_of_day(cut_on, zone), as_of),
        days_done=business.between(starts_on, cut_on),
        days_total=business.between(starts_on, ends_on),
    )


def _twins(
    own: Sequence[Period], build: Callable[..., Period], first_month: int, business: BusinessDays
) -> Iterator[Period]:
    """Yield, for each part period and comparison, the earlier period cut at the same ordinal business day."""
    known = {(one.grain, one.label) for one in own}
    for part in own:
        for comparison in COMPARISONS[part.grain] if part.is_part else ():
            earlier = _before(part, comparison, first_month)
            if earlier is None or (part.grain, earlier.label) not in known:
                continue
            cut_on = business.cut_after(part.days_done, earlier.starts_on, earlier.ends_on)
            twin = build(part.grain, earlier, cut_on, is_part=cut_on < earlier.ends_on)
            yield replace(twin, role=comparison, of=part.label, exhausted=twin.days_total < part.days_done)


def _period_frame(periods: Sequence[Period], ids: Mapping[_Key, int], first_month: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "period": range(1, len(periods) + 1),
            "label": [one.label for one in periods],
            "grain": [one.grain for one in periods],
            "starts_on": _dates([one.starts_on for one in periods]),
            "ends_on": _dates([one.ends_on for one in periods]),
            "cut_on": _dates([one.cut_on for one in periods]),
            "is_part": [one.is_part for one in periods],
            "instant": np.array([one.instant for one in periods], dtype="datetime64[us]"),
            "days_done": [one.days_done for one in periods],
            "days_total": [one.days_total for one in periods],
            "role": [one.role for one in periods],
            "of_period": pd.array([ids.get(("own", "", one.grain, one.of)) for one in periods], dtype="Int64"),
            "before_label": [_before_label(one, first_month) for one in periods],
            "exhausted": [one.exhausted for one in periods],
        }
    )


def _before_label(one: Period, first_month: int) -> str | None:
    """Return the name of the period that came before; a twin is itself what came before."""
    if one.role != "own" or one.grain == "all":
        return one.label if one.role != "own" else None
    earlier = _before(one, COMPARISONS[one.grain][0], first_month)
    return None if earlier is None else earlier.label


def _period_days(periods: Sequence[Period]) -> pd.DataFrame:
    starts = np.array([days_since_epoch(one.starts_on) for one in periods], dtype=np.int64)
    lengths = np.array([(one.cut_on - one.starts_on).days for one in periods], dtype=np.int64)
    rows = np.repeat(np.arange(len(periods)), lengths)
    nth = np.arange(rows.size) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return pd.DataFrame({"day": as_dates(starts[rows] + nth), "period": rows + 1})


def _dates(days: Sequence[date]) -> NDArray[np.datetime64]:
    return np.array(days, dtype="datetime64[D]").astype("datetime64[s]")


def _months_on(day: date, months: int) -> date:
    """Return the first day of the month that lies `months` after that of `day`."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(years, month + 1, 1)
