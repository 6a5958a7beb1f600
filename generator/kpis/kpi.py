"""A KPI as a value: what its file says, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum


class Kind(StrEnum):
    """The nine measure kinds; each has a file in generator/measures/."""

    COUNT = "count"
    SUM = "sum"
    RATE = "rate"
    RATIO = "ratio"
    MEAN = "mean"
    SURVIVAL = "survival"
    COHORT = "cohort"
    RANKING = "ranking"
    FORMULA = "formula"


@dataclass(frozen=True)
class Figure:
    """One figure that a KPI file computes: the headline (name "") or a companion."""

    name: str  # "" for the headline; the metric id is then the KPI's, else `<kpi>.<name>`
    title: str
    kind: Kind
    sql: str  # "" for a formula
    formula: str  # "" unless kind is formula
    unit: str
    by: tuple[str, ...]
    grains: tuple[str, ...]  # week, month, quarter, year, all
    window: str | None = None  # key below `windows` in the settings; cohort only
    within: str | None = None  # rate, ratio: the denominator is summed over this dimension (shares that add to one)
    crossed: str | None = None  # rate, ratio, sum: the dimension that is also combined with each of the others
    apart: str | None = None  # ratio, sum: the dimension whose members are no parts of the whole
    requires_both: bool = False  # ratio only: a member without any row of the numerator is missing_input
    total: bool = True  # whether there is a figure of the whole, or only of the members it is split by
    line: int = 0  # of the SQL's first line in the file; 0 without SQL


@dataclass(frozen=True)
class Kpi:
    """One file of content/kpis/."""

    id: str
    title: str
    section: str  # north_star, top, middle, bottom, economics, retention, trust
    unit: str  # count, ratio, ratio_x, currency, minutes, days, months, hours, currency_per_day
    better: str  # higher, lower, band, none
    basis: str  # event, cohort, snapshot
    target: str  # flow, level, none
    by: tuple[str, ...]
    compare: tuple[str, ...]
    pages: tuple[str, ...]  # weekly, monthly, quarterly, sla, definitions, trust
    roles: Mapping[str, str]  # sales, marketing: what each does for this number
    needs: tuple[str, ...]  # canonical tables, or table.column, without which it is missing_input
    settings: tuple[str, ...]  # keys of the settings that change the number; printed on its page
    neighbours: tuple[str, ...]  # ids of the KPIs before and after it in the funnel
    band: tuple[float, float] | None  # the wanted range where better is `band`
    sources: tuple[str, ...]
    sentence: str  # the definition in a sentence: the first paragraph of the prose
    prose: str  # Markdown, the whole of it, without the SQL
    figures: tuple[Figure, ...]  # headline first
    path: str  # as messages print it
    text: str = ""  # the file, as it was read
    judged_by: str = ""  # id of the result that says, cell by cell, how much is enough where no target was agreed
    order: int = 1000  # place among the KPIs of its section

    @property
    def headline(self) -> Figure:
        """The figure that bears the KPI's own id."""
        return self.figures[0]

    def metric_id(self, figure: Figure) -> str:
        """Return the id of `figure` in the results."""
        return f"{self.id}.{figure.name}" if figure.name else self.id

    @property
    def as_counted(self) -> Kpi:
        """What its numbers depend on: the KPI without the words that pages say about it."""
        figures = tuple(replace(figure, title="", line=0) for figure in self.figures)
        told = replace(self, title="", sentence="", prose="", text="", roles={}, sources=(), order=0)
        return replace(told, neighbours=(), pages=(), figures=figures)
