"""Why a drop cannot tell whether a promise was kept, in words."""

from __future__ import annotations

from generator.agreement import Commitment
from generator.models.evidence import lacking_evidence
from generator.pages import formats
from generator.pages.context import Context

#: How often the reviews that were promised were held, by what the drop logged or the teams wrote down themselves.
HELD = "sla_attainment.reviews"


def no_evidence(context: Context, commitment: Commitment) -> str:
    """Return why this drop cannot tell whether a promise was kept, or nothing where it can."""
    if commitment.kind == "review":
        return "" if context.cells.has(HELD) else "nobody wrote down a review"
    if unmet := lacking_evidence(context.report.load, commitment):
        named = [need for need in unmet if need.partition(".")[0] == need or need.partition(".")[0] not in unmet]
        return f"the drop has no {formats.listed(named, 'or' if commitment.kind == 'clock' else 'and')}"
    if commitment.kind == "metric":
        return _metric_reason(context, commitment.metric or "")
    return ""


def _metric_reason(context: Context, metric: str) -> str:
    name = metric.partition(".")[0]
    if name not in context.kpis or (metric not in context.figures and not context.cells.series(metric)):
        return "no KPI counts it"
    if missing := context.report.missing.get(metric) or context.report.missing.get(name):
        return f"the drop lacks {formats.lacks(missing)}"
    return "" if context.cells.has(metric) else "no figure yet"
