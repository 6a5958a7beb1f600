"""What every page function is handed: the report, its results for looking up, and where pages and charts go."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from generator.agreement.meanings import setting_meanings
from generator.charts import Chart
from generator.history import by_metric
from generator.kpis.kpi import Figure, Kind, Kpi
from generator.pages import formats, words
from generator.pages.cells import Cells, member_of
from generator.pages.markup import Trusted
from generator.pages.notes import Note
from generator.pages.templates import Templates
from generator.report import Report


class Filling(NamedTuple):
    """A page, the template that it is made with, and what fills it; nothing in it is used up by being read."""

    page: str
    template: str
    values: Mapping[str, object]


@dataclass(frozen=True)
class Context:
    """One build of the pages; `charts` and `fillings` fill up while pages are written."""

    report: Report
    cells: Cells
    templates: Templates
    docs: Path
    notes: tuple[Note, ...] = ()  # what people noted on a day, for the charts
    charts: dict[str, Chart] = field(default_factory=dict)
    fillings: list[Filling] = field(default_factory=list)

    @property
    def currency(self) -> str:
        """The code of the reporting currency."""
        return self.report.agreement.settings.reporting_currency

    @property
    def min_n(self) -> int:
        """Shares over fewer units than this carry no status and no direction."""
        return self.report.agreement.settings.min_n_rate

    @cached_property
    def settings(self) -> Mapping[str, str]:
        """Every setting by its dotted key, as text."""
        return self.report.agreement.setting_rows()

    @cached_property
    def setting_meanings(self) -> Mapping[str, str]:
        """What every setting decides, by its dotted key."""
        return setting_meanings(self.report.agreement.settings)

    @cached_property
    def kpis(self) -> Mapping[str, Kpi]:
        """The KPIs by id, in the order of the report."""
        return {kpi.id: kpi for kpi in self.report.kpis}

    def kpis_of(self, section: str) -> list[Kpi]:
        """Return the KPIs of one part, in their order."""
        return [kpi for kpi in self.report.kpis if kpi.section == section]

    @cached_property
    def figures(self) -> Mapping[str, tuple[Kpi, Figure]]:
        """Every figure that a KPI file names, by metric id."""
        return {kpi.metric_id(figure): (kpi, figure) for kpi in self.report.kpis for figure in kpi.figures}

    @cached_property
    def first(self) -> Mapping[str, Mapping[str, float]]:
        """What versions said first of closed periods, by KPI and period; empty without an earlier version."""
        return by_metric(self.report.first) if self.report.first is not None else {}

    @cached_property
    def companions(self) -> Mapping[str, tuple[str, ...]]:
        """The metric ids of each KPI that have cells, besides the headline and the pacing figures."""
        found: dict[str, list[str]] = {}
        for metric in self.cells.metrics:
            kpi, _, name = metric.partition(".")
            if name and name not in words.PACING and kpi in self.kpis:
                found.setdefault(kpi, []).append(metric)
        return {kpi: tuple(metrics) for kpi, metrics in found.items()}

    @property
    def curves(self) -> Mapping[str, Mapping[str, pd.DataFrame]]:
        """Of each metric that follows cohorts, by period of entry: `day`, `share` and `at_risk` of all who entered."""
        return self.cells.curves

    def figure(self, metric: str) -> Figure:
        """Return the figure of a metric id; one that no file names takes after the figure it belongs to."""
        if metric in self.figures:
            return self.figures[metric][1]
        base, _, name = metric.rpartition(".")
        head = self.figure(base)
        word = words.COMPANIONS.get(name, name.replace("_", " ").capitalize())
        title = f"{head.title}, {word[0].lower()}{word[1:]}" if head.name else word
        kind = Kind.MEAN if head.kind is Kind.SURVIVAL else head.kind
        return Figure(name, title, kind, "", "", words.UNITS.get(name, head.unit), head.by, head.grains)

    def label(self, dimension: str, member: str) -> str:
        """Return how a member of a dimension is printed."""
        known = {**words.MEMBERS.get(dimension, {}), **self.report.labels.get(dimension, {})}
        return known.get(member, member)

    def scope_label(self, scope: str) -> str:
        """Return how the one member that `scope` names is printed."""
        return self.label(scope.partition("=")[0], member_of(scope))

    def number(self, value: float | None, unit: str) -> str:
        """Return a number as its unit is printed."""
        return formats.number(value, unit, self.currency)

    def is_missing(self, kpi: Kpi) -> bool:
        """Whether this drop cannot answer for a KPI at all."""
        return kpi.id in self.report.missing

    def came_with_the_product(self, file: str) -> bool:
        """Whether an agreement file is the packaged sample alone, with nothing of the company's over it."""
        places = [path for path in self.report.agreement.files if path.endswith(f"/{file}")]
        return bool(places) and all(path.startswith("<packaged>") for path in places)

    def write(self, page: str, template: str, values: Mapping[str, object]) -> None:
        """Fill `template` and write it as `page` (a path below docs, ending in `.md`)."""
        self.fillings.append(Filling(page, template, values))
        shared = {
            "page": page,
            "report": self.report,
            "company": self.report.agreement.settings.company,
            "to": lambda target: address(page, target),
            "md": lambda target: relative(page, target),
            "stamp": self.stamp,
        }
        path = self.docs / page
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.templates.filled(template, page, {**shared, **values}), encoding="utf-8")

    @cached_property
    def stamp(self) -> str:
        """When the data was taken and which drop this is, as every page says it."""
        drop = self.report.drop
        upto = formats.moment(drop.as_of, self.report.agreement.settings.reporting_timezone)
        return f"Data up to {upto} · drop {drop.id} · onefunnel {self.report.version}"


def address(page: str, target: str) -> Trusted:
    """Return the built address of `target` (`kpis/cac.md#rule`) as seen from `page`, for links in raw HTML.

    Both are paths that the generator made of ids, so there is nothing in them to encode.
    """
    path, mark, anchor = target.partition("#")
    built = f"{path[:-3]}.html" if path.endswith(".md") else path
    return relative(page, f"{built}{mark}{anchor}")


@lru_cache(maxsize=16384)
def relative(page: str, target: str) -> Trusted:
    """Return `target` as seen from `page`, for links in Markdown, which MkDocs checks."""
    return Trusted(posixpath.relpath(target, posixpath.dirname(page) or "."))


def kpi_page(kpi: str) -> str:
    """Return the path of a KPI's page below docs."""
    return f"kpis/{kpi}.md"
