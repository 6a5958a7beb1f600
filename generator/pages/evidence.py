"""Whether a drop can show that a promise was kept: what its tables and columns would have to hold."""

from __future__ import annotations

from collections.abc import Iterator

from generator.agreement import Commitment
from generator.pages import formats
from generator.pages.context import Context

#: Where each event that stops a clock is recorded: a table, and a column of it where the table alone says nothing.
_RECORDED = {
    "first_response": "activity",
    "attempts": "activity",
    "connected": "activity",
    "assignment": "assignment",
    "crm_event": "lifecycle_event.source_system",
    "sal": "lifecycle_event",
    "sql": "lifecycle_event",
    "decision": "lifecycle_event",
    "reasoned_exit": "lifecycle_event.reason_code",
    "marketing_touch": "touch",
    "review_held": "review_log",
}


def no_evidence(context: Context, commitment: Commitment) -> str:
    """Return why this drop cannot tell whether a promise was kept, or nothing where it can."""
    needs = list(_needs(commitment))
    unmet = [need for need in needs if not _has(context, need)]
    # One way of showing it is enough for a clock; the fields of a hand-over are all asked for.
    if unmet and (commitment.kind != "clock" or len(unmet) == len(needs)):
        named = [need for need in unmet if need.partition(".")[0] == need or need.partition(".")[0] not in unmet]
        return f"the drop has no {formats.listed(named, 'or' if commitment.kind == 'clock' else 'and')}"
    if commitment.kind == "metric":
        return _metric_reason(context, commitment.metric or "")
    if commitment.kind == "review":
        log = context.report.load.tables["review_log"]
        newest = f", the newest on {formats.day(log.newest.date())}" if log.newest else ""
        return f"no KPI counts reviews; {formats.several(log.rows, 'review')} logged{newest}"
    return ""


def _needs(commitment: Commitment) -> Iterator[str]:
    """Yield what a promise is judged by."""
    if commitment.kind == "quality":
        yield from (f"lead.{field.partition('=')[0]}" for field in commitment.required_fields)
    elif commitment.kind == "reason":
        yield "lifecycle_event.reason_code"
    else:
        yield from dict.fromkeys(_RECORDED[stop] for stop in commitment.stop)


def _has(context: Context, need: str) -> bool:
    table, _, column = need.partition(".")
    return context.report.load.has(table, *([column] if column else []))


def _metric_reason(context: Context, metric: str) -> str:
    name = metric.partition(".")[0]
    if name not in context.kpis or (metric not in context.figures and not context.cells.series(metric)):
        return "no KPI counts it"
    if missing := context.report.missing.get(metric) or context.report.missing.get(name):
        return f"the drop lacks {formats.lacks(missing)}"
    return "" if context.cells.has(metric) else "no figure yet"
