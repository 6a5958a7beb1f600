"""A table of unit rows, and which of its rows a figure may count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from generator.engine import Engine
from generator.errors import KpiError, Mistake

#: The 15-minute slot of an instant; a slot has one local date.
SLOT = "cast(floor(epoch({0}) / 900) as bigint)"


@dataclass(frozen=True)
class UnitTable:
    """One row a unit: `unit`, `moment` or `period`, what the kind needs, perhaps `excluded` and `gap`."""

    name: str  # of a table or view, or a query in brackets
    types: Mapping[str, str]  # column -> SQL type, upper case
    metric_id: str

    def has(self, column: str) -> bool:
        """Whether the rows carry `column`."""
        return column in self.types

    def is_date(self, column: str) -> bool:
        """Whether `column` holds days, not instants."""
        return self.types[column] == "DATE"

    def text(self, column: str) -> str:
        """Return SQL for an optional text column; null where the table lacks it."""
        return f"u.{column}" if self.has(column) else "cast(null as varchar)"

    def exact(self, column: str) -> str:
        """Return SQL for a number that sums to the same in any order: a 64-bit integer or a decimal, never a float."""
        kind = self.types[column]
        if kind.endswith("INT") or kind == "INTEGER":
            return f"cast(u.{column} as bigint)"
        if kind.startswith("DECIMAL"):
            return f"cast(u.{column} as decimal(38, 9))"
        # A float outside these bounds is infinite or no number, which is the same as nothing recorded.
        return f"case when u.{column} between -1e28 and 1e28 then cast(u.{column} as decimal(38, 9)) end"

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
