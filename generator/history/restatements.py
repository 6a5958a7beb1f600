"""How many closed figures a new version restates: the rows behind the KPI that counts them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

import pandas as pd

from generator.agreement import Agreement, Settings
from generator.engine import Engine
from generator.history.earlier import Earlier
from generator.history.tolerance import SEEN
from generator.kpis import Kpi, MeasuredKpis, measure_kpis
from generator.kpis.formulas import metric_ids
from generator.kpis.vocabulary import EARLIER_VERSION
from generator.measures import Measured
from generator.sources.report import LoadReport

#: The KPI that counts restated figures; that it moves itself is no news.
RESTATEMENT: Final = "restatement"
_KEY = ["metric_id", "period", "scope"]


def with_restatements(
    measured: MeasuredKpis,
    kpis: tuple[Kpi, ...],
    engine: Engine,
    agreement: Agreement,
    load: LoadReport,
    as_of: datetime,
    earlier: Earlier,
) -> MeasuredKpis:
    """Return `measured` with the KPIs that look back at `earlier` measured as well."""
    looking = tuple(kpi for kpi in kpis if EARLIER_VERSION in kpi.needs)
    if not looking:
        return measured
    rows = restated_rows(earlier.cells, measured.measured.cells, _units(kpis), agreement.settings)
    engine.load("restated", rows, {"metric": "varchar", "period": "varchar", "scope": "varchar",
                                   "value_before": "double", "value_now": "double"})  # fmt: skip
    engine.load("earlier_version", pd.DataFrame({"version": [earlier.version]}), {"version": "varchar"})
    again = measure_kpis(looking, engine, agreement, load, as_of)
    ids = {name for kpi in looking for name in metric_ids(kpi)}
    kept = {name: metric for name, metric in measured.measured.metrics.items() if name not in ids}
    return replace(
        measured,
        measured=Measured({**kept, **again.measured.metrics}, measured.periods, measured.measured.curve_of),
        missing={name: lacks for name, lacks in measured.missing.items() if name not in ids} | dict(again.missing),
    )


def restated_rows(before: pd.DataFrame, now: pd.DataFrame, units: dict[str, str], settings: Settings) -> pd.DataFrame:
    """Return the closed cells whose values differ by more than is tolerated: metric, period, scope and both values."""
    closed = before[(before["cut"] == "") & (before["period"] != "all") & before["value"].notna()]
    both = closed[[*_KEY, "value"]].merge(now[[*_KEY, "value"]], on=_KEY, suffixes=("_before", "_now"))
    both = both[both["value_now"].notna()]
    unit = both["metric_id"].astype(str).map(lambda name: _unit(name, units))
    moved = (both["value_now"] - both["value_before"]).abs()
    largest = both[["value_before", "value_now"]].abs().max(axis=1)
    tolerated = unit.map({name: float(limit) for name, limit in SEEN.items()}).astype(float).fillna(0.0)
    tolerated = tolerated.where(unit != "count", float(settings.restatement_tolerance.count))
    money = unit.str.startswith("currency")
    tolerated = tolerated.where(~money, largest * settings.restatement_tolerance.money)
    return both[moved > tolerated].rename(columns={"metric_id": "metric"}).reset_index(drop=True)


def _units(kpis: tuple[Kpi, ...]) -> dict[str, str]:
    return {kpi.metric_id(figure): figure.unit for kpi in kpis for figure in kpi.figures}


def _unit(metric: str, units: dict[str, str]) -> str:
    """Return the unit of a metric; one that a measure makes has the unit of its figure."""
    return units.get(metric) or units.get(metric.rpartition(".")[0], "")
