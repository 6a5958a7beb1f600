"""Single records that a weekly review goes through, by a name that tells nobody who it is."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from generator.agreement import Agreement
from generator.engine import Engine
from generator.models.pseudonym import pseudonyms

#: So many records of a list are named; the others are counted.
NAMED = 6


class Record(NamedTuple):
    """One lead or deal on a list."""

    record: str  # the id where the settings link records, else its pseudonym
    about: str | None  # a commitment, a reason, a stage of a deal
    owner: str | None
    tier: str | None
    at: datetime  # the deadline or the rejection: naive UTC
    amount: Decimal | None
    week: date | None  # the Monday of the week it belongs to; None: it stands open at the instant of the drop
    total: int  # records on that list, of that week


class _List(NamedTuple):
    rows: str  # id, about, owner, tier, at_, amount
    order: str
    by_week: bool = False


_LISTS = {
    "untouched": _List(
        "select clock.lead_id as id, clock.commitment as about, clock.owner, clock.tier, clock.due_at as at_,"
        " null as amount from sla_clock as clock"
        " inner join handoff on handoff.handoff_id = clock.handoff_id"
        " where clock.excluded is null and clock.commitment = 'c.sm.first_response' and clock.state = 'breached_open'"
        " and handoff.accepted_at is null and handoff.exit_at is null and handoff.responded_at is null",
        "tier, at_ desc, id",
    ),
    "rejected": _List(
        "select lead_id as id, reason as about, owner, tier, exit_at as at_, null as amount"
        " from handoff where excluded is null and is_rejected and not is_void",
        "about, at_ desc, id",
        by_week=True,
    ),
    "past_due": _List(
        "select deal_id as id, stage as about, owner, null as tier, cast(due_on as timestamp) as at_,"
        " amount from deal where excluded is null and not is_closed"
        " and due_on < (select cast(value as date) from setting where key = 'as_of_date')",
        "coalesce(amount, 0) desc, at_, id",
    ),
}


def list_records(engine: Engine, agreement: Agreement, since: date) -> dict[str, tuple[Record, ...]]:
    """Return the records of each list, the foremost of each week from `since` on and of what stands open now."""
    named = (lambda name: name) if agreement.settings.record_links else pseudonyms(engine)
    return {
        name: tuple(Record(named(row[0]), *row[1:]) for row in engine.rows(_sql(one, since)))
        for name, one in _LISTS.items()
    }


def _sql(one: _List, since: date) -> str:
    """Return the query of a list: the records that are named, each with how many there are in all."""
    week = "cast(date_trunc('week', local_slot.local_date) as date)"
    dated = (
        f"select listed.*, {week} as week_on from ({one.rows}) as listed"
        " inner join local_slot on local_slot.slot = cast(floor(epoch(listed.at_) / 900) as bigint)"
        f" where {week} >= date '{since}'"
        if one.by_week
        else f"select listed.*, cast(null as date) as week_on from ({one.rows}) as listed"
    )
    return (
        "select id, about, owner, tier, at_, amount, week_on, total from (select dated.*,"
        f" row_number() over (partition by week_on order by {one.order}) as place,"
        f" count(*) over (partition by week_on) as total from ({dated}) as dated) as placed"
        f" where place <= {NAMED} order by week_on desc, place"
    )
