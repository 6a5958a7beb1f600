"""The closed lists of words that pages use: for statuses, verdicts, dimensions, companions, parts of the funnel."""

from __future__ import annotations

from typing import NamedTuple


class Chip(NamedTuple):
    """A status as a word and a tone; the sign and the colour follow from the tone, the word is always there."""

    word: str
    tone: str  # good, warn, bad, none


TARGET_CHIPS = {
    "on_target": Chip("on target", "good"),
    "at_risk": Chip("at risk", "warn"),
    "off_target": Chip("off target", "bad"),
}

#: The same where a range is wanted instead of a target.
BAND_CHIPS = {
    "on_target": Chip("in range", "good"),
    "at_risk": Chip("near the range", "warn"),
    "off_target": Chip("out of range", "bad"),
}

#: Why a cell has no value, or what to keep in mind about the one it has.
STATUS_WORDS = {
    "ok": "",
    "maturing": "maturing: too few of these have had their full time",
    "provisional": "provisional: less history than the rule asks for",
    "pending": "pending: the time allowed has not run out",
    "capped": "capped: the rule's upper limit stands in for the computed value",
    "zero_denominator": "nothing to divide by",
    "missing_fx": "an exchange rate is missing",
    "missing_input": "the data for it is not in this drop",
    "target_met": "nothing left to cover: the target is met",
    "suppressed": "suppressed: too few to publish",
    "not_reached": "more than half are still unanswered",
    "info": "",
    "excluded_not_finite": "rows whose number is infinite or none are left out",
    "excluded_too_large": "rows whose number is too large to be added up are left out",
}

DIMENSIONS = {
    "region": "region",
    "segment": "segment",
    "channel": "channel",
    "campaign": "campaign",
    "product": "product",
    "owner": "owner",
    "team": "team",
    "tier": "tier",
    "origin": "origin",
    "stage": "stage",
    "reason": "reason",
    "type": "type",
    "commitment": "commitment",
    "category": "category",
    "bucket": "bucket",
}

PLURALS = {"category": "categories", "bucket": "buckets"}

