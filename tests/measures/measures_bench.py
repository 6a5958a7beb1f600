"""A small calendar (UTC, Monday to Friday) and verbs to measure drawn unit rows on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pandas as pd

from generator.kpis.kpi import Figure, Kind
from generator.measures import Measured, compare, compared_frame, load_periods, measure_figure

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Settings:
    windows: dict[str, int] = field(default_factory=lambda: {"mql_to_sql": 30})
    min_mature_share: float = 0.8
    min_n_rate: int = 30
    min_n_band: int = 30


def months_between(first, last):
    months, month = [], first.replace(day=1)
    while month <= last:
        months.append(month)
        month = (month + 32 * DAY).replace(day=1)
    return months


def spans(grain, first, last):
    """Return (label, start, end) of every period of `grain` that touches [first, last]."""
    if grain == "week":
        monday = first - first.weekday() * DAY
        starts = [monday + 7 * DAY * n for n in range((last - monday).days // 7 + 1)]
        return [("{}-W{:02d}".format(*day.isocalendar()[:2]), day, day + 7 * DAY) for day in starts]
    size = {"month": 1, "quarter": 3, "year": 12}[grain]
    found = []
    for month in months_between(first.replace(month=(first.month - 1) // size * size + 1), last):
        if (month.month - 1) % size == 0:
            end = (month + (31 * size + 3) * DAY).replace(day=1)
            label = {1: f"{month:%Y-%m}", 3: f"{month.year}Q{(month.month + 2) // 3}", 12: str(month.year)}[size]
            found.append((label, month, end))
    return found


def business(day, holidays):
    return day.weekday() < 5 and day not in holidays


def cut_at(start, end, done, holidays):
    """Return the exclusive cut after the `done`-th business day, and whether the period is shorter."""
    seen, day = 0, start
    while day < end:
        seen += business(day, holidays)
        day += DAY
        if seen == done:
            return day, False
    return end, True


def load_calendar(engine, as_of: datetime, first: date, holidays=()):
    today = as_of.date()
    rows, before, number = [], [], 0

    def add(label, grain, start, end, cut, role, of=None, exhausted=False, instant=None):
        nonlocal number
        number += 1
        done = sum(business(start + DAY * n, holidays) for n in range((cut - start).days))
        whole = sum(business(start + DAY * n, holidays) for n in range((end - start).days))
        part = role == "own" and grain != "all" and end > today
        stamp = instant or datetime(cut.year, cut.month, cut.day)
        rows.append((number, label, grain, start, end, cut, part, stamp, done, whole, role, of, label, exhausted))
        return number

    back = {
        "week": {"wow": 1, "yoy": 52},
        "month": {"mom": 1, "yoy": 12},
        "quarter": {"qoq": 1, "yoy": 4},
        "year": {"yoy": 1},
    }
    for grain, comparisons in back.items():
        own = []
        for label, start, end in spans(grain, first, today):
            own.append((add(label, grain, start, end, min(end, today), "own"), start, end))
        for place, (period, start, end) in enumerate(own):
            for comparison, steps in comparisons.items():
                if place < steps:
                    continue
                earlier, begun, over = own[place - steps]
                if end > today:
                    done = sum(business(start + DAY * n, holidays) for n in range((today - start).days))
                    cut, exhausted = cut_at(begun, over, done, holidays) if done else (begun, False)
                    label = rows[earlier - 1][1]
                    earlier = add(label, grain, begun, over, cut, comparison, period, exhausted)
                before.append((period, comparison, earlier))
    add("all", "all", first, today + DAY, today + DAY, "own", instant=as_of)
    _load(engine, rows, before, first, today)


def _load(engine, rows, before, first, today):
    types = {
        "period": "integer", "label": "varchar", "grain": "varchar", "starts_on": "date", "ends_on": "date",
        "cut_on": "date", "is_part": "boolean", "instant": "timestamp", "days_done": "integer",
        "days_total": "integer", "role": "varchar", "of_period": "integer", "before_label": "varchar",
        "exhausted": "boolean",
    }  # fmt: skip
    engine.load("period", pd.DataFrame(rows, columns=list(types)), types)
    engine.load(
        "period_before",
        pd.DataFrame(before, columns=["period", "comparison", "before_period"]),
        {"period": "integer", "comparison": "varchar", "before_period": "integer"},
    )
    engine.run(
        "create or replace table period_day as select cast(d.day as date) as day, p.period from period p,"
        f" unnest(generate_series(date '{first - 800 * DAY}', date '{today + DAY}', interval 1 day)) as d(day)"
        " where d.day >= p.starts_on and d.day < p.cut_on"
    )
    # Slots by the hour of UTC; the real table knows zones.
    engine.run(
        "create or replace table local_slot as select cast(epoch(t) / 900 as bigint) as slot, cast(t as date) as"
        f" local_date from unnest(generate_series(timestamp '{first - 400 * DAY}', timestamp '{today + 400 * DAY}',"
        " interval 15 minute)) as s(t)"
    )


def draw(text):
    """Read a table drawn with `|`; an empty cell is null."""
    lines = [line for line in text.strip().splitlines() if not set(line.strip()) <= set("-+ ")]
    cells = [[cell.strip() for cell in line.split("|")] for line in lines]
    return pd.DataFrame([[cell or None for cell in row] for row in cells[1:]], columns=cells[0])


_TYPES = {
    "unit": "varchar", "moment": "timestamp", "period": "integer", "value": "decimal(38,9)", "num": "decimal(38,9)",
    "den": "decimal(38,9)", "hit": "boolean", "observed": "boolean", "counts": "boolean", "is_mature": "boolean", "done_at": "timestamp",
    "is_provisional": "boolean", "window_days": "integer",
    "out_at": "timestamp",
}  # fmt: skip


@dataclass
class Bench:
    engine: object
    settings: Settings = Settings()

    def periods(self):
        return load_periods(self.engine)

    def measure(self, kind, units, by=(), grains=("week", "month", "quarter", "year", "all"), types=None, **figure):
        """Measure drawn (or framed) unit rows; `types` overrides the SQL types of columns."""
        frame = draw(units) if isinstance(units, str) else units
        columns = {name: (types or {}).get(name, _TYPES.get(name, "varchar")) for name in frame.columns}
        self.engine.load("unit_row", frame, columns)
        wanted = Figure("", "", Kind(kind), "", "", figure.pop("unit", "count"), tuple(by), tuple(grains), **figure)
        return measure_figure(self.engine, wanted, "metric", "unit_row", self.settings)

    def compare(self, measured, kind, unit="count", comparisons=("wow", "mom", "qoq", "yoy")):
        return compared_frame([self.compared(measured, kind, unit, comparisons)], self.periods())

    def compared(self, measured, kind, unit="count", comparisons=("wow", "mom", "qoq", "yoy")):
        metric = measured.metrics["metric"]
        return compare(metric, self.periods(), "metric", Kind(kind), unit, comparisons, self.settings.min_n_rate)


def cell(measured, period="all", scope="all", metric="metric", comparison=""):
    """Return one cell as a dict; None where there is no such row."""
    frame = measured.frame if isinstance(measured, Measured) else measured
    rows = frame[(frame["metric_id"] == metric) & (frame["period"] == period) & (frame["scope"] == scope)]
    if "comparison" in frame:
        rows = rows[rows["comparison"] == comparison]
    assert len(rows) <= 1
    return None if rows.empty else {key: _plain(value) for key, value in rows.iloc[0].items()}


def _plain(value):
    return None if not isinstance(value, str) and pd.isna(value) else value
