"""The lint of the SQL in KPI files: by itself, and against an engine that has the facts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlglot import exp

from generator.engine import Engine
from generator.errors import EngineError, KpiError, Mistake, with_hint
from generator.kpis.kpi import Figure, Kpi
from generator.kpis.statement import Fault, Statement, read_statement
from generator.kpis.vocabulary import STANDING_KINDS, UNIT_COLUMNS
from generator.measures.units import column_types

_PLAIN = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")
_NUMBERS = re.compile(r"^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DOUBLE|FLOAT|REAL|DECIMAL\(.*\)|NUMERIC.*)$")
_INSTANTS = re.compile(r"^(DATE|TIMESTAMP(_S|_MS|_NS)?)$")
_TYPES: Mapping[str, tuple[re.Pattern[str], str]] = {
    "moment": (_INSTANTS, "a date or a timestamp"),
    "period": (_NUMBERS, "the id of a period"),
    "hit": (re.compile("^BOOLEAN$"), "a boolean"),
    "observed": (re.compile("^BOOLEAN$"), "a boolean"),
    "counts": (re.compile("^BOOLEAN$"), "a boolean"),
    "is_mature": (re.compile("^BOOLEAN$"), "a boolean"),
    "in_whole": (re.compile("^BOOLEAN$"), "a boolean"),
    "value": (_NUMBERS, "a number"),
    "num": (_NUMBERS, "a number"),
    "den": (_NUMBERS, "a number"),
    "from_at": (_INSTANTS, "a date or a timestamp"),
    "to_at": (_INSTANTS, "a date or a timestamp"),
    "done_at": (_INSTANTS, "a date or a timestamp"),
    "out_at": (_INSTANTS, "a date or a timestamp"),
}


def statement_of(kpi: Kpi, figure: Figure) -> Statement:
    """Return the checked query of `figure`; KpiError when it may not run."""
    statement = read_statement(figure.sql)
    if isinstance(statement, Statement):
        return statement
    raise KpiError("The KPI files hold mistakes.", (_mistake(kpi, figure, fault) for fault in statement))


def tables_of(kpi: Kpi) -> frozenset[str]:
    """Return the tables that the queries of `kpi` read, and their own steps; KpiError when one may not run."""
    trees = [statement_of(kpi, figure).tree for figure in kpi.figures if figure.sql]
    return frozenset(table.name.lower() for tree in trees for table in tree.find_all(exp.Table))


def check_sql(kpi: Kpi, figure: Figure) -> tuple[Mistake, ...]:
    """Return what is wrong with the SQL of `figure` without asking an engine."""
    statement = read_statement(figure.sql)
    faults: Iterable[Fault] = statement if isinstance(statement, tuple) else ()
    if isinstance(statement, Statement) and statement.columns is not None:
        faults = _column_faults(figure, statement.columns)
    return tuple(_mistake(kpi, figure, fault) for fault in faults)


def check_units(kpis: Iterable[Kpi], engine: Engine) -> tuple[Mistake, ...]:
    """Return what is wrong with the queries once the engine has the facts: names that do not bind, columns, types."""
    return described_units(kpis, engine)[1]


def described_units(kpis: Iterable[Kpi], engine: Engine) -> tuple[dict[str, dict[str, str]], tuple[Mistake, ...]]:
    """Return the column types of every query (SQL as the files have it -> column -> type), and what is wrong."""
    types: dict[str, dict[str, str]] = {}
    mistakes: list[Mistake] = []
    for kpi in kpis:
        for figure in kpi.figures:
            if figure.sql:
                mistakes += (_mistake(kpi, figure, fault) for fault in _engine_faults(kpi, figure, engine, types))
    return types, tuple(dict.fromkeys(mistakes))


def _engine_faults(kpi: Kpi, figure: Figure, engine: Engine, known: dict[str, dict[str, str]]) -> Iterator[Fault]:
    if figure.sql not in known:
        try:
            known[figure.sql] = column_types(engine, f"({statement_of(kpi, figure).sql(engine.dialect)})")
        except EngineError as problem:
            yield Fault(f"the engine cannot read the SQL: {said_by_engine(problem)}")
            return
    types = known[figure.sql]
    yield from _column_faults(figure, tuple(types))
    for name, (pattern, wanted) in _TYPES.items():
        # A bare `null` has no type of its own; the engine says INTEGER or "NULL".
        if name in types and not pattern.match(types[name]) and types[name] != '"NULL"':
            yield Fault(f"column {name} is {types[name]}, not {wanted}")


def _column_faults(figure: Figure, columns: Sequence[str]) -> Iterator[Fault]:
    has_time = bool({"moment", "period"} & set(columns))
    stands = not has_time and "from_at" in columns
    if stands and figure.kind not in STANDING_KINDS:
        yield Fault(f"{figure.kind} knows no units that stand from `from_at` to `to_at`", "Join `period` instead.")
    when = (("from_at",), ("to_at",)) if stands else (("moment", "period", "from_at"),)
    for choice in (("unit",), *when, *UNIT_COLUMNS[figure.kind]):
        if not set(choice) & set(columns):
            yield Fault(
                f"column {' or '.join(choice)} is missing: {figure.kind} needs it",
                f"It returns: {', '.join(columns)}.",
            )
    for dimension in figure.by:
        if dimension not in columns:
            yield Fault(f"column {with_hint(dimension, columns)} is missing: `by` names it")
    for name, times in Counter(columns).items():
        if not _PLAIN.match(name):
            yield Fault(f"column {name!r} is no plain name" if name else "a column has no name", "Name it with `as`.")
        elif times > 1:
            yield Fault(f"column {name!r} is returned {times} times")


def _mistake(kpi: Kpi, figure: Figure, fault: Fault) -> Mistake:
    return fault_as_mistake(kpi.path, figure.name, figure.line, fault)


def fault_as_mistake(path: str, name: str, first_line: int, fault: Fault) -> Mistake:
    """Return a fault of the query `name`, whose first line in the file is `first_line`, as a mistake of the file."""
    line = f", line {first_line + max(fault.line, 1) - 1}" if first_line else ""
    called = f" (sql {name})" if name else ""
    return Mistake(f"{path}{line}{called}", fault.what, fault.next)


def said_by_engine(problem: EngineError) -> str:
    """Return the first line of what the engine said, without our own preface."""
    return problem.summary.removeprefix("The database failed: ").strip().splitlines()[0]
