"""The monthly funnel review: results against plan, the whole funnel, channels, promises; no single leads."""

from __future__ import annotations

from collections.abc import Iterator

from generator.measures.scopes import ALL, scope_text
from generator.pages import formats
from generator.pages.block import Block
from generator.pages.cells import member_of
from generator.pages.funnel import STEPS, Rate, Step, bottleneck_text, newest_rate, worst
from generator.pages.markup import Trusted
from generator.pages.reviews.agenda import changed_rules
from generator.pages.reviews.cadence import View
from generator.pages.reviews.figures import by_member, kpi_table, link
from generator.pages.reviews.promised import both_directions, promise_table
from generator.pages.tables import html_table
from generator.pages.words import SECTIONS

#: The parts of the review in their order; figures about the data itself stand on the trust page.
PARTS = ("north_star", "top", "middle", "bottom", "economics", "retention")
_CHANNELS = (
    ("lead_volume", "Leads"),
    ("channel_share", "Share"),
    ("mql_count", "MQLs"),
    ("sql_count", "SQLs"),
    ("icp_fit_rate", "Fit"),
    ("leakage.cost_per_lead", "Cost a lead"),
    ("originated_revenue", "Originated"),
)
#: Of the trust figures, the one that the review of the funnel is about.
_DISAGREEMENT = "definition_disagreement"


def blocks(view: View) -> Iterator[Block]:
    """Yield the sections of a monthly review."""
    yield from part(view, "north_star", "Are we on target?")
    yield from _funnel(view)
    yield from part(view, "top")
    if channels := by_member(view, _CHANNELS, "channel", 12):
        yield Block("By channel", "channels", figures=(channels,))
    yield from part(view, "middle", more=(_DISAGREEMENT,))
    if reasons := by_member(view, (("rejection_reasons", "Leads"), ("rejection_reasons.share", "Share")), "reason", 6):
        yield Block("Why Sales rejected", "rejections", figures=(reasons,))
    yield from promises(view)
    yield from part(view, "bottom")
    yield from part(view, "economics")
    yield from part(view, "retention")
    yield rules(view)


def part(view: View, section: str, title: str = "", more: tuple[str, ...] = ()) -> Iterator[Block]:
    """Yield the KPIs of a part that name this review in their `pages`."""
    kpis = [kpi for kpi in view.whole.kpis_of(section) if view.cadence.id in kpi.pages]
    kpis += [view.whole.kpis[name] for name in more if name in view.whole.kpis]
    if table := kpi_table(view, kpis):
        yield Block(title or SECTIONS[section], section.replace("_", "-"), figures=(table,))


def promises(view: View) -> Iterator[Block]:
    """Yield every promise in both directions, and both directions over time."""
    tables = (promise_table(view), both_directions(view))
    if any(tables):
        yield Block("Promises, in both directions", "promises", figures=tuple(table for table in tables if table))


def rules(view: View) -> Block:
    """Return which definitions and promises came into force in the period."""
    changed = tuple(changed_rules(view))
    return Block("Rules that changed", "rules", changed or ("No definition and no promise changed in this period.",))


def _funnel(view: View) -> Iterator[Block]:
    """Yield the whole funnel with a column for each origin, and the step that lost most."""
    rates = {step.stage: rate for step in STEPS if (rate := _rate(view, step))}
    origins = sorted(
        {member_of(scope) for step in STEPS for scope in view.context.cells.members(step.count, "origin")},
        key=lambda name: (name != "marketing", name != "sales", name),
    )
    rows = [row for step in STEPS if (row := _step(view, step, origins, rates.get(step.stage)))]
    if not rows:
        return
    head = [
        "Step",
        "All",
        *(view.context.label("origin", name) for name in origins),
        "Rate into it",
        "n",
        "95 % interval",
        "Period",
    ]
    lost = worst(list(rates.values()))
    said = f"Bottleneck: {lost.kpi.title}, {bottleneck_text(lost)}." if lost else "No step has clearly fallen."
    note = "Counts are of the month; rates follow their own rule and come from the newest quarter that can speak."
    yield Block("The funnel by origin", "funnel", (said,), (html_table(head, rows),), (note,))


def _rate(view: View, step: Step) -> Rate | None:
    known = (name for name in step.rates if name in view.context.kpis)
    return next((rate for name in known if (rate := newest_rate(view.context, name))), None)


def _step(view: View, step: Step, origins: list[str], rate: Rate | None) -> list[object] | None:
    count = _count(view, step, ALL)
    if not count:
        return None
    by_origin = [_count(view, step, scope_text({"origin": name})) for name in origins]
    told = ["", "", "", ""]
    if rate:
        low, high = (formats.percent(bound) if bound is not None else "" for bound in (rate.low, rate.high))
        told = [
            formats.percent(rate.share),
            formats.counted(rate.n),
            f"{low} to {high}" if low and high else "",
            rate.period,
        ]
    return [_named(view, step), count, *by_origin, *told]


def _named(view: View, step: Step) -> Trusted | str:
    return link(view, step.count, step.title) if step.count in view.whole.kpis else step.title


def _count(view: View, step: Step, scope: str) -> str:
    cell = view.context.cells.cell(step.count, view.row.label, scope)
    value = getattr(cell, step.side) if cell else None
    return "" if value is None else formats.counted(value)
