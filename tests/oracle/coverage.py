"""How the open pipeline covers what is missing, a second time."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from fractions import Fraction

from . import figures as fig
from .clock import Span, midnight
from .figures import Cell, Unit
from .members import Members
from .story import Deal


class Coverage(Members):
    """How the open pipeline covers what is missing, a second time."""

    def _moment(self, span: Span) -> date:
        """Return the day at whose beginning the pipeline is counted: the period's start, or where it is cut."""
        return span.cut if span.is_part or span.cut < span.end else span.start

    def _open_units(self, span: Span) -> list[Unit]:
        day = self._moment(span)
        moment = midnight(day, self.zone)
        lowest = self.story.ranks[self.settings.min_qualified_stage].rank
        units = []
        for deal in self.story.deals:
            state, stage = deal.state_before(moment), self._stage_before(deal, moment)
            if (
                state is None
                or stage is None
                or stage.outcome != "open"
                or stage.rank < lowest
                or state["close_date"] is None
            ):
                continue
            if deal.row["type"] not in self.settings.revenue_types or state["amount"] is None:
                continue
            if day <= state["close_date"] < span.end:
                value = self.story.rates.convert(state["amount"], state["currency"], day)
                gap = None if value is not None else "missing_fx"
                units.append(Unit(day, self._deal_dims(deal), value, gap=gap))
        return units

    def _stage_before(self, deal: Deal, moment: datetime):
        """Return the stage of a deal; in one that the agreement does not know it stands where it stood before."""
        past = [self.story.ranks.get(state["stage"]) for state in deal.states if state["occurred_at"] < moment]
        return next((stage for stage in reversed(past) if stage), None)

    def _open(self, span: Span) -> dict[str, Cell]:
        if span.grain == "all":
            return {}
        units = self._open_units(span)
        return {scope: fig.total(some) for scope, some in fig.by_scope(units, ["region", "owner", "segment"]).items()}

    def _coverage(self, span: Span) -> dict[str, Cell]:
        if span.grain == "all" or self.periods.own.get(span.label) != span:
            return {}
        have = self._open(span)
        day = self._moment(span)
        won = self.figures["revenue_won"](Span(span.label, span.grain, span.start, span.end, day))
        found = {}
        begun = any(
            state["occurred_at"] < midnight(day, self.zone) for deal in self.story.deals for state in deal.states
        )
        for scope in {"all", *(scope for scope in have if scope.startswith("region="))} if begun else ():
            target = self._whole_target(span.label) if scope == "all" else self.target(
                "revenue_won", span.label, region=scope.partition("=")[2])  # fmt: skip
            if target is None:
                found[scope] = Cell(None, "missing_input")
                continue
            missing = target - (won.get(scope, Cell(Fraction(0))).value or 0)
            met = missing <= 0
            found[scope] = Cell(None, "target_met") if met else Cell(have[scope].value / missing, have[scope].status)
        return found

    def _trailing_win_rate(self, span: Span) -> dict[str, Cell]:
        if span.grain == "all":
            return {}
        day = self._moment(span)
        year = Span("", "", day - timedelta(days=365), day, day)
        return fig.measured(self.decided, year, ["region", "owner"], fig.value_rate)
