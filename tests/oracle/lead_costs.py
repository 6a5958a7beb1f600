"""What leads cost, and what of it was spent in vain, a second time."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from . import figures as fig
from .clock import DAY, Span
from .figures import Cell, Unit
from .quotients import over

if TYPE_CHECKING:
    from .money import Money
    from .oracle import Oracle
    from .story import Lead

METRICS = [
    "leakage", "leakage.share", "leakage.spend", "leakage.undecided", "leakage.no_lead_spend",
    "leakage.cost_per_lead", "cost_per_stage",
]  # fmt: skip

_ACQUIRING = ("acquisition", "unallocated")


class LeadCosts:
    """Marketing's spend on programmes, shared out over its leads."""

    def __init__(self, oracle: Oracle, money: Money):
        self.oracle, self.money, self.settings, self.story = oracle, money, oracle.settings, oracle.story
        self.decided = self._last_decisions()

    def _last_decisions(self) -> dict[str, tuple[bool, str | None]]:
        """Return of each lead on which Sales decided whether it was rejected, last, and why."""
        found = {}
        for handoff in sorted(self.story.handoffs, key=lambda one: one.at):
            accepted, left = handoff.accepted_at, handoff.exit
            if accepted is not None:
                found[handoff.lead.id] = (False, None)
            elif left is not None:
                found[handoff.lead.id] = (True, left.reason)
        return found

    def _is_programme(self, row: dict) -> bool:
        return row["team"] == "marketing" and row["category"] == "program" and row["purpose"] in _ACQUIRING

    def unit_costs(self, span: Span) -> tuple[dict[str | None, Fraction], list[Lead], dict[str | None, Fraction]]:
        """Return the cost of a lead by channel, Marketing's leads of the period, and spend by channel."""
        leads = [
            lead for lead in self.story.known
            if lead.row["origin_team"] == "marketing" and span.has(self.story.day(lead.created_at))
        ]  # fmt: skip
        spend: dict[str | None, Fraction] = defaultdict(Fraction)
        for n in range((span.cut - span.start).days):
            for row, daily in self.oracle._spend.get(span.start + DAY * n, ()):
                if self._is_programme(row):
                    spend[row["channel"]] += daily
        counts: dict[str | None, int] = defaultdict(int)
        for lead in leads:
            counts[lead.row["channel"]] += 1
        share = spend[None] / len(leads) if leads else Fraction()
        costs = {channel: share + (spend[channel] / n if channel is not None else 0) for channel, n in counts.items()}
        return costs, leads, spend

    def leaked(self, span: Span, name: str) -> dict[str, Cell]:
        costs, leads, spend = self.unit_costs(span)
        if name == "no_lead_spend":
            idle = {channel: amount for channel, amount in spend.items() if channel and channel not in costs}
            units = [Unit(span.start, {"channel": channel}, amount) for channel, amount in idle.items()]
            return {scope: fig.total(some) for scope, some in fig.by_scope(units, ("channel",)).items()}
        leaks = {reason.code for reason in self.story.agreement.lifecycle.reasons if reason.leak}
        handed = {handoff.lead.id for handoff in self.story.handoffs}
        units = []
        for lead in leads:
            rejected, reason = self.decided.get(lead.id, (False, None))
            undecided = lead.id in handed and lead.id not in self.decided
            if (name == "undecided" and not undecided) or (name == "" and not (rejected and reason in leaks)):
                continue
            units.append(
                Unit(span.start, {**self.oracle._lead_dims(lead), "reason": reason}, costs[lead.row["channel"]])
            )
        by = {"": ("channel", "reason", "region"), "undecided": ("channel", "region")}.get(name, ("channel",))
        cells = {scope: fig.total(some) for scope, some in fig.by_scope(units, by).items()}
        if name == "undecided":
            return {
                scope: Cell(cell.value, "provisional" if cell.n else "ok", n=cell.n) for scope, cell in cells.items()
            }
        if name == "cost_per_lead":
            return {scope: over(cell.value, Fraction(cell.n), cell.n) for scope, cell in cells.items()}
        return cells

    def programme(self, span: Span) -> dict[str, Cell]:
        return {
            scope: Cell(value)
            for scope, value in self.money.spent(span, self._is_programme, ("channel", "region")).items()
        }

    def leaked_share(self, span: Span) -> dict[str, Cell]:
        lost, spend = self.leaked(span, ""), self.programme(span)
        return {"all": over(lost["all"], spend["all"])} if "all" in spend and lost["all"].n else {}

    def stage_cost(self, span: Span) -> dict[str, Cell]:
        """Return the cost per lead that reached each stage, and per lead created."""
        leads = [lead for lead in self.story.known if span.has(self.story.day(lead.created_at))]
        spend = self.money.spent(span, self._is_programme).get("all")
        if spend is None:
            return {}
        windows = self.settings.windows
        days = {
            "lead": 0, "mql": windows.lead_to_mql, "sal": windows.lead_to_mql,
            "sql": windows.lead_to_mql + windows.mql_to_sql,
            "opportunity": windows.lead_to_mql + windows.mql_to_pipeline, "win": windows.lead_to_customer,
        }  # fmt: skip
        found = {}
        for stage, window in days.items():
            reached = sum(self._reached(lead, stage) for lead in leads)
            mature = sum(lead.created_at + timedelta(days=window) <= self.oracle.as_of for lead in leads)
            cell = over(spend, Fraction(reached), reached)
            if leads and Fraction(mature, len(leads)) < Fraction(str(self.settings.min_mature_share)):
                cell = Cell(None, "maturing")
            found[f"stage={stage}"] = cell
        return {"all": found["stage=lead"], **found}

    def _reached(self, lead: Lead, stage: str) -> bool:
        if stage == "win":
            won = [deal for deal in lead.deals if deal.row["is_won"] and deal.row["is_closed"]]
            return any(deal.row["type"] == "new_business" for deal in won)
        return stage == "lead" or lead.first(stage) is not None


def add(oracle: Oracle, money: Money) -> None:
    """Add the figures of this file to `oracle.figures`."""
    costs, figures = LeadCosts(oracle, money), oracle.figures
    for name in ("", "undecided", "no_lead_spend", "cost_per_lead"):
        figures[f"leakage.{name}".rstrip(".")] = lambda span, name=name: costs.leaked(span, name)
    figures["leakage.spend"] = costs.programme
    figures["leakage.share"] = costs.leaked_share
    figures["cost_per_stage"] = costs.stage_cost
