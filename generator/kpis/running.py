"""Runs every KPI over all periods and splits: unit rows in, results without targets out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from math import nan
from typing import TYPE_CHECKING

import numpy as np

from generator.engine import Engine, hands_for
from generator.errors import KpiError
from generator.kpis.agreed import SUFFIX, Aim, agreed_metrics, target_cells
from generator.kpis.beginnings import without_history
from generator.kpis.checking import described_units, statement_of
from generator.kpis.formulas import in_order, inputs_of, metric_ids
from generator.kpis.kpi import Figure, Kind, Kpi
from generator.kpis.limits import limited, naming
from generator.kpis.memory import Memory
from generator.kpis.reading import numbers_of
from generator.kpis.side_by_side import side_by_side
from generator.kpis.vocabulary import EARLIER_VERSION
from generator.measures import (
    Compared,
    Measured,
    Periods,
    assemble,
    compare,
    evaluate,
    load_periods,
    measure_figure,
    together,
)
from generator.measures.grid import Grid
from generator.measures.measured import cells_of
from generator.measures.results import Results, Status
from generator.measures.scopes import ALL
from generator.measures.units import UnitTable

if TYPE_CHECKING:
    from generator.agreement import Agreement
    from generator.sources.report import LoadReport

_ORIGIN = "lead.origin_team"
_ALL_UNKNOWN = "select 1 from lead having count(*) > 0 and count(case when origin <> 'unknown' then 1 end) = 0"
_UNITS = "kpi_unit"  # the temp table of the rows that are being counted; no KPI file can name it


@dataclass(frozen=True)
class MeasuredKpis:
    """What the KPI files gave for a drop.

    measured, comparisons, periods: what results are put together from, for whoever adds targets first.
    missing: metric id -> the canonical tables, or table.column, that the drop lacks for it.
    """

    measured: Measured
    comparisons: tuple[Compared, ...]
    periods: Periods
    missing: Mapping[str, tuple[str, ...]]

    @cached_property
    def results(self) -> Results:
        """Cells without targets, comparisons and curves, as `measures/results.py` says."""
        return assemble(self.measured, self.measured.cells, self.comparisons, self.periods)


def measure_kpis(
    kpis: tuple[Kpi, ...],
    engine: Engine,
    agreement: Agreement,
    load: LoadReport,
    as_of: datetime,
    memory: Memory | None = None,
) -> MeasuredKpis:
    """Return the results of all `kpis`; `memory` recalls those whose rows and rules are what they were.

    A KPI whose tables the drop does not have gets one cell (period `all`, scope `all`) with status missing_input.
    KpiError where a query returns the wrong columns or passes a limit, EngineError where the engine fails;
    both name file and KPI. The facts and calendar tables must exist; the engine may be sealed.
    """
    periods = load_periods(engine)
    if periods.as_of != as_of:
        raise ValueError(f"the calendar was built for {periods.as_of}, not for {as_of}")
    missing = missing_inputs(kpis, load, engine)
    measured = measure_all(kpis, engine, agreement, periods, missing, memory, hands_for(load.rows), load.compared)
    for name in _targets_named(kpis):
        # Targets are a column of the results; as cells they only serve formulas.
        measured = measured.without(f"{name}{SUFFIX}")
    comparisons = tuple(_compare(kpis, measured, periods, agreement.settings.min_n_rate))
    return MeasuredKpis(measured, comparisons, periods, missing)


def measure_all(
    kpis: tuple[Kpi, ...],
    engine: Engine,
    agreement: Agreement,
    periods: Periods,
    missing: Mapping[str, tuple[str, ...]],
    memory: Memory | None = None,
    hands: int = 1,
    compared: Mapping[str, tuple[datetime, ...]] | None = None,
) -> Measured:
    """Return the cells of all figures: those with SQL first, `hands` KPIs at once, then the formulas over them.

    compared: table -> when drops were taken whose comparison is all that tells its changes, as LoadReport has it.

    KpiError, with every mistake of every file, where a query does not fit the facts.
    """
    types, mistakes = described_units(kpis, engine)
    if mistakes:
        raise KpiError("The KPI files do not fit the facts.", mistakes)
    counting = partial(_count, agreement=agreement, periods=periods, missing=missing, types=types)
    count = partial(side_by_side, engine=engine, counting=counting, hands=hands)
    recall = memory.round(engine, agreement.settings, missing, types, count) if memory else count
    counted = together((measured for found in recall(kpis) for measured in found), periods)
    counted = without_history(counted, kpis, compared or {})
    targets = _targets_as_cells(kpis, counted, engine)
    return _add_formulas(kpis, together([counted, *targets], periods), agreement, periods, missing)


def _targets_as_cells(kpis: Iterable[Kpi], counted: Measured, engine: Engine) -> Iterator[Measured]:
    """Yield the targets that formulas name."""
    for metric_id, kpi in _targets_named(kpis).items():
        aim = Aim(frozenset(kpi.headline.by), is_flow=kpi.target != "level")
        metric = counted.metrics.get(metric_id)
        yield target_cells(metric_id, aim, engine, counted.periods, metric.grid.scopes if metric else ())


def missing_inputs(kpis: Iterable[Kpi], load: LoadReport, engine: Engine) -> dict[str, tuple[str, ...]]:
    """Return, by metric id, what the drop lacks for it; a formula lacks what its inputs lack.

    A formula that names the target of a metric for which none was agreed lacks the table `target`.
    """
    kpis = tuple(kpis)
    missing: dict[str, tuple[str, ...]] = {}
    for kpi in kpis:
        lacks = tuple(need for need in kpi.needs if not _has(need, load, engine))
        if lacks:
            missing |= dict.fromkeys(metric_ids(kpi), lacks)
    named = _targets_named(kpis)
    agreed = agreed_metrics(engine) if named else frozenset()
    missing |= {f"{name}{SUFFIX}": ("target",) for name in named if name not in agreed}
    for kpi, figure in in_order(kpis):
        metric_id = kpi.metric_id(figure)
        inherited = [need for name in inputs_of(figure) for need in missing.get(name, ())]
        if inherited:
            missing[metric_id] = tuple(dict.fromkeys([*missing.get(metric_id, ()), *inherited]))
    return {name: lacks for name, lacks in sorted(missing.items()) if not name.endswith(SUFFIX)}


def _has(need: str, load: LoadReport, engine: Engine) -> bool:
    if need == EARLIER_VERSION:
        return bool(engine.rows("select 1 from earlier_version"))
    if not load.has(*need.split(".")):
        return False
    # A column that says of every row that nobody knows answers nothing.
    return need != _ORIGIN or not engine.rows(_ALL_UNKNOWN)


def _count(
    kpi: Kpi,
    *,
    engine: Engine,
    agreement: Agreement,
    periods: Periods,
    missing: Mapping[str, tuple[str, ...]],
    types: Mapping[str, Mapping[str, str]],
) -> Iterator[Measured]:
    """Measure the figures of `kpi` that have SQL; those over the same rows share one run of it."""
    figures = [figure for figure in kpi.figures if figure.sql]
    for sql in dict.fromkeys(figure.sql for figure in figures):
        sharing = [figure for figure in figures if figure.sql == sql]
        if all(kpi.metric_id(figure) in missing for figure in sharing):
            yield from (_one_cell(kpi.metric_id(figure), periods, Status.MISSING_INPUT) for figure in sharing)
            continue
        with _source(kpi, sharing, engine, agreement.settings.query_seconds) as source:
            for figure in sharing:
                units = UnitTable(source, types[sql], kpi.metric_id(figure))
                yield measure_rows(kpi, figure, units, engine, agreement, periods)


@contextmanager
def _source(kpi: Kpi, sharing: Sequence[Figure], engine: Engine, seconds: float) -> Iterator[str]:
    """Yield what the figures select from: a table where several share it, else the query itself."""
    if len(sharing) == 1:
        yield f"({statement_of(kpi, sharing[0]).sql(engine.dialect)})"
    else:
        with unit_rows(kpi, sharing[0], engine, seconds) as table:
            yield table


def measure_rows(
    kpi: Kpi, figure: Figure, units: str | UnitTable, engine: Engine, agreement: Agreement, periods: Periods
) -> Measured:
    """Return the cells of one figure over `units`; where the file makes a figure itself, its own stands."""
    metric_id = kpi.metric_id(figure)
    with naming(kpi, figure), limited(kpi, figure, engine, agreement.settings.query_seconds):
        measured = measure_figure(engine, figure, metric_id, units, agreement.settings, periods)
    for other in kpi.figures:
        if other is not figure and kpi.metric_id(other).startswith(f"{metric_id}."):
            measured = measured.without(kpi.metric_id(other))
    return measured


@contextmanager
def unit_rows(kpi: Kpi, figure: Figure, engine: Engine, seconds: float) -> Iterator[str]:
    """Yield the name of a temp table with the unit rows of `figure`; it is gone afterwards."""
    sql = statement_of(kpi, figure).sql(engine.dialect)
    with naming(kpi, figure), limited(kpi, figure, engine, seconds):
        engine.run(f"create temp table {_UNITS} as select * from ({sql}) as units")
    try:
        yield _UNITS
    finally:
        engine.run(f"drop table {_UNITS}")


def _one_cell(metric_id: str, periods: Periods, status: Status) -> Measured:
    """Return the one cell of a metric that has no number at all: period `all`, scope `all`."""
    grid = Grid(np.array([periods.whole]), np.array([0]), (ALL,))
    metric = cells_of(grid, np.array([status.value], dtype=object), np.array([nan]), np.array([0.0]))
    return Measured({metric_id: metric}, periods)


def _add_formulas(
    kpis: tuple[Kpi, ...],
    measured: Measured,
    agreement: Agreement,
    periods: Periods,
    missing: Mapping[str, tuple[str, ...]],
) -> Measured:
    constants = numbers_of(agreement)
    additive, counted = additive_ids(kpis), additive_ids(kpis, (Kind.COUNT,))
    known = {name: metric for name, metric in measured.metrics.items() if len(metric.grid)}
    for kpi, figure in in_order(kpis):
        metric_id = kpi.metric_id(figure)
        inputs = [name for name in inputs_of(figure) if name not in constants]
        if metric_id in missing:
            known |= _one_cell(metric_id, periods, Status.MISSING_INPUT).metrics
            continue
        if inputs and not known.keys() & set(inputs):
            continue  # nothing happened yet, to any of them
        empty = partial(_one_cell, periods=periods, status=Status.ZERO_DENOMINATOR)
        of_inputs = {name: known[name] if name in known else empty(name).metrics[name] for name in inputs}
        with naming(kpi, figure):
            found = evaluate(
                figure.formula,
                metric_id,
                Measured(of_inputs, periods),
                constants,
                additive,
                figure.by,
                figure.grains,
                counted,
            ).metrics
        known |= found if figure.total else {name: metric.without_total() for name, metric in found.items()}
    return Measured(known, periods, measured.curve_of)


def _inputs(kpis: Iterable[Kpi]) -> set[str]:
    return {name for kpi in kpis for figure in kpi.figures for name in inputs_of(figure)}


def _targets_named(kpis: Iterable[Kpi]) -> dict[str, Kpi]:
    """Return the metrics whose target some formula names, each with its KPI."""
    kpis = tuple(kpis)
    homes = {metric_id: kpi for kpi in kpis for metric_id in metric_ids(kpi)}
    wanted = [
        name.removesuffix(SUFFIX) for name in sorted(_inputs(kpis)) if name not in homes and name.endswith(SUFFIX)
    ]
    return {name: homes[name] for name in wanted if name in homes}


def additive_ids(kpis: Iterable[Kpi], kinds: tuple[Kind, ...] = (Kind.COUNT, Kind.SUM)) -> frozenset[str]:
    """Return the results of these kinds, in which an absent member means zero."""
    return frozenset(kpi.metric_id(figure) for kpi in kpis for figure in kpi.figures if figure.kind in kinds)


def _compare(kpis: Iterable[Kpi], measured: Measured, periods: Periods, min_n_rate: int) -> Iterator[Compared]:
    for kpi in kpis:
        figures = {kpi.metric_id(figure): figure for figure in kpi.figures}
        for metric_id in metric_ids(kpi):
            metric = measured.metrics.get(metric_id)
            if metric is None or not kpi.compare:
                continue
            # How members changed is told nowhere, unless there is nothing but members.
            whole = metric.grid.where(ALL)
            told = metric.only(whole) if whole.any() else metric
            # What a measure makes beside a figure is compared as a plain number of that figure's unit.
            figure = figures.get(metric_id)
            kind = figure.kind if figure else Kind.FORMULA
            unit = figure.unit if figure else kpi.unit
            yield compare(told, periods, metric_id, kind, unit, kpi.compare, min_n_rate)
