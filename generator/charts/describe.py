"""What a screen reader says about a chart: what is shown, where it stands now, how it got there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from generator.charts.formats import number
from generator.charts.frames import has

Row = dict[str, Any]


def series(subject: str, rows: Sequence[Row], unit: str, currency: str) -> str:
    """Return the description of one value by period."""
    known = [row for row in rows if has(row, "value")]
    if not known:
        return f"{subject}. No value in any of {len(rows)} periods."
    last = known[-1]
    words = [f"{subject}. Line over {len(rows)} periods, {rows[0]['period']} to {rows[-1]['period']}."]
    words.append(f"Latest, {last['period']}{' to date' if last.get('is_part') else ''}: {_of(last, unit, currency)}.")
    if has(last, "target"):
        words.append(f"Target {number(last['target'], unit, currency)}.")
    low, high = (choose(known, key=lambda row: float(row["value"])) for choose in (min, max))
    if len(known) > 2:
        lowest, highest = (f"{_of(row, unit, currency)} in {row['period']}" for row in (low, high))
        words.append(f"Lowest {lowest}, highest {highest}.")
    return " ".join(words)


def several(subject: str, named: Mapping[str, Sequence[Row]], unit: str, currency: str) -> str:
    """Return the description of several series by period."""
    words = [f"{subject}. {len(named)} lines."]
    for name, rows in named.items():
        known = [row for row in rows if has(row, "value")]
        if known:
            words.append(f"{name}: {_of(known[-1], unit, currency)} in {known[-1]['period']}.")
    return " ".join(words)


def parts(subject: str, named: Mapping[str, Sequence[Row]], unit: str, currency: str) -> str:
    """Return the description of parts by period."""
    words = [f"{subject}. {len(named)} parts of a column by period."]
    words += [
        f"{name}: {_of(rows[-1], unit, currency)} in {rows[-1]['period']}." for name, rows in named.items() if rows
    ]
    return " ".join(words)


def heat(subject: str, rows: Sequence[Row], unit: str, currency: str) -> str:
    """Return the description of a table in shades."""
    if not rows:
        return f"{subject}. No values."
    low, high = (choose(rows, key=lambda row: float(row["value"])) for choose in (min, max))
    ends = (f"{_of(row, unit, currency)} ({row['row']}, {row['column']})" for row in (low, high))
    return f"{subject}. {len(rows)} fields, from {' to '.join(ends)}."


def members(subject: str, rows: Sequence[Row], unit: str, currency: str) -> str:
    """Return the description of one bar per member."""
    words = [f"{subject}. {len(rows)} bars."]
    words += [f"{row['member']}: {_of(row, unit, currency)}." for row in rows[:6]]
    return " ".join(words + (["The rest is in the table."] if len(rows) > 6 else []))


def funnel(subject: str, rows: Sequence[Row]) -> str:
    """Return the description of the stages with what passes from each to the next."""
    words = [f"{subject}."]
    for row in rows:
        passed = f", {number(row['rate'], 'ratio')} go on" if has(row, "rate") else ""
        neck = ", the bottleneck" if row.get("is_bottleneck") else ""
        words.append(f"{row['stage']}: {number(row.get('count'), 'count')}{passed}{neck}.")
    return " ".join(words)


def curve(subject: str, rows: Sequence[Row], unit_x: str) -> str:
    """Return the description of shares reached by day."""
    words = [f"{subject}."]
    for name in dict.fromkeys(str(row["series"]) for row in rows):
        last = [row for row in rows if str(row["series"]) == name][-1]
        share, day = number(last["share"], "ratio"), f"{float(last['day']):,.0f}"
        words.append(f"{name + ': ' if name else ''}{share} after {day} {unit_x}.")
    return " ".join(words)


def _of(row: Row, unit: str, currency: str) -> str:
    return number(row.get("value"), unit, currency)
