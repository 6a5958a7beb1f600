"""Why closed figures moved: which rows came late, were merged, reopened, corrected or deleted since a version."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

import pandas as pd

from generator.kpis import Kpi
from generator.kpis.formulas import inputs_of

Kind = Literal["late", "merged", "reopened", "rate", "corrected", "deleted"]
KINDS: tuple[Kind, ...] = ("merged", "reopened", "rate", "late", "corrected", "deleted")
_KEY = ["table", "key"]
#: Columns of facts that hold money.
_AMOUNTS = re.compile(r"\b(amount|mrr|cogs|list_amount)\b")
#: What a formula calls to look at the period before.
_BACK = re.compile(r"\b(prior|growth)\(")


@dataclass(frozen=True)
class Cause:
    """So many rows of a table changed in one way."""

    kind: Kind
    table: str
    rows: int


def changed_rows(old: pd.DataFrame, new: pd.DataFrame, as_of: datetime) -> pd.DataFrame:
    """Return `kind`, `table`, `key` and `day` for rows that bear on what was known at `as_of`.

    old and new: the columns of `rows.COLUMNS`. What only went on since is left out: a deal that was open, a
    subscription that ended.
    """
    both = old.merge(new, on=_KEY, how="outer", suffixes=("_old", "_new"), indicator="side")
    until = pd.Timestamp(as_of.date())
    both["kind"] = _kinds(both, until)
    told = both[both["kind"] != ""]
    days = [
        told[["kind", *_KEY, name]].rename(columns={name: "day"}).dropna(subset=["day"])
        for name in ("day_old", "day_new")
    ]
    return pd.concat(days, ignore_index=True).drop_duplicates(ignore_index=True)


def _kinds(both: pd.DataFrame, until: pd.Timestamp) -> pd.Series:
    kind = pd.Series("", index=both.index, dtype="object")
    rate = both["table"] == "fx_rate"
    came, went = both["side"] == "right_only", both["side"] == "left_only"
    kind[came & (both["day_new"] < until)] = "late"
    kind[went] = "deleted"
    changed = (both["side"] == "both") & (both["row_old"] != both["row_new"]) & (both["trait_old"] != "open")
    kind[changed] = "corrected"
    kind[changed & (both["trait_new"] == "merged") & (both["trait_old"] != "merged")] = "merged"
    kind[changed & (both["table"] == "opportunity") & (both["trait_new"] == "open")] = "reopened"
    kind[rate & (kind != "")] = "rate"
    return kind


def tables_behind(kpis: Iterable[Kpi]) -> dict[str, frozenset[str]]:
    """Return by KPI the canonical tables that it counts from, those of the results that its formulas name included."""
    kpis = tuple(kpis)
    own = {kpi.id: {need.partition(".")[0] for need in kpi.needs} for kpi in kpis}
    named = _named(kpis)
    return {kpi.id: frozenset().union(*(own[name] for name in _reached(kpi.id, named))) for kpi in kpis}


def looking_back(kpis: Iterable[Kpi]) -> frozenset[str]:
    """Return the KPIs that hold a period against the one before it."""
    return frozenset(kpi.id for kpi in kpis if any(_BACK.search(figure.formula) for figure in kpi.figures))


def money_kpis(kpis: Iterable[Kpi]) -> frozenset[str]:
    """Return the KPIs that exchange rates can move: those that add up amounts, or name results that do."""
    kpis = tuple(kpis)
    own = {kpi.id for kpi in kpis if any(_AMOUNTS.search(figure.sql) for figure in kpi.figures)}
    behind = _named(kpis)
    return frozenset(name for name in behind if own & _reached(name, behind))


def _named(kpis: tuple[Kpi, ...]) -> dict[str, set[str]]:
    """Return by KPI the KPIs whose results its formulas name."""
    ids = {kpi.id for kpi in kpis}
    return {
        kpi.id: {name.partition(".")[0] for figure in kpi.figures for name in inputs_of(figure)} & ids for kpi in kpis
    }


def _reached(start: str, named: Mapping[str, set[str]]) -> set[str]:
    reached, todo = set(), [start]
    while todo:
        name = todo.pop()
        if name not in reached:
            reached.add(name)
            todo += named[name]
    return reached


def causes_of(
    changed: pd.DataFrame, tables: Collection[str], span: tuple[date, date], rate_days: int | None
) -> tuple[Cause, ...]:
    """Return the causes among `changed` that bear on [span) through `tables`, the surest first.

    A rate serves for `rate_days` from its day on, and that of the day after a period for the state at its end; None
    where the figure is no money.
    """
    start, end = pd.Timestamp(span[0]), pd.Timestamp(span[1])
    reach = start - timedelta(days=rate_days or 0)
    inside = (changed["day"] >= start) & (changed["day"] < end) & changed["table"].isin(list(tables))
    by_rate = (changed["table"] == "fx_rate") & (changed["day"] >= reach) & (changed["day"] <= end)
    bearing = changed[inside | (by_rate if rate_days else False)].drop_duplicates(["kind", *_KEY])
    counted = Counter(zip(bearing["kind"], bearing["table"], strict=True))
    found = [Cause(kind, table, rows) for (kind, table), rows in counted.items()]
    return tuple(sorted(found, key=lambda cause: (KINDS.index(cause.kind), -cause.rows, cause.table)))
