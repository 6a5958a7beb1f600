"""The service level agreement: what each team promised the other, in one form for both, and how it is kept now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from generator.agreement import Agreement, Calendar, Commitment
from generator.agreement.doubts import doubts
from generator.agreement.promises import (
    commitment_sentence,
    opening_hours,
    runs_round_the_clock,
    tier_target_text,
)
from generator.agreement.sla import TierTarget, scope_of
from generator.kpis.kpi import Kpi
from generator.measures.scopes import ALL, scope_text
from generator.pages import formats
from generator.pages.attention import SLA, commitment_goals
from generator.pages.cells import Cell
from generator.pages.commitments import anchor_of, blocks, commitment_page
from generator.pages.context import Context, kpi_page
from generator.pages.definitions import TEAMS, agreed_text
from generator.pages.escalations import OPEN, SOON, overloaded, write_escalations
from generator.pages.evidence import HELD, no_evidence
from generator.pages.headline import chip as cell_chip
from generator.pages.headline import headline, paced, period_text, printed
from generator.pages.rail import rail_of_review
from generator.pages.samples import is_sample
from generator.pages.volume import volume
from generator.pages.words import Chip

DIRECTIONS = {
    "marketing_to_sales": "What Marketing owes Sales",
    "sales_to_marketing": "What Sales owes Marketing",
    "joint": "What both owe each other",
}


@dataclass(frozen=True)
class Kept:
    """How a commitment is kept in one period."""

    period: str
    value: str
    base: str
    chip: Chip | None


@dataclass(frozen=True)
class Line:
    """A commitment as the reference shows it."""

    commitment: Commitment
    anchor: str
    page: str  # its own, below docs
    goal: str
    open: str  # broken and still open now; empty where no clock runs
    soon: str  # due soon
    sentence: str
    facts: tuple[tuple[str, str], ...]
    agreed: str
    since: str
    earlier: tuple[str, ...]
    kept: tuple[Kept, ...]  # newest first
    by_tier: tuple[tuple[str, Kept], ...]  # of the newest period, where the goals differ by tier
    metric_page: str
    unknown: str  # why this drop cannot tell; nothing where it can


def write_promises(context: Context) -> None:
    """Write sla.md, a page for each commitment, and the files of what is broken and what is due soon."""
    agreement = context.report.agreement
    day = context.report.drop.as_of.date()
    lines = [line(context, commitment) for commitment in agreement.commitments_at(day)]
    write_escalations(context)
    for one in lines:
        _write_page(context, one)
    context.write(
        "sla.md",
        "sla.md.j2",
        {
            "directions": [
                (title, [line for line in lines if line.commitment.direction == name])
                for name, title in DIRECTIONS.items()
            ],
            "tiers": agreement.sla.tiers,
            "calendars": [
                (calendar, opening_hours(calendar), list(closed(calendar, day))) for calendar in agreement.calendars
            ],
            "sla": agreement.sla,
            "pointed_out": list(_pointed_out(context, lines)),
            "older": context.report.practice.older,
            "retention": agreement.settings.record_retention_days,
            "rail": rail_of_review(context, "sla.md", "sla"),
            "is_sample": context.came_with_the_product("sla.yml"),
        },
    )


def _write_page(context: Context, one: Line) -> None:
    told = list(blocks(context, one.commitment))
    metric = (one.commitment.metric or SLA).partition(".")[0]
    context.write(
        one.page,
        "commitment.md.j2",
        {
            "line": one,
            "team": TEAMS[one.commitment.accountable],
            "blocks": told,
            "has_lists": any(block.anchor == "open" for block in told),
            "linked": bool(context.report.agreement.settings.record_links),
            "metric_title": context.kpis[metric].title if metric in context.kpis else "",
            "rail": rail_of_review(context, one.page, "sla"),
        },
    )


def _pointed_out(context: Context, lines: list[Line]) -> Iterator[str]:
    """Yield what nobody should have to look for: goals missed two weeks running, promises nobody can keep, overload."""
    goals = commitment_goals(context.report.agreement)
    for one in lines:
        run = context.cells.run(SLA, "week", scope_text({"commitment": one.commitment.id}))
        closed = [cell for cell in run if not context.cells.periods[cell.period].is_part][-2:]
        goal = goals.get(one.commitment.id)
        if goal is not None and len(closed) == 2 and all(_is_under(cell, goal) for cell in closed):
            yield f"{TEAMS[one.commitment.accountable]}: “{one.commitment.title}” was under its goal two weeks running."
    yield from doubts(context.report.agreement, context.report.drop.as_of.date())
    chain = volume(context)
    if chain and chain.verdict.startswith("above"):
        yield chain.sentence
    for owner, count in overloaded(context):
        yield f"{owner}: {formats.several(count, 'promise')} broken and still open."


def _is_under(cell: Cell, goal: float) -> bool:
    return cell.value is not None and cell.n >= formats.SMALL and cell.value < goal


def line(context: Context, commitment: Commitment) -> Line:
    """Return a commitment with its levels, its clock and how it is kept now."""
    agreement = context.report.agreement
    shown = commitment.metric if (commitment.metric or "").partition(".")[0] in context.kpis else None
    titles = {name: figure.title for name, (_, figure) in context.figures.items()}
    unknown = no_evidence(context, commitment)
    kept = () if unknown else _kept_metric(context, commitment, shown) if shown else _kept(context, commitment)
    return Line(
        commitment=commitment,
        anchor=anchor_of(commitment),
        page=commitment_page(commitment),
        goal=_goal(commitment),
        open="" if unknown else _alive(context, commitment, OPEN),
        soon="" if unknown else _alive(context, commitment, SOON),
        sentence=commitment_sentence(agreement, commitment, titles),
        facts=tuple(_facts(agreement, commitment)),
        agreed=agreed_text(commitment.agreed.sales, commitment.agreed.marketing, commitment.agreed.on),
        since=formats.day(commitment.effective_from),
        earlier=tuple(_earlier(agreement, commitment)),
        kept=tuple(kept),
        by_tier=() if unknown else tuple(_by_tier(context, commitment)),
        metric_page=kpi_page(shown.partition(".")[0]) if shown else kpi_page(SLA) if SLA in context.kpis else "",
        unknown=unknown,
    )


def _goal(commitment: Commitment) -> str:
    goals = [one.goal if one.goal is not None else _level(one) for one in commitment.per_tier]
    return " / ".join(dict.fromkeys(formats.percent(goal, 0) for goal in goals if goal is not None)) or "none"


def _level(target: TierTarget) -> float | None:
    """Return the share that is promised itself, where there is no goal of how often."""
    return float(target.value) if target.unit == "ratio" else None


def _alive(context: Context, commitment: Commitment, state: str) -> str:
    if commitment.kind != "clock":
        return ""
    found = context.report.practice.obligations
    return formats.counted(sum(one.commitment == commitment.id and one.state == state for one in found))


def _facts(agreement: Agreement, commitment: Commitment) -> Iterator[tuple[str, str]]:
    """Yield what the sentence does not say."""
    if commitment.kind == "clock" and commitment.calendar == "owner" and not runs_round_the_clock(commitment):
        yield ("Without an owner", "the hours of the lead's region, else of the company")
    if commitment.grace:
        unit = commitment.per_tier[0].unit.replace("_", " ").removesuffix("s")
        yield ("Grace, shown apart", formats.several(float(commitment.grace), unit))
    if commitment.cancel_on:
        titles = {reason.code: reason.title for reason in agreement.lifecycle.reasons}
        yield ("Withdrawn for", formats.listed([titles.get(code, code) for code in commitment.cancel_on], "or"))


def _earlier(agreement: Agreement, commitment: Commitment) -> Iterator[str]:
    versions = [one for one in agreement.sla.commitments if one.id == commitment.id]
    for version in sorted(versions, key=lambda one: one.effective_from, reverse=True):
        if version.effective_from < commitment.effective_from:
            levels = "; ".join(tier_target_text(version, target) for target in version.per_tier)
            yield f"{version.version}, from {formats.day(version.effective_from)}: {levels}"


def _kept(context: Context, commitment: Commitment) -> Iterator[Kept]:
    """Return the newest two months that have obligations; of reviews, those that have any that were due."""
    goal = commitment_goals(context.report.agreement).get(commitment.id)
    of_reviews = commitment.kind == "review"
    metric, scope = (HELD, ALL) if of_reviews else (SLA, scope_text({"commitment": commitment.id}))
    run = [cell for cell in context.cells.run(metric, "month", scope) if cell.value is not None]
    return (_kept_in(context, cell, goal) for cell in reversed(run[-2:]))


def _by_tier(context: Context, commitment: Commitment) -> Iterator[tuple[str, Kept]]:
    """Yield how the commitment is kept for each tier (region, channel) in the newest month, against its own goal."""
    for target in commitment.per_tier:
        part = scope_of(target)
        scope = scope_text({"commitment": commitment.id, **part})
        cell = next((c for c in reversed(context.cells.run(SLA, "month", scope)) if c.value is not None), None)
        if part and cell is not None:
            goal = None if target.goal is None else float(target.goal)
            named = ", ".join(context.label(dim, member) for dim, member in part.items())
            yield named, _kept_in(context, cell, goal)


def _kept_in(context: Context, cell: Cell, goal: float | None) -> Kept:
    row = context.cells.periods[cell.period]
    base = formats.of(cell.numerator or 0, cell.denominator or cell.n)
    value = printed(context, context.figure(SLA), cell)
    return Kept(period_text(row), value, "" if value == base else base, _chip(context, cell, goal))


def _chip(context: Context, cell: Cell, goal: float | None) -> Chip | None:
    if goal is None:
        return None
    if cell.n < context.min_n:
        return Chip("small sample", "none")
    return Chip("kept", "good") if (cell.value or 0) >= goal else Chip("under the goal", "bad")


def _kept_metric(context: Context, commitment: Commitment, metric: str) -> Iterator[Kept]:
    """Yield the newest figure of the metric that shows a promise, against its target or the level that was promised."""
    kpi = context.kpis[metric.partition(".")[0]]
    cell = _newest(context, kpi, metric)
    if cell is None or cell.value is None:
        return
    row = context.cells.periods[cell.period]
    value, base = printed(context, context.figure(metric), cell), ""
    promised = commitment.per_tier[0]
    state = _chip(context, cell, float(promised.value)) if promised.unit == "ratio" else None
    if promised.unit != "ratio" and cell.target is not None:
        pace = paced(context, cell)
        attained = pace.value if pace and pace.value is not None and row.is_part else cell.attainment
        base = "" if attained is None else f"{formats.percent(attained)} of {'pace' if row.is_part else 'target'}"
        state = cell_chip(context, kpi.headline, cell)
    mark = ", sample target" if is_sample(context, cell) else ""
    yield Kept(f"{period_text(row)}{mark}", value, base, state)


def _newest(context: Context, kpi: Kpi, metric: str) -> Cell | None:
    """Return a metric in the period that its KPI speaks of, else its own newest: a companion may have other grains."""
    stand = headline(context, kpi)
    cell = context.cells.cell(metric, stand.period.label) if stand else None
    runs = (context.cells.run(metric, grain) for grain in context.figure(metric).grains) if cell is None else ()
    return cell or next((found for run in runs for found in reversed(run) if found.value is not None), None)


def closed(calendar: Calendar, day: date) -> Iterator[tuple[str, str, str]]:
    """Yield the holidays of the year of `day` and the next: day, name, and the hours of a short day."""
    for holiday in calendar.holidays:
        if day.year <= holiday.date.year <= day.year + 1:
            times = f"open {holiday.open}–{holiday.close}" if holiday.open and holiday.close else "closed"
            yield formats.day(holiday.date), holiday.name or "", times
