"""The three-way split: how much of a difference is new activity, restated history, or a changed definition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Literal, NamedTuple

import pandas as pd

from generator.measures.scopes import ALL

Part = Literal["restated", "new_activity", "definition"]
PARTS: tuple[Part, ...] = ("restated", "new_activity", "definition")
_KEY = ["metric_id", "period", "scope"]
#: No such cell in a run.
_ABSENT = "absent"


class Reading(NamedTuple):
    """One value of a cell; without one, the status says why, `absent` that there is no such cell."""

    value: Decimal | None
    status: str
    n: int


@dataclass(frozen=True)
class Split:
    """How a cell came from one value to the next.

    The parts add up to `now - before` exactly. Where a value appears or vanishes there is nothing to subtract: the
    parts are None, and `turn` names the part in which it did.
    """

    metric: str
    period: str
    scope: str
    is_closed: bool  # the period was over when the earlier version was made
    before: Reading
    now: Reading
    restated: Decimal | None = None
    new_activity: Decimal | None = None
    definition: Decimal | None = None
    turn: Part | None = None

    @property
    def difference(self) -> Decimal | None:
        """The whole, None where a side has no value."""
        if self.before.value is None or self.now.value is None:
            return None
        return self.now.value - self.before.value

    def part(self, name: Part) -> Decimal | None:
        """Return one part."""
        found: Decimal | None = getattr(self, name)
        return found


@dataclass(frozen=True)
class Runs:
    """The same cells four times, each a frame with CELL_COLUMNS.

    before: as published. restated: the new data as of the old instant under the old agreement. old_rules: the new
    data as of now, still under the old agreement. now: today's results.
    """

    before: pd.DataFrame
    restated: pd.DataFrame
    old_rules: pd.DataFrame
    now: pd.DataFrame


def splits_of(runs: Runs) -> tuple[Split, ...]:
    """Return every cell whose value differs between two of `runs`, by metric, period and scope."""
    return tuple(_split(key, readings, is_part) for key, readings, is_part in _differing(runs))


def headline_cells(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the cells of headlines: of the whole, or of single members where a metric has no whole."""
    heads = cells[~cells["metric_id"].astype(str).str.contains(".", regex=False)]
    whole = heads[heads["scope"] == ALL]
    of_members = ~heads["metric_id"].isin(whole.loc[whole["period"] != ALL, "metric_id"].unique())
    single = ~heads["scope"].astype(str).str.contains(";", regex=False)
    return pd.concat([whole, heads[of_members & single & (heads["scope"] != ALL)]])


def closed_cells(cells: pd.DataFrame) -> frozenset[tuple[str, str, str]]:
    """Return metric, period and scope of the cells whose period was over when they were published."""
    closed = cells[(cells["cut"] == "") & (cells["period"] != ALL)]
    return frozenset(zip(closed["metric_id"], closed["period"], closed["scope"], strict=True))


def exact(value: float) -> Decimal:
    """Return a number as the decimal that it is published as."""
    return Decimal(repr(float(value)))


def _differing(runs: Runs) -> Iterator[tuple[tuple[str, str, str], tuple[Reading, ...], bool]]:
    """Yield key, readings in the order of the runs, and whether the period was still running before."""
    named = {"p": runs.before, "a": runs.restated, "b": runs.old_rules, "c": runs.now}
    joined: pd.DataFrame | None = None
    for name, frame in named.items():
        columns = frame[[*_KEY, "value", "status", "n", *(["cut"] if name == "p" else [])]].astype(
            dict.fromkeys(_KEY, "object")
        )
        columns = columns.rename(columns={"value": f"value_{name}", "status": f"status_{name}", "n": f"n_{name}"})
        joined = columns if joined is None else joined.merge(columns, on=_KEY, how="outer")
    assert joined is not None
    values = joined[[f"value_{name}" for name in named]]
    differs = (values.nunique(axis=1) > 1) | (values.isna().any(axis=1) & values.notna().any(axis=1))
    for row in joined[differs].sort_values(_KEY, kind="stable").to_dict("records"):
        readings = tuple(_reading(row[f"value_{name}"], row[f"status_{name}"], row[f"n_{name}"]) for name in named)
        cut = row["cut"]
        is_part = row["period"] == ALL or (isinstance(cut, str) and cut != "")
        # A period that nobody had counted yet was not over.
        yield (row["metric_id"], row["period"], row["scope"]), readings, is_part


def _reading(value: float, status: object, n: object) -> Reading:
    if not isinstance(status, str):
        return Reading(None, _ABSENT, 0)
    count = 0 if pd.isna(n) else int(n)  # type: ignore[call-overload]
    return Reading(None if pd.isna(value) else exact(value), status, count)


def _split(key: tuple[str, str, str], readings: tuple[Reading, ...], is_part: bool) -> Split:
    before, now = readings[0], readings[-1]
    closed = not is_part and before.status != _ABSENT
    values = [reading.value for reading in readings]
    if all(value is not None for value in values):
        restated, active, defined = (_less(later, one) for one, later in pairwise(values))
        return Split(*key, closed, before, now, restated, active, defined)
    return Split(*key, closed, before, now, turn=_turn(readings))


def _less(value: Decimal | None, earlier: Decimal | None) -> Decimal:
    assert value is not None
    assert earlier is not None
    return value - earlier or Decimal(0)  # not 0E-16


def _turn(readings: tuple[Reading, ...]) -> Part | None:
    """Return the last part in which the value appeared or vanished."""
    turns = [
        name
        for name, (one, later) in zip(PARTS, pairwise(readings), strict=True)
        if (one.value is None) != (later.value is None)
    ]
    return turns[-1] if turns else None
