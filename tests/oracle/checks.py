"""Checks of the data and its age, a second time: row by row, as each check is told in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from . import figures as fig
from .clock import Span
from .figures import Cell

if TYPE_CHECKING:
    from .oracle import Oracle

#: What is compared, by the names of the results; of the checks those whose rows stand in the canonical tables.
METRICS: list[str] = ["data_quality", "freshness", "freshness.table", "freshness.stopped"]

_STAMPS = {
    "lead": "created_at", "lifecycle_event": "occurred_at", "assignment": "occurred_at", "activity": "occurred_at",
    "touch": "occurred_at", "opportunity": "created_at", "opportunity_stage_event": "occurred_at",
}  # fmt: skip
_QUARTER_HOUR = 900


def add(oracle: Oracle) -> None:
    """Add the figures of this file to `oracle.figures`."""
    counted = dict(_checks(oracle))
    feeds = {name: _feed(oracle, name) for name in _STAMPS}
    hours = {name: feed[0] for name, feed in feeds.items() if feed}

    def of_whole(make: Callable[[], dict[str, Cell]]) -> Callable[[Span], dict[str, Cell]]:
        return lambda span: make() if span.grain == "all" else {}

    oracle.figures["data_quality"] = of_whole(
        lambda: {
            f"type={name}": fig.quotient(failing, checked) for name, (failing, checked) in counted.items() if checked
        }
    )
    oracle.figures["freshness.table"] = of_whole(lambda: {f"type={name}": Cell(old) for name, old in hours.items()})
    oracle.figures["freshness"] = of_whole(lambda: {"all": Cell(min(hours.values()))})
    stopped = [name for name, feed in feeds.items() if feed and feed[1]]
    oracle.figures["freshness.stopped"] = of_whole(
        lambda: {"all": Cell(Fraction(len(stopped))), **{f"type={name}": Cell(Fraction(1)) for name in stopped}}
    )


def _of(rows: Iterable, fails: Callable) -> tuple[int, int]:
    listed = list(rows)
    return sum(bool(fails(row)) for row in listed), len(listed)


def _checks(oracle: Oracle):
    """Yield each check with how many rows fail of how many."""
    story, today = oracle.story, oracle.story.day(oracle.as_of)
    deals, leads, won = story.deals, story.known, oracle.won_deals
    closed, still = ([deal for deal in deals if bool(deal.row["is_closed"]) is over] for over in (True, False))
    every = list(story.leads.values())
    yield "missing_amount", _of(closed, lambda deal: deal.row["amount"] is None)
    yield "missing_origin", _of(leads, lambda lead: lead.row["origin_team"] in (None, "unknown"))
    yield "missing_channel", _of(leads, lambda lead: lead.row["channel"] is None)
    yield "missing_score", _of(leads, lambda lead: lead.row["score_fit"] is None)
    yield "test_record", _of(every, lambda lead: lead.is_test)
    yield "merged_record", _of(oracle.tables["lead"], lambda row: row["merged_into_lead_id"])
    new = [deal for deal in won if deal.row["type"] == "new_business"]
    yield "deal_without_lead", _of(new, lambda deal: deal.lead is None)
    with_lead = [deal for deal in won if deal.lead is not None]
    yield "negative_duration", _of(with_lead, lambda deal: deal.book_date < story.day(deal.lead.created_at))
    yield "stale_deal", _of(still, lambda deal: deal.row["close_date"] and deal.row["close_date"] < today)
    owned = [deal for deal in still if deal.row["owner_id"] in story.owners]
    left = {name: row["active_to"] for name, row in story.owners.items()}
    yield "owner_inactive", _of(owned, lambda deal: left[deal.row["owner_id"]] and left[deal.row["owner_id"]] < today)
    worked = _worked_on(oracle)
    if oracle.tables["activity"]:
        yield "open_deal_without_activity", _of(still, lambda deal: deal.id not in worked)
    rejected = [one.exit for one in story.handoffs if one.exit and one.accepted_at is None]
    yield "missing_reason", _of(rejected, lambda exit: exit.reason is None)


def _worked_on(oracle: Oracle) -> set[str]:
    """Return the deals on which, or on whose lead, somebody worked in the last thirty days."""
    since = oracle.as_of - timedelta(days=30)
    recent = [
        row for row in oracle.tables["activity"] if row["occurred_at"] >= since and not row["is_automated"]
    ]  # fmt: skip
    named = {row["opportunity_id"] for row in recent}
    people = {oracle.story.survivor_of.get(row["lead_id"]) for row in recent if row["opportunity_id"] is None}
    return {deal.id for deal in oracle.story.deals if deal.id in named or (deal.lead and deal.lead.id in people)}


def _feed(oracle: Oracle, table: str) -> tuple[Fraction, bool] | None:
    """Return the age of the newest row of a table in hours, and whether it is silent for longer than usual."""
    stamps: list[datetime] = sorted(row[_STAMPS[table]] for row in oracle.tables[table] if row[_STAMPS[table]])
    if not stamps:
        return None
    calendar = oracle.story.calendars[oracle.settings.reporting_calendar]
    # Gaps within a quarter of an hour are none.
    gaps = [
        0 if int(later.timestamp()) // _QUARTER_HOUR == int(earlier.timestamp()) // _QUARTER_HOUR
        else calendar.seconds(earlier, later)
        for earlier, later in pairwise(stamps)
    ]  # fmt: skip
    usual = fig.percentile((Fraction(gap) for gap in gaps), Fraction(99, 100)) or Fraction()
    silent = calendar.seconds(stamps[-1], oracle.as_of)
    hours = Fraction((oracle.as_of - stamps[-1]) // timedelta(microseconds=1), 3600 * 10**6)
    return hours, len(stamps) > 20 and silent > max(usual, Fraction(_QUARTER_HOUR))
