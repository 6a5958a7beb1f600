"""The trust page: what was read, what became of every row, and what this drop cannot answer."""

from __future__ import annotations

from generator.pages import books, formats, ledger, touching
from generator.pages.context import Context
from generator.pages.kpi_pages import listed
from generator.pages.rail import rail_of_review
from generator.pages.tables import chip_html
from generator.sources.report import Severity


def write_trust(context: Context) -> None:
    """Write trust.md."""
    load, survey, findings = context.report.load, context.report.survey, context.report.findings
    lines = ledger.lines(load)
    told = [one for one in findings if one.id != touching.LOSS or one.severity is Severity.TAINTS]
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
            "findings": [one for one in told if one.severity is not Severity.NOTES],
            "notes": [one for one in told if one.severity is Severity.NOTES],
            "weights": [
                (chip_html(*words), sum(one.severity is severity for one in findings))
                for severity, words in touching.WEIGHTS.items()
            ],
            "quality": context.kpis.get("data_quality"),
            "losses": list(touching.losses(context)),
            "spans": {span.table: span for span in survey.spans},
            "feeds": {feed.table: feed for feed in survey.feeds},
            "rate_gaps": survey.rate_gaps,
            "months": list(books.months(context)),
            "systems": books.systems_text(context),
            "spend": books.spend_text(context),
            "billed": list(books.billed_months(context)),
            "billed_channels": books.billed_channels(context),
            "severity": {severity.value: chip_html(*words) for severity, words in touching.WEIGHTS.items()},
            "missing": [
                (kpi, formats.lacks(context.report.missing[kpi.id]))
                for kpi in context.report.kpis
                if context.is_missing(kpi)
            ],
            "in_force": [
                (context.setting_meanings[key], value, key) for key, value in sorted(context.settings.items())
            ],
            "digest": context.report.agreement.digest,
            "figures": [listed(context, kpi) for kpi in context.kpis_of("trust")],
            "touched": [one for kpi in context.report.kpis if (one := touching.touching(context, kpi)).weighing],
            "rail": rail_of_review(context, "trust.md", "trust"),
            "formats": formats,
        },
    )
