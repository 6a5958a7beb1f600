"""Canonical tables -> facts: one SQL file a fact, each a single select, built in the order of FACTS."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

from generator.agreement import Agreement
from generator.engine import Engine
from generator.errors import ExportError, Mistake
from generator.models.agreement_tables import load_agreement_tables
from generator.models.checks import run_checks
from generator.sources.report import Finding, LoadReport

_FOLDER = Path(__file__).parent

#: Each reads only canonical tables, the agreement, the calendar, and facts named before it.
FACTS = (
    "owner",
    "working_calendar",
    "agreed_target",
    "survivor",
    "fx_day",
    "lead_record",
    "deal",
    "lifecycle",
    "lead",
    "stage_entry",
    "response",
    "handoff",
    "handoff_field",
    "attempt",
    "sla_clock",
    "lead_outcome",
    "deal_state",
    "pipeline",
    "spend_day",
    "ledger",
    "account_mrr",
    "customer_month",
    "churn",
    "target",
)

#: Dates before this many years are mistakes of an export, not history; they would only stretch every calendar.
_HISTORY_YEARS = 15

_FIRST_DAYS = """
    select min(day) from (
        select cast(min(created_at) as date) as day from canonical.lead
        union all select cast(min(occurred_at) as date) from canonical.lifecycle_event
        union all select cast(min(created_at) as date) from canonical.opportunity
        union all select min(close_date) from canonical.opportunity where is_closed
        union all select min(period_start) from canonical.spend
        union all select min(month) from canonical.revenue
        union all select min(start_date) from canonical.subscription
    ) as known
"""


def first_day(engine: Engine, as_of: datetime) -> date:
    """Return the first day that the drop speaks of, no earlier than fifteen years before `as_of`."""
    found = engine.rows(_FIRST_DAYS)[0][0]
    earliest = as_of.date() - timedelta(days=366 * _HISTORY_YEARS)
    latest = as_of.date()
    return min(max(found, earliest), latest) if found else latest


def build_facts(engine: Engine, agreement: Agreement, load: LoadReport, as_of: datetime) -> tuple[Finding, ...]:
    """Create every fact in `engine`; return what they found wrong with the data.

    Needs the canonical tables and the calendar tables. ExportError when merged leads form a loop.
    """
    load_agreement_tables(engine, agreement, as_of)
    _load_presence(engine, load)
    _refuse_merge_loops(engine)
    for fact in FACTS:
        engine.run(f"create or replace table {fact} as {_sql(fact)}")
    return run_checks(engine)


def _sql(fact: str) -> str:
    return (_FOLDER / f"{fact}.sql").read_text(encoding="utf-8")


def _load_presence(engine: Engine, load: LoadReport) -> None:
    present = {name: table.present for name, table in load.tables.items()}
    present["contact"] = present["activity"] or present["touch"]
    values = ", ".join(f"('{name}', {str(there).lower()})" for name, there in sorted(present.items()))
    engine.run(f"create or replace table source_table as select * from (values {values}) as t(name, is_present)")


def _refuse_merge_loops(engine: Engine) -> None:
    looping = engine.rows(f"select count(*) from ({_sql('merge_loop')}) as looping")[0][0]
    if looping:
        raise ExportError(
            "Merged leads form a loop, so nobody can say which record survived.",
            [
                Mistake(
                    "lead: merged_into_lead_id",
                    f"{looping} records point at one another in a circle",
                    "correct the merge column in the export, or leave it out",
                )
            ],
        )
