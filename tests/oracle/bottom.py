"""Figures of the bottom of the funnel, a second time."""

from __future__ import annotations

from fractions import Fraction

from . import figures as fig
from .figures import Unit
from .members import Members
from .story import Deal


class Bottom(Members):
    """Figures of the bottom of the funnel, a second time."""

    def _booked(self, deals: list[Deal], types: tuple[str, ...]) -> list[tuple[Deal, Unit]]:
        """Return the closed deals of some types with their unit; its value is None without an amount."""
        found = []
        for deal in deals:
            if deal.row["type"] in types and deal.row["is_closed"]:
                value, gap = self.amount(deal, deal.book_date)
                unit = Unit(deal.book_date, self._deal_dims(deal), value, hit=bool(deal.row["is_won"]), gap=gap)
                found.append((deal, unit))
        return found

    def _bottom(self) -> None:
        valued = lambda pairs: [unit for _, unit in pairs if unit.value is not None or unit.gap]  # noqa: E731
        revenue = valued(self._booked(self.won_deals, tuple(self.settings.revenue_types)))
        self._add("revenue_won", revenue, "region team owner segment origin type product", fig.total)
        renewed = valued(self._booked(self.won_deals, ("renewal",)))
        self._add("revenue_won.renewed", renewed, "region team owner segment product", fig.total)
        new = valued(self._booked(self.won_deals, ("new_business",)))
        sized = [unit for unit in new if unit.gap or unit.value > 0]
        for suffix, measure in (("", fig.mean), (".median", fig.MEDIAN), (".p90", fig.P90)):
            self._add(f"deal_size{suffix}", sized, "region owner segment product origin", measure)
            for team in ("sales", "marketing"):
                mine = [unit for unit in sized if unit.dims["origin"] == team]
                self._add(f"deal_size_{team}{suffix}", mine, "region segment product", measure)
            self._add(f"sales_cycle{suffix}", self._cycles(True), "region segment owner product origin", measure)
            self._add(f"sales_cycle.opp_cycle{suffix}", self._cycles(False), "region segment owner product", measure)
        excluded = self.settings.exclude_loss_reasons
        closed = [
            (deal, unit)
            for deal, unit in self._booked(self.story.deals, tuple(self.settings.win_types))
            if deal.row["is_won"] or deal.row["loss_reason"] not in excluded
        ]
        self.decided = valued(closed)
        dims = "region segment product owner origin"
        self._add("win_rate_count", [unit for _, unit in closed], dims, fig.rate)
        self._add("win_rate_value", self.decided, dims, fig.value_rate)
        originated = [unit for unit in new if unit.dims["origin"] == "marketing"]
        self.originated = lambda span: fig.measured(originated, span, ["region"], fig.total)

    def _cycles(self, from_lead: bool) -> list[Unit]:
        units = []
        for deal in self.won_deals:
            if deal.row["type"] != "new_business" or (from_lead and deal.lead is None):
                continue
            start = deal.lead.created_at if from_lead else deal.row["created_at"]
            days = (deal.book_date - self.story.day(start)).days
            if days >= 0:
                units.append(Unit(deal.book_date, self._deal_dims(deal), Fraction(days)))
        return units
