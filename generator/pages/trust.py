"""The trust page: what was read, what became of every row, and what this drop cannot answer."""

from __future__ import annotations

from generator.pages import formats, ledger
from generator.pages.context import Context
from generator.pages.kpi_pages import lacks
from generator.pages.parts import Card
from generator.pages.tables import chip_html
from generator.sources.report import Severity

_SEVERITIES = {
    Severity.BLOCKS: ("blocks figures", "bad"),
    Severity.TAINTS: ("taints figures", "warn"),
    Severity.NOTES: ("noted", "none"),
}


def write_trust(context: Context, cards: list[Card]) -> None:
    """Write trust.md; `cards` are the KPIs about the data itself."""
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
                (kpi, lacks(context.report.missing[kpi.id])) for kpi in context.report.kpis if context.is_missing(kpi)
            ],
            "in_force": sorted(context.settings.items()),
            "digest": context.report.agreement.digest,
            "cards": cards,
            "formats": formats,
        },
    )
