"""Everything that the pages may know about a drop: aggregates, the agreement and what the load found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from generator.agreement import Agreement
from generator.history import Changes
from generator.kpis.kpi import Kpi
from generator.kpis.writing import cell_lines
from generator.measures.results import Results
from generator.models.agreed import AgreedTarget
from generator.models.practice import Practice
from generator.models.records import Record
from generator.models.survey import Survey
from generator.sources.report import Drop, Finding, LoadReport


@dataclass(frozen=True)
class Report:
    """One drop, measured. Of rows about people it holds ids alone, those that a weekly review goes through."""

    drop: Drop
    agreement: Agreement
    kpis: tuple[Kpi, ...]
    results: Results
    load: LoadReport
    findings: tuple[Finding, ...]  # of the load and of the facts, worst first
    missing: Mapping[str, tuple[str, ...]]  # metric id -> what it lacks (table or table.column)
    labels: Mapping[str, Mapping[str, str]]  # dimension -> member -> how it is printed
    version: str  # of the generator
    targets: tuple[AgreedTarget, ...] = ()  # of teams, those for periods to come among them
    records: Mapping[str, tuple[Record, ...]] = field(default_factory=dict)  # the lists of the weekly review
    practice: Practice = field(default_factory=Practice)  # what became of the agreement
    agreed: Mapping[str, Any] = field(default_factory=dict)  # the whole agreement as texts: agreement.json
    survey: Survey = field(default_factory=Survey)  # days, silence, money without a rate, books held together
    changes: Changes | None = None  # since the version before; None: nobody asked
    first: pd.DataFrame | None = None  # what was said first of closed periods, as `first_told` returns it

    @cached_property
    def lines(self) -> list[str]:
        """The lines of kpis.csv, one for each cell of the results, each with its line end."""
        return cell_lines(self.results)
