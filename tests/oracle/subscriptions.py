"""What is paid by the month, a second time: movements between two days, and who stayed."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from . import figures as fig
from .clock import DAY, Span
from .figures import Cell, Unit

if TYPE_CHECKING:
    from .oracle import Oracle

METRICS = [
    "mrr", "mrr.arr", "mrr.opening", "mrr.movement", "mrr.window_movement", "nrr", "grr", "logo_retention", "churn_rate",
]  # fmt: skip

_DIMS = ("segment", "product", "region")


def months_before(day: date, back: int) -> date:
    """Return the same day so many months earlier, or the last of that month."""
    months = day.year * 12 + day.month - 1 - back
    first = date(months // 12, months % 12 + 1, 1)
    return first.replace(day=min(day.day, ((first + 31 * DAY).replace(day=1) - DAY).day))


class Subscriptions:
    """The subscription rows of a drop, asked one day at a time."""

    def __init__(self, oracle: Oracle):
        self.oracle, self.settings = oracle, oracle.settings
        self.rows = [
            row for row in oracle.tables["subscription"]
            if row["mrr"] > 0 and (row["end_date"] is None or row["end_date"] > row["start_date"])
        ]  # fmt: skip
        self.begun = min((row["start_date"] for row in self.rows), default=date.max)

    def active(self, day: date) -> dict[str, list[dict]]:
        found = defaultdict(list)
        for row in self.rows:
            if row["start_date"] <= day and (row["end_date"] is None or day < row["end_date"]):
                found[row["account_id"]].append(row)
        return found

    def worth(self, rows: list[dict], day: date) -> Fraction:
        """Return what `rows` bring per month at the rates of `day`."""
        convert = self.oracle.story.rates.convert
        return sum((convert(row["mrr"], row["currency"], day) for row in rows), Fraction())

    def home(self, rows: list[dict], day: date) -> dict[str, str | None]:
        """Return the members for which most is paid."""
        most = max(rows, key=lambda row: self.worth([row], day))
        return {dim: most[dim] for dim in _DIMS}

    def level(self, span: Span) -> dict[str, Cell]:
        units = [
            Unit(span.cut, {dim: row[dim] for dim in _DIMS}, self.worth([row], span.cut))
            for rows in self.active(span.cut).values()
            for row in rows
        ]
        return _without_n({scope: fig.total(some) for scope, some in fig.by_scope(units, _DIMS).items()})

    def opening(self, span: Span) -> dict[str, Cell]:
        accounts = self.active(span.start)
        return {
            "all": Cell(sum((self.worth(rows, span.start) for rows in accounts.values()), Fraction()), n=len(accounts))
        }

    def movement(self, first: date, last: date) -> dict[str, Cell]:
        """Return what led from the revenue of one day to that of a later one, by step."""
        start, end = self.active(first), self.active(last)
        moves: dict[str, list[Fraction]] = defaultdict(list)
        for account in start.keys() | end.keys():
            now = self.worth(end[account], last) if account in end else Fraction()
            if account not in start:
                began = min(row["start_date"] for row in self.rows if row["account_id"] == account)
                moves["reactivation" if began < first else "new"].append(now)
                continue
            before = self.worth(start[account], first)
            if account not in end:
                moves["churn"].append(-before)
                continue
            repriced = self.worth(end[account], first)
            if repriced != before:
                moves["expansion" if repriced > before else "contraction"].append(repriced - before)
            if now != repriced:
                moves["fx"].append(now - repriced)
        found = {f"step={step}": Cell(sum(some, Fraction()), n=len(some)) for step, some in moves.items()}
        everything = [amount for some in moves.values() for amount in some]
        return {"all": Cell(sum(everything, Fraction()), n=len(everything)), **found}

    def retained(self, span: Span, name: str) -> dict[str, Cell]:
        begin = months_before(span.cut, self.settings.retention.window_months)
        first, last = self.active(begin), self.active(span.cut)
        if begin < self.begun:
            return {"all": Cell(None, "missing_input")} if first or last else {}
        scopes: dict[str, list[tuple[Fraction, Fraction, bool]]] = defaultdict(list)
        for account, rows in first.items():
            before, after = self.worth(rows, begin), self.worth(last.get(account, []), begin)
            home = self.home(rows, begin)
            for scope in ("all", *(f"{dim}={fig.escaped(fig.member(home[dim]))}" for dim in _DIMS)):
                scopes[scope].append((before, after, account in last))
        return {scope: _retention(some, name) for scope, some in scopes.items()}

    def churn_rate(self, span: Span) -> dict[str, Cell]:
        """Return what the lifetime value is made of, under its other name."""
        return self.oracle.figures["clv.churn"](span)


def _retention(accounts: list[tuple[Fraction, Fraction, bool]], name: str) -> Cell:
    paid = sum((before for before, _, _ in accounts), Fraction())
    if name == "logo_retention":
        return fig.rate([Unit(date.min, {}, hit=stays) for _, _, stays in accounts])
    kept = sum((after if name == "nrr" else min(before, after) for before, after, _ in accounts), Fraction())
    return Cell(kept / paid, "ok", kept, paid, len(accounts))


def _without_n(cells: dict[str, Cell]) -> dict[str, Cell]:
    """Leave out how many rows there are: accounts with one product have one, however many subscriptions."""
    return {scope: Cell(cell.value, cell.status) for scope, cell in cells.items()}


def add(oracle: Oracle) -> None:
    """Add the figures of this file to `oracle.figures`."""
    paid = Subscriptions(oracle)

    def of_periods(figure):
        return lambda span: figure(span) if span.grain != "all" else {}

    oracle.figures["mrr"] = of_periods(paid.level)
    oracle.figures["mrr.arr"] = of_periods(
        lambda span: {scope: Cell(cell.value * 12) for scope, cell in paid.level(span).items()}
    )
    oracle.figures["mrr.opening"] = of_periods(paid.opening)
    oracle.figures["mrr.movement"] = of_periods(lambda span: paid.movement(span.start, span.cut))
    window = oracle.settings.retention.window_months
    oracle.figures["mrr.window_movement"] = of_periods(
        lambda span: paid.movement(months_before(span.cut, window), span.cut)
    )
    for name in ("nrr", "grr", "logo_retention"):
        oracle.figures[name] = of_periods(lambda span, name=name: paid.retained(span, name))
    oracle.figures["churn_rate"] = of_periods(paid.churn_rate)