#: Members of closed lists that no agreement names.
MEMBERS = {
    "type": {
        # of deals
        "new_business": "New business",
        "expansion": "Expansion",
        "renewal": "Renewal",
        # of open deals, by when they are due
        "by_the_end": "Due by the end of the quarter",
        "next_quarter": "Due in the next quarter",
        "quarter_after": "Due in the quarter after",
        "due_later": "Due later",
        "no_due_date": "Without a date",
        # of conflicts between systems
        "map_mql_crm_missing": "MQL that the CRM does not know",
        "map_mql_crm_disqualified": "Thrown out in the CRM while handed over",
        "map_behind": "Marketing stage behind the CRM",
        "sql_without_mql": "SQL without an MQL",
        "out_of_order": "Stages dated in the wrong order",
        "won_but_not_customer": "Won deal, lead no customer",
        "date_gap": "One stage, two dates",
        "duplicate_owner": "Two owners at once",
        # of checks of the data
        "missing_fx": "No exchange rate",
        "missing_amount": "Deal without an amount",
        "deal_without_lead": "Deal without a lead",
        "deal_without_history": "Deal without a history",
        "unowned_handoff": "Hand-over without an owner",
        "contact_before_handoff": "Contact before the hand-over",
        "test_record": "Test record",
        "merged_record": "Merged record",
        "touch_after_close": "Touch after the last deal",
        "ledger_gap": "Month far from the ledger",
        "missing_reason": "Exit without a reason",
        "missing_origin": "Lead without an origin",
        "missing_channel": "Lead without a channel",
        "missing_score": "Lead without a score",
        "missing_required": "Required field empty",
        "duplicate_key": "Key repeated",
        "orphan": "Parent not in the drop",
        "future_dated": "Dated after the drop",
        "naive_time": "Time without a zone",
        "negative_duration": "Won before the lead was created",
        "backward_move": "Stage went backwards",
        "backdated_close": "Close date far from the closing",
        "stale_deal": "Open deal past its date",
        "open_deal_without_activity": "Open deal without activity",
        "owner_inactive": "Owner who has left",
        "none_automated": "Nothing marked automatic",
        "bulk_load": "Rows of one instant",
        "feed_stopped": "Feed fell silent",
        "paused_clock": "Clocks paused",
        "long_pause": "Clocks paused for long",
        "early_give_up": "Given up before the promised attempts",
        "current_value_used": "Judged by today's values",
        "source_loss": "What an export does not say",
        "attribute_not_carried": "Criteria without a column",
    },
    "team": {"sales": "Sales", "marketing": "Marketing", "joint": "Both teams", "operations": "Operations"},
    "origin": {
        "sales": "Sales",
        "marketing": "Marketing",
        "partner": "Partner",
        "customer_success": "Customer success",
    },
    "direction": {
        "marketing_to_sales": "Marketing owes Sales",
        "sales_to_marketing": "Sales owes Marketing",
        "joint": "Both",
    },
    "step": {
        "start": "At the start",
        "new": "New",
        "created": "Created",
        "reopened": "Reopened",
        "reactivation": "Come back",
        "expansion": "Grown",
        "increased": "Increased",
        "contraction": "Shrunk",
        "decreased": "Decreased",
        "churn": "Lost customers",
        "won": "Won",
        "lost": "Lost",
        "fx": "Exchange rates",
        "end": "At the end",
    },
    "model": {
        "first": "First touch",
        "last": "Last touch",
        "linear": "Linear",
        "u": "U-shaped",
        "w": "W-shaped",
        "z": "Full path",
        "time_decay": "Time decay",
        "position": "Position",
        "markov": "Markov",
        "shapley": "Shapley",
    },
    "bucket": {
        "le_5m": "up to 5 min",
        "le_1h": "up to 1 h",
        "le_4h": "up to 4 h",
        "le_24h": "up to 24 h",
        "gt_24h": "over 24 h",
        "no_response": "no answer in time",
        "pending": "still pending",
    },
}

#: Which splits are worth a chart; the others are tables.
CHARTED_FIRST = (
    "bucket", "commitment", "stage", "channel", "tier", "team", "type", "reason", "segment", "region", "origin",
    "product", "owner", "campaign", "category",
)  # fmt: skip

#: Figures that every KPI of a kind gets besides those its file names.
COMPANIONS = {
    "median": "Median",
    "p90": "90th percentile",
    "mean_responders": "Mean of those answered",
    "median_responders": "Median of those answered",
    "p90_responders": "90th percentile of those answered",
    "rate": "Rate by band",
    "lift": "Lift by band",
    "violations": "Bands whose rate falls below the band before",
    "lag_p90": "Days within which 90 % of those that got there had done so",
}

#: Units of such figures where they differ from those of the figure they belong to.
UNITS = {"lift": "ratio_x", "violations": "count", "rate": "ratio", "lag_p90": "days"}

#: Companions that say how a target stands; pages print them with the target, not as figures of their own.
PACING = ("paced_target", "paced_attainment", "gap", "required_per_business_day")

COMPARED_WITH = {
    "wow": "the week before",
    "mom": "the month before",
    "qoq": "the quarter before",
    "yoy": "a year before",
}

SECTIONS = {
    "north_star": "North star",
    "top": "Top of the funnel",
    "middle": "Middle of the funnel",
    "bottom": "Bottom of the funnel",
    "economics": "Unit economics",
    "retention": "Retention",
    "trust": "Trust in the data",
}

GRAIN_WORDS = {"week": "week", "month": "month", "quarter": "quarter", "year": "year", "all": "all time"}


def dimension(name: str) -> str:
    """Return how a dimension is called on pages."""
    return DIMENSIONS.get(name, name.replace("_", " "))


def plural(name: str) -> str:
    """Return how the members of a dimension are called together: `channels`."""
    word = dimension(name)
    return PLURALS.get(name, f"{word}s")
