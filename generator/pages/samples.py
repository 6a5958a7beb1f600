"""Sample targets: which figures are held against a placeholder, and why the samples do not fit together."""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal

from generator.agreement import Target
from generator.agreement.targets import SAMPLE
from generator.pages import formats
from generator.pages.cells import Cell, Period
from generator.pages.context import Context

#: Whose targets a figure of their own is held against, and the figure whose target that is.
_HELD_AGAINST = {"team_attainment": "revenue_won", "revenue_attainment": "revenue_won"}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def is_sample(context: Context, cell: Cell) -> bool:
    """Whether a cell is held against a placeholder of the packaged agreement; targets in the drop replace those."""
    metric = _HELD_AGAINST.get(cell.metric, cell.metric)
    held = cell.target
    if metric != cell.metric:
        other = context.cells.cell(metric, cell.period, cell.scope)
        held = other.target if other and other.target is not None else cell.denominator
    if held is None:
        return False
    row = context.cells.periods[cell.period]
    return any(math.isclose(value, held) for value in _values(context, metric, row))


def _values(context: Context, metric: str, row: Period) -> Iterator[float]:
    """Yield what the samples of a metric say of a period: the value given for it, or its months and quarters summed."""
    sums: dict[tuple[str, str], Decimal] = {}
    for target in _samples(context, metric):
        begins, ends = target.period_start.isoformat(), target.period_end.isoformat()
        if begins == row.starts_on and ends == row.ends_on:
            yield float(target.value)
        elif begins >= row.starts_on and ends <= row.ends_on:
            key = (target.plan, target.team)
            sums[key] = sums.get(key, Decimal(0)) + target.value
    yield from (float(value) for value in sums.values())


def _samples(context: Context, metric: str) -> Iterator[Target]:
    return (one for one in context.report.agreement.targets if one.version == SAMPLE and one.metric == metric)


def misfit(context: Context) -> str:
    """Return why the sample targets cannot all be reached, worked out from them; nothing once one is replaced."""
    monthly = {name: _in_force(context, name) for name in ("mql_count", "lead_to_customer", "deal_size", "cac", "clv")}
    mqls, share, size, cac, clv = monthly.values()
    if not (mqls and share and size and cac):
        return ""
    customers = mqls * share
    revenue, cost = customers * size, customers * cac
    each, price, worth, earned, spent = (
        formats.money(one, context.currency) for one in (size, cac, clv or 0, revenue, cost)
    )
    told = f"; a customer worth {worth} is {(clv or 0) / cac:.1f} times that cost" if clv else ""
    return (
        f"The samples do not fit together: {formats.counted(mqls)} MQLs a month, of which {formats.percent(share, 0)} "
        f"buy for {each}, make {earned}; winning {formats.counted(customers)} customers at {price} costs {spent}, "
        f"{formats.percent(cost / revenue, 0)} of it{_usual(context)}{told}."
    )


def _usual(context: Context) -> str:
    """Return the share of revenue that the agreement wants to spend, where it names a range."""
    kpi = context.kpis.get("sm_cost_ratio")
    if kpi is None or not kpi.band:
        return ""
    low, high = (formats.percent(bound, 0) for bound in kpi.band)
    return f", where {low} to {high} is wanted"


def _in_force(context: Context, metric: str) -> float | None:
    """Return the monthly sample that figures are held against, or None where a real target has taken its place."""
    cells = context.cells.series(metric).values()
    held = [cell for cell in cells if cell.target is not None]
    if held and not any(is_sample(context, cell) for cell in held):
        return None
    newest = max(_samples(context, metric), key=lambda target: (target.period_start, target.value), default=None)
    if newest is None:
        return None
    months = _MONTHS.get(newest.every or "month", 1) if metric == "mql_count" else 1
    return float(newest.value) / months
