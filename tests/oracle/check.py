"""The product's results laid beside the oracle's."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from generator.build import measure
from generator.canonical import TABLES
from generator.engine import open_engine
from generator.prepare import Request
from generator.progress import Quiet
from generator.project import Project
from generator.report import Report
from generator.sources import open_drop, read_exports

from .figures import Cell
from .oracle import Oracle

Key = tuple[str, str, str]


@dataclass(frozen=True)
class Difference:
    """One thing on which product and oracle do not agree."""

    metric: str
    period: str
    scope: str
    what: str
    expected: object
    got: object

    def __str__(self) -> str:
        return f"{self.metric:34} {self.period:9} {self.scope:36} {self.what:12} {self.expected!s:>24} {self.got!s:>24}"


class Pair:
    """A drop, measured twice."""

    def __init__(self, report: Report, oracle: Oracle):
        self.report, self.oracle = report, oracle
        self.cells = _by_metric(oracle.cells())
        self._befores = oracle.befores()
        rows = report.results.cells[~report.results.cells["period"].str.contains("W")]
        self._got = {name: _indexed(some) for name, some in rows.groupby("metric_id")}
        rows = report.results.comparisons.query("comparison != 'wow'")
        self._compared_with = {name: list(some.itertuples()) for name, some in rows.groupby("metric_id")}

    def got(self, metric: str) -> dict[Key, object]:
        """Return the product's cells of a metric."""
        return self._got.get(metric, {})

    def differences(self, metric: str) -> list[Difference]:
        """Return the cells of a metric on which the two do not agree, those of the whole first."""
        found = [*_compared(self.cells.get(metric, {}), self.got(metric))]
        return sorted(found, key=lambda one: (one.scope != "all", one.period, one.scope, one.what))

    def befores(self, metric: str) -> list[Difference]:
        """Return the comparisons of a metric whose earlier value is another one."""
        found = []
        for row in self._compared_with.get(metric, ()):
            cell = self._befores.get((metric, row.period, row.scope, row.comparison))
            if cell is None or (not cell.value and math.isnan(row.before)):
                continue  # nothing had begun: nought here, none there
            if not _same(cell.value, row.before):
                what = f"before {row.comparison}"
                found.append(Difference(metric, row.period, row.scope, what, _shown(cell.value), row.before))
        return found


def _by_metric(cells: dict[Key, Cell]) -> dict[str, dict[Key, Cell]]:
    found: dict[str, dict[Key, Cell]] = defaultdict(dict)
    for key, cell in cells.items():
        found[key[0]][key] = cell
    return found


def _indexed(rows) -> dict[Key, object]:
    return {(row.metric_id, row.period, row.scope): row for row in rows.itertuples()}


def twice(project: Project, folder: Path) -> Pair:
    """Measure a drop by the product and by the oracle."""
    report = measure(project, Request(exports=folder), Quiet())
    drop = open_drop(folder, None, project, report.agreement.settings)
    with open_engine("duckdb") as engine:  # the canonical tables as they are read, before anything is made of them
        read_exports(drop, project, report.agreement, engine)
        tables = {name: _rows(engine, name) for name in TABLES}
    first = min(report.results.periods.query("grain == 'all'")["starts_on"])
    return Pair(report, Oracle(tables, report.agreement, report.drop.as_of, _date(first)))


def _date(value) -> date:
    return value.date() if isinstance(value, datetime) else value


def _rows(engine, table: str) -> list[dict]:
    names = [column.name for column in TABLES[table].columns]
    listed = ", ".join(f'"{name}"' for name in names)
    return [dict(zip(names, row, strict=True)) for row in engine.rows(f"select {listed} from canonical.{table}")]


def _compared(mine: dict, got: dict) -> Iterable[Difference]:
    scopes = {_dims(scope) for _, _, scope in mine}
    for key in sorted(mine.keys() | got.keys()):
        want, have = mine.get(key), got.get(key)
        if want is None:
            if _dims(key[2]) in scopes and _says_something(have):
                yield Difference(*key, "not expected", "-", f"{have.value} {have.status}")
        elif have is None:
            if want.n or want.value:
                yield Difference(*key, "missing", _shown(want.value), "-")
        else:
            yield from _cell(key, want, have)


def _dims(scope: str) -> tuple[str, ...]:
    return tuple(part.partition("=")[0] for part in scope.split(";"))


def _says_something(row) -> bool:
    return not math.isnan(row.value) and row.value != 0


def _cell(key, want: Cell, have) -> Iterable[Difference]:
    if want.value is None and math.isnan(have.value):
        if want.status != have.status:
            yield Difference(*key, "status", want.status, have.status)
    elif not _same(want.value, have.value):
        shown = _shown(want.value) if want.value is not None else want.status
        got = f"{have.value:.9g}" if not math.isnan(have.value) else have.status
        parts = f" ({have.numerator:.9g}/{have.denominator:.9g}, n {have.n})"
        yield Difference(*key, "value", f"{shown} ({_shown(want.numerator)}/{_shown(want.denominator)})", got + parts)
    elif want.status != have.status:
        yield Difference(*key, "status", want.status, have.status)
    for name in ("numerator", "denominator", "low", "high"):
        expected = getattr(want, name)
        if expected is not None and not _same(expected, getattr(have, name)) and _same(want.value, have.value):
            yield Difference(*key, name, _shown(expected), getattr(have, name))
    if want.n is not None and want.value is not None and have.n == have.n and want.n != have.n:
        yield Difference(*key, "n", want.n, have.n)


def _same(want, got) -> bool:
    if want is None or got is None or math.isnan(got):
        return want is None and (got is None or math.isnan(got))
    return math.isclose(float(want), got, rel_tol=1e-9, abs_tol=1e-9)


def _shown(value) -> str:
    return "-" if value is None else f"{float(value):.9g}"


def table(differences: Iterable[Difference], most: int = 25) -> str:
    """Return the differences as lines, the first of each kind, and how many there are of each metric."""
    listed = list(differences)
    counts: dict[str, int] = defaultdict(int)
    for one in listed:
        counts[f"{one.metric} {one.what}"] += 1
    head = f"{'metric':34} {'period':9} {'scope':36} {'what':12} {'expected':>24} {'got':>24}"
    return "\n".join([head, *(str(one) for one in listed[:most]), *(f"{n:5} {name}" for name, n in counts.items())])
