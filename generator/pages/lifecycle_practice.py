"""What leads really did against what was agreed: moves by their meaning, and records on which systems disagree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pandas as pd

from generator.kpis import csv_text
from generator.pages import formats
from generator.pages.context import Context
from generator.pages.escalations import record_url

#: What a move may mean, in words; the odd ones are listed.
EFFECTS = {
    "counted": "counted",
    "skip": "counted, skipping stages",
    "no_op": "ignored, it was there already",
    "new_deal": "another deal of a customer",
    "back": "back: not counted",
    "flagged": "counted and flagged",
    "not_allowed": "not allowed",
    "not_agreed": "nobody agreed what it means",
    "other_reason": "without the reason it asks for",
    "no_reason": "without a reason",
}
#: How systems may disagree: in words, what counts in the figures, and who mends it.
CONFLICTS = {
    "map_mql_crm_missing": ("An MQL that the CRM does not know", "counts as MQL, its clocks run", "Marketing Ops"),
    "map_mql_crm_disqualified": (
        "Handed over, and thrown out by the CRM at once",
        "the MQL counts, the lead is out",
        "Marketing Ops",
    ),
    "map_behind": ("Marketing's stage is behind that of the CRM", "the stage of the CRM", "Marketing Ops"),
    "sql_without_mql": ("An SQL that never was an MQL", "the SQL counts, no conversion of an MQL", "Sales Ops"),
    "out_of_order": ("A later stage dated before an earlier one", "the later stage", "both"),
    "won_but_not_customer": ("A won deal whose lead is no customer", "a customer", "Sales Ops"),
    "date_gap": ("One stage with two dates", "the date of who has authority", "both"),
    "duplicate_owner": ("Two owners at once", "the latest assignment", "Sales Ops"),
}


def moves(context: Context) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield from, to, meaning, moves and leads, the most frequent pair first."""
    names = {stage.id: stage.title for stage in context.report.agreement.lifecycle.stages}
    found = sorted(context.report.practice.moves, key=lambda one: (-one.moves, one.from_stage, one.to_stage))
    for one in found:
        ends = (names.get(one.from_stage, one.from_stage), names.get(one.to_stage, one.to_stage))
        yield (*ends, EFFECTS[one.effect], formats.counted(one.moves), formats.counted(one.leads))


def conflicts(context: Context) -> Iterator[tuple[str, str, str, str]]:
    """Yield what systems disagree about, what counts, who mends it, and how many records it concerns now."""
    counts = Counter(one.kind for one in context.report.practice.conflicts)
    for kind, words in CONFLICTS.items():
        yield (*words, formats.counted(counts[kind]))


def write_lists(context: Context) -> None:
    """Write data/moves.csv and data/conflicts.csv: the odd moves of late, and the records on which systems disagree."""
    folder = context.docs / "data"
    folder.mkdir(parents=True, exist_ok=True)
    practice = context.report.practice
    odd = [
        (one.record, record_url(context, one.record), f"{one.moved_at.isoformat()}Z", *one[2:5], one.system or "")
        for one in practice.odd_moves
    ]
    open_now = [
        (one.kind, one.record, record_url(context, one.record), f"{one.since_at.isoformat()}Z", one.region, one.channel)
        for one in practice.conflicts
    ]
    for name, rows, columns in (
        ("moves", odd, ("record", "link", "moved_at", "from_stage", "to_stage", "effect", "system")),
        ("conflicts", open_now, ("type", "record", "link", "since", "region", "channel")),
    ):
        frame = pd.DataFrame(rows, columns=list(columns), dtype=object)
        (folder / f"{name}.csv").write_bytes(csv_text(frame).encode("utf-8"))
