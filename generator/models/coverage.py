"""What is to be said of what a drop covers: books that are apart, tables that end long before the drop does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from generator.models.survey import Survey
from generator.sources.report import Finding, Severity

#: Tables that tell of whole months: what came to an end, without a moment by which silence could be told.
_MONTHLY = ("spend", "revenue")


def coverage(survey: Survey, today: date) -> Iterator[Finding]:
    """Yield what taints figures; `today` is the last day of the drop."""
    if survey.months_apart:
        text = "months in which recorded spend and the invoices of vendors are further apart than agreed"
        counts = len(survey.months_apart), len(survey.billed_months)
        yield Finding("invoice_gap", Severity.TAINTS, text, *counts, ("spend",))
    # The books of the month that closed last may still be open.
    expected = _month_before(_month_before(today))
    for span in survey.spans:
        if span.table in _MONTHLY and span.last < expected:
            text = f"{span.table} ends on {span.last}: what is counted from it is too low since. Was it exported whole?"
            yield Finding("table_ended", Severity.TAINTS, text, tables=(span.table,))


def _month_before(day: date) -> date:
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)
