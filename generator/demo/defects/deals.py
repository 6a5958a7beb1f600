"""Deals that were reopened, are without amount, currency or owner, or say they closed when they did not."""

from __future__ import annotations

from datetime import UTC, datetime

from generator.demo.defects.draft import Draft, days
from generator.demo.people import LEAVER
from generator.demo.salesforce.ids import record_id

OPENED, OFFER, TALKS = "Qualification", "Proposal/Price Quote", "Negotiation/Review"
WON, LOST = "Closed Won", "Closed Lost"


def plant_deal_defects(draft: Draft) -> None:
    """Plant defects of deals."""
    _reopened(draft)
    _without(draft)
    _misdated(draft)
    _left_out(draft)
    _odd(draft)


def _reopened(draft: Draft) -> None:
    way = ((days(0), OPENED), (days(20), WON), (days(26), TALKS), (days(50), LOST))
    lost = draft.deal(draft.moment(earliest=140), *way)
    note = "won, reopened, lost: one deal, lost, in the period of its last close"
    draft.plant("reopened_then_lost", "G13", "Opportunity.csv", [lost], note)
    way = ((days(0), OPENED), (days(20), LOST), (days(35), OFFER), (days(60), WON))
    won = draft.deal(draft.moment(earliest=140), *way)
    draft.plant("reopened_then_won", "G13", "Opportunity.csv", [won], "lost, reopened, won: one deal, won")


def _closed(draft: Draft, stage: str = WON, **cells: str) -> str:
    return draft.deal(draft.moment(earliest=120), (days(0), OPENED), (days(12), OFFER), (days(30), stage), **cells)


def _without(draft: Draft) -> None:
    blank = [_closed(draft, stage, Amount="", List_Amount__c="") for stage in (WON, WON, LOST)]
    draft.plant("deals_without_amount", "G8", "Opportunity.csv", blank, "in counts, not in value figures; never 0")
    zero = [_closed(draft, Amount="0", List_Amount__c="0") for _ in range(2)]
    draft.plant(
        "deals_of_zero", "G8", "Opportunity.csv", zero, "won for nothing; out of the deal size, counted beside it"
    )
    nobody = [_closed(draft, OwnerId="") for _ in range(2)]
    draft.plant("deals_without_owner", "G8", "Opportunity.csv", nobody, "no owner; the bucket Unknown")
    orphan = [_closed(draft) for _ in range(2)]
    note = "no lead: out of the cycle from the lead, in the one from the deal"
    draft.plant("deals_without_lead", "G8", "Opportunity.csv", orphan, note)
    # Only in the first month, so that a year's figures are not lost with one rate.
    start = datetime(draft.plan.start.year, draft.plan.start.month, 3, 15, tzinfo=UTC)
    franc = draft.deal(start, (days(0), OPENED), (days(9), WON), CurrencyIsoCode="CHF")
    draft.plant(
        "deals_without_rate", "G14", "Opportunity.csv", [franc], "francs, no rate: value figures are missing_fx"
    )


def _misdated(draft: Draft) -> None:
    back = []
    for _ in range(2):
        deal = _closed(draft)
        row = draft.row("Opportunity", deal)
        closed = datetime.fromisoformat(row["SystemModstamp"].replace("Z", "+00:00"))
        row["CloseDate"] = (closed - days(33)).date().isoformat()
        back.append(deal)
    draft.plant("backdated_closes", "G8", "Opportunity.csv", back, "close date 33 days before the deal was closed")
    lead = draft.moment()
    future = draft.deal(draft.as_of + days(2), (days(0), OPENED))
    draft.plant("future_deals", "G1", "Opportunity.csv", [future], "created after as_of; in no fact")
    nobody = record_id("Opportunity", 59_000_000)
    states = enumerate((OPENED, OFFER))
    lost = [draft.state(nobody, lead + days(n), stage, "5000", "USD", draft.plan.end) for n, stage in states]
    draft.plant("orphan_deal_states", "G8", "OpportunityHistory.csv", lost, "their deal is not in the drop")


def _left_out(draft: Draft) -> None:
    admin = [_closed(draft, LOST, Loss_Reason__c=reason) for reason in ("duplicate", "test", "merged")]
    draft.plant("admin_losses", "G12", "Opportunity.csv", admin, "lost as duplicate, test or merged; out of win rates")
    test = _closed(draft, Is_Test__c="true", Amount="999999")
    draft.plant("test_deals", "G12", "Opportunity.csv", [test], "a test deal of 999,999; in no figure")


def _odd(draft: Draft) -> None:
    at = draft.moment(earliest=46, latest=60)
    odd = draft.deal(at, (days(0), OPENED), (days(8), "Verbal Maybe"))
    draft.plant(
        "unmapped_deal_stages", "G8", "Opportunity.csv", [odd], "an open stage that nobody agreed on; kept, counted"
    )
    left = record_id("User", LEAVER)
    still = [draft.deal(draft.moment(20, 60), (days(0), OPENED), OwnerId=left) for _ in range(2)]
    draft.plant("deals_of_a_leaver", "G8", "Opportunity.csv", still, "open deals of somebody who has left")
    row = {
        "spend_id": "S900001",
        "period_start": draft.plan.end.replace(day=1).isoformat(),
        "period_end": (draft.plan.end.replace(day=1) + days(92)).isoformat(),
        "team": "marketing",
        "category": "tools",
        "purpose": "unallocated",
        "region": "Americas",
        "amount": "2760.00",
        "currency": "USD",
    }
    draft.add("spend", **row)
    draft.plant("spend_across_periods", "G3", "spend.csv", ["S900001"], "a licence over 92 days; counted day by day")
