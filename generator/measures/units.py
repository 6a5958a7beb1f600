"""A table of unit rows, and which of its rows a figure may count."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from generator.engine import Engine
from generator.errors import KpiError, Mistake

#: Beyond this a float no longer holds a number to the cent, and sums of such numbers depend on their order.
LARGEST = 10**15

#: The 15-minute slot of an instant; a slot has one local date.
SLOT = "cast(floor(epoch({0}) / 900) as bigint)"


#: Why a unit is left out whose number cannot be counted with.
NOT_FINITE, TOO_LARGE = "not_finite", "too_large"
_PLACES_BEFORE = 29  # of a decimal(38, 9)
_DECIMAL = re.compile(r"DECIMAL\((\d+), ?(\d+)\)")
_WHOLE = frozenset({"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"})


@dataclass(frozen=True)
class UnitTable:
    """One row a unit: `unit`, when it counts, what the kind needs, perhaps `excluded` and `gap`.

    When: `moment`, or `period`, or from after `from_at` up to `to_at` for one that stands in the snapshots in between.
    """

    name: str  # of a table or view, or a query in brackets
    types: Mapping[str, str]  # column -> SQL type, upper case
    metric_id: str

    def has(self, column: str) -> bool:
        """Whether the rows carry `column`."""
        return column in self.types

    @property
    def stands(self) -> bool:
        """Whether the rows say from when to when their units stood, and count in every snapshot of that time."""
        return not self.has("moment") and not self.has("period") and self.has("from_at") and self.has("to_at")

    def is_date(self, column: str) -> bool:
        """Whether `column` holds days, not instants."""
        return self.types[column] == "DATE"

    def text(self, column: str) -> str:
        """Return SQL for an optional text column; null where the table lacks it."""
        return f"u.{column}" if self.has(column) else "cast(null as varchar)"

    def exact(self, column: str) -> str:
        """Return SQL for a number that sums to the same in any order: a 64-bit integer or a decimal, never a float."""
        kind = self.types[column]
        if kind in _WHOLE:
            return f"cast(u.{column} as bigint)"
        if self._is_exact(column):
            return f"cast(u.{column} as decimal(38, 9))"
        return f"case when {self._in_bounds(column)} then cast(u.{column} as decimal(38, 9)) end"

    def number(self, column: str) -> str:
        """Return SQL for a number to sort by; null where it cannot be summed either."""
        return f"u.{column}" if self._is_exact(column) else f"case when {self._in_bounds(column)} then u.{column} end"

    def unusable(self, columns: Iterable[str]) -> dict[str, str]:
        """Return SQL that is true for rows in which one of `columns` is no number to count with, by the reason."""
        doubtful = [column for column in columns if self.has(column) and not self._is_exact(column)]
        finite = {column: f"u.{column} between -1.7e308 and 1.7e308" for column in doubtful}
        tests = {
            NOT_FINITE: [f"u.{column} is not null and not ({finite[column]})" for column in doubtful],
            TOO_LARGE: [f"{finite[column]} and not ({self._in_bounds(column)})" for column in doubtful],
        }
        return {reason: f"({') or ('.join(some)})" for reason, some in tests.items() if some}

    def _is_exact(self, column: str) -> bool:
        """Whether the type of `column` can hold nothing but numbers that sum exactly."""
        kind = self.types[column]
        decimal = _DECIMAL.match(kind)
        return kind in _WHOLE or bool(decimal and int(decimal[1]) - int(decimal[2]) <= _PLACES_BEFORE)

    def _in_bounds(self, column: str) -> str:
        return f"u.{column} between -{LARGEST} and {LARGEST}"

    def need(self, columns: Iterable[str]) -> None:
        """Raise KpiError when one of `columns` is not there; names them all."""
        mistakes = [
            Mistake(self.metric_id, f"its unit rows have no column '{column}'", "Select it in the SQL of the KPI.")
            for column in columns
            if not self.has(column)
        ]
        if mistakes:
            raise KpiError("A KPI cannot be counted.", mistakes)


def describe_units(engine: Engine, table: str, metric_id: str) -> UnitTable:
    """Return `table` (a name, or a query in brackets) with the types of its columns."""
    return UnitTable(table, column_types(engine, table), metric_id)


def column_types(engine: Engine, table: str) -> dict[str, str]:
    """Return column -> SQL type, upper case, of `table`: a name, or a query in brackets."""
    rows = engine.rows(f"describe select * from {table} as u limit 0")
    return {str(row[0]): str(row[1]).upper() for row in rows}


def unit_rows_from(units: UnitTable) -> str:
    """Return the SQL source of unit rows `u`, joined to their local day where they carry instants."""
    if units.has("moment") and not units.is_date("moment"):
        return f"{units.name} u left join local_slot s on s.slot = {SLOT.format('u.moment')}"
    return f"{units.name} u"


def day_of_unit(units: UnitTable) -> str:
    """Return SQL for the local day of a unit row; null for rows that name their period."""
    if not units.has("moment"):
        return "cast(null as date)"
    return "u.moment" if units.is_date("moment") else "s.local_date"


def counted(units: UnitTable, present: str) -> str:
    """Return SQL that is true for rows that count: not left out, and complete or blocking their cell."""
    return f"{units.text('excluded')} is null and ({present} or {units.text('gap')} is not null)"
