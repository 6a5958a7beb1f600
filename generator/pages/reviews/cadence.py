"""Which reviews there are, and for which periods each has a page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from generator.agreement.reviews import Cadence as Kept
from generator.calendar.zones import local_date
from generator.pages import formats
from generator.pages.cells import Period
from generator.pages.context import Context

INDEX = "reviews/index.md"


@dataclass(frozen=True)
class Cadence:
    """A review that comes round with every week, month or quarter."""

    id: Kept
    grain: str
    title: str
    reader: str
    lede: str
    pages: int  # so many of the newest periods have a page


CADENCES = (
    Cadence(
        "weekly",
        "week",
        "Weekly review",
        "for those who work the leads",
        "In the weeds: what came due, what waits, what to mend by next week.",
        8,
    ),
    Cadence(
        "monthly",
        "month",
        "Monthly funnel review",
        "for those who lead Sales, Marketing and Finance",
        "Where the funnel leaks, who kept their word, and what to do about it.",
        13,
    ),
    Cadence(
        "quarterly",
        "quarter",
        "Quarterly insights",
        "for the whole lead team",
        "What growth costs, what it is worth, what to agree on for the next quarter.",
        5,
    ),
)


@dataclass(frozen=True)
class View:
    """One review of one period: what was over by its end, and everything there is."""

    cadence: Cadence
    row: Period
    context: Context  # results up to the end of the period
    whole: Context  # all results of the drop
    is_newest: bool

    @property
    def page(self) -> str:
        """The path of the page below docs."""
        return f"reviews/{self.row.label.lower()}.md"

    @property
    def title(self) -> str:
        """How the page is called: `Weekly review, week 46 of 2026`."""
        return f"{self.cadence.title}, {formats.period(self.row.label)}"

    @property
    def starts_on(self) -> date:
        """The first day of the period."""
        return date.fromisoformat(self.row.starts_on)

    @property
    def today(self) -> date:
        """The day on which the review looks at things: the first after the period, or that of the drop."""
        settings = self.whole.report.agreement.settings
        as_of = self.whole.report.drop.as_of - timedelta(microseconds=1)  # a midnight ends the day before it
        drop = local_date(as_of, settings.reporting_timezone)
        return min(date.fromisoformat(self.row.ends_on), drop + timedelta(days=1))


def views(context: Context, cadence: Cadence) -> Iterator[View]:
    """Yield the newest periods that have begun, newest first."""
    begun = [row for row in context.cells.of_grain(cadence.grain) if row.days_done or not row.is_part]
    for place, row in enumerate(reversed(begun[-cadence.pages :])):
        past = replace(context, cells=context.cells.upto(row))
        yield View(cadence, row, past, context, is_newest=place == 0)
