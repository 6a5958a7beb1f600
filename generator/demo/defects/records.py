"""Records that are not what they seem: merged, test, of customers, twice there, incomplete, oddly spelled."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from generator.demo.defects.draft import Draft, days, first_of, hours, stamp
from generator.demo.salesforce.spelling import STATUS

MQL, SAL, OUT = STATUS["mql"], STATUS["sal"], STATUS["disqualified"]
_ODD_CHANNELS = ("Carrier Pigeon", "Carrier Pigeon", "Skywriting")
_CASES = ("WEBINAR", "webinar ", "PAID SEARCH", " Paid search")


def plant_record_defects(draft: Draft) -> None:
    """Plant defects of single records."""
    _merged(draft)
    _left_out(draft)
    _copies(draft)
    _incomplete(draft)
    _misspelled(draft)
    _late_and_early(draft)


def _handed_over(draft: Draft, **cells: str) -> str:
    """A lead that became an MQL and was accepted."""
    return draft.lead(draft.moment(), (hours(2), MQL, ""), (hours(5), SAL, ""), **cells)


def _merged(draft: Draft) -> None:
    """Two plain merges, and a chain of two; the absorbed records are older and have a history of their own."""
    lost, kept = [], []
    for chain in (1, 1, 2):
        at = draft.moment(earliest=120)
        survivor = draft.lead(at + days(20), (hours(2), MQL, ""), (hours(6), SAL, ""))
        kept.append(survivor)
        target = survivor
        for nth in range(chain):
            gone = {"IsDeleted": "true", "MasterRecordId": target}
            target = draft.lead(at - days(nth), (hours(3), MQL, ""), **gone)
            draft.touch(target, at + hours(1))
            lost.append(target)
    draft.plant(
        "merged", "G11", "Lead.csv", lost, "absorbed records; the last two form a chain; never counted themselves"
    )
    note = "survivors; created_at and first mql become those of the oldest record absorbed"
    draft.plant("merge_survivors", "G11", "Lead.csv", kept, note)


def _left_out(draft: Draft) -> None:
    tests = [_handed_over(draft, Is_Test__c="true", Company="Internal Test") for _ in range(3)]
    draft.plant("test_leads", "G12", "Lead.csv", tests, "test records that became MQL; in no count")
    reasons = ("spam", "spam", "duplicate", "test")
    out = [draft.lead(draft.moment(), (hours(1), MQL, ""), (hours(4), OUT, reason)) for reason in reasons]
    draft.plant(
        "admin_rejections", "G12", "Lead.csv", out, "rejected as spam, duplicate or test; out of decision rates"
    )
    won = draft.tables["Opportunity"]
    won = won[(won["IsWon"] == "true") & (won["Type"] == "New Business")]
    customers = []
    for deal in first_of(draft.rng, won.iloc[: max(len(won) // 2, 2)], 2):
        at = draft.moment(earliest=20, latest=60)
        customers.append(draft.lead(at, (hours(2), MQL, ""), Account__c=deal["AccountId"]))
    draft.plant("existing_customers", "G12", "Lead.csv", customers, "leads at accounts that had won a deal before")


def _copies(draft: Draft) -> None:
    """The same record twice: byte for byte, and in an older state with an older stamp."""
    for kind, count, name in (("Lead", 2, "leads"), ("Opportunity", 1, "deals"), ("CampaignMember", 3, "touches")):
        rows = first_of(draft.rng, draft.tables[kind], count)
        for row in rows:
            draft.copy(kind, row)
        ids = [row["Id"] for row in rows]
        draft.plant(f"identical_{name}", "G10", f"{kind}.csv", ids, "written twice, the same; collapse to one")
    stale = first_of(draft.rng, draft.tables["Lead"], 2)
    for row in stale:
        draft.copy("Lead", row, Segment__c="ENT", Region__c="Nowhere", SystemModstamp=_earlier(row["CreatedDate"]))
    note = "a copy with an older SystemModstamp and other values; the younger one holds"
    draft.plant("older_lead_copies", "G10", "Lead.csv", [row["Id"] for row in stale], note)
    stale = first_of(draft.rng, draft.tables["Opportunity"], 2)
    for row in stale:
        draft.copy("Opportunity", row, Amount="1", StageName="Prospecting", SystemModstamp=_earlier(row["CreatedDate"]))
    draft.plant("older_deal_copies", "G10", "Opportunity.csv", [row["Id"] for row in stale], note)


def _earlier(instant: str) -> str:
    """The same clock time a day before: older than any true stamp of the record."""
    return str(np.datetime64(instant.rstrip("Z"), "ms") - np.timedelta64(86_400_000, "ms")) + "Z"


def _incomplete(draft: Draft) -> None:
    nobody = [_handed_over(draft, OwnerId="") for _ in range(3)]
    draft.plant("leads_without_owner", "G8", "Lead.csv", nobody, "no owner; the bucket Unknown")
    blank = [_handed_over(draft, Segment__c="") for _ in range(3)]
    draft.plant("leads_without_segment", "G8", "Lead.csv", blank, "no segment; the bucket Unknown, always shown")
    unknown = [_handed_over(draft, Region__c=word) for word in ("unknown", "Unknown")]
    draft.plant("recorded_unknown", "G8", "Lead.csv", unknown, "region recorded as the word; its own member")


def _misspelled(draft: Draft) -> None:
    odd = [_handed_over(draft, LeadSource=name) for name in _ODD_CHANNELS]
    draft.plant(
        "unknown_channels", "G8", "Lead.csv", odd, "channels that the agreement does not list; kept and counted"
    )
    cases = [_handed_over(draft, LeadSource=name) for name in _CASES]
    draft.plant("channel_case_variants", "G8", "Lead.csv", cases, "known channels in other case or with blanks; folded")


def _late_and_early(draft: Draft) -> None:
    """Leads written after the drop, and leads written after their own deal was won."""
    ahead = draft.lead(draft.as_of + timedelta(days=3))
    draft.plant("future_leads", "G1", "Lead.csv", [ahead], "created after as_of; in no fact")
    late = []
    for _ in range(2):
        won = draft.moment(earliest=130)
        lead = draft.lead(won + days(4), OwnerId="")
        draft.row("Lead", lead)["CreatedDate"] = stamp(won + days(4))
        draft.deal(won - days(20), (days(0), "Qualification"), (days(20), "Closed Won"), lead=lead)
        late.append(lead)
    note = "created four days after their deal was won; negative_duration, out of cycle and conversion"
    draft.plant("leads_after_outcome", "G9", "Lead.csv", late, note)
