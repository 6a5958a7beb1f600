"""Which findings touch which KPIs: those about a table that the KPI is counted from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from generator.kpis.kpi import Kpi
from generator.pages import formats
from generator.pages.context import Context
from generator.pages.markup import Trusted
from generator.pages.tables import chip_html
from generator.sources.report import Finding, Severity

#: How each weight is called, and the tone of its chip.
WEIGHTS = {
    Severity.BLOCKS: ("blocks figures", "bad"),
    Severity.TAINTS: ("taints figures", "warn"),
    Severity.NOTES: ("noted", "none"),
}
#: The finding that says what a system does not know or does not export.
LOSS = "source_loss"
#: What a need may name besides canonical tables.
_EITHER = {"contact": ("activity", "touch")}


@dataclass(frozen=True)
class Touched:
    """A KPI with the findings about the tables that it is counted from."""

    kpi: Kpi
    blocks: tuple[Finding, ...]
    taints: tuple[Finding, ...]
    losses: tuple[Finding, ...]  # what the sources of these tables cannot say, whatever its weight

    @property
    def weighing(self) -> tuple[Finding, ...]:
        """The findings that weigh on the figure, the worst first."""
        return self.blocks + self.taints

    @property
    def mark(self) -> Trusted:
        """The chip for the worst of them; empty where none weighs on the figure."""
        if not self.weighing:
            return Trusted("")
        return chip_html(*WEIGHTS[self.weighing[0].severity])

    @property
    def summary(self) -> str:
        """How many findings of which kind there are, in a line."""
        told = [formats.several(len(self.weighing), "finding")] if self.weighing else []
        if self.losses:
            told.append(f"{formats.several(len(self.losses), 'thing')} that its sources do not say")
        return f"{formats.listed(told)}, about the tables that this is counted from"


def touching(context: Context, kpi: Kpi) -> Touched:
    """Return the findings about the tables of `kpi`; those of nothing where the drop cannot answer it."""
    tables = {table for need in kpi.needs for table in _tables(need)}
    found = [] if context.is_missing(kpi) else [one for one in context.report.findings if tables & {*one.tables}]
    rest = [one for one in found if one.id != LOSS]
    return Touched(
        kpi,
        tuple(one for one in rest if one.severity is Severity.BLOCKS),
        tuple(one for one in rest if one.severity is Severity.TAINTS),
        tuple(one for one in found if one.id == LOSS),
    )


def _tables(need: str) -> tuple[str, ...]:
    table = need.partition(".")[0]
    return _EITHER.get(table, (table,))


@dataclass(frozen=True)
class Loss:
    """What a source cannot say, and the KPIs that are counted from those of its tables."""

    finding: Finding
    kpis: tuple[Kpi, ...]


def losses(context: Context) -> Iterator[Loss]:
    """Yield what the sources of the drop cannot say, in the order of the findings."""
    touched = [touching(context, kpi) for kpi in context.report.kpis]
    for finding in context.report.findings:
        if finding.id == LOSS:
            yield Loss(finding, tuple(one.kpi for one in touched if finding in one.losses))
