"""The home page: attainment first, then the scorecard, then what needs attention."""

from __future__ import annotations

from dataclasses import dataclass

from generator.kpis.kpi import Kpi
from generator.pages import agreed_targets, attainment, attention, formats, scorecard
from generator.pages.attention_data import stale_feeds
from generator.pages.changes import foremost
from generator.pages.context import Context, kpi_page
from generator.pages.headline import period_text
from generator.pages.outline import PARTS, Part
from generator.pages.reviews import latest
from generator.pages.samples import misfit
from generator.pages.scorecard import Tile


def write_home(context: Context) -> None:
    """Write index.md."""
    goals = attainment.goals(context)
    told = {"revenue_attainment", attainment.TEAMS} if goals else set()  # the cards above the tiles say these
    groups = [group for part in PARTS if part.section in scorecard.SHARED if (group := _group(context, part, told))]
    tiles = [tile for group in groups for tile in group.tiles]
    has_samples = any(tile.is_sample for tile in tiles) or any(goal.is_sample for goal in goals)
    context.write(
        "index.md",
        "home.md.j2",
        {
            "goals": goals,
            "groups": groups,
            "notices": attention.notices(context) if tiles else [],
            "is_empty": not any(table.rows for table in context.report.load.tables.values()),
            "has_samples": has_samples,
            "misfit": misfit(context) if has_samples else "",
            "stale": list(stale_feeds(context)),
            "agreed": list(agreed_targets.told_at_home(context)) if tiles else [],
            "reviews": latest(context),
            "period_text": period_text,
            "changes": context.report.changes,
            "moved": [(one, kpi_page(one.metric) if one.metric in context.kpis else "") for one in foremost(context)],
            **absence(context, scorecard.shared(context)),
        },
    )


@dataclass(frozen=True)
class Group:
    """A row of tiles: the foremost KPIs of one part."""

    part: Part
    tiles: list[Tile]
    more: int  # KPIs of the part that only its own page shows


def _group(context: Context, part: Part, told: set[str]) -> Group | None:
    kpis = [kpi for kpi in context.kpis_of(part.section) if kpi.id not in told]
    answered = [kpi for kpi in kpis if not context.is_missing(kpi) and context.cells.has(kpi.id)]
    tiles = scorecard.tiles(context, scorecard.foremost(context, answered))
    return Group(part, tiles, len(answered) - len(tiles)) if tiles else None


def absence(context: Context, kpis: list[Kpi]) -> dict[str, object]:
    """Return what is said in one line each about those of `kpis` that have no figure."""
    absent = scorecard.absent(context, kpis)
    return {
        "absent": absent,
        "lacking": formats.lacks(absent.needs) if absent else "",
        "silent": scorecard.silent(context, kpis),
    }
