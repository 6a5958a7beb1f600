"""The home page: attainment first, then the scorecard, then what needs attention."""

from __future__ import annotations

from generator.pages import attainment, attention, scorecard
from generator.pages.context import Context
from generator.pages.kpi_pages import lacks


def write_home(context: Context) -> None:
    """Write index.md."""
    kpis = scorecard.shared(context)
    goals = attainment.goals(context)
    told = {"revenue_attainment", attainment.TEAMS} if goals else set()  # the cards above the tiles say these
    tiles = scorecard.tiles(context, [kpi for kpi in kpis if kpi.id not in told])
    context.write(
        "index.md",
        "home.md.j2",
        {
            "goals": goals,
            "tiles": tiles,
            "notices": attention.notices(context) if tiles else [],
            "is_empty": not any(table.rows for table in context.report.load.tables.values()),
            "has_samples": any(tile.is_sample for tile in tiles),
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
