"""Time a second time: periods by the calendar of the wall, business time date by date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

UTC = ZoneInfo("UTC")
DAY = timedelta(days=1)


def local_date(moment: datetime, zone: ZoneInfo) -> date:
    """Return the local date of a naive UTC instant."""
    return moment.replace(tzinfo=UTC).astimezone(zone).date()


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the naive UTC instant at which `day` begins."""
    return datetime.combine(day, time(), zone).astimezone(UTC).replace(tzinfo=None)


def _instant(day: date, clock: str, zone: ZoneInfo) -> datetime:
    hour, minute = map(int, clock.split(":"))
    if hour == 24:
        return midnight(day + DAY, zone)
    return datetime.combine(day, time(hour, minute), zone).astimezone(UTC).replace(tzinfo=None)


class WorkingCalendar:
    """Opening windows of a place, asked one local date at a time."""

    def __init__(self, zone, windows, holidays):
        self.zone = ZoneInfo(zone)
        self.windows = windows  # {weekday: [(open, close)]}
        self.holidays = holidays  # {date: None or (open, close)}
        self.on = cache(self._on)

    def _on(self, day: date) -> list[tuple[datetime, datetime]]:
        if day in self.holidays:
            hours = [self.holidays[day]] if self.holidays[day] else []
        else:
            hours = sorted(self.windows.get(day.weekday(), []))
        return [(_instant(day, start, self.zone), _instant(day, end, self.zone)) for start, end in hours]

    def is_business(self, day: date) -> bool:
        return bool(self.on(day))

    def seconds(self, start: datetime, end: datetime) -> int:
        """Return the open seconds in [start, end)."""
        total, day, last = 0.0, local_date(start, self.zone), local_date(end, self.zone)
        while day <= last:
            for opens, closes in self.on(day):
                total += max(0.0, (min(closes, end) - max(opens, start)).total_seconds())
            day += DAY
        return round(total)

    def after(self, start: datetime, seconds: int) -> datetime:
        """Return the first instant at which `seconds` open seconds have elapsed since `start`."""
        day, left = local_date(start, self.zone), seconds
        while True:
            for opens, closes in self.on(day):
                begins = max(opens, start)
                span = (closes - begins).total_seconds()
                if span <= 0:
                    continue
                if left <= span:
                    return begins + timedelta(seconds=left)
                left -= span
            day += DAY

    def close_of_day(self, start: datetime, days: int) -> datetime:
        """Return the close of the `days`-th business day after the effective day of `start`."""
        day = local_date(start, self.zone)
        while not self.on(day) or start >= self.on(day)[-1][1]:
            day += DAY
        for _ in range(days):
            day += DAY
            while not self.on(day):
                day += DAY
        return self.on(day)[-1][1]


ROUND_THE_CLOCK = WorkingCalendar("UTC", {day: [("00:00", "24:00")] for day in range(7)}, {})


def calendars(tables, agreement) -> dict[str, WorkingCalendar]:
    """Return all calendars by id; one that the drop brings replaces the agreed one."""
    found = {"24x7": ROUND_THE_CLOCK}
    for one in agreement.calendars:
        windows: dict[int, list] = {}
        for window in one.windows:
            windows.setdefault(window.weekday, []).append((window.open, window.close))
        holidays = {day.date: (day.open, day.close) if day.open else None for day in one.holidays}
        found[one.id] = WorkingCalendar(one.timezone, windows, holidays)
    for name in sorted({row["calendar_id"] for row in tables["calendar"]}):
        rows = [row for row in tables["calendar"] if row["calendar_id"] == name]
        windows = {}
        for row in rows:
            windows.setdefault(row["weekday"], []).append((row["open"], row["close"]))
        days = [row for row in tables["holiday"] if row["calendar_id"] == name]
        holidays = {row["date"]: (row["open"], row["close"]) if row["open"] else None for row in days}
        found[name] = WorkingCalendar(rows[0]["timezone"], windows, holidays)
    return found


@dataclass(frozen=True)
class Span:
    """A reporting period, or the earlier one that it is compared with: days [start, cut) of [start, end)."""

    label: str
    grain: str
    start: date
    end: date
    cut: date
    is_part: bool = False
    exhausted: bool = False

    def has(self, day: date | None) -> bool:
        return day is not None and self.start <= day < self.cut


class Periods:
    """Months, quarters and years as the fiscal year has them, and everything up to the as-of."""

    def __init__(self, first: date, as_of: datetime, zone: ZoneInfo, fiscal_start: int, business: WorkingCalendar):
        self.zone, self.fiscal, self.business = zone, fiscal_start, business
        self.today = local_date(as_of, zone)
        self.own: dict[str, Span] = {}
        for grain, length in (("month", 1), ("quarter", 3), ("year", 12)):
            start = self._begin(first, length)
            while start <= self.today:
                span = self._span(grain, length, start)
                self.own[span.label] = span
                start = span.end
        self.own["all"] = Span("all", "all", first, self.today + DAY, self.today + DAY)

    def _begin(self, day: date, length: int) -> date:
        months = day.year * 12 + day.month - 1
        return _month(months - (months - (self.fiscal - 1)) % length)

    def _span(self, grain: str, length: int, start: date) -> Span:
        end = _month(start.year * 12 + start.month - 1 + length)
        is_part = self.today < end
        return Span(self._label(grain, start), grain, start, end, self.today if is_part else end, is_part)

    def _label(self, grain: str, start: date) -> str:
        if grain == "month":
            return f"{start:%Y-%m}"
        months = start.year * 12 + start.month - 1 - (self.fiscal - 1)
        year = months // 12 + (self.fiscal > 1)
        return f"{year}" if grain == "year" else f"{year}Q{months % 12 // 3 + 1}"

    def business_days(self, start: date, end: date) -> int:
        return sum(self.business.is_business(start + DAY * n) for n in range((end - start).days))

    def before(self, label: str, comparison: str) -> Span | None:
        """Return the earlier period, cut like for like where this one is not over; None where there is none."""
        own = self.own[label]
        length = {"month": 1, "quarter": 3, "year": 12}.get(own.grain)
        back = {"mom": 1, "qoq": 3, "yoy": 12}[comparison]
        if length is None or back < length:
            return None
        start = _month(own.start.year * 12 + own.start.month - 1 - back)
        whole = self._span(own.grain, length, start)
        if not own.is_part:
            return whole
        done = self.business_days(own.start, own.cut)
        day, seen = whole.start, 0
        while day < whole.end and seen < done:
            seen += self.business.is_business(day)
            day += DAY
        return Span(whole.label, whole.grain, whole.start, whole.end, day, False, seen < done)


def _month(months: int) -> date:
    return date(months // 12, months % 12 + 1, 1)


def months_before(day: date, back: int) -> date:
    months = day.year * 12 + day.month - 1 - back
    year, month = months // 12, months % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - DAY).day
    return date(year, month, min(day.day, last))
