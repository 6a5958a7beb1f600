"""Figures of pipeline, a second time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from . import deals, stages
from . import figures as fig
from .clock import Span
from .figures import Cell, Unit
from .flow import Flow, Stand, cells, is_part, known, weighed

if TYPE_CHECKING:
    from .oracle import Oracle

#: What is compared, by the names of the results.
METRICS: list[str] = [
    *deals.METRICS, *stages.METRICS,
    "pipeline_open", "pipeline_open.count", "pipeline_open.all", "pipeline_open.all_count", "pipeline_open.age",
    "pipeline_open.past_due", "pipeline_open.weighted", "pipeline_created", "pipeline_created.count",
    "pipeline_created.current_amount_used", "pipeline_growth", "pipeline_growth.start", "pipeline_growth.end",
    "pipeline_bridge", "slippage", "slippage.value", "slippage.pulled_in", "slippage.pushes", "slippage.pending",
]  # fmt: skip


def add(oracle: Oracle) -> None:
    """Add the figures of this file to `oracle.figures`."""
    deals.add(oracle)
    flow = Flow(oracle)
    _open(oracle, flow)
    _created(oracle, flow)
    _bridge(oracle, flow)
    _slippage(oracle, flow)
    stages.add(oracle, flow)


def _open(oracle: Oracle, flow: Flow) -> None:
    dims = "region segment product owner stage origin"

    def figure(pick: Callable[[date], list[Unit]], measure: Callable[[list[Unit]], Cell]):
        return lambda span: {} if span.grain == "all" else cells(pick(span.cut), dims, measure)

    def standing(day: date, only_in: bool = True) -> list[Unit]:
        return [unit for _, _, stand, unit in flow.snapshot(day) if stand.is_in or not only_in]

    def aged(day: date) -> list[Unit]:
        return [
            Unit(day, unit.dims, Fraction((day - oracle.story.day(deal.row["created_at"])).days))
            for deal, _, stand, unit in flow.snapshot(day)
            if stand.is_in
        ]

    def late(day: date) -> list[Unit]:
        return [
            Unit(day, unit.dims, hit=stand.due is not None and stand.due < day)
            for _, _, stand, unit in flow.snapshot(day)
            if stand.is_in
        ]

    figures = oracle.figures
    figures["pipeline_open"] = figure(lambda day: known(standing(day)), fig.total)
    figures["pipeline_open.count"] = figure(standing, fig.count)
    figures["pipeline_open.all"] = figure(lambda day: known(standing(day, False)), fig.total)
    figures["pipeline_open.all_count"] = figure(lambda day: standing(day, False), fig.count)
    figures["pipeline_open.age"] = figure(aged, fig.mean)
    figures["pipeline_open.past_due"] = figure(late, fig.rate)
    figures["pipeline_open.weighted"] = figure(
        lambda day: weighed(flow, day, [found for found in flow.snapshot(day) if found[2].is_in]), fig.total
    )


def _created(oracle: Oracle, flow: Flow) -> None:
    found = [
        (unit, stand)
        for deal, stands in flow.deals
        for _, step, unit, stand in flow.moves(deal, stands)
        if step == "created"
    ]
    dims = "region segment channel product origin owner"
    oracle._add("pipeline_created", [unit for unit, stand in found if stand.amount is not None], dims, fig.total)
    oracle._add("pipeline_created.count", [unit for unit, _ in found], dims, fig.count)
    blind = [unit for unit, stand in found if not stand.has_history]
    oracle._add("pipeline_created.current_amount_used", blind, dims, fig.count)


def _bridge(oracle: Oracle, flow: Flow) -> None:
    dims = "region segment product origin"
    moves = [
        (deal.id, day, step, unit) for deal, stands in flow.deals for day, step, unit, _ in flow.moves(deal, stands)
    ]

    def side(day: date) -> list[tuple[str, Unit]]:
        return [(deal.id, unit) for deal, _, stand, unit in flow.snapshot(day) if stand.is_in]

    def sums(span: Span, at: str) -> dict[str, Cell]:
        if span.grain == "all":
            return {}
        return cells(known([unit for _, unit in side(getattr(span, at))]), dims, fig.total)

    def growth(span: Span) -> dict[str, Cell]:
        start, end, found = sums(span, "start"), sums(span, "cut"), {}
        for scope in start.keys() | end.keys():
            new, old = end.get(scope, Cell(Fraction())), start.get(scope, Cell(Fraction()))
            gone = next((one for one in (new, old) if one.value is None), None)
            if gone:
                found[scope] = Cell(None, gone.status)
            else:
                found[scope] = Cell(new.value / old.value - 1) if old.value else Cell(None, "zero_denominator")
        return found

    def bridge(span: Span) -> dict[str, Cell]:
        if span.grain == "all" or oracle.periods.own.get(span.label) != span:
            return {}
        units, rest, members = [], defaultdict(Fraction), {}
        for sign, day in ((-1, span.start), (1, span.cut)):
            for name, unit in side(day):
                rest[name] += sign * (unit.value or 0)
                members[name] = unit.dims
                if sign < 0:
                    units.append(Unit(day, {**unit.dims, "step": "start"}, unit.value or Fraction(), gap=unit.gap))
        for name, day, _, unit in moves:
            if span.has(day):
                rest[name] -= unit.value
                members[name] = unit.dims
                units.append(unit)
        units += [Unit(span.cut, {**members[name], "step": "fx"}, left) for name, left in rest.items() if left]
        return cells(units, f"step {dims}", fig.total)

    oracle.figures["pipeline_growth.start"] = lambda span: sums(span, "start")
    oracle.figures["pipeline_growth.end"] = lambda span: sums(span, "cut")
    oracle.figures["pipeline_growth"] = lambda span: growth(span) if span.grain != "all" else {}
    oracle.figures["pipeline_bridge"] = bridge


def _slippage(oracle: Oracle, flow: Flow) -> None:
    dims = "region segment owner stage"

    def units(span: Span) -> Iterator[tuple[Unit, Stand | None, list[Stand]]]:
        """Yield the deals due in the period with how they stand at its end; None where they were decided."""
        for _, stands, stand, unit in flow.snapshot(span.start):
            if stand.due is not None and span.start <= stand.due < span.end:
                last = flow.before(stands, span.cut)
                yield unit, last if last.is_open else None, stands

    def waits(span: Span, last: Stand | None) -> bool:
        inside = last is not None and last.due is not None and span.start <= last.due < span.end
        return is_part(span) and inside

    def judged(span: Span) -> list[Unit]:
        return [
            Unit(span.start, unit.dims, unit.value, hit=last is not None, gap=unit.gap)
            for unit, last, _ in units(span)
            if not waits(span, last)
        ]

    def pushed(span: Span) -> list[Unit]:
        found = []
        for unit, _, stands in units(span):
            dated = [stand for stand in stands if stand.is_open]
            pushes = sum(
                old.due is not None and new.due is not None
                and (new.due.year, new.due.month) > (old.due.year, old.due.month)
                and span.has(oracle.story.day(new.at))
                for old, new in pairwise(dated)
            )  # fmt: skip
            found.append(Unit(span.start, unit.dims, Fraction(pushes)))
        return found

    def pulled(span: Span) -> list[Unit]:
        found = []
        for deal, stands, stand, unit in flow.snapshot(span.start):
            if stand.due is not None and stand.due < span.end:
                continue
            last = flow.before(stands, span.cut)
            inside = last.is_open and last.due is not None and span.start <= last.due < span.end
            won = not last.is_open and deal.row["is_won"] and span.has(deal.book_date)
            if inside or won:
                found.append(unit)
        return known(found)

    def figure(pick: Callable[[Span], list[Unit]], measure: Callable[[list[Unit]], Cell], marks: bool = False):
        def of(span: Span) -> dict[str, Cell]:
            found = {} if span.grain == "all" else cells(pick(span), dims, measure)
            marked = marks and is_part(span)
            return {scope: deals.provisional(cell) if marked else cell for scope, cell in found.items()}

        return of

    figures = oracle.figures
    figures["slippage"] = figure(judged, fig.rate, marks=True)
    figures["slippage.value"] = figure(lambda span: known(judged(span)), deals.value_rate, marks=True)
    figures["slippage.pushes"] = figure(pushed, fig.mean)
    figures["slippage.pulled_in"] = figure(pulled, fig.total)
    figures["slippage.pending"] = figure(
        lambda span: [unit for unit, last, _ in units(span) if waits(span, last)], fig.count
    )
