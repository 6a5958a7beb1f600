"""Agreed targets as cells, so that formulas can name them: `revenue_won.target`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import nan
from typing import Any

import pandas as pd

from generator.engine import Engine
from generator.measures import Measured, Periods
from generator.measures.measured import cells_of, no_curves
from generator.measures.periods import OWN
from generator.measures.scopes import scope_text

SUFFIX = ".target"

_DIMENSIONS = ("team", "region", "segment", "owner")
#: Where a metric has targets by team only, this team's is the target of the whole: Sales carries all revenue,
#: Marketing's target is for the part of it that its leads bring.
_CARRIER = {"revenue_won": "sales"}


@dataclass(frozen=True)
class _Target:
    """One agreed target, as it speaks of one period."""

    period: int
    members: Mapping[str, str]
    value: float
    gap: str
    days: int  # of its own span

    @property
    def scope(self) -> str:
        return scope_text(self.members)


def target_cells(metric_id: str, is_level: bool, engine: Engine, periods: Periods) -> Measured:
    """Return the targets of `metric_id` as the cells of `<metric_id>.target`, for own periods and their twins.

    A target is that of the whole period, however far it has run. One that covers more than the period serves only
    where it is a level (45 days hold for each month of a quarter), the narrowest first.
    """
    found = [target for target in _targets(metric_id, engine) if is_level or target.days == _span(periods, target)]
    chosen = _chosen([*found, *_carried(metric_id, found)])
    placed = pd.DataFrame(
        [
            {"period": period, "scope": target.scope, "gap": target.gap, "value": target.value, "n": 0}
            for target in chosen
            for period in _same_label(periods, target.period)
        ],
        columns=["period", "scope", "gap", "value", "n"],
    )
    return Measured(cells_of(f"{metric_id}{SUFFIX}", placed, periods), no_curves())


def agreed_metrics(engine: Engine) -> frozenset[str]:
    """Return the metrics for which any target was agreed."""
    return frozenset(str(metric) for (metric,) in engine.rows("select distinct metric from target"))


def _targets(metric_id: str, engine: Engine) -> list[_Target]:
    sql = f"""
        select period, {", ".join(_DIMENSIONS)}, cast(value as double) as value, coalesce(currency_gap, '') as gap,
            date_diff('day', span_start, span_end) as days
        from target
        where metric = '{metric_id}'
        order by agreed_on nulls first, version, target_id"""
    return [_target(row) for row in engine.rows(sql)]


def _target(row: tuple[Any, ...]) -> _Target:
    period, *members, value, gap, days = row
    named = {dim: member for dim, member in zip(_DIMENSIONS, members, strict=True) if member is not None}
    return _Target(int(period), named, nan if value is None else float(value), str(gap), int(days))


def _span(periods: Periods, target: _Target) -> int:
    row = periods.frame[periods.frame.index == target.period].iloc[0]
    return int((row["ends_on"] - row["starts_on"]).days)


def _carried(metric_id: str, targets: Iterable[_Target]) -> list[_Target]:
    """Return the carrier's targets as those of all teams, where nothing was agreed for all."""
    carrier = _CARRIER.get(metric_id)
    targets = tuple(targets)
    there = {(target.period, target.scope) for target in targets}
    whole = [
        _Target(
            target.period,
            {dim: member for dim, member in target.members.items() if dim != "team"},
            target.value,
            target.gap,
            target.days,
        )
        for target in targets
        if carrier and target.members.get("team") == carrier
    ]
    return [target for target in whole if (target.period, target.scope) not in there]


def _chosen(targets: Iterable[_Target]) -> list[_Target]:
    """Return one target a cell: the narrowest span's, of equals the one agreed last."""
    best: dict[tuple[int, str], _Target] = {}
    for target in targets:
        key = (target.period, target.scope)
        if key not in best or target.days <= best[key].days:
            best[key] = target
    return [best[key] for key in sorted(best)]


def _same_label(periods: Periods, period: int) -> list[int]:
    """Return the own period and the twins that are cut from it."""
    frame = periods.frame
    label, grain = frame.loc[period, ["label", "grain"]]
    same = frame[(frame["label"] == label) & (frame["grain"] == grain)]
    return [period, *(int(twin) for twin in same.index[same["role"] != OWN])]
