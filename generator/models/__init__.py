"""Canonical tables -> facts: one SQL file a fact, each a single select, built in the order of FACTS."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from generator.agreement import Agreement
from generator.calendar.zones import local_date
from generator.engine import Engine, hands_for
from generator.errors import ExportError, Mistake
from generator.models.agreement_tables import load_agreement_tables
from generator.models.attributes import attributes_not_carried
from generator.models.attribution import assert_whole_credits, load_attribution_tables
from generator.models.bridge import assert_bridge_closes
from generator.models.building import build_all, closure
from generator.models.checks import load_checks, run_checks
from generator.models.evidence import load_evidence
from generator.models.removal import load_channel_credit
from generator.models.standing import Standing
from generator.models.two_homes import overruled_reviews, overruled_targets
from generator.sources.report import Finding, LoadReport

_FOLDER = Path(__file__).parent

#: Each reads only canonical tables, the agreement, the calendar, and facts named before it. The tables with most rows
#: are read first and by few, so that they can go early.
FACTS = (
    "owner",
    "working_calendar",
    "agreed_target",
    "survivor",
    "fx_day",
    "feed",
    "lead_record",
    "last_contact",
    "nurture_touch",
    "deal_span",
    "deal_party",
    "touch_again",
    "deal_touch",
    "lead_path",
    "late_touch",
    "deal_origin",
    "deal",
    "criterion_event",
    "journey",
    "touch_weight",
    "credit",
    "response",
    "attempt",
    "deal_work",
    "lifecycle_step",
    "lifecycle",
    "move_step",
    "move_count",
    "odd_move",
    "lead_attribute",
    "lead_trait",
    "score_step",
    "criteria_moment",
    "criteria_verdict",
    "tier_at_hand_over",
    "worked_example",
    "lead",
    "mql_restated",
    "path_step",
    "stage_entry",
    "handoff_record",
    "conflict",
    "handoff",
    "handoff_field",
    "review_duty",
    "lead_outcome",
    "day_start",
    "snapshot_day",
    "trailing_day",
    "deal_state",
    "pipeline",
    "deal_stage_entry",
    "deal_stay",
    "rule",
    "early_give_up",
    "response_part",
    "promised_stay",
    "owner_change",
    "bearer",
    "owed",
    "stop",
    "obligation",
    "sla_clock",
    "pipeline_move",
    "pipeline_entry",
    "deal_chance",
    "stage_odds",
    "spend_day",
    "acquisition_spend",
    "channel_cost",
    "lead_cost",
    "stage_cost",
    "ledger",
    "rate_gap",
    "account_mrr",
    "subscription_pair",
    "mrr_step",
    "first_mrr",
    "revenue",
    "forecast",
    "customer_month",
    "churn",
    "trailing_churn",
    "retention",
    "target",
    "data_check",
    "earlier_version",
    "restated",
)

#: Thin joins over other facts: written down only by who needs them.
VIEWS = frozenset(
    {
        "lead_record",
        "lifecycle",
        "stage_entry",
        "handoff",
        "handoff_field",
        "mql_restated",
        "response_part",
        "bearer",
        "sla_clock",
        "trailing_churn",
        "acquisition_spend",
        "credit",
        "lead_cost",
        "stage_cost",
        "revenue",
        "deal_chance",
    }
)

#: Steps on the way to another fact; they go as soon as it stands.
STEPS = frozenset(
    {
        "last_contact",
        "nurture_touch",
        "owner_change",
        "owed",
        "stop",
        "day_start",
        "snapshot_day",
        "subscription_pair",
        "touch_again",
        "lead_path",
        "lead_attribute",
        "lead_trait",
        "criterion_event",
        "move_step",
        "score_step",
        "criteria_moment",
        "tier_at_hand_over",
    }
)

#: Columns of few members in the table with most rows, which are half of its memory as texts.
_FEW = ("channel", "campaign_id", "type")


def build_facts(
    engine: Engine,
    agreement: Agreement,
    load: LoadReport,
    as_of: datetime,
    wanted: Collection[str] = FACTS,
    standing: Standing | None = None,
) -> tuple[Finding, ...]:
    """Create every fact in `engine`, or `wanted` and what they stand on; return what they found wrong with the data.

    Needs the canonical tables and the calendar tables. Canonical tables that no fact reads any more are gone when it
    returns: they are most of the memory; `standing` may keep them, and facts with them. ExportError when merged leads
    form a loop.
    """
    standing = standing or Standing()
    standing.begin()
    load_agreement_tables(engine, agreement, as_of)
    load_attribution_tables(engine, agreement.settings.attribution)
    overruled = overruled_targets(engine) + overruled_reviews(engine)  # before a fact lets the drop's own go
    _load_presence(engine, load)
    load_checks(engine, load)
    load_evidence(engine, agreement, load)
    _refuse_merge_loops(engine)
    standing.make("canonical.touch", lambda: _FEW, partial(_shorten_touches, engine))
    scripts = closure({fact: _sql(fact) for fact in FACTS}, wanted)
    build_all(engine, scripts, VIEWS & scripts.keys(), STEPS, hands_for(load.rows), standing)
    if "path_step" in scripts:
        _credit_channels(engine, agreement, as_of, standing)
    if "credit" in scripts:
        assert_whole_credits(engine)
    if scripts.keys() >= {"pipeline", "pipeline_move", "deal_state"}:
        assert_bridge_closes(engine)
    found = run_checks(engine) if "data_check" in scripts else ()
    return found + overruled + attributes_not_carried(engine, agreement, load)


def _shorten_touches(engine: Engine) -> None:
    for column in _FEW:
        engine.shorten("canonical.touch", column)


def _credit_channels(engine: Engine, agreement: Agreement, as_of: datetime, standing: Standing) -> None:
    attribution, drop_id = agreement.settings.attribution, _drop_id(as_of, agreement)
    read = ("path_step", "period")
    standing.make(
        "channel_credit",
        lambda: (attribution, drop_id, [standing.fingerprint(engine, table) for table in read]),
        lambda: load_channel_credit(engine, attribution, drop_id),
    )
    if not standing.keeps:
        engine.run("drop table path_step")


def _drop_id(as_of: datetime, agreement: Agreement) -> str:
    return local_date(as_of - timedelta(microseconds=1), agreement.settings.reporting_timezone).isoformat()


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
