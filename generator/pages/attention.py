"""What needs attention, by rule: each line carries its numbers and leads to the page behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from generator.agreement import Agreement
from generator.pages import formats, words
from generator.pages.attention_data import data_problems, load_problems, silent_feeds
from generator.pages.cells import Cell, member_of
from generator.pages.context import Context, kpi_page
from generator.pages.evidence import no_evidence
from generator.pages.funnel import bottleneck_text, funnel_of, largest_stop, stop_text
from generator.pages.headline import (
    SHARES,
    best_grain,
    chip,
    headline_of,
    is_small,
    printed,
    short_status,
    target_text,
    trends,
)
from generator.pages.notice import Notice
from generator.pages.scorecard import shared
from generator.pages.symptoms import (
    leaking_spend,
    ledger_gap,
    living_off_customers,
    score_not_monotone,
    systems_disagree,
)
from generator.pages.words import Chip

SLA = "sla_attainment"


def notices(context: Context) -> list[Notice]:
    """Return everything that a rule points out, in the order of the rules."""
    return [notice for rule in RULES for notice in rule(context)]


def off_target_twice(context: Context) -> Iterator[Notice]:
    """Point out KPIs that missed their target in each of the two newest periods."""
    for kpi in shared(context):
        grain = best_grain(context, kpi)
        if grain is None:
            continue
        newest = [cell for cell in context.cells.run(kpi.id, grain) if cell.value is not None][-2:]
        if len(newest) == 2 and all(
            _is_judged(context, cell) and cell.target_status == "off_target" for cell in newest
        ):
            told = [_against_target(context, cell) for cell in reversed(newest)]
            state = chip(context, kpi.headline, newest[-1])
            text = f"{state.word} two {words.GRAIN_WORDS[grain]}s running: {'; '.join(told)}"
            yield Notice("off_target_twice", state, kpi.title, kpi_page(kpi.id), text)


def _is_judged(context: Context, cell: Cell) -> bool:
    figure = context.figure(cell.metric)
    return cell.target_status != "" and not is_small(context, figure, cell)


def _against_target(context: Context, cell: Cell) -> str:
    kpi, row = context.kpis[cell.metric], context.cells.periods[cell.period]
    mark = " to date" if row.is_part else ""
    value = printed(context, kpi.headline, cell)
    target = target_text(context, kpi, cell, row)
    return f"{value} in {formats.period(cell.period)}{mark}{f' ({target})' if target else ''}"


def clear_falls(context: Context) -> Iterator[Notice]:
    """Point out KPIs whose newest figure is clearly worse than the one before it."""
    for kpi in shared(context):
        grain = best_grain(context, kpi)
        stand = headline_of(context, kpi, grain) if grain else None
        if stand is None or stand.cell.value is None:
            continue
        worse = next((trend for trend in trends(context, kpi, stand.cell) if trend.tone == "bad"), None)
        if worse is None:
            continue
        mark = " to date" if stand.period.is_part else ""
        base = f", n = {stand.cell.n}" if kpi.headline.kind in SHARES else ""
        text = (
            f"clearly {worse.word} on {worse.against} ({worse.text}): {printed(context, kpi.headline, stand.cell)} in "
            f"{formats.period(stand.period.label)}{mark}{base}"
        )
        yield Notice("clear_fall", Chip(f"clearly {worse.word}", "bad"), kpi.title, kpi_page(kpi.id), text)


def bottleneck(context: Context) -> Iterator[Notice]:
    """Point out the step of the funnel that lost most against the quarters before."""
    funnel = funnel_of(context)
    if funnel and funnel.bottleneck:
        rate = funnel.bottleneck
        yield Notice("bottleneck", Chip("bottleneck", "warn"), rate.name, "funnel/index.md", bottleneck_text(rate))


def value_stops(context: Context) -> Iterator[Notice]:
    """Point out the stage of a deal at which most value stops."""
    if stop := largest_stop(context):
        yield Notice("value_stops", Chip("most value lost", "warn"), stop.stage, stop.page, stop_text(context, stop))


def promises_missed(context: Context) -> Iterator[Notice]:
    """Point out commitments kept less often than agreed in each of the two newest periods."""
    agreement = context.report.agreement
    goals, titles = commitment_goals(agreement), commitment_titles(agreement)
    untold = {one.id for one in agreement.sla.commitments if no_evidence(context, one)}
    for scope in context.cells.members(SLA, "commitment"):
        name = member_of(scope)
        run = [cell for cell in context.cells.run(SLA, "month", scope) if cell.value is not None]
        if name not in goals or name in untold or len(run) < 2:
            continue
        if all(_misses(context, cell, goals[name]) for cell in run[-2:]):
            told = [_kept(context, cell) for cell in reversed(run[-2:])]
            text = f"under the goal of {formats.percent(goals[name])} two months running: {'; '.join(told)}"
            yield Notice("promise_missed", Chip("under the goal", "bad"), titles[name], "sla.md", text)


def _misses(context: Context, cell: Cell, goal: float) -> bool:
    return cell.n >= context.min_n and (cell.value or 0) < goal


def _kept(context: Context, cell: Cell) -> str:
    mark = " to date" if context.cells.periods[cell.period].is_part else ""
    kept = formats.of(cell.numerator or 0, cell.denominator or cell.n)
    return f"{formats.percent(cell.value or 0)} ({kept}) in {formats.period(cell.period)}{mark}"


def commitment_goals(agreement: Agreement) -> dict[str, float]:
    """Return the lowest share that each commitment promises to keep, over its tiers and newest version."""
    goals: dict[str, float] = {}
    for commitment in sorted(agreement.sla.commitments, key=lambda value: (value.id, value.effective_from)):
        agreed = [float(Decimal(str(target.goal))) for target in commitment.per_tier if target.goal is not None]
        if agreed:
            goals[commitment.id] = min(agreed)
    return goals


def commitment_titles(agreement: Agreement) -> dict[str, str]:
    """Return how each commitment is called."""
    return {commitment.id: commitment.title for commitment in agreement.sla.commitments}


def unanswered(context: Context) -> Iterator[Notice]:
    """Point out in one line the figures that a missing exchange rate keeps from being computed."""
    stands = (
        headline_of(context, kpi, grain) for kpi in shared(context) if (grain := best_grain(context, kpi)) is not None
    )
    blocked = [stand for stand in stands if stand and stand.cell.value is None and stand.cell.status == "missing_fx"]
    if blocked:
        state = Chip(short_status("missing_fx"), "warn")
        page = kpi_page(blocked[0].kpi.id) if len(blocked) == 1 else "trust.md#findings"
        named = "; ".join(stand.kpi.title for stand in blocked)
        text = f"no figure for {named}. Add rates to the drop (fx_rate.csv), or set reporting_currency"
        yield Notice("missing_fx", state, "Money", page, text)


#: The rules in the order of the list: the business first, the data last.
RULES: tuple[Callable[[Context], Iterator[Notice]], ...] = (
    off_target_twice,
    clear_falls,
    bottleneck,
    value_stops,
    promises_missed,
    leaking_spend,
    living_off_customers,
    score_not_monotone,
    systems_disagree,
    ledger_gap,
    unanswered,
    silent_feeds,
    load_problems,
    data_problems,
)
