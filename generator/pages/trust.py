"""The trust page: what was read, what became of every row, and what this drop cannot answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from generator.kpis.kpi import Kpi
from generator.pages import formats, ledger
from generator.pages.context import Context
from generator.pages.kpi_pages import listed
from generator.pages.rail import rail_of_review
from generator.pages.tables import chip_html
from generator.sources.report import Severity

_SEVERITIES = {
    Severity.BLOCKS: ("blocks figures", "bad"),
    Severity.TAINTS: ("taints figures", "warn"),
    Severity.NOTES: ("noted", "none"),
}


def write_trust(context: Context) -> None:
    """Write trust.md."""
    load = context.report.load
    lines = ledger.lines(load)
    context.write(
        "trust.md",
        "trust.md.j2",
        {
            "load": load,
            "files": sorted(load.files, key=lambda file: file.path),
            "lines": lines,
            "gaps": [line for line in lines if not line.agrees],
            "totals": [
                sum(getattr(line, name) for line in lines) for name in ("read", "kept", "excluded", "quarantined")
            ],
            "left_out": ledger.by_reason(load),
            "tables": sorted((table for table in load.tables.values() if table.present), key=lambda table: table.name),
            "absent_tables": sorted(table.name for table in load.tables.values() if not table.present),
            "findings": context.report.findings,
            "severity": {severity.value: chip_html(*words) for severity, words in _SEVERITIES.items()},
            "missing": [
                (kpi, formats.lacks(context.report.missing[kpi.id]))
                for kpi in context.report.kpis
                if context.is_missing(kpi)
            ],
            "in_force": sorted(context.settings.items()),
            "digest": context.report.agreement.digest,
            "figures": [listed(context, kpi) for kpi in context.kpis_of("trust")],
            "touched": list(touched(context)),
            "rail": rail_of_review(context, "trust.md", "trust"),
            "formats": formats,
        },
    )


@dataclass(frozen=True)
class Touched:
    """A KPI with the findings about the tables that it is counted from."""

    kpi: Kpi
    blocks: tuple[str, ...]
    taints: tuple[str, ...]


def touched(context: Context) -> Iterator[Touched]:
    """Yield the KPIs whose tables carry a finding that blocks or taints figures, in the order of the report."""
    for kpi in context.report.kpis:
        tables = {need.partition(".")[0] for need in kpi.needs}
        found = {
            severity: tuple(
                one.text for one in context.report.findings if one.severity is severity and tables & {*one.tables}
            )
            for severity in (Severity.BLOCKS, Severity.TAINTS)
        }
        if any(found.values()):
            yield Touched(kpi, found[Severity.BLOCKS], found[Severity.TAINTS])
