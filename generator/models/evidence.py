"""Whether a drop can show that a promise was kept: the tables and columns that would have to hold it."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from generator.agreement import Agreement, Commitment
from generator.engine import Engine
from generator.sources.report import LoadReport

#: Where each event that stops a clock is recorded: a table, and a column of it where the table alone says nothing.
_RECORDED = {
    "first_response": "activity",
    "attempts": "activity",
    "connected": "activity",
    "assignment": "assignment",
    "crm_event": "lifecycle_event.source_system",
    "sal": "lifecycle_event",
    "sql": "lifecycle_event",
    "decision": "lifecycle_event",
    "reasoned_exit": "lifecycle_event.reason_code",
    "opportunity": "opportunity",
    "marketing_touch": "touch",
    "stage_left": "opportunity_stage_event",
    "review_held": "review_log",
}


def lacking_evidence(load: LoadReport, commitment: Commitment) -> tuple[str, ...]:
    """Return the tables and columns without which nobody can tell whether `commitment` was kept; () where one can."""
    needs = tuple(_needs(commitment))
    unmet = tuple(need for need in needs if not _has(load, need))
    # One way of showing it is enough for a clock; the fields of a hand-over are all asked for.
    return () if commitment.kind == "clock" and len(unmet) < len(needs) else unmet


def _needs(commitment: Commitment) -> Iterator[str]:
    """Yield what a promise is judged by."""
    if commitment.kind == "quality":
        yield from (f"lead.{field.partition('=')[0]}" for field in commitment.required_fields)
    elif commitment.kind == "reason":
        yield "lifecycle_event.reason_code"
    else:
        yield from dict.fromkeys(_RECORDED[stop] for stop in commitment.stop)


def _has(load: LoadReport, need: str) -> bool:
    table, _, column = need.partition(".")
    return load.has(table, *([column] if column else []))


def load_evidence(engine: Engine, agreement: Agreement, load: LoadReport) -> None:
    """Create the table `untold`: the commitments, by id and version, of which the drop cannot tell."""
    untold = {(one.id, one.version) for one in agreement.sla.commitments if lacking_evidence(load, one)}
    types = {"commitment": "varchar", "version": "varchar"}
    engine.load("untold", pd.DataFrame(sorted(untold), columns=list(types), dtype=object), types)
