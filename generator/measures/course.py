"""How far a metric had come by the same business day of an earlier period: the course that a target may follow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from generator.measures.measured import Measured, Metric
from generator.measures.periods import PRIOR, Periods
from generator.measures.scopes import ALL


def earlier_course(measured: Measured, metric_ids: Iterable[str]) -> pd.DataFrame:
    """Return how far metrics had come, in the earlier period that each running one is held against.

    Columns metric_id, period_id (of the running period), reached (by the same business day), whole (in the end), both
    in the metric's unit. The earlier period is the same one a year before, else the one before; no row where neither
    tells. All members follow the course of the whole: so their targets add up to its target on every day.
    """
    rows = [
        (name, int(measured.periods.ids[period]), *found)
        for name in sorted(metric_ids)
        if (metric := measured.metrics.get(name)) is not None
        for period in np.flatnonzero(measured.periods.is_own & measured.periods.frame["is_part"].to_numpy(dtype=bool))
        if (found := _course(metric, measured.periods, int(period))) is not None
    ]
    kinds = {"metric_id": "str", "period_id": "int64", "reached": "float64", "whole": "float64"}
    return pd.DataFrame(rows, columns=list(kinds)).astype(kinds)


def _course(metric: Metric, periods: Periods, period: int) -> tuple[float, float] | None:
    for twin in _twins(periods, period):
        own = periods.is_own & (periods.grains == periods.grains[twin])
        earlier = np.flatnonzero(own & (periods.labels == periods.labels[twin]))
        # The first period that knows the metric may have begun before its records did.
        first = min(metric.grid.period[own[metric.grid.period]], default=twin)
        if len(earlier) and periods.starts[earlier[0]] > periods.starts[first]:
            whole, reached = (_total(metric, at) for at in (int(earlier[0]), twin))
            if whole > 0 and reached == reached:
                return reached, whole
    return None


def _twins(periods: Periods, period: int) -> Iterator[int]:
    """Yield the twins of a running period: that of a year before, then that of the period before."""
    for comparison in dict.fromkeys(("yoy", PRIOR.get(str(periods.grains[period]), "yoy"))):
        twin = int(periods.before_of(comparison)[period])
        if twin >= 0:
            yield twin


def _total(metric: Metric, period: int) -> float:
    """Return the figure of the whole; 0 where there was nothing to add up, NaN where it is withheld."""
    at = int(metric.grid.find(np.array([period]), np.array([metric.grid.code_of(ALL)]))[0])
    return float(metric.value[at]) if at >= 0 else 0.0
