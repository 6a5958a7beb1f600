"""A table of unit rows, and which of its rows a figure may count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from generator.engine import Engine
from generator.errors import KpiError, Mistake


@dataclass(frozen=True)
class UnitTable:
    """One row a unit: `unit`, `moment` or `period`, what the kind needs, perhaps `excluded` and `gap`."""

    name: str
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
        """Return SQL for a number that sums to the same in any order: an integer or a decimal, never a float."""
        kind = self.types[column]
        if kind.endswith("INT") or kind == "INTEGER":
            return f"u.{column}"
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
    """Return `table` with the types of its columns; KpiError where `unit` or the time of a unit is missing."""
    rows = engine.rows(f"select column_name, data_type from information_schema.columns where table_name = '{table}'")
    units = UnitTable(table, {name: kind.upper() for name, kind in rows}, metric_id)
    units.need(("unit",) if units.has("period") else ("unit", "moment"))
    return units
