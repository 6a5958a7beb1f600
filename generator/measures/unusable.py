"""Units whose number is infinite, none, or too large to be summed: left out of every cell, and told by its status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from generator.measures.figure import Figure
from generator.measures.measured import Metric
from generator.measures.place import Placed
from generator.measures.results import Status
from generator.measures.rows import Terms
from generator.measures.units import NOT_FINITE, TOO_LARGE, UnitTable

#: The columns whose numbers a kind adds up.
_SUMMED = {"sum": ("value",), "mean": ("value",), "survival": ("value",), "ratio": ("num", "den")}
_WORDS = {NOT_FINITE: Status.NOT_FINITE, TOO_LARGE: Status.TOO_LARGE}


def unusable_rows(figure: Figure, units: UnitTable) -> dict[str, str]:
    """Return SQL that is true for rows which cannot be counted with, by the reason; empty where none can be."""
    return units.unusable(_SUMMED.get(figure.kind, ()))


def fetched_too(terms: Terms, unusable: Mapping[str, str]) -> Terms:
    """Return `terms` that take the unusable rows in, as nothing but their number."""
    if not unusable:
        return terms
    any_of = " or ".join(unusable.values())
    return replace(
        terms,
        counts={
            **{name: f"case when {any_of} then 0 else {term} end" for name, term in terms.counts.items()},
            **{reason: f"case when {test} then 1 else 0 end" for reason, test in unusable.items()},
        },
        amounts={name: f"case when {any_of} then null else {term} end" for name, term in terms.amounts.items()},
        numbers={name: f"case when {any_of} then null else {term} end" for name, term in terms.numbers.items()},
        present=f"({terms.present}) or {any_of}",
    )


def left_out(placed: Placed, unusable: Mapping[str, str]) -> Placed:
    """Return the cells without the unusable rows among their units."""
    if not unusable:
        return placed
    gone = np.sum([placed.sums[reason] for reason in unusable], axis=0)
    return replace(placed, sums={**placed.sums, "units": placed.units - gone})


def told(metric: Metric, placed: Placed, unusable: Mapping[str, str]) -> Metric:
    """Return the cells of `placed` with the reason as status where rows were left out; of nothing else, no value."""
    for reason in unusable:
        plain = np.isin(metric.status.astype(str), (Status.OK.value, Status.ZERO_DENOMINATOR.value))
        found = (placed.sums[reason] > 0) & plain
        if found.any():
            empty = found & (placed.units == 0)
            metric = replace(
                metric,
                value=np.where(empty, np.nan, metric.value),
                status=np.where(found, _WORDS[reason].value, metric.status).astype(object),
            )
    return metric
