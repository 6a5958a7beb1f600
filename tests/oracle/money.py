"""Figures of money, a second time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import TYPE_CHECKING

from . import figures as fig
from . import lead_costs, subscriptions
from .clock import DAY, Span
from .figures import Cell, Unit
from .quotients import over, scopes_of

if TYPE_CHECKING:
    from .oracle import Oracle

#: What is compared, by the names of the results.
METRICS: list[str] = [
    *subscriptions.METRICS,
    "revenue_mix", "sm_contribution", "sm_contribution.revenue", "sm_contribution.share", "cac_paid", "clv.revenue",
    "clv.gross_margin", "ltv_cac", "cac_payback", "cac_payback.new_mrr", "magic_number", "gross_margin",
    "gross_margin.total", "cost_to_convert", "cost_to_convert.win", "expansion_revenue", "ledger_recon",
    "ledger_recon.ledger", "revenue_growth.constant_currency", *lead_costs.METRICS,
]  # fmt: skip


class Money:
    """Spend, ledger and deals of a drop, added up by hand."""

    def __init__(self, oracle: Oracle):
        self.oracle, self.settings, self.story = oracle, oracle.settings, oracle.story
        revenue = oracle.tables["revenue"]
        totals = {(row["month"], row["kind"]) for row in revenue if row["account_id"] == "*" and row["segment"] is None}
        self.ledger = [
            row for row in revenue
            if (row["month"], row["kind"]) not in totals or (row["account_id"] == "*" and row["segment"] is None)
        ]  # fmt: skip
        self.booked_months = {row["month"] for row in revenue}
        known = {row["segment"] for row in oracle.tables["spend"]}
        self.segment = lambda row: row["segment"] if row["segment"] in known else None

    # -------------------------------------------------------------------------------------------- building blocks

    def spent(self, span: Span, wanted: Callable[[dict], bool], by: Iterable[str] = ()) -> dict[str, Fraction]:
        found: dict[str, Fraction] = defaultdict(Fraction)
        for n in range((span.cut - span.start).days):
            for row, daily in self.oracle._spend.get(span.start + DAY * n, ()):
                if wanted(row):
                    for scope in scopes_of(row, by):
                        found[scope] += daily
        return found

    def earned(self, span: Span, key: str, wanted=lambda row: True, member=None) -> dict[str, Fraction]:
        found: dict[str, Fraction] = defaultdict(Fraction)
        for row in self.ledger:
            if span.has(row["month"]) and wanted(row):
                amount = self.story.rates.convert(row[key], row["currency"], row["month"])
                for scope in ["all", *([f"segment={fig.escaped(fig.member(member(row)))}"] if member else [])]:
                    found[scope] += amount
        return found

    def margin(self, span: Span, wanted: Callable[[dict], bool]) -> dict[str, Cell]:
        above = self.earned(span, "amount", wanted, lambda row: row["segment"])
        cost = self.earned(span, "cogs", wanted, lambda row: row["segment"])
        return {scope: over(above[scope] - cost[scope], above[scope]) for scope in above}

    def per_unit(
        self, span: Span, spend: dict[str, Fraction], units: list[Unit], by: tuple[str, ...]
    ) -> dict[str, Cell]:
        """Return spend per unit; a member under which nothing is spent is missing."""
        inside = fig.by_scope([unit for unit in units if span.has(unit.day)], by)
        found = {}
        for scope in {"all", *spend, *inside}:
            n = len(inside.get(scope, ()))
            if scope != "all" and n and not spend.get(scope):
                found[scope] = Cell(None, "missing_input")
            else:
                found[scope] = over(spend.get(scope, Fraction()), Fraction(n), n)
        return found

    # ------------------------------------------------------------------------------------------------- the figures

    def mix(self, span: Span) -> dict[str, Cell]:
        types = ("new_business", "expansion", "renewal")
        booked = [unit for _, unit in self.oracle._booked(self.oracle.won_deals, types)]
        inside = [unit for unit in booked if span.has(unit.day) and (unit.gap or unit.value is not None)]
        found = {}
        for scope, some in fig.by_scope(inside, ("region", "segment", "owner")).items():
            new = fig.total([unit for unit in some if unit.dims["type"] == "new_business"])
            found[scope] = over(new, fig.total(some), len([unit for unit in some if unit.value]))
        return found

    def contribution(self, span: Span) -> dict[str, Cell]:
        revenue = self.earned(span, "amount", member=self.segment)
        cost = self.earned(span, "cogs", member=self.segment)
        spend: dict[str, Fraction] = defaultdict(Fraction)
        for n in range((span.cut - span.start).days):
            day = span.start + DAY * n
            for row, daily in self.oracle._spend.get(day, ()) if day.replace(day=1) in self.booked_months else ():
                for scope in scopes_of(row, ("segment",)):
                    spend[scope] += daily
        return {
            scope: Cell(revenue.get(scope, 0) - cost.get(scope, 0) - spend.get(scope, 0)) for scope in revenue | spend
        }

    def contribution_revenue(self, span: Span) -> dict[str, Cell]:
        return {scope: Cell(value) for scope, value in self.earned(span, "amount", member=self.segment).items()}

    def cac_paid(self, span: Span) -> dict[str, Cell]:
        chosen = self.settings.paid_channels
        paid = {one.id for one in self.story.agreement.channels if one.paid} if chosen is None else set(chosen)
        spend = self.spent(
            span,
            lambda row: row["team"] == "marketing" and row["category"] == "program"
            and row["channel"] in paid and row["purpose"] in self.settings.cac.purposes,
            ("channel", "region"),
        )  # fmt: skip
        customers = [unit for unit in self.oracle._customers if unit.dims["channel"] in paid]
        return self.per_unit(span, spend, customers, ("channel", "region"))

    def lifetime_margin(self, span: Span) -> dict[str, Cell]:
        values = self.oracle.figures["clv"](span)
        margins = self.margin(span, lambda row: row["kind"] == "recurring")
        whole = margins.get("all", Cell(None, "missing_input"))
        found = {}
        for scope, cell in values.items():
            margin = margins.get(scope, whole)
            margin = margin if margin.value is not None else whole
            known = cell.value is not None and margin.value is not None
            found[scope] = Cell(cell.value * margin.value, cell.status) if known else Cell(None, "missing_input")
        return found

    def new_mrr(self, span: Span) -> dict[str, Cell]:
        rows = self.oracle.tables["subscription"]
        scopes: dict[str, list[Fraction]] = defaultdict(list)
        for deal in self._first_wins():
            if not span.has(deal.book_date):
                continue
            mine = [row for row in rows if row["account_id"] == deal.row["account_id"] and row["mrr"] > 0]
            begun = min((row["start_date"] for row in mine), default=None)
            paid = sum(
                (
                    self.story.rates.convert(row["mrr"], row["currency"], min(begun, self.oracle.periods.today))
                    for row in mine if row["start_date"] == begun
                ),
                Fraction(),
            )  # fmt: skip
            for scope in scopes_of(deal.row, ("segment",)):
                scopes[scope].append(paid)
        return {scope: over(sum(some, Fraction()), Fraction(len(some)), len(some)) for scope, some in scopes.items()}

    def _first_wins(self):
        first = {}
        for deal in sorted(self.oracle.won_deals, key=lambda deal: (deal.book_date, deal.id)):
            if deal.row["type"] == "new_business":
                first.setdefault(deal.row["account_id"], deal)
        return first.values()

    def payback(self, span: Span) -> dict[str, Cell]:
        cost = self.oracle.figures["cac"](span).get("all", Cell(None, "zero_denominator"))
        begun = self.new_mrr(span).get("all", Cell(None, "zero_denominator"))
        margin = self.margin(span, lambda row: row["kind"] == "recurring").get("all")
        if margin is None or begun.value is None or margin.value is None:
            return {"all": Cell(None, cost.status if cost.value is None else "missing_input")}
        return {"all": over(cost, begun.value * margin.value)}

    def magic(self, span: Span) -> dict[str, Cell]:
        if span.grain != "quarter" or self.oracle.periods.own.get(span.label) != span:
            return {}
        before = self.oracle.periods.before(span.label, "qoq")
        if span.is_part:
            return {"all": Cell(None, "pending")}
        months = lambda some: len({row["month"] for row in self.ledger if some and some.has(row["month"])})  # noqa: E731
        if months(span) < 3:
            return {"all": Cell(None, "missing_input")}
        if before is None or months(before) < 3:
            return {"all": Cell(None, "zero_denominator")}
        now, then = (
            self.earned(some, "amount", lambda row: row["kind"] == "recurring")["all"] for some in (span, before)
        )
        return {"all": over((now - then) * 4, self.spent(before, lambda row: True)["all"])}

    def convert(self, span: Span, units: list[Unit]) -> dict[str, Cell]:
        spend = self.spent(
            span, lambda row: row["team"] == "sales" and row["purpose"] == "acquisition", ("region", "segment")
        )
        return self.per_unit(span, spend, units, ("region", "segment"))

    def recon(self, span: Span) -> dict[str, Cell]:
        won = self.oracle.figures["revenue_won"](span).get("all", Cell(Fraction(0)))
        earned = self.earned(span, "amount")
        if "all" not in earned:
            return {}
        return {"all": over(abs(won.value - earned["all"]), earned["all"]) if won.value is not None else won}

    def growth(self, span: Span) -> dict[str, Cell]:
        """Return growth at plan rates: without any in the plan it is growth as reported."""
        return {} if self.settings.fx.constant else self.oracle.figures["revenue_growth"](span)


def add(oracle: Oracle) -> None:
    """Add the figures of this file to `oracle.figures`."""
    subscriptions.add(oracle)
    money, figures = Money(oracle), oracle.figures
    not_all = lambda figure: lambda span: figure(span) if span.grain != "all" else {}  # noqa: E731
    figures["revenue_mix"] = money.mix
    figures["sm_contribution"] = money.contribution
    figures["sm_contribution.revenue"] = money.contribution_revenue
    figures["sm_contribution.share"] = lambda span: _shares(money.contribution(span), money.contribution_revenue(span))
    figures["cac_paid"] = money.cac_paid
    figures["clv.revenue"] = lambda span: figures["clv"](span)
    figures["clv.gross_margin"] = not_all(money.lifetime_margin)
    figures["ltv_cac"] = not_all(
        lambda span: _shares(_whole(money.lifetime_margin(span)), _whole(figures["cac"](span)))
    )
    figures["cac_payback"] = not_all(money.payback)
    figures["cac_payback.new_mrr"] = not_all(money.new_mrr)
    figures["magic_number"] = money.magic
    figures["gross_margin"] = lambda span: money.margin(span, lambda row: row["kind"] == "recurring")
    figures["gross_margin.total"] = lambda span: money.margin(span, lambda row: True)
    sqls, wins = oracle._first("sql"), [unit for _, unit in oracle._booked(oracle.won_deals, oracle.settings.win_types)]
    figures["cost_to_convert"] = lambda span: money.convert(span, sqls)
    figures["cost_to_convert.win"] = lambda span: money.convert(span, wins)
    expansion = [unit for _, unit in oracle._booked(oracle.won_deals, ("expansion",)) if unit.value is not None]
    oracle._add("expansion_revenue", expansion, "segment product owner", fig.total)
    figures["ledger_recon"] = not_all(money.recon)
    figures["ledger_recon.ledger"] = not_all(
        lambda span: {scope: Cell(value) for scope, value in money.earned(span, "amount").items()}
    )
    lead_costs.add(oracle, money)
    figures["revenue_growth.constant_currency"] = not_all(money.growth)


def _whole(cells: dict[str, Cell]) -> dict[str, Cell]:
    return {scope: cell for scope, cell in cells.items() if scope == "all"}


def _shares(above: dict[str, Cell], below: dict[str, Cell]) -> dict[str, Cell]:
    return {scope: over(cell, below.get(scope, Fraction(0))) for scope, cell in above.items()}
