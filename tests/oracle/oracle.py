"""The KPIs a second time: from the canonical tables and the agreement, one card after the other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from . import attribution, checks, companions, middle, money, pipeline
from .attainments import Attainments
from .bottom import Bottom
from .clock import Periods, Span
from .coverage import Coverage
from .economics import Economics
from .figures import Cell
from .handoffs import Handoffs
from .story import Story
from .top import Top

Cells = dict[tuple[str, str, str], Cell]


class Oracle(Top, Handoffs, Bottom, Economics, Attainments, Coverage):
    """All cells of a drop, and those of the earlier periods that part periods are compared with."""

    def __init__(self, tables: dict[str, list[dict]], agreement, as_of: datetime, first: date):
        self.story = Story(tables, agreement, as_of)
        self.tables, self.as_of, self.settings = tables, as_of, agreement.settings
        self.zone = self.story.zone
        business = self.story.calendars[self.settings.reporting_calendar]
        self.periods = Periods(first, as_of, self.zone, self.settings.fiscal_year_start_month, business)
        self.won_deals = [deal for deal in self.story.deals if deal.row["is_won"] and deal.row["is_closed"]]
        self.customer_since = self._customer_since()
        self.figures: dict[str, Callable[[Span], dict[str, Cell]]] = {}
        self._top()
        self._middle()
        self._bottom()
        self._economics()
        self._formulas()
        for cards in (middle, pipeline, money, attribution, checks, companions):
            cards.add(self)

    def cells(self) -> Cells:
        """Return every cell of every own month, quarter, year and `all`."""
        return {
            (metric, label, scope): cell
            for metric, figure in self.figures.items()
            for label, span in self.periods.own.items()
            for scope, cell in figure(span).items()
        }

    def befores(self) -> dict[tuple[str, str, str, str], Cell]:
        """Return what each cell is compared with, by metric, period, scope and comparison."""
        found = {}
        for metric, figure in self.figures.items():
            for label in self.periods.own:
                for comparison in ("mom", "qoq", "yoy"):
                    span = self.periods.before(label, comparison)
                    if span is not None:
                        for scope, cell in figure(span).items():
                            found[metric, label, scope, comparison] = cell
        return found
