"""The cells that a formula was worked out from, and how to look behind each of them."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from generator.kpis.agreed import SUFFIX
from generator.kpis.explanation import printed
from generator.measures import Measured, Periods, formula_names, scope_members
from generator.measures.grammar import places_of
from generator.measures.scopes import ALL

_COLUMNS = ["input", "period", "scope", "value", "numerator", "denominator", "n", "status"]
_NUMBERS = ("value", "numerator", "denominator", "n")


@dataclass(frozen=True)
class Asked:
    """The cell of a formula that is explained."""

    formula: str
    period_id: int
    scope: str


def inputs_behind(
    asked: Asked, measured: Measured, settings: Mapping[str, float]
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return a row for every result and setting that the formula names, and for every one how to go on.

    Results come from the same period and scope, or from the period before where the formula looks back. A member
    without a cell says so: where things add up it counts as nothing.
    """
    periods, cells = measured.periods, measured.frame
    rows, ways = [], []
    for name, period_id, scope in _named(asked, periods, settings):
        if period_id is None:
            rows.append({"input": name, "value": settings[name], "status": "setting"})
            ways.append(f"{name}: content/agreement/settings.yml")
            continue
        period = periods.frame.loc[period_id]
        found = cells[(cells["metric_id"] == name) & (cells["period_id"] == period_id) & (cells["scope"] == scope)]
        numbers: Mapping[Any, Any] = found.iloc[0].to_dict() if len(found) else {"status": "no cell"}
        rows.append({**numbers, "input": name, "period": period["label"], "scope": scope})
        ways.append(_way(name, period, scope))
    frame = pd.DataFrame(rows, columns=_COLUMNS)
    return frame.astype(dict.fromkeys(_NUMBERS, "float64")), tuple(ways)


def _named(asked: Asked, periods: Periods, settings: Mapping[str, float]) -> Iterator[tuple[str, int | None, str]]:
    """Yield what the formula names, with the period and scope in which it is looked up; settings have no period."""
    places = places_of(asked.formula)
    before = periods.prior[periods.position([asked.period_id])[0]]
    for name in formula_names(asked.formula):
        if name in settings:
            yield name, None, ""
            continue
        if name in places.own:
            yield name, asked.period_id, asked.scope
        if name in places.whole and (asked.scope != ALL or name not in places.own):
            yield name, asked.period_id, ALL
        if name in places.before and before >= 0:
            yield name, int(periods.ids[before]), asked.scope


def _way(name: str, period: Any, scope: str) -> str:
    """Return the command that shows what is behind an input; targets stand in files."""
    if name.endswith(SUFFIX):
        return f"{name}: content/agreement/targets.yml, or the table target of the drop"
    members = [part for dim, member in scope_members(scope).items() for part in ("--where", f"{dim}={member}")]
    command = shlex.join(["onefunnel", "explain", name, "--period", str(period["label"]), *members])
    if pd.isna(period["of_period"]):
        return command
    last = printed((period["cut_on"] - pd.Timedelta(days=1)).to_pydatetime())
    return f"{command}  (all of it; here only what happened by {last})"
