"""Bridges: what led from where a period began to where it ended, from figures that are split by step."""

from __future__ import annotations

import pandas as pd

from generator import charts
from generator.charts.bridges import is_cut
from generator.kpis.kpi import Kpi
from generator.pages import words
from generator.pages.cells import member_of
from generator.pages.context import Context
from generator.pages.headline import Headline, period_text
from generator.pages.markup import Trusted
from generator.pages.tables import html_table

STEP = "step"
_START, _END = "start", "end"
#: What a figure may be called that says where a bridge begins, as a step or as a companion.
_STARTS = (_START, "opening")


def bridge_of(context: Context, stand: Headline) -> Trusted:
    """Return the bridge of a KPI in the headline's period; nothing where no figure of it is split by step."""
    steps = _steps(context, stand.kpi, stand.period.label)
    if len(steps) < 2:
        return Trusted("")
    unit = context.figure(_metric(context, stand.kpi) or stand.kpi.id).unit
    name, when = f"{stand.kpi.id}-bridge".replace("_", "-"), period_text(stand.period)
    rows = [(words.MEMBERS[STEP].get(step, step), value, step in (_START, _END)) for step, value in steps.items()]
    frame = pd.DataFrame(rows, columns=["step", "value", "is_total"])
    subject = f"{stand.kpi.title}: from the start to the end of {when}"
    context.charts[name] = chart = charts.bridge(frame, unit=unit, subject=subject, currency=context.currency)
    note = "the totals do not begin at zero" if is_cut(chart) else ""
    table = html_table(["Step", when], [[label, context.number(value, unit)] for label, value, _ in rows])
    return Trusted(charts.figure(name, chart, title=subject, note=note, table=table))


def _metric(context: Context, kpi: Kpi) -> str | None:
    """Return the metric of a KPI that is split by step."""
    metrics = (kpi.id, *context.companions.get(kpi.id, ()))
    return next((metric for metric in metrics if context.cells.members(metric, STEP)), None)


def _steps(context: Context, kpi: Kpi, period: str) -> dict[str, float]:
    """Return the value of each step in the order of a bridge; the end is worked out where it is not counted."""
    metric = _metric(context, kpi)
    if metric is None:
        return {}
    cells = {
        member_of(scope): context.cells.cell(metric, period, scope) for scope in context.cells.members(metric, STEP)
    }
    found = {step: cell.value for step, cell in cells.items() if cell and cell.value is not None}
    begins = (found.get(name, _beside(context, kpi, name, period)) for name in _STARTS)
    start = next((value for value in begins if value is not None), None)
    if start is None or any(cell and cell.value is None for cell in cells.values()):
        return {}  # a bridge with a hole leads nowhere
    between = {step: value for step, value in found.items() if step not in (*_STARTS, _END)}
    order = {step: place for place, step in enumerate(words.MEMBERS[STEP])}
    moved = dict(sorted(between.items(), key=lambda item: (order.get(item[0], len(order)), item[0])))
    return {_START: start, **moved, _END: start + sum(moved.values())}


def _beside(context: Context, kpi: Kpi, name: str, period: str) -> float | None:
    cell = context.cells.cell(f"{kpi.id}.{name}", period)
    return cell.value if cell else None
