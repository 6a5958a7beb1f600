"""Targets, what is reached of them, and growth, a second time."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from . import figures as fig
from .clock import Span
from .figures import Cell
from .members import Members


class Attainments(Members):
    """Targets, what is reached of them, and growth, a second time."""

    def _formulas(self) -> None:
        self.figures["revenue_growth"] = lambda span: self._growth(
            "revenue_won", span, "month quarter year", "region segment product type"
        )
        self.figures["sql_growth_mom"] = lambda span: self._growth(
            "sql_count", span, "month", "region segment channel origin"
        )
        self.figures["sql_growth_qoq"] = lambda span: self._growth(
            "sql_count", span, "quarter", "region segment channel origin"
        )
        self.figures["revenue_attainment"] = self._attainment
        self.figures["team_attainment"] = self._team_attainment
        for metric, team in (("mql_count", "marketing"), ("sql_count", "all"), ("revenue_won", "all")):
            for name in ("paced_target", "paced_attainment", "gap", "required_per_business_day"):
                self.figures[f"{metric}.{name}"] = lambda span, given=(metric, team, name): self._paced(span, *given)
        self.figures["pipeline_coverage"] = self._coverage
        self.figures["pipeline_coverage.open"] = self._open
        self.figures["pipeline_coverage.win_rate"] = self._trailing_win_rate

    def _previous(self, span: Span) -> Span | None:
        step = {"month": "mom", "quarter": "qoq", "year": "yoy"}[span.grain]
        own = self.periods.own.get(span.label)
        return self.periods.before(span.label, step) if own == span else None

    def _growth(self, metric: str, span: Span, grains: str, dims: str) -> dict[str, Cell]:
        wanted = {"all", *dims.split()}
        if span.grain not in grains.split() or (before := self._previous(span)) is None:
            return {}
        now, then = self.figures[metric](span), self.figures[metric](before)
        found = {}
        for scope in now.keys() | then.keys():
            if scope.partition("=")[0] not in wanted:
                continue
            new, old = now.get(scope, Cell(Fraction(0))), then.get(scope, Cell(Fraction(0)))
            if new.value is None or old.value is None:
                found[scope] = Cell(None, "missing_fx")
            elif old.value <= 0:
                found[scope] = Cell(None, "zero_denominator")
            else:
                found[scope] = Cell(new.value / old.value - 1, "ok", new.value, old.value)
        return found

    def target(self, metric: str, label: str, **scope: str) -> Fraction | None:
        """Return the agreed value of a period; months sum up to a quarter or year that nobody agreed as such."""
        own = self.periods.own[label]
        newest = self._plans(metric, **scope)
        exact = newest.get((own.start, own.end))
        parts = [exact] if exact else self._tiles(newest, own)
        if not parts:
            return None
        return sum((self.story.rates.convert(plan[6], plan[7], plan[0]) for plan in parts), Fraction())

    def is_agreed(self, metric: str, label: str, team: str) -> bool:
        """Whether somebody agreed a value for just this period."""
        own = self.periods.own[label]
        return (own.start, own.end) in self._plans(metric, team=team)

    def _plans(self, metric: str, **scope: str) -> dict[tuple[date, date], tuple]:
        """Return the targets of a scope by their span; of several versions the newest."""
        source = self.tables["target"]
        if source:
            plans = [
                (row["period_start"], row["period_end"], row["team"], row["region"], row["segment"], row["owner_id"],
                 Fraction(row["value"]), row["currency"], (row["agreed_on"] or date.min, row["version"]))
                for row in source
                if row["metric_id"] == metric
            ]  # fmt: skip
        else:
            plans = [
                (one.period_start, one.period_end, one.team, one.region, one.segment, one.owner,
                 Fraction(one.value), one.currency, (one.agreed_on or date.min, one.version))
                for one in self.story.agreement.targets
                if one.metric == metric
            ]  # fmt: skip
        fitting = [
            plan for plan in plans
            if (plan[2] or "all") == scope.get("team", "all") and plan[3] == scope.get("region")
            and plan[4] is None and plan[5] is None
        ]  # fmt: skip
        newest: dict[tuple[date, date], tuple] = {}
        for plan in sorted(fitting, key=lambda plan: plan[8]):
            newest[plan[0], plan[1]] = plan
        return newest

    @staticmethod
    def _tiles(plans: dict[tuple[date, date], tuple], own: Span) -> list[tuple]:
        inside = sorted(key for key in plans if own.start <= key[0] and key[1] <= own.end)
        months = [key for key in inside if (key[1] - key[0]).days <= 31]
        at, parts = own.start, []
        for key in months:
            if key[0] == at:
                parts.append(plans[key])
                at = key[1]
        return parts if at == own.end else []

    def _whole_target(self, label: str) -> Fraction | None:
        whole = self.target("revenue_won", label)
        return whole if whole is not None else self.target("revenue_won", label, team="sales")

    def _paced(self, span: Span, metric: str, team: str, name: str) -> dict[str, Cell]:
        if not span.is_part or (target := self.target(metric, span.label, team=team)) is None:
            return {}
        actual = self.figures[metric](span)["all"].value
        done = self.periods.business_days(span.start, span.cut)
        days = self.periods.business_days(span.start, span.end)
        paced = target * Fraction(done, days)
        values = {
            "paced_target": Cell(paced),
            "paced_attainment": fig.quotient(actual, paced),
            "gap": Cell(target - actual),
            "required_per_business_day": fig.quotient(target - actual, days - done)
            if target > actual
            else Cell(Fraction(0), "target_met"),
        }
        return {"all": values[name]}

    def _attainment(self, span: Span) -> dict[str, Cell]:
        if span.grain == "all" or self.periods.own.get(span.label) != span:
            return {}
        won = self.figures["revenue_won"](span)
        found = {"all": fig.quotient(won["all"].value, self._whole_target(span.label), won["all"])}
        for scope, cell in won.items():
            dim, _, name = scope.partition("=")
            if dim == "region":
                agreed = self.target("revenue_won", span.label, **{dim: name})
                found[scope] = fig.quotient(cell.value, agreed, cell)
        return found

    def _team_attainment(self, span: Span) -> dict[str, Cell]:
        if span.grain == "all" or self.periods.own.get(span.label) != span:
            return {}
        mine, ours = self.originated(span), self.figures["revenue_won"](span)
        found = {}
        for scope in ("all", *(scope for scope in mine.keys() | ours.keys() if scope.startswith("region="))):
            region = {"region": scope.removeprefix("region=")} if scope != "all" else {}
            teams = "" if scope == "all" else f"{scope};"
            nothing = Cell(Fraction(0))
            brought, won = mine.get(scope, nothing), ours.get(scope, nothing)
            agreed = self.target("originated_revenue", span.label, team="marketing", **region)
            if agreed is None:
                agreed = self.target("revenue_won", span.label, team="marketing", **region)
            sales = self.target("revenue_won", span.label, team="sales", **region)
            found[f"{teams}team=marketing"] = fig.quotient(brought.value, agreed, brought)
            found[f"{teams}team=sales"] = fig.quotient(won.value, sales, won)
        return found
