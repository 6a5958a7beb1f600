"""The scorecard: one tile per shared KPI, with where it stands and which way it goes."""

from __future__ import annotations

from dataclasses import dataclass

from generator import charts
from generator.kpis.kpi import Kpi
from generator.pages import words
from generator.pages.composed import dimension_of, members_text
from generator.pages.context import Context, kpi_page
from generator.pages.headline import (
    Headline,
    Trend,
    chip,
    headline,
    is_judged,
    is_small,
    period_text,
    printed,
    tile_target,
    trends,
)
from generator.pages.markup import Trusted
from generator.pages.samples import is_sample
from generator.pages.words import Chip

#: So many periods are drawn in a sparkline: a year and the month of the year before.
SPARK = 13
#: Tiles of one part on the home page.
ROW = 5
REVIEWS = frozenset({"weekly", "monthly", "quarterly"})
#: Sections whose KPIs both teams share; figures about the data itself stand on the trust page.
SHARED = ("north_star", "top", "middle", "bottom", "economics", "retention")


@dataclass(frozen=True)
class Tile:
    """What one tile says."""

    kpi: Kpi
    page: str
    value: str
    period: str
    spark: Trusted
    chip: Chip
    target: str
    trend: Trend | None
    note: str
    is_sample: bool


@dataclass(frozen=True)
class Absent:
    """KPIs that this drop cannot answer, with what they lack."""

    kpis: tuple[Kpi, ...]
    needs: tuple[str, ...]


def shared(context: Context) -> list[Kpi]:
    """Return the KPIs that both teams share in the order of the funnel."""
    return [kpi for section in SHARED for kpi in context.report.kpis if kpi.section == section]


def foremost(context: Context, kpis: list[Kpi]) -> list[Kpi]:
    """Return the KPIs of one part that the home page keeps, in their order.

    Only those that a weekly or monthly review reads; of these the ones that most reviews read, then those with a
    target, up to a row of tiles.
    """
    read = [kpi for kpi in kpis if {"weekly", "monthly"} & set(kpi.pages)]
    weights = {kpi.id: (-len(REVIEWS & set(kpi.pages)), not _has_target(context, kpi)) for kpi in read}
    kept = {kpi.id for kpi in sorted(read, key=lambda kpi: weights[kpi.id])[:ROW]}
    return [kpi for kpi in kpis if kpi.id in kept]


def _has_target(context: Context, kpi: Kpi) -> bool:
    return any(is_judged(cell) and cell.value is not None for cell in context.cells.series(kpi.id).values())


def tiles(context: Context, kpis: list[Kpi]) -> list[Tile]:
    """Return a tile for each KPI that the drop can answer; the others are `absent`."""
    found = ((kpi, headline(context, kpi)) for kpi in kpis if not context.is_missing(kpi))
    return [tile(context, stand) for _, stand in found if stand and context.cells.has(stand.kpi.id)]


def tile(context: Context, stand: Headline) -> Tile:
    """Return the tile of a KPI."""
    kpi, cell, figure = stand.kpi, stand.cell, stand.kpi.headline
    changes = trends(context, kpi, cell) if not dimension_of(context, kpi) else []
    return Tile(
        kpi=kpi,
        page=kpi_page(kpi.id),
        value=printed(context, figure, cell)
        if not dimension_of(context, kpi)
        else members_text(context, stand, most=1),
        period=period_text(stand.period),
        spark=sparkline(context, stand),
        chip=chip(context, figure, cell),
        target=tile_target(context, kpi, cell, stand.period) if not is_small(context, figure, cell) else "",
        trend=changes[0] if changes else None,
        note=note(context, stand),
        is_sample=is_sample(context, cell),
    )


def sparkline(context: Context, stand: Headline) -> Trusted:
    """Return the last periods up to the one that speaks, as a small drawing."""
    if dimension_of(context, stand.kpi):
        return Trusted("")  # the whole of shares is always one
    cells = context.cells.run(stand.kpi.id, stand.grain)
    upto = [cell for cell in cells if context.cells.periods[cell.period].starts_on <= stand.period.starts_on][-SPARK:]
    if sum(cell.value is not None for cell in upto) < 2:
        return Trusted("")
    target = stand.cell.target if stand.kpi.target == "level" else None
    title = f"{stand.kpi.title}, the last {len(upto)} {words.GRAIN_WORDS[stand.grain]}s"
    values = [cell.value for cell in upto]
    return Trusted(charts.sparkline(values, title=title, target=target, is_part=stand.period.is_part))


def note(context: Context, stand: Headline) -> str:
    """Return what a reader has to keep in mind about the value, or nothing."""
    if stand.cell.value is None:
        return ""
    if stand.is_behind and stand.newest_status == "maturing":
        return "newer ones maturing"
    if stand.cell.status in ("provisional", "capped"):
        return stand.cell.status
    if is_small(context, stand.kpi.headline, stand.cell):
        return f"n = {stand.cell.n}"
    return ""


def absent(context: Context, kpis: list[Kpi]) -> Absent | None:
    """Return what is said in one line about the KPIs without any value, or None when there are none."""
    lacking = tuple(kpi for kpi in kpis if context.is_missing(kpi))
    needs = sorted({need for kpi in lacking for need in context.report.missing[kpi.id]})
    return Absent(lacking, tuple(needs)) if lacking else None


def silent(context: Context, kpis: list[Kpi]) -> tuple[Kpi, ...]:
    """Return the KPIs whose data is there but that have no value in any period."""
    return tuple(kpi for kpi in kpis if not context.is_missing(kpi) and not context.cells.has(kpi.id))
