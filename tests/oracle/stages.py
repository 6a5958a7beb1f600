"""How fast deals flow, a second time: velocity, the way from stage to stage, and where revenue will land."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from . import deals
from . import figures as fig
from .clock import Span
from .figures import Cell, Unit
from .flow import YEAR, Flow, Stand, cells, is_part, weighed

if TYPE_CHECKING:
    from .oracle import Oracle
    from .story import Deal

#: What is compared, by the names of the results.
METRICS: list[str] = [
    "pipeline_velocity", "pipeline_velocity.deals", "pipeline_velocity.size", "pipeline_velocity.win_rate",
    "pipeline_velocity.decided", "pipeline_velocity.cycle", "stage_conversion", "stage_velocity", "stage_velocity.p90",
    "stage_velocity.left", "stage_velocity.entered", "revenue_attainment.due", "revenue_attainment.landing",
]  # fmt: skip


def add(oracle: Oracle, flow: Flow) -> None:
    """Add the figures of this file to `oracle.figures`."""
    _velocity(oracle, flow)
    _stages(oracle, flow)
    _landing(oracle, flow)


def _velocity(oracle: Oracle, flow: Flow) -> None:
    dims = "region segment origin owner"

    def booked(span: Span, units: list[Unit]) -> list[Unit]:
        return [unit for unit in units if span.cut - YEAR <= unit.day < span.cut]

    def figure(units: list[Unit], measure: Callable[[list[Unit]], Cell]):
        return lambda span: {} if span.grain == "all" else cells(booked(span, units), dims, measure)

    def velocity(span: Span) -> dict[str, Cell]:
        parts = [oracle.figures[f"pipeline_velocity.{name}"](span) for name in ("deals", "size", "win_rate", "cycle")]
        decided, found = oracle.figures["pipeline_velocity.decided"](span), {}
        for scope in set().union(*parts, decided):
            sides = [part.get(scope, Cell(None, "missing_input")) for part in parts]
            if scope not in parts[0] and parts[0]:
                sides[0] = Cell(Fraction())
            if decided.get(scope, Cell(Fraction())).value < 5:
                found[scope] = Cell(None, "suppressed")
            elif gone := next((side for side in sides if side.value is None), None):
                found[scope] = Cell(None, gone.status)
            else:
                n, size, rate, cycle = (side.value for side in sides)
                found[scope] = Cell(n * size * rate / cycle) if cycle else Cell(None, "zero_denominator")
        return found

    figures = oracle.figures
    figures["pipeline_velocity.deals"] = lambda span: (
        {}
        if span.grain == "all"
        else cells([unit for _, _, stand, unit in flow.snapshot(span.cut) if stand.is_in], dims, fig.count)
    )
    figures["pipeline_velocity.size"] = figure(deals.sizes(oracle), fig.mean)
    figures["pipeline_velocity.win_rate"] = figure(deals.decided(oracle), fig.rate)
    figures["pipeline_velocity.decided"] = figure(deals.decided(oracle), fig.count)
    figures["pipeline_velocity.cycle"] = figure(oracle._cycles(False), fig.mean)
    figures["pipeline_velocity"] = velocity


def _stages(oracle: Oracle, flow: Flow) -> None:
    story, windows = oracle.story, oracle.settings.windows
    entries, stays = [], []
    for deal, stands in flow.all_deals:
        known = [stand for stand in stands if stand.has_history and (stand.rank is not None or not stand.is_open)]
        for place, (stage, rank) in enumerate(flow.stations):
            above = flow.stations[place + 1][1] if place + 1 < len(flow.stations) else None
            begun = [one.at for one in known if one.outcome == "won" or (one.is_open and one.rank >= rank)]
            if not begun:
                continue
            on = [
                one.at for one in known
                if one.outcome == "won" or (above is not None and one.is_open and one.rank >= above)
            ]  # fmt: skip
            window = windows.stages.get(stage, windows.stage)
            mature = min(begun) + timedelta(days=window) <= oracle.as_of
            hit = fig.within_days(min(begun), min(on, default=None), window)
            members = {**oracle._deal_dims(deal), "stage": stage}
            entries.append(Unit(story.day(min(begun)), members, hit=hit, mature=mature))
        stays += list(_stays(oracle, deal, stands))
    oracle._add("stage_conversion", entries, "stage region segment channel product owner origin", oracle._cohort())
    left = [Unit(story.day(out), dims, days) for _, out, dims, days in stays if out is not None]
    dims = "stage region segment product owner"
    oracle._add("stage_velocity.left", left, dims, fig.mean)
    oracle._add("stage_velocity", left, dims, fig.MEDIAN)
    oracle._add("stage_velocity.p90", left, dims, fig.P90)
    entered = [Unit(story.day(at), members, days, observed=out is not None) for at, out, members, days in stays]
    oracle._add("stage_velocity.entered", entered, dims, fig.kaplan_meier_median)


def _stays(oracle: Oracle, deal: Deal, stands: list[Stand]) -> Iterator[tuple]:
    """Yield entry, exit or None, members and days of each stage in which a deal stood."""
    ends = [*(stand.at for stand in stands[1:]), None]
    rows: dict[str, list[tuple[Stand, datetime | None]]] = defaultdict(list)
    for stand, end in zip(stands, ends, strict=True):
        if stand.is_open and stand.has_history and stand.stage is not None:
            rows[stand.stage].append((stand, end))
    for stage, some in rows.items():
        days = sum(
            (Fraction((min(end or oracle.as_of, oracle.as_of) - stand.at) // timedelta(microseconds=1))
             for stand, end in some), Fraction()
        ) / (86400 * 10**6)  # fmt: skip
        last = some[-1][1]
        rank = some[-1][0].rank
        beyond = [
            one.at for one in stands
            if last is not None and one.at >= last
            and (not one.is_open or (one.rank is not None and rank is not None and one.rank > rank))
        ]  # fmt: skip
        yield some[0][0].at, min(beyond, default=None), {**oracle._deal_dims(deal), "stage": stage}, days


def _landing(oracle: Oracle, flow: Flow) -> None:
    def due(span: Span) -> dict[str, Cell]:
        if span.grain == "all":
            return {}
        found = [
            one
            for one in flow.snapshot(span.cut)
            if is_part(span) and one[2].due is not None and span.start <= one[2].due < span.end
        ]
        return cells(weighed(flow, span.cut, found), "region segment owner", fig.total)

    def landing(span: Span) -> dict[str, Cell]:
        if span.grain == "all" or oracle.periods.own.get(span.label) != span:
            return {}
        won, more, agreed = oracle.figures["revenue_won"](span), due(span), oracle._whole_target(span.label)
        first, second = won["all"], more["all"]
        gone = next((one for one in (first, second) if one.value is None), None)
        if gone or agreed is None:
            return {"all": Cell(None, gone.status if gone else "missing_input")}
        return {"all": Cell((first.value + second.value) / agreed)}

    oracle.figures["revenue_attainment.due"] = due
    oracle.figures["revenue_attainment.landing"] = landing
