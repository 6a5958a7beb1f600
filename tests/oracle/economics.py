"""Figures of unit economics, a second time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from fractions import Fraction

from . import figures as fig
from .clock import DAY, Span, months_before
from .figures import Cell, Unit
from .members import Members
from .story import Deal


class Economics(Members):
    """Figures of unit economics, a second time."""

    def _economics(self) -> None:
        self._spend = self._spend_days()
        self._customers = self._new_customers()
        self.figures["cac"] = self._cac
        self.figures["cac.trailing_quarter"] = lambda span: (
            self._cac(self._quarter_to(span)) if span.grain == "month" else {}
        )
        self.figures["sm_cost_ratio"] = self._cost_ratios
        for name in ("clv", "clv.arpa", "clv.churn"):
            self.figures[name] = lambda span, name=name: self._clv(span, name)

    def _spend_days(self) -> dict[date, list[tuple[dict, Fraction | None]]]:
        found = defaultdict(list)
        last = self.periods.today
        for row in self.tables["spend"]:
            days = (row["period_end"] - row["period_start"]).days
            for n in range(days):
                day = row["period_start"] + DAY * n
                if day > last:
                    break
                daily = self.story.rates.convert(Fraction(row["amount"]) / days, row["currency"], day)
                found[day].append((row, daily))
        return found

    def _spent(self, span: Span, wanted: Callable[[dict], bool]) -> dict[str | None, Fraction]:
        """Return spend by region, and under None in all."""
        found: dict[str | None, Fraction] = defaultdict(Fraction)
        for n in range((span.cut - span.start).days):
            for row, daily in self._spend.get(span.start + DAY * n, ()):
                if wanted(row):
                    found[None] += daily
                    found[f"region={fig.escaped(fig.member(row['region']))}"] += daily
        return found

    def _new_customers(self) -> list[Unit]:
        first: dict[str, Deal] = {}
        won = [deal for deal in self.won_deals if deal.row["type"] == "new_business" and deal.row["account_id"]]
        for deal in sorted(won, key=lambda deal: (deal.book_date, deal.id)):
            first.setdefault(deal.row["account_id"], deal)
        return [
            Unit(deal.book_date, self._deal_dims(deal))
            for deal in first.values()
            if deal.lead is None or not self.was_customer(deal.lead)
        ]

    def _cac(self, span: Span) -> dict[str, Cell]:
        purposes = self.settings.cac.purposes
        spent = self._spent(span, lambda row: row["purpose"] in purposes)
        counts = fig.measured(self._customers, span, ["region"], fig.count)
        found = {}
        for scope in {"all", *counts, *(key for key in spent if key)}:
            money = spent.get(None if scope == "all" else scope)
            customers = int(counts[scope].value) if scope in counts else 0
            found[scope] = fig.quotient(money, customers)
        return found

    @staticmethod
    def _quarter_to(span: Span) -> Span:
        """Return the three months of which `span` is the last."""
        return Span(span.label, "quarter", months_before(span.start, 2), span.end, span.cut, span.is_part)

    def _cost_ratios(self, span: Span) -> dict[str, Cell]:
        """Return both teams' cost together and apart; the ledger tells no regions."""
        both = self._cost_ratio(span, None)["all"]
        teams = {f"team={team}": self._cost_ratio(span, team)["all"] for team in ("sales", "marketing")}
        return {"all": both, "region=Unknown": both, **teams}

    def _cost_ratio(self, span: Span, team: str | None) -> dict[str, Cell]:
        months = {row["month"].replace(day=1) for row in self.tables["revenue"]}
        revenue = [row for row in self.tables["revenue"] if span.has(row["month"])]
        whole = [row for row in revenue if row["account_id"] == "*"] or revenue
        earned = sum(
            (self.story.rates.convert(row["amount"], row["currency"], row["month"]) for row in whole), Fraction()
        )
        money = Fraction()
        for n in range((span.cut - span.start).days):
            day = span.start + DAY * n
            if day.replace(day=1) in months:
                money += sum(
                    (daily for row, daily in self._spend.get(day, ()) if team in (None, row["team"])), Fraction()
                )
        return {"all": fig.quotient(money if money else None, earned)}

    def _clv(self, span: Span, name: str) -> dict[str, Cell]:
        if span.grain == "all":
            return {}
        found = {}
        segments = {row["segment"] for row in self.tables["subscription"]}
        for scope, rows in [("all", self.tables["subscription"])] + [
            (f"segment={fig.escaped(fig.member(one))}", [r for r in self.tables["subscription"] if r["segment"] == one])
            for one in segments
        ]:
            arpa, churn = self._arpa(rows, span.cut), self._churn(rows, span.cut)
            young = min(row["start_date"] for row in rows) > months_before(
                span.cut, self.settings.clv.churn_window_months
            )
            found[scope] = {"clv.arpa": arpa, "clv.churn": churn}.get(name) or self._lifetime(arpa, churn, young)
        return found

    @staticmethod
    def _active(rows: list[dict], day: date) -> dict[str, list[dict]]:
        found = defaultdict(list)
        for row in rows:
            if row["start_date"] <= day and (row["end_date"] is None or day < row["end_date"]) and row["mrr"] > 0:
                found[row["account_id"]].append(row)
        return found

    def _arpa(self, rows: list[dict], day: date) -> Cell:
        active = self._active(rows, day)
        amounts = [
            self.story.rates.convert(row["mrr"], row["currency"], day) for some in active.values() for row in some
        ]
        return fig.quotient(sum(amounts, Fraction()), len(active))

    def _churn(self, rows: list[dict], day: date) -> Cell:
        """Return customers lost in the last twelve months over the customers at the month starts in them."""
        begin = months_before(day, self.settings.clv.churn_window_months)
        marks = [begin + DAY * n for n in range((day - begin).days) if (begin + DAY * n).day == 1]
        months = sum(len(self._active(rows, mark)) for mark in marks)
        ends = {row["end_date"] for row in rows if row["end_date"] and begin < row["end_date"] <= day}
        lost = sum(len(set(self._active(rows, end - DAY)) - set(self._active(rows, end))) for end in ends)
        return fig.quotient(Fraction(lost), months)

    def _lifetime(self, arpa: Cell, churn: Cell, young: bool) -> Cell:
        if arpa.value is None or churn.value is None:
            return Cell(None, "missing_input")
        cap = self.settings.clv.lifetime_cap_months
        capped = churn.value == 0 or 1 / churn.value > cap
        months = cap if capped else 1 / churn.value
        return Cell(arpa.value * months, "provisional" if young else "capped" if capped else "ok")
