"""The funnel from lead to won deal: counts, the rate of each step, and where it is narrowest, by rule."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from generator import charts
from generator.kpis.kpi import Kpi
from generator.measures.intervals import Numbers, newcombe
from generator.measures.scopes import ALL
from generator.pages import formats
from generator.pages.cells import Cell, Period
from generator.pages.context import Context, kpi_page
from generator.pages.headline import period_text
from generator.pages.markup import Trusted

GRAIN = "quarter"
#: Periods before the newest one with which a step's rate is compared.
LOOKING_BACK = 4
#: Conversion from one stage of a deal to the next, by stage, and the value of the deals that did not come on.
STAGES, LOST = "stage_conversion", "stage_conversion.lost"


@dataclass(frozen=True)
class Step:
    """A station of the funnel: which metric counts it, and which rates lead into it."""

    stage: str
    title: str
    count: str  # metric id
    side: str  # value, or the numerator of a rate that counts it
    rates: tuple[str, ...] = ()  # ids of conversion KPIs, the nearest first


STEPS = (
    Step("lead", "New leads", "lead_volume", "value"),
    Step("mql", "MQLs", "mql_count", "value", ("lead_to_mql",)),
    Step("sal", "Accepted by sales", "sal_acceptance", "numerator", ("sal_acceptance",)),
    Step("sql", "SQLs", "sql_count", "value", ("mql_to_sql",)),
    Step("customer", "Deals won", "win_rate_count", "numerator", ("win_rate_count", "lead_to_customer")),
)


@dataclass(frozen=True)
class Counted:
    """One station with its count in a period, and the newest rate into it."""

    step: Step
    kpi: Kpi
    page: str
    count: float
    before: str  # the count of the same quarter a year before, or n/a
    rate: Rate | None
    is_bottleneck: bool


@dataclass(frozen=True)
class Rate:
    """The newest rate of a step that can speak, beside the quarters before it."""

    kpi: Kpi
    name: str  # the KPI's title, with the stage where it is that of one
    page: str
    period: str
    share: float
    n: int
    low: float | None
    high: float | None
    mean_before: float | None  # over up to four quarters before, units added up
    n_before: int
    quarters: int
    change_low: float | None  # 95 % interval of the change
    change_high: float | None

    @property
    def fell(self) -> bool:
        """Whether the interval of the change leaves out zero, downwards."""
        return self.change_high is not None and self.change_high < 0


@dataclass(frozen=True)
class Stop:
    """The stage at which most value stops."""

    stage: str
    page: str
    period: str
    lost: float  # in the reporting currency
    all_lost: float  # at all stages
    stuck: int  # deals that entered the stage and did not come on in time
    entered: int


@dataclass(frozen=True)
class Funnel:
    """The funnel of one period."""

    period: Period
    steps: tuple[Counted, ...]
    bottleneck: Rate | None
    stop: Stop | None
    finding: str


def funnel_of(context: Context) -> Funnel | None:
    """Return the funnel of the newest closed quarter (of the part quarter where none is closed), or None."""
    rows = [row for row in context.cells.of_grain(GRAIN) if any(_count(context, step, row) for step in STEPS)]
    if not rows:
        return None
    row = next((row for row in reversed(rows) if not row.is_part), rows[-1])
    rates = {step.stage: _rate(context, step) for step in STEPS}
    bottleneck = worst([rate for rate in (*rates.values(), *_stage_rates(context)) if rate])
    known = [step for step in STEPS if step.count in context.kpis]
    steps = (_counted(context, step, row, rates[step.stage], bottleneck) for step in known)
    found = tuple(step for step in steps if step)
    return Funnel(row, found, bottleneck, largest_stop(context), _finding(found, row)) if found else None


def worst(rates: list[Rate]) -> Rate | None:
    """Return the rate that fell most against the quarters before it, among those that clearly fell."""
    fallen = [rate for rate in rates if rate.fell and rate.mean_before]
    return min(fallen, key=lambda rate: rate.share / (rate.mean_before or 1), default=None)


def bottleneck_text(rate: Rate) -> str:
    """Return the sentence that carries the numbers of the bottleneck."""
    before = f"{formats.percent(rate.mean_before or 0)} over the {formats.several(rate.quarters, 'quarter')} before"
    low, high = (formats.difference(bound, of_rates=True) for bound in (rate.change_low, rate.change_high))
    return (
        f"{formats.percent(rate.share)} in {rate.period} (n = {formats.counted(rate.n)}), down from {before} "
        f"(n = {formats.counted(rate.n_before)}); the change lies between {low} and {high}"
    )


def largest_stop(context: Context) -> Stop | None:
    """Return the stage whose deals of the newest mature quarter stopped with most value, or None where none tells."""
    if STAGES not in context.kpis:
        return None
    rated = [cell for cell in context.cells.run(STAGES, GRAIN) if cell.value is not None and cell.n >= context.min_n]
    if not rated:
        return None
    period = rated[-1].period
    lost = {
        scope: cell.value
        for scope in context.cells.members(STAGES, "stage")
        if (cell := context.cells.cell(LOST, period, scope)) and cell.value is not None
    }
    scope = max(sorted(lost), key=lambda name: lost[name], default="")
    rate = context.cells.cell(STAGES, period, scope) if scope else None
    if rate is None or rate.numerator is None or rate.denominator is None or lost[scope] <= 0:
        return None
    when, entered = period_text(context.cells.periods[period]), int(rate.denominator)
    stuck = max(entered - int(rate.numerator), 0)
    return Stop(context.scope_label(scope), kpi_page(STAGES), when, lost[scope], sum(lost.values()), stuck, entered)


def stop_text(context: Context, stop: Stop) -> str:
    """Return the sentence that carries the numbers of the stage at which most value stops."""
    part = formats.percent(stop.lost / stop.all_lost)
    return (
        f"{formats.of(stop.stuck, stop.entered)} deals that entered it in {stop.period} did not come on in time: "
        f"{context.number(stop.lost, 'currency')}, {part} of the value that stopped at any stage"
    )


def drawing(context: Context, funnel: Funnel) -> Trusted:
    """Return the funnel as a figure with its title."""
    frame = pd.DataFrame(
        {
            "stage": [step.step.title for step in funnel.steps],
            "count": [step.count for step in funnel.steps],
            "is_bottleneck": [step.is_bottleneck for step in funnel.steps],
        }
    )
    subject = f"From lead to won deal, {formats.period(funnel.period.label)}"
    context.charts["funnel"] = chart = charts.funnel(frame, subject=subject)
    return Trusted(charts.figure("funnel", chart, title=funnel.finding))


def _count(context: Context, step: Step, row: Period) -> float | None:
    cell = context.cells.cell(step.count, row.label)
    return getattr(cell, step.side) if cell else None


def _counted(context: Context, step: Step, row: Period, rate: Rate | None, bottleneck: Rate | None) -> Counted | None:
    count = _count(context, step, row)
    if count is None:
        return None
    rows = context.cells.of_grain(GRAIN)
    place = rows.index(row)
    before = _count(context, step, rows[place - 4]) if place >= 4 else None
    kpi = context.kpis[step.count]
    shown = formats.NOT_AVAILABLE if before is None else formats.counted(before)
    is_worst = bottleneck is not None and rate is bottleneck
    return Counted(step, kpi, kpi_page(kpi.id), count, shown, rate, is_worst)


def _rate(context: Context, step: Step) -> Rate | None:
    for metric in step.rates:
        if metric in context.kpis and (rate := newest_rate(context, metric)):
            return rate
    return None


def _stage_rates(context: Context) -> list[Rate | None]:
    """Return the newest rate of each stage of a deal."""
    scopes = context.cells.members(STAGES, "stage") if STAGES in context.kpis else []
    return [newest_rate(context, STAGES, scope) for scope in scopes]


def newest_rate(context: Context, metric: str, scope: str = ALL) -> Rate | None:
    """Return the newest quarter's rate of a conversion KPI beside the quarters before it, added up."""
    run = [cell for cell in context.cells.run(metric, GRAIN, scope) if cell.value is not None and cell.denominator]
    if not run or run[-1].n < context.min_n:
        return None
    newest, before = run[-1], run[-1 - LOOKING_BACK : -1]
    hits, units = _added(before)
    change = _change((newest.numerator or 0, newest.denominator or 0), (hits, units)) if units else (None, None)
    return Rate(
        kpi=context.kpis[metric],
        name=context.kpis[metric].title + ("" if scope == ALL else f", {context.scope_label(scope)}"),
        page=kpi_page(metric),
        period=period_text(context.cells.periods[newest.period]),
        share=newest.value or 0.0,
        n=newest.n,
        low=newest.low,
        high=newest.high,
        mean_before=hits / units if units else None,
        n_before=int(units),
        quarters=len(before),
        change_low=change[0],
        change_high=change[1],
    )


def _added(cells: list[Cell]) -> tuple[float, float]:
    return sum(cell.numerator or 0 for cell in cells), sum(cell.denominator or 0 for cell in cells)


def _change(now: tuple[float, float], before: tuple[float, float]) -> tuple[float, float]:
    low, high = newcombe(_arrays(now), _arrays(before))
    return float(low[0]), float(high[0])


def _arrays(share: tuple[float, float]) -> tuple[Numbers, Numbers]:
    return np.array([share[0]], dtype="float64"), np.array([share[1]], dtype="float64")


def _finding(steps: tuple[Counted, ...], row: Period) -> str:
    first, last = steps[0], steps[-1]
    when = f"{formats.period(row.label)}{' to date' if row.is_part else ''}"
    if first is last:
        return f"{formats.counted(first.count)} {first.step.title.lower()} in {when}"
    begin = f"{formats.counted(first.count)} {_lower(first.step.title)}"
    return f"{when}: {begin}, {formats.counted(last.count)} {_lower(last.step.title)}"


def _lower(title: str) -> str:
    return title if title[:2].isupper() else title[0].lower() + title[1:]
