"""From lead to decision, a second time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from . import figures as fig
from . import scores, trust
from .clock import DAY, Span, WorkingCalendar, midnight
from .figures import Cell, Unit
from .story import Handoff, Lead

if TYPE_CHECKING:
    from .oracle import Oracle

#: What is compared, by the names of the results.
METRICS: list[str] = [
    "icp_fit_rate", "icp_fit_rate.unknown", "lead_to_mql", "lead_to_mql.period", "lead_to_customer.period",
    "mql_to_sql.period", "lead_aging", "lead_aging.oldest", "untouched_leads", "untouched_leads.share",
    "attempt_persistence", "attempt_persistence.tries", "attempt_persistence.connected", "rejection_reasons",
    "rejection_reasons.family", "rejection_reasons.share", "disposition_rate", "disposition_rate.event",
    "recycle_rate", "recycle_rate.requalified", "recycle_rate.won", "recycle_rate.revenue_won",
    "definition_disagreement", "definition_disagreement.with_intent", *trust.METRICS, *scores.METRICS,
]  # fmt: skip

_REACHED = ("connected", "replied", "held")


def add(oracle: Oracle) -> None:
    """Add the figures of this file to `oracle.figures`."""
    _top(oracle)
    _open(oracle)
    _persistence(oracle)
    _decisions(oracle)
    _recycled(oracle)
    trust.add(oracle)
    scores.add(oracle)


def _top(oracle: Oracle) -> None:
    story, leads = oracle.story, oracle.story.known
    dims = "region segment channel origin"
    fits, unknown, qualified = [], [], []
    window = oracle.settings.windows.lead_to_mql
    for lead in leads:
        members, day, fit = oracle._lead_dims(lead), story.day(lead.created_at), lead.row["icp_fit"]
        unknown.append(Unit(day, members, hit=fit is None))
        if fit is not None:
            fits.append(Unit(day, members, hit=fit))
        mql = lead.first("mql")
        if mql is None or mql >= lead.created_at - story.skew:
            mature = lead.created_at + timedelta(days=window) <= oracle.as_of
            hit = fig.within_days(lead.created_at, mql, window)
            qualified.append(Unit(day, members, hit=hit, mature=mature))
    oracle._add("icp_fit_rate", fits, dims, fig.rate)
    oracle._add("icp_fit_rate.unknown", unknown, dims, fig.rate)
    oracle._add("lead_to_mql", qualified, dims, oracle._cohort())
    created = [Unit(story.day(lead.created_at), oracle._lead_dims(lead)) for lead in leads]
    _over(oracle, "lead_to_mql.period", oracle._first("mql"), created, dims)
    _over(oracle, "mql_to_sql.period", oracle._first("sql"), oracle._first("mql"), dims)
    new = [(lead, story.day(lead.created_at), days) for lead, days in oracle._new_business()]
    won = [Unit(day + days * DAY, oracle._lead_dims(lead)) for lead, day, days in new if days is not None]
    _over(oracle, "lead_to_customer.period", won, [Unit(day, oracle._lead_dims(lead)) for lead, day, _ in new], dims)


def _over(oracle: Oracle, metric: str, above: list[Unit], below: list[Unit], dims: str) -> None:
    """Add the number of units above over that of the units below, each by its own day."""

    def figure(span: Span) -> dict[str, Cell]:
        tops = fig.by_scope([unit for unit in above if span.has(unit.day)], dims.split())
        bottoms = fig.by_scope([unit for unit in below if span.has(unit.day)], dims.split())
        return {scope: _quotient(len(tops.get(scope, [])), len(bottoms.get(scope, []))) for scope in tops | bottoms}

    oracle.figures[metric] = figure


def _quotient(above: int, below: int) -> Cell:
    if not below:
        return Cell(None, "zero_denominator", above, below, below)
    return Cell(Fraction(above, below), "ok", above, below, below)


# ------------------------------------------------------------------------------------------------------- open


def _instant(oracle: Oracle, span: Span) -> datetime:
    return min(midnight(span.cut, oracle.zone), oracle.as_of)


def _ended(handoff: Handoff) -> datetime:
    ends = [handoff.accepted_at, handoff.exit.at if handoff.exit else None]
    return min((end for end in ends if end), default=datetime.max)


def _is_open(handoff: Handoff, instant: datetime) -> bool:
    return handoff.at < instant <= _ended(handoff)


def _days_between(oracle: Oracle, calendar: WorkingCalendar, since: datetime, span: Span) -> int:
    """Return the business days after the day of `since` and before the end of the span."""
    day = oracle.story.day(since) + DAY
    return sum(calendar.is_business(day + n * DAY) for n in range(max((span.cut - day).days, 0)))


def _open(oracle: Oracle) -> None:
    story = oracle.story

    def standing(span: Span) -> list[tuple[Handoff, int]]:
        instant = _instant(oracle, span)
        return [
            (one, _days_between(oracle, one.calendar, one.at, span)) for one in story.handoffs if _is_open(one, instant)
        ]

    def aging(span: Span) -> dict[str, Cell]:
        edges = ((1, "0-1"), (3, "2-3"), (5, "4-5"), (10, "6-10"))
        units = [
            Unit(span.start, oracle._handoff_dims(one) | {"bucket": next((b for e, b in edges if age <= e), ">10")})
            for one, age in standing(span)
        ]
        return {scope: fig.count(some) for scope, some in fig.by_scope(units, ["bucket", "region", "tier"]).items()}

    def oldest(span: Span) -> dict[str, Cell]:
        ages = [age for _, age in standing(span)]
        return {"all": Cell(Fraction(max(ages, default=0)), n=min(len(ages), 1))}

    oracle.figures["lead_aging"] = aging
    oracle.figures["lead_aging.oldest"] = oldest
    due = {id(one): oracle._due(one) for one in story.handoffs}

    def is_late(one: Handoff, instant: datetime) -> bool:
        deadline = due[id(one)]
        return deadline is not None and deadline < instant and not (one.response_at and one.response_at < instant)

    def share(span: Span) -> dict[str, Cell]:
        instant = _instant(oracle, span)
        units = [
            Unit(span.start, oracle._handoff_dims(one), hit=is_late(one, instant))
            for one in story.handoffs
            if _is_open(one, instant)
        ]
        return {scope: fig.rate(some) for scope, some in fig.by_scope(units, ["region", "channel", "tier"]).items()}

    forgotten = [(lead, _touched(oracle, lead)) for lead in story.known if story.is_sales(lead.row["owner_id"])]
    reporting = story.calendars[oracle.settings.reporting_calendar]

    def untouched(span: Span) -> dict[str, Cell]:
        instant = _instant(oracle, span)
        units = [
            Unit(span.start, oracle._handoff_dims(one))
            for one in story.handoffs
            if _is_open(one, instant) and is_late(one, instant)
        ]
        units += [
            Unit(span.start, oracle._lead_dims(lead))
            for lead, touched in forgotten
            if touched >= instant
            and _days_between(oracle, reporting, lead.created_at, span) > oracle.settings.stale_days
        ]
        return {scope: fig.count(some) for scope, some in fig.by_scope(units, ["region", "channel", "tier"]).items()}

    oracle.figures["untouched_leads.share"] = share
    oracle.figures["untouched_leads"] = untouched


def _touched(oracle: Oracle, lead: Lead) -> datetime:
    """Return when anything first happened to a lead."""
    events = [entry.at for entry in lead.entries if entry.stage != "lead"]
    events += [row["occurred_at"] for row in oracle.attempts(lead)]
    events += [row["occurred_at"] for row in lead.activities + lead.deal_activities if oracle.story.is_response(row)]
    return min(events, default=datetime.max)


# ------------------------------------------------------------------------------------------------ persistence


def _persistence(oracle: Oracle) -> None:
    story = oracle.story
    kept, tries, reached = [], [], []
    for one in story.handoffs:
        day, dims = story.day(one.at), oracle._handoff_dims(one)
        until = one.exit.at if one.exit else datetime.max
        made = [row for row in oracle.attempts(one.lead) if one.at <= row["occurred_at"] <= until]
        if one.exit and one.exit.reason == "unable_to_reach":
            left = story.day(one.exit.at)
            tries.append(Unit(left, {"bucket": "10+" if len(made) >= 10 else f"0{len(made)}"}))
            promise = story.agreement.commitment_at("c.sm.attempts", day)
            fitting = (
                [tier for tier in promise.per_tier if tier.tier in (None, one.lead.row["tier"])] if promise else []
            )
            if fitting:
                kept.append(Unit(left, dims, hit=len(made) >= fitting[0].attempts))
        place = next((n for n, row in enumerate(made, 1) if row["outcome"] in _REACHED), None)
        if place:
            for n in range(1, 11):
                bucket = "10+" if n == 10 else f"0{n}"
                reached.append(Unit(day, {"bucket": bucket}, hit=place <= n or n == 10))
    oracle._add("attempt_persistence", kept, "region tier", fig.rate)
    oracle._add("attempt_persistence.tries", tries, "bucket", fig.count)
    oracle.figures["attempt_persistence.connected"] = _members_only(reached, "bucket", fig.rate)


def _members_only(units: list[Unit], dim: str, measure: Callable[[list[Unit]], Cell]):
    def figure(span: Span) -> dict[str, Cell]:
        found = fig.measured(units, span, [dim], measure)
        return {scope: cell for scope, cell in found.items() if scope != "all"}

    return figure


# -------------------------------------------------------------------------------------------------- decisions


def _is_void(oracle: Oracle, one: Handoff) -> bool:
    return bool(one.exit and one.exit.reason in oracle.settings.exclude_reasons)


def _decisions(oracle: Oracle) -> None:
    story = oracle.story
    rejected, fit, intent, event, due = [], [], [], [], []
    for one in story.handoffs:
        if _is_void(oracle, one):
            continue
        day, dims = story.day(one.at), oracle._handoff_dims(one)
        reason = story.reasons.get(one.exit.reason) if one.exit else None
        is_rejected = bool(one.exit and one.accepted_at is None)
        if is_rejected:
            more = {"reason": one.exit.reason, "family": reason.family if reason else None}
            rejected.append(Unit(story.day(one.exit.at), dims | more))
        if is_rejected or one.accepted_at:
            disagrees = is_rejected and bool(reason and reason.disagreement)
            fit.append(Unit(day, dims, hit=disagrees))
            intent.append(Unit(day, dims, hit=disagrees or bool(is_rejected and reason and reason.family == "intent")))
        valid = bool(one.accepted_at or (one.exit and one.exit.reason))
        event.append(Unit(day, dims, hit=valid))
        deadline = _deadline(oracle, one)
        if deadline is not None and deadline <= oracle.as_of:
            due.append(Unit(story.day(deadline), dims, hit=valid))
    oracle._add("rejection_reasons", rejected, "reason region channel tier", fig.count)
    oracle._add("rejection_reasons.family", rejected, "family", fig.count)
    oracle.figures["rejection_reasons.share"] = lambda span: _shares(rejected, span, "reason")
    oracle._add("definition_disagreement", fit, "region segment channel tier", fig.rate)
    oracle._add("definition_disagreement.with_intent", intent, "region segment channel tier", fig.rate)
    oracle._add("disposition_rate.event", event, "region tier", fig.rate)
    oracle._add("disposition_rate", due, "region tier", fig.rate)


def _shares(units: list[Unit], span: Span, dim: str) -> dict[str, Cell]:
    inside = [unit for unit in units if span.has(unit.day)]
    n = len(inside)
    found = {}
    for scope, some in fig.by_scope(inside, [dim]).items():
        if scope != "all":
            low, high = fig.wilson(len(some), n)
            found[scope] = Cell(Fraction(len(some), n), "ok", len(some), n, n, low, high)
    return found


def _deadline(oracle: Oracle, one: Handoff) -> datetime | None:
    promise = oracle.story.agreement.commitment_at("c.sm.disposition", oracle.story.day(one.at))
    fitting = [tier for tier in promise.per_tier if tier.tier in (None, one.lead.row["tier"])] if promise else []
    return oracle.promises.deadline(promise, fitting[0], one.lead, one.at, one.calendar) if fitting else None


# --------------------------------------------------------------------------------------------------- recycled


def _recycled(oracle: Oracle) -> None:
    story, window = oracle.story, oracle.settings.windows.second_life
    dims = "region segment channel"
    ended = [
        Unit(story.day(one.at), oracle._handoff_dims(one), hit=bool(one.exit and one.exit.stage == "recycled"))
        for one in story.handoffs
        if not _is_void(oracle, one) and (one.exit or one.accepted_at)
    ]
    oracle._add("recycle_rate", ended, dims, fig.rate)
    again, bought, brought = [], [], []
    for lead in story.known:
        for entry in lead.entries:
            if entry.stage != "recycled":
                continue
            day, members = story.day(entry.at), oracle._lead_dims(lead) | {"reason": entry.reason}
            mature = entry.at + timedelta(days=window) <= oracle.as_of
            next_mql = min((one.at for one in lead.entries if one.stage == "mql" and one.at > entry.at), default=None)
            again.append(Unit(day, members, hit=fig.within_days(entry.at, next_mql, window), mature=mature))
            wins = [
                deal for deal in lead.deals
                if deal.row["is_won"] and deal.row["is_closed"] and deal.row["type"] == "new_business"
                and 0 <= (deal.book_date - day).days <= window
            ]  # fmt: skip
            bought.append(Unit(day, members, hit=bool(wins), mature=mature))
            for deal in wins if mature else []:
                value, gap = oracle.amount(deal, deal.book_date)
                if value is not None or gap:
                    brought.append(Unit(day, members, value, gap=gap))
    oracle._add("recycle_rate.requalified", again, f"{dims} reason", oracle._cohort())
    oracle._add("recycle_rate.won", bought, f"{dims} reason", oracle._cohort())
    oracle._add("recycle_rate.revenue_won", brought, f"{dims} reason", fig.total)
