"""Draws canonical tables and measures KPI files of the package over them, some at a time."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import ClassVar

import pandas as pd
from models_bench import AS_OF, FactBench, agreement_of

from generator.kpis.checking import tables_of
from generator.kpis.reading import read_kpis
from generator.kpis.running import measure_kpis
from generator.project import PACKAGED

_BESIDE = frozenset({"target", "earlier_version"})  # what measuring reads beside the queries of the files
_FOLDER = PACKAGED / "content" / "kpis"


@cache
def _text(name: str) -> str:
    return (_FOLDER / f"{name}.md").read_text(encoding="utf-8")


class Everything:
    """A load report of a drop that has every table."""

    rows = 0
    compared: ClassVar[dict] = {}

    def has(self, table: str, *columns: str) -> bool:
        """Nothing is lacking."""
        return True


@dataclass(frozen=True)
class Figures:
    """The cells of some KPIs."""

    cells: pd.DataFrame
    missing: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def of(self, metric: str, period: str = "2026-10", scope: str = "all"):
        """Return a number, or the status word of a cell that has none; None where there is no cell."""
        rows = self.cells.query("metric_id == @metric and period == @period and scope == @scope")
        if rows.empty:
            return None
        (row,) = rows.itertuples()
        return row.status if math.isnan(row.value) else row.value

    def cell(self, metric: str, period: str = "2026-10", scope: str = "all"):
        """Return a whole cell."""
        (row,) = self.cells.query("metric_id == @metric and period == @period and scope == @scope").itertuples()
        return row

    def members(self, metric: str, dim: str, period: str = "2026-10") -> dict[str, float]:
        """Return the values of a metric by the members of a dimension."""
        rows = self.cells.query("metric_id == @metric and period == @period")
        return {row.scope.partition("=")[2]: row.value for row in rows.itertuples() if row.scope.startswith(f"{dim}=")}


class FigureBench:
    """Builds facts from drawings and measures KPI files over them; the drop is that of `models_bench`."""

    def __init__(self, facts: FactBench) -> None:
        self.facts = facts

    def measure(self, *kpis: str, settings: dict | None = None, as_of: datetime = AS_OF, **tables: str) -> Figures:
        """Return the cells of the KPI files called `kpis`, which may name one another."""
        built = self.facts.build(settings=settings, **tables)
        agreement = agreement_of(settings or {})
        texts = {f"content/kpis/{name}.md": _alone(_text(name)) for name in kpis}
        read = read_kpis(texts, agreement)
        engine = built.holding(_BESIDE.union(*map(tables_of, read)))
        found = measure_kpis(read, engine, agreement, Everything(), as_of)
        return Figures(found.results.cells, dict(found.missing))


def _alone(text: str) -> str:
    """Return a KPI file without its neighbours, which need not be there."""
    return "\n".join(line for line in text.splitlines() if not line.startswith("neighbours:"))
