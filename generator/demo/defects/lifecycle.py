"""Ways of leads that go back, round in circles, past stages or nowhere."""

from __future__ import annotations

from generator.demo.defects.draft import Draft, days, hours, stamp
from generator.demo.salesforce.ids import record_id
from generator.demo.salesforce.spelling import STATUS

OPEN, MQL, SAL, SQL = STATUS["lead"], STATUS["mql"], STATUS["sal"], STATUS["sql"]
BACK, OUT = STATUS["recycled"], STATUS["disqualified"]


def plant_lifecycle_defects(draft: Draft) -> None:
    """Plant defects of the history of leads."""
    _repeated(draft)
    _out_of_line(draft)
    _undecided(draft)
    _second_life(draft)
    _unreadable(draft)


def _repeated(draft: Draft) -> None:
    twins = []
    for _ in range(2):
        at = draft.moment()
        lead = draft.lead(at, (hours(2), MQL, ""), (hours(5), SAL, ""))
        twins.append(draft.change(lead, stamp(at + hours(2)), "Status", OPEN, MQL))
    note = "a second event of the same lead, stage and instant; counts once"
    draft.plant("twin_events", "G10", "LeadHistory.csv", twins, note)
    again = []
    for _ in range(2):
        at = draft.moment()
        lead = draft.lead(at, (hours(2), MQL, ""), (hours(26), SAL, ""))
        again.append(draft.change(lead, stamp(at + hours(7)), "Status", MQL, "MQL"))
    draft.plant("reentries", "G10", "LeadHistory.csv", again, "MQL again while in MQL; ignored")


def _out_of_line(draft: Draft) -> None:
    past = [draft.lead(draft.moment(), (days(3), SQL, "")) for _ in range(2)]
    note = "marketing leads that became SQL without MQL; SQL counted, not in the MQL cohort"
    draft.plant("sql_without_mql", "G8", "LeadHistory.csv", past, note)
    wrong = [draft.lead(draft.moment(), (days(1), SQL, ""), (days(3), MQL, "")) for _ in range(2)]
    note = "MQL dated two days after SQL; the later stage is kept, MQL ignored"
    draft.plant("out_of_order", "G9", "LeadHistory.csv", wrong, note)
    back = [draft.lead(draft.moment(), (hours(2), MQL, ""), (hours(5), SAL, ""), (days(4), MQL, "")) for _ in range(2)]
    draft.plant("backward_moves", "G13", "LeadHistory.csv", back, "from SAL back to MQL; not counted, but listed")


def _undecided(draft: Draft) -> None:
    mute = [draft.lead(draft.moment(), (hours(2), MQL, ""), (hours(6), OUT, "")) for _ in range(2)]
    note = "rejected without a reason; the move is kept, the decision promise is not"
    draft.plant("rejections_without_reason", "G8", "LeadHistory.csv", mute, note)


def _second_life(draft: Draft) -> None:
    """Recycled, came back, and was won: once in the first count, twice among the handoffs."""
    back = []
    for _ in range(2):
        at = draft.moment(earliest=200)
        first = ((hours(2), MQL, ""), (hours(20), BACK, "no_timing"))
        lead = draft.lead(at, *first, (days(40), MQL, ""), (days(40) + hours(3), SAL, ""), (days(44), SQL, ""))
        draft.deal(at + days(47), (days(0), "Qualification"), (days(30), "Closed Won"), lead=lead)
        back.append(lead)
    draft.plant(
        "recycled_then_won", "G13", "LeadHistory.csv", back, "two cycles; conversion counts from the first entry"
    )


def _unreadable(draft: Draft) -> None:
    parked = []
    for _ in range(2):
        at = draft.moment()
        lead = draft.lead(at, (hours(2), MQL, ""), (days(2), SAL, ""))
        parked.append(draft.change(lead, stamp(at + hours(9)), "Status", MQL, "Parked - Ask Legal"))
    draft.plant("unmapped_statuses", "G8", "LeadHistory.csv", parked, "a status nobody agreed on; quarantined by line")
    nobody = record_id("Lead", 59_000_000)
    lost = [draft.change(nobody, stamp(draft.moment()), "Status", OPEN, MQL) for _ in range(2)]
    draft.plant("orphan_events", "G8", "LeadHistory.csv", lost, "their lead is not in the drop")
    lead = draft.lead(draft.moment(), (hours(2), MQL, ""))
    ahead = [draft.change(lead, stamp(draft.as_of + days(n)), "Status", MQL, SAL) for n in (1, 2)]
    draft.plant("future_events", "G1", "LeadHistory.csv", ahead, "later than as_of; in no fact")
    at = draft.moment()
    lead = draft.lead(at)
    naive = [
        draft.change(lead, (at + hours(n)).strftime("%Y-%m-%d %H:%M:%S"), "Status", old, new)
        for n, old, new in ((2, OPEN, MQL), (6, MQL, SAL))
    ]
    draft.plant("naive_events", "G2", "LeadHistory.csv", naive, "no zone; read in source_timezone and counted")
