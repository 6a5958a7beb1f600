"""Windows of cohorts that end before conversions usually do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from generator.kpis.kpi import Figure, Kind, Kpi
from generator.measures.results import Results
from generator.sources.report import Finding, Severity

#: The figure that every cohort makes beside itself: the days within which 90 % of its conversions had come.
LAG = "lag_p90"


def windows_too_short(kpis: Iterable[Kpi], results: Results, windows: Mapping[str, int]) -> tuple[Finding, ...]:
    """Return a note for every cohort of which one conversion in ten takes longer than its window (days, by name)."""
    cells = results.cells
    lags = cells[cells["metric_id"].str.endswith(f".{LAG}") & (cells["period"] == "all") & (cells["scope"] == "all")]
    known = {str(row.metric_id): row for row in lags.itertuples()}
    return tuple(_notes(kpis, known, windows))


def _notes(kpis: Iterable[Kpi], known: Mapping[str, Any], windows: Mapping[str, int]) -> Iterator[Finding]:
    for kpi, figure in _cohorts(kpis):
        row = known.get(f"{kpi.metric_id(figure)}.{LAG}")
        days = windows[figure.window or ""]
        if row is not None and row.value > days:
            text = (
                f"{figure.title}: one conversion in ten takes longer than {row.value:.0f} days, its window ends after"
                f" {days}: what comes later is not counted"
            )
            yield Finding("window_too_short", Severity.NOTES, text, 0, int(row.n))


def _cohorts(kpis: Iterable[Kpi]) -> Iterator[tuple[Kpi, Figure]]:
    for kpi in kpis:
        yield from ((kpi, figure) for figure in kpi.figures if figure.kind is Kind.COHORT)
