"""The home page: attainment first, then the scorecard, then what needs attention."""

from __future__ import annotations

from generator.pages import attainment, attention, scorecard
from generator.pages.context import Context
from generator.pages.kpi_pages import lacks


def write_home(context: Context) -> None:
    """Write index.md."""
    kpis = scorecard.shared(context)
    tiles = scorecard.tiles(context, kpis)
    context.write(
        "index.md",
        "home.md.j2",
        {
            "goals": attainment.goals(context),
            "tiles": tiles,
            "notices": attention.notices(context) if tiles else [],
            "is_empty": not any(table.rows for table in context.report.load.tables.values()),
            "samples": has_samples(context),
            **absence(context),
        },
    )


def absence(context: Context, section: str | None = None) -> dict[str, object]:
    """Return what is said in one line each about KPIs that have no figure, of one section or of all."""
    kpis = [kpi for kpi in scorecard.shared(context) if section in (None, kpi.section)]
    absent = scorecard.absent(context, kpis)
    return {
        "absent": absent,
        "lacking": lacks(absent.needs) if absent else "",
        "silent": scorecard.silent(context, kpis),
    }


def has_samples(context: Context) -> bool:
    """Whether any target is still a placeholder of the packaged agreement."""
    return any(target.version == "sample" for target in context.report.agreement.targets)
