"""Figures of times of which a drop tells nothing, because what they count is known only since a later day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np

from generator.kpis.formulas import metric_ids
from generator.kpis.kpi import Kpi
from generator.measures import Measured, Periods
from generator.measures.intervals import Numbers
from generator.measures.measured import Metric
from generator.measures.periods import Flags
from generator.measures.results import Status

_EPOCH = datetime(1970, 1, 1)
_INSTANT = timedelta(microseconds=1)


def without_history(measured: Measured, kpis: Iterable[Kpi], compared: Mapping[str, tuple[datetime, ...]]) -> Measured:
    """Return `measured` without the numbers of periods of which the tables that a KPI needs tell nothing.

    compared: table -> when the drops were taken whose comparison tells its changes. A period that began before the
    first of them, or in which none was taken, is not known: no change that anybody saw is not no change. All of
    history, as far as it is known, stays.
    """
    found = dict(measured.metrics)
    unknown = {table: _unknown(measured.periods, moments) for table, moments in compared.items()}
    for kpi in kpis:
        for table in {need.partition(".")[0] for need in kpi.needs} & unknown.keys():
            for name in metric_ids(kpi):
                if name in found:
                    found[name] = _blank(found[name], unknown[table][found[name].grid.period])
    return replace(measured, metrics=found)


def _unknown(periods: Periods, moments: tuple[datetime, ...]) -> Flags:
    # A drop that was taken at midnight is of the day before.
    slots = [int((moment - _EPOCH - _INSTANT).total_seconds()) // 900 for moment in moments]
    first, *later = (int(day) for day in periods.local_days.of(np.array(slots)))
    told = np.zeros(len(periods.starts), dtype=bool)
    for day in later:
        told |= (periods.starts > first) & (periods.starts <= day) & (periods.ends > day)
    return np.asarray(~told & (periods.grains != "all"), dtype=bool)


def _blank(metric: Metric, where: Flags) -> Metric:
    def told(numbers: Numbers) -> Numbers:
        return np.where(where, np.nan, numbers)

    return replace(
        metric,
        value=told(metric.value),
        numerator=told(metric.numerator),
        denominator=told(metric.denominator),
        low=told(metric.low),
        high=told(metric.high),
        n=np.where(where, 0.0, metric.n),
        status=np.where(where, Status.MISSING_INPUT.value, metric.status).astype(object),
    )
