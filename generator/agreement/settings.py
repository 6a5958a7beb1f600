"""settings.yml: every switch of the calculation and of the build, with its default."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field, model_validator

from .criteria import Criteria
from .forms import AgreementFile, Currency, Frozen, Id, Share, Text, Zone, mistake

DealType = Literal["new_business", "expansion", "renewal"]
Purpose = Literal["acquisition", "expansion", "retention", "brand", "unallocated"]
Days = Annotated[int, Field(ge=1)]
Count = Annotated[int, Field(ge=0)]


def _ordered(band: tuple[float, float]) -> tuple[float, float]:
    if band[0] > band[1]:
        raise mistake("the band ends below its beginning", "Write [lowest, highest].")
    return band


def _rising(edges: tuple[Decimal, ...]) -> tuple[Decimal, ...]:
    if list(edges) != sorted(set(edges)):
        raise mistake("the scores do not rise", "Write each score once, the lowest first.")
    return edges


def _link(pattern: str) -> str:
    if not re.fullmatch(r"https://[^\s\"'<>{}/?#]+[/?#][^\s\"'<>]*\{id\}[^\s\"'<>]*", pattern):
        raise mistake("the pattern is no https URL with {id}", "Write https://crm.example.com/lead/{id} or null.")
    return pattern


Band = Annotated[tuple[float, float], AfterValidator(_ordered)]
Positive = Annotated[Decimal, Field(gt=0)]


class Windows(Frozen):
    """Days within which an outcome counts, by conversion."""

    lead_to_mql: Days = Field(30, description="Lead to MQL.")
    mql_to_sql: Days = Field(30, description="MQL to SQL.")
    mql_to_pipeline: Days = Field(60, description="MQL to qualified pipeline.")
    lead_to_customer: Days = Field(90, description="Lead to customer, and lead to exit without a purchase.")
    mql_to_won: Days = Field(120, description="MQL to won deal.")
    stage: Days = Field(60, description="One stage to the next.")
    stages: dict[Id, Days] = Field({}, description="One stage to the next, where it differs: stage left, and days.")
    followups: Days = Field(30, description="Follow-ups counted back from the SQL.")
    second_life: Days = Field(180, description="Recycled lead to what became of it.")


class Cac(Frozen):
    """Customer acquisition cost."""

    scope: Literal["fully_loaded", "program_only", "all_sm"] = Field(
        "fully_loaded", description="Which spend counts: of these purposes, only Marketing's programmes, or all of it."
    )
    lag_days: Count = Field(0, description="Days by which spend is dated before the wins it is compared with.")
    purposes: tuple[Purpose, ...] = Field(("acquisition", "unallocated"), description="Purposes of spend that count.")


class Clv(Frozen):
    """Customer lifetime value."""

    basis: Literal["revenue", "gross_margin"] = Field("revenue", description="What a customer is worth.")
    lifetime_cap_months: Days = Field(60, description="Longest lifetime assumed.")
    churn_window_months: Days = Field(12, description="Months over which churn is measured.")
    discount_annual: Share | None = Field(None, description="Yearly discount rate; null: none.")
    method: Literal["subscription", "purchase"] = Field("subscription", description="How customers pay.")


class Retention(Frozen):
    """Net and gross retention."""

    window_months: Days = Field(12, description="Months between the two ends.")
    reactivation: Literal["point_to_point", "strict"] = Field(
        "point_to_point", description="Customers who came back: kept, or lost all the same."
    )
    fx: Literal["window_start", "dated"] = Field("window_start", description="Exchange rate of both ends.")
    grr_grain: Literal["account", "subscription"] = Field("account", description="Where gains stop hiding losses.")


Model = Literal["first", "last", "linear", "u", "w", "z", "time_decay", "position", "markov", "shapley"]
#: What can be audited deal by deal; removal effects know no single deal.
DealModel = Literal["first", "last", "linear", "u", "w", "z", "time_decay", "position", "shapley"]


class PositionWeights(Frozen):
    """Weights of the custom model by position; two touches share equally whatever these say."""

    first: Share = Field(0.4, description="Share of the first touch.")
    last: Share = Field(0.4, description="Share of the last touch.")
    middle: Share = Field(0.2, description="Share of all touches between, in equal parts.")

    @model_validator(mode="after")
    def _whole(self) -> PositionWeights:
        if round((self.first + self.last + self.middle) * 10_000) != 10_000:
            raise mistake("the shares do not add up to 1", "Write first, last and middle so that they do.")
        return self


class Attribution(Frozen):
    """Who gets credit for won revenue."""

    default_model: Model = Field("w", description="The model shown first.")
    finance_model: DealModel = Field("first", description="The model that finance books by.")
    lookback_days: Days = Field(365, description="Touches older than this before the deal do not count.")
    half_life_days: Days = Field(30, description="Time decay: days after which a touch counts half.")
    u_variant: Literal["40_40_20", "50_50"] = Field("40_40_20", description="Weights of the U model.")
    position: PositionWeights = Field(default_factory=PositionWeights, description="Weights of the model by position.")
    journey_scope: Literal["account", "contact_roles", "primary_lead"] = Field(
        "account",
        description="Whose touches belong to a deal: everybody's at the account, those of the people with a role in it "
        "(table `contact_role`), or its main contact's.",
    )
    journey_reset: bool = Field(True, description="Whether the end of a deal ends the journey of its account.")
    include_sales_touches: bool = Field(False, description="Whether touches by Sales get credit.")
    min_won: Count = Field(100, description="Won journeys below which removal effects are not shown.")
    min_journeys: Count = Field(300, description="Journeys below which removal effects are not shown.")


class Fx(Frozen):
    """Exchange rates."""

    policy: Literal["dated", "constant"] = Field("dated", description="Rates of the economic date, or plan rates.")
    max_age_days: Count = Field(60, description="A rate older than this is missing.")
    constant: dict[Currency, Positive] = Field({}, description="Plan rates: currency to reporting currency.")


class RestatementTolerance(Frozen):
    """How far a closed period may move unsaid."""

    count: Count = Field(0, description="Counts: absolute difference.")
    money: Share = Field(0.005, description="Money: relative difference.")


class Settings(AgreementFile):
    """settings.yml as a value."""

    company: Text = Field("Your company", description="Name of the company, as pages print it.")
    reporting_timezone: Zone = Field("UTC", description="Where days, weeks and months begin.")
    reporting_currency: Currency = Field("USD", description="Currency of all money on pages.")
    fiscal_year_start_month: int = Field(1, ge=1, le=12, description="Month in which the fiscal year begins.")
    week_start: Literal["monday"] = Field("monday", description="First day of a week; ISO weeks.")
    reporting_calendar: Id = Field("company", description="Calendar whose business days pace targets.")
    to_date_cut: Literal["last_completed_day", "as_of"] = Field(
        "last_completed_day", description="Where figures of the running period are cut."
    )
    pacing: Literal["business_days", "calendar_days", "history_curve"] = Field(
        "business_days",
        description="How a target of the running period grows: with its business days, with its days, or as the figure "
        "itself grew in the same period a year before (without one, in the period before).",
    )
    clock_skew_seconds: Count = Field(300, description="Negative durations up to this are read as zero.")
    locale: Annotated[str, Field(pattern=r"^[a-z]{2}_[A-Z]{2}$")] = Field(
        "en_US", description="How numbers, money and dates are printed, such as en_US."
    )
    source_timezone: Zone = Field("UTC", description="Zone of stamps without one; a profile may override it.")
    source_currency: Currency | None = Field(
        None, description="Currency of exports without such a column; null: the reporting currency."
    )
    sources: dict[str, Id] = Field({}, description="File pattern to profile, where two profiles claim one file.")
    max_quarantine_share: Share = Field(0.01, description="Share of unreadable rows of a file that stops the build.")
    max_unpacked_bytes: Annotated[int, Field(ge=1)] = Field(
        8_000_000_000, description="Largest size of an unpacked archive, in bytes."
    )
    memory_limit: Annotated[str, Field(pattern=r"^\d+(\.\d+)?\s?(MB|GB|MiB|GiB)$")] = Field(
        "2GB",
        description="Memory that calculating may use, about; such as 2GB or 512MB. What does not fit waits on disk.",
    )
    query_seconds: Annotated[int, Field(ge=1, le=86_400)] = Field(120, description="Longest time for one KPI query.")
    stale_days: Count = Field(
        5, description="Business days after which a seller's lead without any contact is forgotten."
    )
    owner_names: bool = Field(False, description="Whether owners appear by display name on pages.")
    record_links: Annotated[str, AfterValidator(_link)] | None = Field(
        None, description="https URL pattern with {id} of a record; null: keyed pseudonyms."
    )
    record_retention_days: Count = Field(90, description="Older versions lose their lists of records after this.")
    share_of: Literal["leads", "mql", "sql"] = Field("leads", description="What channel shares are shares of.")
    cost_basis: Literal["cohort", "event"] = Field("cohort", description="Which leads a cost is divided by.")
    cost_scope: Literal["program", "fully_loaded"] = Field("program", description="Which spend is a channel's cost.")
    paid_channels: tuple[Id, ...] | None = Field(
        None, description="Channels that count as paid; null: those marked paid in channels.yml."
    )
    icp_rule: Criteria | None = Field(None, description="Ideal customer by rule, where no export says it.")
    touch_dedupe_minutes: Count = Field(30, description="The same touch within this time counts once.")
    attempt_dedupe_minutes: Count = Field(5, description="The same attempt within this time counts once.")
    on_conflict: Literal["error", "first_sorted"] = Field("error", description="Differing rows with one key.")
    windows: Windows = Field(default_factory=Windows, description="Days within which an outcome counts.")
    min_mature_share: Share = Field(0.8, description="Share of mature units below which there is no headline.")
    exclude_reasons: tuple[Id, ...] = Field(
        ("spam", "test", "duplicate"), description="Reasons whose leads leave decision rates."
    )
    min_n_rate: Count = Field(30, description="Sample below which a rate gets no status and no arrow.")
    min_n_band: Count = Field(30, description="Sample below which a score band is not judged.")
    score_bands: Annotated[tuple[Decimal, ...], AfterValidator(_rising)] = Field(
        (Decimal(25), Decimal(50), Decimal(75)), description="Scores at which a new band begins."
    )
    score_threshold: float | None = Field(
        None, description="Score from which leads qualify; null: the one that the MQL definition asks for."
    )
    inactive_days: Count = Field(60, description="Days without activity after which a lead counts as gone quiet.")
    conflict_grace_hours: Count = Field(24, description="Systems may disagree this long.")
    mql_count: Literal["first", "all"] = Field("first", description="First qualification of a lead, or every one.")
    revenue_basis: Literal["bookings", "recognised", "new_mrr"] = Field("bookings", description="What revenue is.")
    revenue_types: tuple[DealType, ...] = Field(
        ("new_business", "expansion"), min_length=1, description="Types of deal that are revenue."
    )
    booking_date: Literal["close_date", "closed_at_local"] = Field("close_date", description="When a deal is booked.")
    amount_basis: Literal["as_recorded", "acv"] = Field("as_recorded", description="Which amount of a deal counts.")
    win_rate_basis: Literal["closed", "created_cohort", "qualified_cohort"] = Field(
        "closed", description="What wins are divided by."
    )
    win_types: tuple[DealType, ...] = Field(("new_business",), min_length=1, description="Types of deal in win rates.")
    exclude_loss_reasons: tuple[Id, ...] = Field(
        ("duplicate", "test", "merged"), description="Loss reasons whose deals leave win rates."
    )
    deal_types: tuple[DealType, ...] = Field(
        ("new_business",), min_length=1, description="Types of deal in deal sizes."
    )
    zero_amount_in_deal_size: bool = Field(False, description="Whether deals worth nothing count in the deal size.")
    cycle_start: Literal["lead", "opportunity", "first_touch"] = Field(
        "lead", description="Where a sales cycle begins."
    )
    cycle_outcomes: Literal["won", "won_lost"] = Field("won", description="Deals whose cycle is measured.")
    coverage_denominator: Literal["remaining", "total"] = Field(
        "remaining", description="Pipeline is compared with what is left of the target, or all of it."
    )
    coverage_weighted: bool = Field(
        False, description="Whether coverage weighs open deals by the win rate of their stage."
    )
    min_qualified_stage: Id = Field("qualified", description="First deal stage that counts as qualified.")
    created_at_stage: Literal["qualified", "any"] = Field(
        "qualified", description="Where a deal enters the pipeline: when first qualified, or when first known."
    )
    velocity_n: Literal["open", "created", "closed"] = Field("open", description="Deals counted in velocity.")
    velocity_cycle: Literal["opportunity", "lead"] = Field(
        "opportunity", description="Where the cycle in velocity begins: with the deal, or with its lead."
    )
    forecast_day: Count = Field(0, description="Days into a period up to which its forecast may be made.")
    accuracy_denominator: Literal["actual", "forecast"] = Field("actual", description="Forecast errors are shares of.")
    conversion_basis: Literal["cohort", "period"] = Field("cohort", description="How conversion is counted.")
    conversion_unit: Literal["lead", "account"] = Field(
        "lead", description="What becomes a customer: each lead, or each account with any of its leads."
    )
    stage_basis: Literal["cohort", "period"] = Field(
        "cohort", description="How conversion from stage to stage is counted: by who entered, or by what happened."
    )
    exit_basis: Literal["cohort", "event"] = Field("cohort", description="How exits are counted.")
    cac: Cac = Field(default_factory=Cac, description="Customer acquisition cost.")
    clv: Clv = Field(default_factory=Clv, description="Customer lifetime value.")
    gross_margin_kind: Literal["recurring", "services", "one_time", "all"] = Field(
        "recurring", description="Revenue whose margin counts."
    )
    gross_margin_assumed: Share | None = Field(None, description="Margin where no ledger says it; null: none.")
    movement_grain: Literal["account", "subscription"] = Field(
        "account", description="Where monthly revenue nets before its movements are told apart."
    )
    revenue_mix_band: Band = Field((0.4, 0.7), description="Wanted share of won revenue from new business.")
    sm_cost_band: Band = Field((0.3, 0.4), description="Wanted share of revenue spent on Sales and Marketing.")
    followups_band: Band = Field((3.0, 8.0), description="Wanted follow-ups per SQL.")
    magic_basis: Literal["recognised", "arr"] = Field("recognised", description="Revenue of the magic number.")
    retention: Retention = Field(default_factory=Retention, description="Net and gross retention.")
    originated_rule: Literal["lead_origin", "first_touch", "pre_sales_touch"] = Field(
        "lead_origin", description="What makes revenue Marketing's."
    )
    influence_lookback_days: Days = Field(365, description="How far back a touch influences a deal.")
    attribution: Attribution = Field(default_factory=Attribution, description="Who gets credit for won revenue.")
    sla_period: Literal["due", "trigger"] = Field("due", description="Date by which an obligation falls in a period.")
    response_start: Literal["mql", "lead_created", "assigned"] = Field("mql", description="Where response time begins.")
    restart_on_reassign: bool = Field(False, description="Whether a new owner restarts the clock.")
    fx: Fx = Field(default_factory=Fx, description="Exchange rates.")
    restatement_tolerance: RestatementTolerance = Field(
        default_factory=RestatementTolerance, description="How far a closed period may move unsaid."
    )
    ledger_tolerance: Share = Field(0.005, description="Relative gap between bookings and ledger that is tolerated.")

    def setting_rows(self) -> dict[str, str]:
        """Return every setting as dotted key and text: lists as JSON, true and false in words, null as empty text."""
        return {key: _written(value) for key, value in _flat("", self) if key != "schema"}


def _flat(prefix: str, value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        parts = [(fields[name].alias or name, getattr(value, name)) for name in fields]
    elif isinstance(value, Mapping):
        parts = sorted(value.items())
    else:
        return [(prefix, value)]
    return [row for name, part in parts for row in _flat(f"{prefix}.{name}" if prefix else str(name), part)]


def _written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
