"""Measures one figure: its unit rows become cells of every period and split."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from generator.engine import Engine
from generator.measures.cohort import OWN_WINDOW, cohort, cohort_terms, window_days
from generator.measures.concentration import above_the_line, concentrated
from generator.measures.count import count
from generator.measures.curve import end_terms, incidence
from generator.measures.figure import Figure, Settings
from generator.measures.lag import usual_lag
from generator.measures.mean import mean, mean_terms
from generator.measures.measured import Measured, Metric
from generator.measures.periods import Periods, load_periods
from generator.measures.place import IN_WHOLE, Placed, place
from generator.measures.ranking import BAND, ranking, ranking_terms
from generator.measures.rate import rate, rate_terms
from generator.measures.ratio import ratio, ratio_terms
from generator.measures.results import CONCENTRATED, Status
from generator.measures.rows import Terms, UnitRows, fetch
from generator.measures.sum import total, total_terms
from generator.measures.survival import survival, survival_terms
from generator.measures.units import UnitTable, describe_units
from generator.measures.unusable import fetched_too, left_out, told, unusable_rows

_PROVISIONAL = "is_provisional"


def measure_figure(
    engine: Engine,
    figure: Figure,
    metric_id: str,
    units: str | UnitTable,
    settings: Settings,
    periods: Periods | None = None,
) -> Measured:
    """Return the cells of `figure` from unit rows: a table, a query in brackets, or either with its types.

    `metric_id` is what the figure is called in the results; figures that come with it get `<metric_id>.<name>`.
    KpiError where the unit rows are not what the kind needs. Formulas are no business of this function.
    """
    calendar = periods or load_periods(engine)
    table = describe_units(engine, units, metric_id) if isinstance(units, str) else units
    window = window_days(figure, settings, metric_id) if figure.kind == "cohort" else 0
    has_curve = figure.kind == "cohort" and table.has("done_at")
    terms = _terms(figure, table, calendar, window)
    if has_curve:
        terms = replace(terms, numbers=end_terms(table, calendar, window))
    if table.has(_PROVISIONAL):
        terms = replace(terms, counts={**terms.counts, _PROVISIONAL: f"case when u.{_PROVISIONAL} then 1 else 0 end"})
    if figure.apart:
        table.need((IN_WHOLE,))
        terms = replace(terms, counts={**terms.counts, IN_WHOLE: f"case when u.{IN_WHOLE} then 1 else 0 end"})
    unusable = unusable_rows(figure, table)
    terms = fetched_too(terms, unusable)
    bands = (BAND,) if figure.kind == "ranking" and table.has(BAND) else ()
    is_sorted = bool(terms.numbers) and figure.kind != "ratio"
    parts = fetch(engine, table, (*figure.by, *bands), terms, calendar, whole=is_sorted)
    kept: list[UnitRows] = []
    placed = left_out(place(_noted(parts, figure, is_sorted, kept), figure, calendar), unusable)
    found = _metrics(figure, placed, kept, settings, calendar)
    found = {name: told(metric, placed, unusable) for name, metric in found.items()}
    if _PROVISIONAL in placed.sums:
        open_ended = placed.sums[_PROVISIONAL] > 0
        found = {name: metric.marked(open_ended, Status.PROVISIONAL) for name, metric in found.items()}
    if has_curve and not table.has(OWN_WINDOW):
        found["lag_p90"] = usual_lag(kept[0], calendar)
    if not figure.total:
        found = {name: metric.without_total(figure.crossed) for name, metric in found.items()}
    curve = incidence(kept[0], figure, calendar, window) if has_curve else None
    named = {f"{metric_id}.{name}" if name else metric_id: metric for name, metric in found.items()}
    return Measured(named, calendar, {metric_id: curve} if curve else {})


def _noted(parts: Iterable[UnitRows], figure: Figure, is_sorted: bool, kept: list[UnitRows]) -> Iterator[UnitRows]:
    """Yield the parts as they come, and keep of them what is looked at again once all were summed."""
    for rows in parts:
        if is_sorted:
            kept.append(rows)
        elif figure.kind == "ratio":
            kept.append(above_the_line(rows))
        yield rows


def _terms(figure: Figure, units: UnitTable, periods: Periods, window: int) -> Terms:
    match figure.kind:
        case "count":
            return Terms()
        case "sum":
            return total_terms(units)
        case "rate":
            return rate_terms(units)
        case "ratio":
            return ratio_terms(units)
        case "mean":
            return mean_terms(units)
        case "cohort":
            return cohort_terms(units, periods, window)
        case "survival":
            return survival_terms(units)
        case "ranking":
            return ranking_terms(units)
    raise AssertionError(f"{units.metric_id}: no unit rows are counted for kind {figure.kind}")


def _metrics(
    figure: Figure, placed: Placed, kept: list[UnitRows], settings: Settings, periods: Periods
) -> dict[str, Metric]:
    match figure.kind:
        case "count":
            return {"": count(placed, figure)}
        case "sum":
            return {"": total(placed)}
        case "rate":
            return {"": rate(placed, figure)}
        case "ratio":
            found = ratio(placed, figure, settings.min_mature_share)
            return {"": found.flagged(CONCENTRATED, concentrated(placed, kept, figure, periods))}
        case "mean":
            return mean(placed, kept[0], figure, periods, settings.min_mature_share)
        case "cohort":
            return {"": cohort(placed, settings.min_mature_share)}
        case "survival":
            return survival(placed, kept[0], figure, periods)
        case _:
            return ranking(placed, kept[0], figure, periods, settings)
