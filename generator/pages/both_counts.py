"""One stage, counted by both teams: what Marketing handed over beside what Sales did with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from generator.pages import formats
from generator.pages.cells import Period
from generator.pages.context import Context
from generator.pages.headline import period_text

HANDED, AGAIN, DECIDED = "mql_count", "mql_count.requalified", "sal_acceptance"
PERIODS = 6


@dataclass(frozen=True)
class Counted:
    """The leads that Marketing handed over in a period, as both teams count them."""

    period: str
    first: str  # handed over for the first time
    again: str  # handed over again after they had come back
    decided: str  # Sales said yes or no
    accepted: str
    rejected: str
    waiting: str  # handed over, and no decision yet; leads that left the decisions by rule are among them


def both_counts(context: Context) -> list[Counted]:
    """Return the newest months in which both teams have a count, newest first."""
    rows = reversed(context.cells.of_grain("month"))
    return [counted for row in rows for counted in _counted(context, row)][:PERIODS]


def _counted(context: Context, row: Period) -> Iterator[Counted]:
    first, again, decided = (context.cells.cell(metric, row.label) for metric in (HANDED, AGAIN, DECIDED))
    if first is None or first.value is None or decided is None or decided.denominator is None:
        return
    handed = first.value + (again.value or 0 if again else 0)
    accepted, judged = decided.numerator or 0, decided.denominator
    numbers = (first.value, handed - first.value, judged, accepted, judged - accepted, handed - judged)
    yield Counted(period_text(row), *(formats.counted(number) for number in numbers))
