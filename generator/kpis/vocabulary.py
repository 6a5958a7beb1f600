"""The closed lists that a KPI file chooses from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from generator.errors import with_hint
from generator.kpis.kpi import Kind

SECTIONS: Final = ("north_star", "top", "middle", "bottom", "economics", "retention", "trust")
UNITS: Final = (
    "count",
    "ratio",
    "ratio_x",
    "currency",
    "minutes",
    "hours",
    "days",
    "months",
    "currency_per_day",
)
BETTER: Final = ("higher", "lower", "band", "none")
BASES: Final = ("event", "cohort", "snapshot")
TARGETS: Final = ("flow", "level", "none")
COMPARISONS: Final = ("wow", "mom", "qoq", "yoy")
PAGES: Final = ("weekly", "monthly", "quarterly", "sla", "definitions", "trust")
GRAINS: Final = ("week", "month", "quarter", "year", "all")
TEAMS: Final = ("sales", "marketing")

#: Results that stand beside a KPI by themselves; no companion may bear these names.
RESERVED: Final = ("target", "paced_target", "paced_attainment", "gap", "required_per_business_day")

#: What a KPI needs that looks back at what was published before: no table of the drop holds it.
EARLIER_VERSION: Final = "earlier_version"

#: Columns by which unit rows may be split; the facts carry the first twelve, a query may make the others.
DIMENSIONS: Final = (
    "region",
    "segment",
    "channel",
    "campaign",
    "product",
    "owner",
    "team",
    "tier",
    "origin",
    "stage",
    "reason",
    "family",
    "type",
    "commitment",
    "direction",
    "bucket",
    "step",
    "model",
)

#: The tables that KPI SQL may read: what each row is stands in docs/kpi-files.md.
FACTS: Final = (
    # what happened
    *("lead", "lead_record", "lead_outcome", "lifecycle", "stage_entry", "handoff", "handoff_field", "response"),
    *("attempt", "sla_clock", "review_duty", "deal", "deal_state", "pipeline", "pipeline_move", "pipeline_entry"),
    *("deal_chance", "deal_stage_entry", "deal_stay", "deal_work", "stage_odds", "revenue", "forecast", "spend_day"),
    *("ledger", "account_mrr"),
    *(
        "acquisition_spend",
        "channel_cost",
        "lead_cost",
        "stage_cost",
        "mrr_step",
        "first_mrr",
        "trailing_churn",
        "retention",
    ),
    *(
        "customer_month",
        "churn",
        "target",
        "owner",
        "survivor",
        "fx_day",
        "source_table",
        "criteria_verdict",
        "mql_restated",
    ),
    *("restated", "earlier_version"),
    *("conflict", "feed", "data_check", "deal_touch", "deal_origin", "journey", "credit", "channel_credit"),
    # what was agreed
    *("setting", "setting_list", "plan_rate", "reason", "stage", "deal_stage", "commitment", "commitment_stop"),
    *("commitment_cancel", "commitment_field", "agreed_target", "region_calendar", "working_calendar"),
    *("definition", "score_band", "score_threshold"),
    # time
    *("local_slot", "business_slot", "business_open", "business_day", "calendar_date", "period", "period_before"),
    *("period_day", "trailing_day"),
)

#: The kinds that count units which stand from one instant to another, in every snapshot in between.
STANDING_KINDS: Final = (Kind.COUNT, Kind.SUM, Kind.RATE, Kind.RATIO, Kind.MEAN, Kind.SURVIVAL, Kind.RANKING)

#: What a unit row must carry beside `unit` and when it counts; every inner tuple asks for one of its columns.
UNIT_COLUMNS: Final[dict[Kind, tuple[tuple[str, ...], ...]]] = {
    Kind.COUNT: (),
    Kind.SUM: (("value",),),
    Kind.RATE: (("hit",),),
    Kind.RATIO: (("num",), ("den",)),
    Kind.MEAN: (("value",),),
    Kind.SURVIVAL: (("value",), ("observed",)),
    Kind.COHORT: (("done_at", "hit"),),
    Kind.RANKING: (("value",), ("hit",)),
    Kind.FORMULA: (),
}


def not_one_of(word: str, allowed: Iterable[str]) -> str | None:
    """Return what is wrong with `word` when it is not in `allowed`: the likely spelling and the whole list."""
    choices = tuple(allowed)
    return None if word in choices else f"unknown {with_hint(word, choices)}; one of: {', '.join(choices)}"
