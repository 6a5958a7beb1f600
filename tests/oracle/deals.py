"""Figures of decided deals and of forecasts, a second time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from . import figures as fig
from .clock import Span
from .figures import Cell, Unit

if TYPE_CHECKING:
    from .oracle import Oracle
    from .story import Deal

#: What is compared, by the names of the results.
METRICS: list[str] = [
    "loss_reasons", "loss_reasons.value", "loss_reasons.share", "loss_reasons.value_share",
    "loss_reasons.to_competitor", "discount_rate", "forecast_accuracy.mid_period",
    "discount_rate.above_list", "forecast_accuracy", "forecast_accuracy.error", "forecast_accuracy.bias",
    "forecast_accuracy.mid_error", "stage_velocity.total", "stage_conversion.leads",
]  # fmt: skip

_WAY = ("lead", "mql", "sal", "sql", "opportunity", "customer")


def provisional(cell: Cell) -> Cell:
    """Return the cell of a period in which it may still change."""
    return replace(cell, status="provisional") if cell.status == "ok" else cell


def value_rate(units: list[Unit]) -> Cell:
    """Return the share of value that hit."""
    if any(unit.gap for unit in units):
        return Cell(None, "missing_fx")
    hits = sum((unit.value for unit in units if unit.hit), Fraction())
    return over(hits, sum((unit.value for unit in units), Fraction()), len(units))


def over(above: Fraction, below: Fraction, n: int | None = None) -> Cell:
    """Return a quotient, or that there is nothing to divide by."""
    return Cell(above / below, "ok", above, below, n) if below else Cell(None, "zero_denominator", above, below, n)


def sizes(oracle: Oracle) -> list[Unit]:
    """Return won deals with an amount, by their booking day."""
    found = [unit for _, unit in oracle._booked(oracle.won_deals, oracle.settings.deal_types)]
    return [unit for unit in found if unit.gap or (unit.value is not None and unit.value > 0)]


def decided(oracle: Oracle) -> list[Unit]:
    """Return the deals of win rates, by their booking day."""
    pairs = oracle._booked(oracle.story.deals, oracle.settings.win_types)
    return [unit for deal, unit in pairs if unit.hit or not _is_void(oracle, deal)]


def _is_void(oracle: Oracle, deal: Deal) -> bool:
    return deal.row["loss_reason"] in oracle.settings.exclude_loss_reasons


def add(oracle: Oracle) -> None:
    """Add the figures of this file to `oracle.figures`."""
    _losses(oracle)
    _discounts(oracle)
    _forecasts(oracle)
    _leads(oracle)
    whole_way = [
        Unit(deal.book_date, oracle._deal_dims(deal), Fraction(days))
        for deal in oracle.won_deals
        if (days := (deal.book_date - oracle.story.day(deal.row["created_at"])).days) >= 0
    ]
    oracle._add("stage_velocity.total", whole_way, "region segment product owner", fig.mean)


def _losses(oracle: Oracle) -> None:
    every = ("new_business", "expansion", "renewal")
    lost = []
    for deal, unit in oracle._booked(oracle.story.deals, every):
        if not unit.hit and not _is_void(oracle, deal):
            reason = deal.row["loss_reason"]
            dims = {**unit.dims, "reason": reason}
            lost.append(Unit(unit.day, dims, unit.value, hit=reason == "lost_to_competitor", gap=unit.gap))
    dims = "region segment product owner origin reason"
    oracle._add("loss_reasons", lost, dims, fig.count)
    known = [unit for unit in lost if unit.value is not None or unit.gap]
    oracle._add("loss_reasons.value", known, dims, fig.total)
    oracle._add("loss_reasons.to_competitor", lost, "region segment product owner origin", fig.rate)

    def share(span: Span) -> dict[str, Cell]:
        inside = [unit for unit in lost if span.has(unit.day)]
        members = fig.by_scope(inside, ["reason"])
        return {scope: over(Fraction(len(some)), Fraction(len(inside))) for scope, some in members.items()}

    def value_share(span: Span) -> dict[str, Cell]:
        inside = [unit for unit in known if span.has(unit.day)]
        whole = fig.total(inside)
        if whole.value is None:
            return {}
        members = fig.by_scope(inside, ["reason"])
        return {
            scope: over(sum((one.value for one in some), Fraction()), whole.value) for scope, some in members.items()
        }

    oracle.figures["loss_reasons.share"] = share
    oracle.figures["loss_reasons.value_share"] = value_share


def _discounts(oracle: Oracle) -> None:
    sold = []
    for deal in oracle.won_deals:
        price, amount = deal.row["list_amount"], deal.row["amount"]
        if not price or price <= 0 or amount is None:
            continue
        both = [oracle.story.rates.convert(money, deal.row["currency"], deal.book_date) for money in (price, amount)]
        gap = "missing_fx" if None in both else None
        sold.append((Unit(deal.book_date, oracle._deal_dims(deal), both, gap=gap), amount > price))
    dims = "region segment product owner origin"

    def rate(units: list[Unit]) -> Cell:
        if any(unit.gap for unit in units):
            return Cell(None, "missing_fx")
        prices = sum((unit.value[0] for unit in units), Fraction())
        return over(prices - sum((unit.value[1] for unit in units), Fraction()), prices, len(units))

    oracle._add("discount_rate", [unit for unit, _ in sold], dims, rate)
    oracle._add("discount_rate.above_list", [unit for unit, above in sold if above], dims, fig.count)


def _forecasts(oracle: Oracle) -> None:
    rows = [row for row in oracle.tables["forecast_snapshot"] if row["category"] == "commit"]

    def of(span: Span, days: int) -> Fraction | None:
        last = span.start + timedelta(days=days)
        fitting = [
            row for row in rows
            if (row["period_start"], row["period_end"]) == (span.start, span.end)
            and oracle.story.day(row["snapshot_at"]) <= last
        ]  # fmt: skip
        if not fitting:
            return None
        row = max(fitting, key=lambda row: row["snapshot_at"])
        return oracle.story.rates.convert(row["amount"], row["currency"], span.start)

    def cell(span: Span, days: int, name: str) -> dict[str, Cell]:
        if span.grain == "all" or oracle.periods.own.get(span.label) != span:
            return {}
        forecast = of(span, days)
        if forecast is None:
            return {"all": Cell(None, "missing_input")}
        if span.is_part:
            return {"all": Cell(None, "pending")}
        won = oracle.figures["revenue_won"](span)["all"]
        if won.value is None:
            return {"all": won}
        error = forecast - won.value
        found = over(error if name == "bias" else abs(error), won.value)
        if name == "accuracy" and found.value is not None:
            found = Cell(max(1 - found.value, Fraction()))
        return dict.fromkeys(("all", "team=sales"), found)

    start = oracle.settings.forecast_day
    oracle.figures["forecast_accuracy"] = lambda span: cell(span, start, "accuracy")
    oracle.figures["forecast_accuracy.error"] = lambda span: cell(span, start, "error")
    oracle.figures["forecast_accuracy.bias"] = lambda span: cell(span, start, "bias")
    oracle.figures["forecast_accuracy.mid_error"] = lambda span: cell(span, (span.end - span.start).days // 2, "error")
    oracle.figures["forecast_accuracy.mid_period"] = lambda span: cell(
        span, (span.end - span.start).days // 2, "accuracy"
    )


def _leads(oracle: Oracle) -> None:
    windows, units = oracle.settings.windows, []
    for lead in oracle.story.known:
        first = {stage: lead.first(stage) for stage in _WAY[1:]} | {"lead": lead.created_at}
        for place, stage in enumerate(_WAY[:-1]):
            entered = first[stage]
            later = [first[one] for one in _WAY[place + 1 :] if first[one] is not None]
            if entered is None or (later and min(later) < entered):
                continue
            window = windows.stages.get(stage, windows.stage)
            hit = fig.within_days(entered, min(later, default=None), window)
            mature = entered + timedelta(days=window) <= oracle.as_of
            dims = {**oracle._lead_dims(lead), "stage": stage}
            units.append(Unit(oracle.story.day(entered), dims, hit=hit, mature=mature))
    oracle._add("stage_conversion.leads", units, "stage region segment channel product owner origin", oracle._cohort())
