"""The first thing a reader sees: how much of the revenue target is won, and how both teams stand to their own."""

from __future__ import annotations

from dataclasses import dataclass

from generator import charts
from generator.kpis.kpi import Kpi
from generator.pages import formats, words
from generator.pages.cells import Cell, Period
from generator.pages.context import Context, kpi_page
from generator.pages.headline import chip, headline_of, period_text
from generator.pages.markup import Trusted
from generator.pages.samples import is_sample
from generator.pages.words import Chip

REVENUE = "revenue_won"
#: The quarter is what both teams are held to; without a target for it, the next best.
GRAINS = ("quarter", "month", "year")
TEAMS = "team_attainment"
_TEAM_NAMES = {"sales": "Sales", "marketing": "Marketing"}


@dataclass(frozen=True)
class Goal:
    """One card: a share of a target, with what is behind it."""

    name: str
    page: str
    value: str
    period: str
    is_part: bool
    bullet: Trusted
    chip: Chip
    lines: tuple[str, ...]
    is_sample: bool  # the target is a placeholder


def goals(context: Context) -> list[Goal]:
    """Return the cards of the first screen: revenue first, then each team's own target."""
    grain = _grain(context)
    revenue = _revenue(context, grain) if grain else None
    return [*([revenue] if revenue else []), *_teams(context, grain or GRAINS[0])]


def _grain(context: Context) -> str | None:
    """Return the widest running period for which revenue has a target: all cards speak of the same one."""
    runs = {grain: context.cells.run(REVENUE, grain)[-2:] for grain in GRAINS}
    return next((grain for grain, run in runs.items() if any(cell.attainment is not None for cell in run)), None)


def _revenue(context: Context, grain: str) -> Goal | None:
    kpi = context.kpis.get(REVENUE)
    stand = headline_of(context, kpi, grain) if kpi and not context.is_missing(kpi) else None
    if kpi is None or stand is None or stand.cell.attainment is None:
        return None
    pace = _beside(context, stand.cell, "paced_attainment")
    is_part = stand.period.is_part
    return Goal(
        name="Revenue against target",
        page=kpi_page("revenue_attainment" if "revenue_attainment" in context.kpis else REVENUE),
        value=formats.percent(stand.cell.attainment),
        period=formats.period(stand.period.label),
        is_part=is_part,
        bullet=_bullet(stand.cell.attainment, pace if is_part else None, f"Revenue, {period_text(stand.period)}"),
        chip=chip(context, kpi.headline, stand.cell),
        lines=tuple(_revenue_lines(context, kpi, stand.cell, stand.period, pace)),
        is_sample=is_sample(context, stand.cell),
    )


def _revenue_lines(context: Context, kpi: Kpi, cell: Cell, row: Period, pace: float | None) -> list[str]:
    def amount(value: float | None) -> str:
        return context.number(value, kpi.unit)

    lines = [f"{amount(cell.value)} of {amount(cell.target)}"]
    if row.is_part and pace is not None:
        lines.append(f"{formats.percent(pace)} of pace on day {row.days_done} of {row.days_total}{_due(context, cell)}")
    gap = _beside(context, cell, "gap")
    if gap is not None and gap <= 0:
        return [*lines, f"{amount(-gap)} above the target"]
    per_day = _beside(context, cell, "required_per_business_day")
    if gap is not None:
        each = f": {amount(per_day)} each business day left" if row.is_part and per_day else ""
        lines.append(f"{amount(gap)} to go{each}")
    return lines


def _due(context: Context, cell: Cell) -> str:
    """Return how much of the target is due by now, where the count of days does not tell it."""
    share = _due_share(context, cell)
    is_plain = context.report.agreement.settings.pacing == "business_days"
    return "" if is_plain or share is None else f", by which {formats.percent(share)} of the target is due"


def _due_share(context: Context, cell: Cell) -> float | None:
    """Return the share of the target of a running period that is due by now."""
    due = _beside(context, cell, "paced_target")
    return due / cell.target if due is not None and cell.target else None


def _beside(context: Context, cell: Cell, name: str) -> float | None:
    found = context.cells.cell(f"{cell.metric}.{name}", cell.period, cell.scope)
    return found.value if found else None


def _teams(context: Context, grain: str) -> list[Goal]:
    kpi = context.kpis.get(TEAMS)
    if kpi is None or context.is_missing(kpi):
        return []
    return [goal for team in ("marketing", "sales") if (goal := _team(context, kpi, grain, team))]


def _team(context: Context, kpi: Kpi, grain: str, team: str) -> Goal | None:
    stand = headline_of(context, kpi, grain, f"team={team}")
    if stand is None or stand.cell.value is None:
        return None
    cell, value, is_part = stand.cell, stand.cell.value, stand.period.is_part
    lines = []
    if cell.numerator is not None and cell.denominator is not None:
        currency = context.currency
        lines.append(f"{formats.money(cell.numerator, currency)} of {formats.money(cell.denominator, currency)}")
    revenue = context.cells.cell(REVENUE, cell.period)
    # A team's target is due as that of all revenue is; nothing paces the team's own.
    share = _due_share(context, revenue) if is_part and revenue else None
    pace = value / share if share else None
    if pace is not None:
        lines.append(f"{formats.percent(pace)} of pace")
    if ahead := _ahead(context, team, cell.period):
        lines.append(ahead)
    return Goal(
        name=f"{_TEAM_NAMES[team]} against its own target",
        page=kpi_page(TEAMS),
        value=formats.percent(value),
        period=formats.period(stand.period.label),
        is_part=is_part,
        bullet=_bullet(value, pace, f"{_TEAM_NAMES[team]}, {period_text(stand.period)}"),
        chip=attained(pace if pace is not None else value),
        lines=tuple(lines),
        is_sample=is_sample(context, cell),
    )


def _ahead(context: Context, team: str, period: str) -> str:
    """Return what a team has in hand for the rest of the period: qualified leads, or open deals that are due."""
    if team == "marketing":
        leads, pace = context.cells.cell("mql_count", period), context.cells.cell("mql_count.paced_attainment", period)
        told = f", {formats.percent(pace.value)} of pace" if pace and pace.value is not None else ""
        return f"{formats.counted(leads.value)} MQLs{told}" if leads and leads.value is not None else ""
    cover, enough = (context.cells.cell(f"pipeline_coverage{name}", period) for name in ("", ".required"))
    if cover is None or cover.value is None:
        return ""
    needed = f"; {formats.number(enough.value, 'ratio_x', '')} are needed" if enough and enough.value else ""
    return f"open deals due cover {formats.number(cover.value, 'ratio_x', '')} of what is missing{needed}"


def _bullet(value: float, pace: float | None, title: str) -> Trusted:
    return Trusted(charts.attainment(value, title=title, paced=pace))


def attained(share: float) -> Chip:
    """Return the status of an attainment: on target from 100 %, at risk from 90 %."""
    status = "on_target" if share >= 1 else "at_risk" if share >= 0.9 else "off_target"
    return words.TARGET_CHIPS[status]
