"""The plan page: from the revenue target back to deals, qualified leads and leads, with the rates that held lately."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from generator.kpis.kpi import Kpi
from generator.pages import formats
from generator.pages.block import Block
from generator.pages.cells import Cell, Period
from generator.pages.context import Context, address, kpi_page
from generator.pages.headline import period_text
from generator.pages.markup import Trusted, encoded
from generator.pages.samples import misfit

PAGE = "insights/plan.md"
REVENUE = "revenue_won"
GRAIN = "quarter"
#: Where a rate is taken from: the newest whole period of the finest grain that has enough cases.
_GRAINS = ("quarter", "year", "all")


@dataclass(frozen=True)
class Link:
    """A step of the chain: what it needs is worked out of an earlier step by one rate."""

    name: str
    title: str
    rate: str  # metric id of the rate
    after: str  # name of the step it is worked out of
    divides: bool  # the rate divides what is needed there; else it multiplies it
    count: str  # metric that counts this step, "" where none does
    side: str = "value"  # of that metric's cell
    unit: str = "count"


CHAIN = (
    Link("deals", "Deals won", "deal_size", "revenue", True, "win_rate_count", "numerator"),
    Link("mqls", "Marketing qualified leads", "mql_to_won", "deals", True, "mql_count"),
    Link("sqls", "Sales qualified leads among them", "mql_to_sql", "mqls", False, "sql_count"),
    Link("leads", "New leads", "lead_to_mql", "mqls", True, "lead_volume"),
    Link(
        "leads_at_once", "New leads, straight from lead to customer", "lead_to_customer", "deals", True, "lead_volume"
    ),
    Link("cost", "Cost of Sales and Marketing", "cac", "deals", False, "", unit="currency"),
)


@dataclass(frozen=True)
class Rate:
    """The newest sound figure of a rate."""

    kpi: Kpi
    value: float
    n: int
    period: str


@dataclass(frozen=True)
class Needed:
    """A step with what it takes to reach the target."""

    link: Link
    rate: Rate
    value: float


def blocks(context: Context) -> Iterator[Block]:
    """Yield the chain for the running quarter; nothing where revenue has no target or no rate is known."""
    row = _quarter(context)
    cell = context.cells.cell(REVENUE, row.label) if row else None
    if row is None or cell is None or not cell.target:
        return
    steps = list(chain(context, cell.target))
    if not steps:
        return
    target = context.number(cell.target, "currency")
    said = (
        f"{period_text(row)}: the target is {target}. Each step below says how much of it that takes, at the rates "
        "that held lately. Change a rate to see what would follow.",
    )
    notes = (
        "The chain divides and multiplies averages of everybody; it is no forecast. A rate follows its own rule, named "
        "at its KPI, and comes from the newest period that is whole and large enough.",
        *([misfit(context)] if misfit(context) else []),
    )
    yield Block("From the target back to leads", "chain", said, (_table(context, row, cell, steps),), notes)


def _quarter(context: Context) -> Period | None:
    rows = [row for row in context.cells.of_grain(GRAIN) if row.label in context.cells.series(REVENUE)]
    return rows[-1] if rows else None


def chain(context: Context, target: float) -> Iterator[Needed]:
    """Yield the steps whose rate is known and whose step before is; a short cut only where the long way is blocked."""
    needed = {"revenue": target}
    for link in CHAIN:
        rate = rate_of(context, link.rate)
        if rate is None or link.after not in needed or (link.name == "leads_at_once" and "leads" in needed):
            continue
        before = needed[link.after]
        needed[link.name] = before / rate.value if link.divides else before * rate.value
        yield Needed(link, rate, needed[link.name])


def rate_of(context: Context, metric: str) -> Rate | None:
    """Return the newest figure of a KPI over a whole period with enough cases; else the one with most cases."""
    kpi = context.kpis.get(metric)
    if kpi is None or context.is_missing(kpi):
        return None
    found = [
        (cell, row)
        for grain in _GRAINS
        for row in reversed(context.cells.of_grain(grain))
        if (cell := context.cells.cell(metric, row.label)) and cell.value and (not row.is_part or grain == "all")
    ]
    if not found:
        return None
    sound = next(((cell, row) for cell, row in found if cell.n >= context.min_n), None)
    cell, row = sound or max(found, key=lambda pair: pair[0].n)
    return Rate(kpi, float(cell.value or 0), cell.n, period_text(row))


def _table(context: Context, row: Period, cell: Cell, steps: list[Needed]) -> Trusted:
    """Return the chain as a table whose rates can be changed; its figures are right without any script."""
    head = ("Step", "By", "Rate", "Needed", "Target", "So far")
    titles = "".join(f'<th scope="col"{_kind(at)}>{title}</th>' for at, title in enumerate(head))
    first = _row(
        encoded("Revenue won"),
        "the agreed target",
        _input("revenue", "Revenue target", cell.target or 0.0, "currency"),
        _needed("revenue", cell.target or 0.0, "currency", "", context),
        context.number(cell.target, "currency"),
        context.number(cell.value, "currency"),
    )
    body = first + "".join(_step(context, row, step) for step in steps)
    reset = '<button type="button" class="of-whatif__reset">Back to the actual rates</button>'
    return Trusted(
        f'<div class="of-table of-whatif" data-currency="{encoded(context.currency)}"><table><thead><tr>{titles}</tr>'
        f"</thead><tbody>{body}</tbody></table><p>{reset}</p></div>"
    )


def _step(context: Context, row: Period, step: Needed) -> str:
    link, rate = step.link, step.rate
    cell = context.cells.cell(link.count, row.label) if link.count else None
    so_far = getattr(cell, link.side) if cell else None
    sign = "/" if link.divides else "*"
    title = f'<a href="{address(PAGE, kpi_page(rate.kpi.id))}">{encoded(rate.kpi.title)}</a>'
    return _row(
        encoded(link.title),
        f'{title}<br><span class="of-muted of-small">{encoded(f"{rate.period}, n = {formats.counted(rate.n)}")}</span>',
        _input(link.rate, rate.kpi.title, rate.value, rate.kpi.unit),
        _needed(link.name, step.value, link.unit, f"{link.after} {sign} {link.rate}", context),
        context.number(cell.target, "count") if cell and cell.target is not None and link.side == "value" else "",
        formats.counted(so_far) if so_far is not None else "",
    )


def _row(title: str, by: str, *cells: str) -> str:
    beside = "".join(f'<td class="of-num">{cell}</td>' for cell in cells)
    return f'<tr><th scope="row">{title}</th><td>{by}</td>{beside}</tr>'


def _kind(place: int) -> str:
    return ' class="of-num"' if place > 1 else ""


def _input(name: str, title: str, value: float, unit: str) -> str:
    """Return a field for a rate; it holds the exact value beside the one that is shown."""
    scale, places = (100, 1) if unit == "ratio" else (1, 0)
    shown = f"{value * scale:.{places}f}"
    mark = "\u202f%" if unit == "ratio" else ""
    return (
        f'<input type="number" min="0" step="any" inputmode="decimal" name="{name}" value="{shown}" '
        f'data-exact="{value!r}" data-scale="{scale}" aria-label="{encoded(title)}">{mark}'
    )


def _needed(name: str, value: float, unit: str, rule: str, context: Context) -> str:
    text = context.number(value, unit) if unit == "currency" else formats.counted(math.ceil(value - 1e-9))
    return f'<output name="{name}" data-unit="{unit}" data-rule="{rule}">{encoded(text)}</output>'
