"""Agreed targets as cells, so that formulas can name them: `revenue_won.target`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import nan
from typing import Any

import numpy as np

from generator.engine import Engine
from generator.measures import Measured, Periods
from generator.measures.grid import sorted_grid
from generator.measures.measured import cells_of
from generator.measures.periods import OWN
from generator.measures.scopes import scope_text

SUFFIX = ".target"

_DIMENSIONS = ("team", "region", "segment", "owner")
#: Where a metric has targets by team only, this team's is the target of the whole: Sales carries all revenue,
#: Marketing's target is for the part of it that its leads bring.
CARRIER = {"revenue_won": "sales"}


@dataclass(frozen=True)
class _Target:
    """One agreed target, as it speaks of one period."""

    period: int
    members: Mapping[str, str]
    value: float
    gap: str
    days: int  # of its own span
    fits: bool  # its span is as long as the period

    @property
    def scope(self) -> str:
        return scope_text(self.members)


def target_cells(metric_id: str, is_level: bool, engine: Engine, periods: Periods) -> Measured:
    """Return the targets of `metric_id` as the cells of `<metric_id>.target`, for own periods and their twins.

    A target is that of the whole period, however far it has run. One that covers more than the period serves only
    where it is a level (45 days hold for each month of a quarter), the narrowest first.
    """
    found = [target for target in _targets(metric_id, engine) if is_level or target.fits]
    chosen = _chosen([*found, *_carried(metric_id, found)])
    twins = _twins(periods)
    cells = [(period, target) for target in chosen for period in (target.period, *twins.get(target.period, ()))]
    scopes = sorted({target.scope for target in chosen})
    code = {scope: number for number, scope in enumerate(scopes)}
    period = periods.position([period for period, _ in cells])
    grid, order = sorted_grid(period, np.array([code[target.scope] for _, target in cells], dtype="int64"), scopes)
    gap = np.array([target.gap for _, target in cells], dtype=object)[order]
    value = np.array([target.value for _, target in cells], dtype="float64")[order]
    metric = cells_of(grid, gap, value, np.zeros(len(grid)))
    return Measured({f"{metric_id}{SUFFIX}": metric} if cells else {}, periods)


def agreed_metrics(engine: Engine) -> frozenset[str]:
    """Return the metrics for which any target was agreed."""
    return frozenset(str(metric) for (metric,) in engine.rows("select distinct metric from target"))


def _targets(metric_id: str, engine: Engine) -> list[_Target]:
    sql = f"""
        select target.period, {", ".join(f"target.{dim}" for dim in _DIMENSIONS)},
            cast(target.value as double) as value,
            coalesce(target.currency_gap, '') as gap,
            date_diff('day', target.span_start, target.span_end) as days,
            date_diff('day', period.starts_on, period.ends_on) as days_of_period
        from target
        join period on period.period = target.period
        where target.metric = '{metric_id}'
        order by target.agreed_on nulls first, target.version, target.target_id"""
    return [_target(row) for row in engine.rows(sql)]


def _target(row: tuple[Any, ...]) -> _Target:
    period, *members, value, gap, days, days_of_period = row
    named = {dim: member for dim, member in zip(_DIMENSIONS, members, strict=True) if member is not None}
    number = nan if value is None else float(value)
    return _Target(int(period), named, number, str(gap), int(days), days == days_of_period)


def _carried(metric_id: str, targets: Iterable[_Target]) -> list[_Target]:
    """Return the carrier's targets as those of all teams, where nothing was agreed for all."""
    carrier = CARRIER.get(metric_id)
    targets = tuple(targets)
    there = {(target.period, target.scope) for target in targets}
    whole = [
        replace(target, members={dim: member for dim, member in target.members.items() if dim != "team"})
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


def _twins(periods: Periods) -> dict[int, list[int]]:
    """Return own period -> the twins that are cut from it."""
    keys = [(int(period), key, role) for period, key, role in _keys(periods)]
    own = {key: period for period, key, role in keys if role == OWN}
    twins: dict[int, list[int]] = {}
    for period, key, role in keys:
        if role != OWN and key in own:
            twins.setdefault(own[key], []).append(period)
    return twins


def _keys(periods: Periods) -> Iterator[tuple[Any, tuple[str, str], str]]:
    frame = periods.frame
    names = zip(frame["grain"], frame["label"], strict=True)
    return zip(frame.index, names, frame["role"], strict=True)
