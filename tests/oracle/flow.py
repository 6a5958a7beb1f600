"""How deals stood and what they moved in the pipeline, walked through one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from . import figures as fig
from .clock import Span, midnight
from .figures import Cell, Unit

if TYPE_CHECKING:
    from .oracle import Oracle
    from .story import Deal

YEAR = timedelta(days=365)


@dataclass
class Stand:
    """How a deal stood from an instant on."""

    at: datetime
    stage: str | None
    outcome: str
    rank: int | None
    amount: Fraction | None
    currency: str | None
    due: date | None
    has_history: bool
    has_qualified: bool = False

    @property
    def is_open(self) -> bool:
        return self.outcome == "open"

    @property
    def is_in(self) -> bool:
        return self.is_open and self.has_qualified


class Flow:
    """Every deal that can be pipeline, with its stands in order."""

    def __init__(self, oracle: Oracle):
        self.oracle, self.story, self.settings = oracle, oracle.story, oracle.settings
        self.lowest = self.story.ranks[self.settings.min_qualified_stage].rank
        every = {deal.id: (deal, self._stands(deal)) for deal in self.story.deals}
        self.all_deals = list(every.values())
        self.deals = [pair for pair in self.all_deals if pair[0].row["type"] in self.settings.revenue_types]
        self.stations = self._stations()
        self._snapshots: dict[date, list[tuple[Deal, list[Stand], Stand, Unit]]] = {}

    def _stands(self, deal: Deal) -> list[Stand]:
        row, found = deal.row, {}
        for state in deal.states:
            stage = self.story.ranks.get(state["stage"])
            key = (stage.rank if stage else -1, state["event_id"])
            if state["occurred_at"] not in found or key > found[state["occurred_at"]][0]:
                found[state["occurred_at"]] = (key, state, stage)
        stands = [
            Stand(at, state["stage"], stage.outcome if stage else "open", stage.rank if stage else None,
                  self._worth(state, row), state["currency"] or row["currency"], state["close_date"] or row["close_date"],
                  True)
            for at, (_, state, stage) in sorted(found.items())
        ]  # fmt: skip
        if not stands and row["created_at"] is not None:
            stage = None if row["is_closed"] else self.story.ranks.get(row["stage"])
            name = None if row["is_closed"] else row["stage"]
            rank = stage.rank if stage else None
            stands = [
                Stand(row["created_at"], name, "open", rank, row["amount"], row["currency"], row["close_date"], False)
            ]
        if row["is_closed"] and stands and stands[-1].is_open:
            ended = row["closed_at"] or midnight(row["close_date"], self.oracle.zone)
            outcome = "won" if row["is_won"] else "lost"
            stands.append(
                Stand(max(ended, stands[-1].at), row["stage"], outcome, None, row["amount"], row["currency"],
                      row["close_date"], stands[-1].has_history)
            )  # fmt: skip
        reached = False
        for stand in stands:
            above = stand.is_open and (stand.rank is None or stand.rank >= self.lowest)
            reached = stand.has_qualified = reached or above or stand.outcome == "won"
        return stands

    @staticmethod
    def _worth(state: dict, row: dict) -> Fraction | None:
        return state["amount"] if state["amount"] is not None else row["amount"]

    def value(self, stand: Stand, day: date) -> tuple[Fraction | None, str | None]:
        """Return what a stand is worth on a day, and why it cannot be said."""
        if stand.amount is None:
            return None, None
        value = self.story.rates.convert(stand.amount, stand.currency, day)
        return value, None if value is not None else "missing_fx"

    def before(self, stands: list[Stand], day: date) -> Stand | None:
        """Return the stand just before a day begins."""
        moment = midnight(day, self.oracle.zone)
        past = [stand for stand in stands if stand.at < moment]
        return past[-1] if past else None

    def dims(self, deal: Deal, stand: Stand) -> dict[str, str | None]:
        return {**self.oracle._deal_dims(deal), "stage": stand.stage}

    def snapshot(self, day: date) -> list[tuple[Deal, list[Stand], Stand, Unit]]:
        """Return the deals that are open just before `day`, each with its unit."""
        if day not in self._snapshots:
            self._snapshots[day] = list(self._open_before(day))
        return self._snapshots[day]

    def _open_before(self, day: date) -> Iterator[tuple[Deal, list[Stand], Stand, Unit]]:
        for deal, stands in self.deals:
            stand = self.before(stands, day)
            if stand is not None and stand.is_open:
                value, gap = self.value(stand, day)
                yield deal, stands, stand, Unit(day, self.dims(deal, stand), value, gap=gap)

    def moves(self, deal: Deal, stands: list[Stand]) -> Iterator[tuple[date, str, Unit, Stand]]:
        """Yield what a deal moved in the pipeline: day, step, and the unit with the signed amount."""
        last: Stand | None = None
        for stand in stands:
            day = self.story.day(stand.at)
            worth, gap = self.value(stand, day)
            worth = worth or Fraction()
            was_in = last is not None and last.is_in
            created = stand.has_qualified and not (last is not None and last.has_qualified)
            changes: list[tuple[str, Fraction]] = []
            if created or (stand.is_in and not was_in):
                changes.append(("created" if created else "reopened", worth))
            if was_in and (stand.amount or 0, stand.currency) != (last.amount or 0, last.currency):
                delta = worth - (self.value(last, day)[0] or Fraction())
                changes.append(("decreased" if delta < 0 else "increased", delta))
            if not stand.is_open and (was_in or created):
                changes.append((stand.outcome, -worth))
            for step, change in changes:
                yield day, step, Unit(day, {**self.dims(deal, stand), "step": step}, change, gap=gap), stand
            last = stand

    def _stations(self) -> list[tuple[str, int]]:
        used = {stand.stage for _, stands in self.all_deals for stand in stands if stand.is_open}
        found = [(one.id, one.rank) for one in self.story.ranks.values() if one.outcome == "open" and one.id in used]
        return sorted(found, key=lambda station: (station[1], station[0]))

    def odds(self, day: date) -> dict[str, Fraction | None]:
        """Return how often deals that had reached a stage were won in the year before `day`."""
        decided = []
        for deal, stands in self.deals:
            ranks = [stand.rank for stand in stands if stand.is_open and stand.has_history and stand.rank is not None]
            void = not deal.row["is_won"] and deal.row["loss_reason"] in self.settings.exclude_loss_reasons
            if deal.row["is_closed"] and not void and ranks and day - YEAR <= deal.book_date < day:
                decided.append((bool(deal.row["is_won"]), max(ranks)))
        found = {}
        for stage in self.story.ranks.values():
            hits = [won for won, top in decided if won or top >= stage.rank]
            enough = len(hits) >= max(self.settings.min_n_rate, 1)
            agreed = None if stage.probability is None else Fraction(str(stage.probability))
            found[stage.id] = Fraction(sum(hits), len(hits)) if enough else agreed
        return found


def cells(units: list[Unit], dims: str, measure: Callable[[list[Unit]], Cell]) -> dict[str, Cell]:
    return {scope: measure(some) for scope, some in fig.by_scope(units, dims.split()).items()}


def known(units: list[Unit]) -> list[Unit]:
    return [unit for unit in units if unit.value is not None or unit.gap]


def is_part(span: Span) -> bool:
    """Whether a period, or the earlier one it is compared with, is cut before its end."""
    return span.is_part or span.cut < span.end


def weighed(flow: Flow, day: date, found: list) -> list[Unit]:
    """Return open deals at the win rate of their stage."""
    odds, units = flow.odds(day), []
    for _, _, stand, unit in found:
        chance = odds.get(stand.stage or "")
        if unit.value is None and not unit.gap:
            continue
        gap = unit.gap or (None if chance is not None else "suppressed")
        units.append(Unit(day, unit.dims, None if gap else unit.value * chance, gap=gap))
    return units
