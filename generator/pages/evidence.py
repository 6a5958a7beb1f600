"""Why a drop cannot tell whether a promise was kept, in words."""

from __future__ import annotations

from generator.agreement import Commitment
from generator.models.evidence import lacking_evidence
from generator.pages import formats
from generator.pages.context import Context


def no_evidence(context: Context, commitment: Commitment) -> str:
    """Return why this drop cannot tell whether a promise was kept, or nothing where it can."""
    if unmet := lacking_evidence(context.report.load, commitment):
        named = [need for need in unmet if need.partition(".")[0] == need or need.partition(".")[0] not in unmet]
        return f"the drop has no {formats.listed(named, 'or' if commitment.kind == 'clock' else 'and')}"
    if commitment.kind == "metric":
        return _metric_reason(context, commitment.metric or "")
    if commitment.kind == "review":
        log = context.report.load.tables["review_log"]
        newest = f", the newest on {formats.day(log.newest.date())}" if log.newest else ""
        return f"no KPI counts reviews; {formats.several(log.rows, 'review')} logged{newest}"
    return ""


def _metric_reason(context: Context, metric: str) -> str:
    name = metric.partition(".")[0]
    if name not in context.kpis or (metric not in context.figures and not context.cells.series(metric)):
        return "no KPI counts it"
    if missing := context.report.missing.get(metric) or context.report.missing.get(name):
        return f"the drop lacks {formats.lacks(missing)}"
    return "" if context.cells.has(metric) else "no figure yet"
