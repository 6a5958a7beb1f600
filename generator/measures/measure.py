"""Measures one figure: its unit rows become cells of every period and split."""

from __future__ import annotations

import pandas as pd

from generator.engine import Engine
from generator.measures.cohort import cohort, window_days
from generator.measures.count import count
from generator.measures.curve import incidence
from generator.measures.figure import Figure, Settings
from generator.measures.mean import mean
from generator.measures.measured import Measured, cells_of, no_curves
from generator.measures.periods import Periods, load_periods
from generator.measures.ranking import ranking
from generator.measures.rate import rate
from generator.measures.ratio import ratio
from generator.measures.sum import total
from generator.measures.survival import survival
from generator.measures.units import describe_units


def measure_figure(
    engine: Engine, figure: Figure, metric_id: str, units: str, settings: Settings, periods: Periods | None = None
) -> Measured:
    """Return the cells of `figure` from the table of unit rows called `units`.

    `metric_id` is what the figure is called in the results; figures that come with it get `<metric_id>.<name>`.
    KpiError where the unit rows are not what the kind needs. Formulas are no business of this function.
    """
    calendar = periods or load_periods(engine)
    table = describe_units(engine, units, metric_id)
    curves = no_curves()
    match figure.kind:
        case "count":
            placed = {"": count(engine, table, figure, calendar)}
        case "sum":
            placed = {"": total(engine, table, figure, calendar)}
        case "rate":
            placed = {"": rate(engine, table, figure, calendar)}
        case "ratio":
            placed = {"": ratio(engine, table, figure, calendar)}
        case "mean":
            placed = mean(engine, table, figure, calendar)
        case "cohort":
            days = window_days(figure, settings, metric_id)
            share = settings.min_mature_share
            placed = {"": cohort(engine, table, figure, calendar, days, share)}
            curves = incidence(engine, table, figure, calendar, metric_id, days)
        case "survival":
            placed = survival(engine, table, figure, calendar)
        case "ranking":
            placed = ranking(engine, table, figure, calendar, settings.min_n_band)
        case _:
            raise AssertionError(f"{metric_id}: no unit rows are counted for kind {figure.kind}")
    return _measured(metric_id, placed, calendar, curves)


def _measured(metric_id: str, placed: dict[str, pd.DataFrame], periods: Periods, curves: pd.DataFrame) -> Measured:
    named = {f"{metric_id}.{name}" if name else metric_id: frame for name, frame in placed.items()}
    rows = pd.concat(named, names=["metric_id"]).reset_index("metric_id").reset_index(drop=True)
    return Measured(cells_of(rows["metric_id"], rows.drop(columns="metric_id"), periods), curves)
