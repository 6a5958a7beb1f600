"""Contacts and responses that are doubled, early, late or stopped for a while."""

from __future__ import annotations

from datetime import datetime

from generator.demo.defects.draft import Draft, days, hours, stamp
from generator.demo.salesforce.ids import record_id
from generator.demo.salesforce.spelling import STATUS

MQL, SAL = STATUS["mql"], STATUS["sal"]


def plant_work_defects(draft: Draft) -> None:
    """Plant defects of touches, activities and pauses."""
    _close_touches(draft)
    _lost_touches(draft)
    _close_attempts(draft)
    _early_answers(draft)
    _odd_tasks(draft)
    _pauses(draft)


def _close_touches(draft: Draft) -> None:
    doubled, apart = [], []
    for _ in range(3):
        at = draft.moment()
        lead = draft.lead(at, (hours(30), MQL, ""))
        draft.touch(lead, at)
        doubled.append(draft.touch(lead, at + hours(1 / 6)))
        apart.append(draft.touch(lead, at + hours(31 / 60)))
    draft.plant(
        "touches_within_30_minutes", "G10", "CampaignMember.csv", doubled, "10 minutes after the kept one; dropped"
    )
    note = "31 minutes after the kept one; kept, though 21 after the dropped one"
    draft.plant("touches_after_31_minutes", "G10", "CampaignMember.csv", apart, note)


def _lost_touches(draft: Draft) -> None:
    nobody = record_id("Lead", 59_000_001)
    lost = [draft.touch(nobody, draft.moment()) for _ in range(2)]
    draft.plant("orphan_touches", "G8", "CampaignMember.csv", lost, "their lead is not in the drop")
    lead = draft.lead(draft.moment())
    ahead = [draft.touch(lead, draft.as_of + days(n)) for n in (1, 2, 9)]
    draft.plant("future_touches", "G1", "CampaignMember.csv", ahead, "later than as_of; in no fact")


def _close_attempts(draft: Draft) -> None:
    doubled = []
    for _ in range(3):
        at = draft.moment()
        lead = draft.lead(at, (hours(1), MQL, ""), (hours(6), SAL, ""))
        draft.call(lead, at + hours(2))
        doubled.append(draft.call(lead, at + hours(2) + hours(4 / 60)))
    draft.plant("attempts_within_5_minutes", "G10", "Task.csv", doubled, "4 minutes after the same call; one attempt")


def _early_answers(draft: Draft) -> None:
    skewed: list[str] = []
    early: list[str] = []
    for gap, found in ((hours(3 / 60), skewed), (hours(3), early)):
        for _ in range(2):
            at = draft.moment()
            lead = draft.lead(at - days(1), (days(1), MQL, ""), (days(1) + hours(5), SAL, ""))
            found.append(draft.call(lead, at - gap, "Connected"))
            draft.call(lead, at + hours(2), "Connected")
    note = "3 minutes before the handoff, within the clock skew; an answer after 0 minutes"
    draft.plant("answers_within_skew", "G9", "Task.csv", skewed, note)
    note = "3 hours before the handoff; no answer to it, contact_before_handoff"
    draft.plant("contacts_before_handoff", "G9", "Task.csv", early, note)


def _odd_tasks(draft: Draft) -> None:
    at = draft.moment()
    lead = draft.lead(at, (hours(1), MQL, ""), (hours(6), SAL, ""))
    ahead = draft.call(lead, draft.as_of + days(4))
    draft.plant("future_activities", "G1", "Task.csv", [ahead], "later than as_of; in no fact")
    naive = []
    for n in range(4):
        bare = (at + hours(2 + 6 * n)).strftime("%Y-%m-%d %H:%M:%S")
        naive.append(draft.call(lead, at, CreatedDate=bare, CompletedDateTime=bare))
    draft.plant("naive_activities", "G2", "Task.csv", naive, "no zone; read in source_timezone and counted")


def _pauses(draft: Draft) -> None:
    rows = (
        ("c.sm.first_response", "callback_requested", 4),
        ("", "out_of_office", 48),
        ("c.sm.disposition", "legal_hold", 24),
    )
    names = []
    for commitment, reason, length in rows:
        at = draft.moment()
        lead = draft.lead(at, (hours(0.2), MQL, ""), (hours(0.2) + days(4), SAL, ""))
        draft.call(lead, at + hours(length) + hours(1), "Connected")
        names.append(_pause(draft, lead, commitment, at + hours(0.5), at + hours(length), reason))
    draft.plant("pauses", "G8", "sla_pause.csv", names, "clocks that stood still; business time of the pause is added")
    at = draft.moment()
    lead = draft.lead(at, (hours(0.2), MQL, ""))
    odd = _pause(draft, lead, "", at + hours(1), at + days(3), "lunch")
    draft.plant("pauses_without_right", "G8", "sla_pause.csv", [odd], "a reason that the agreement does not allow")


def _pause(draft: Draft, lead: str, commitment: str, start: datetime, end: datetime, reason: str) -> str:
    name = f"P{draft.planted('sla_pause') + 1:03d}"
    cells = {"pause_id": name, "lead_id": lead, "commitment_id": commitment, "reason": reason}
    draft.add("sla_pause", start_at=stamp(start), end_at=stamp(end), **cells)
    return name
