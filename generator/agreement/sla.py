"""sla.yml: what each team promised the other, by tier, with the clock that decides whether it was kept."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import ClassVar, Literal

from pydantic import Field

from .forms import AgreementFile, Day, Frozen, Id, Share, Team, Text
from .lifecycle import Agreed

Unit = Literal[
    "business_minutes", "business_hours", "business_days", "minutes", "hours", "days", "count", "ratio", "of_target"
]
#: Units that a clock can run in.
CLOCK_UNITS = ("business_minutes", "business_hours", "business_days", "minutes", "hours", "days")
#: Units in which closed hours count, whatever the calendar.
WALL_UNITS = ("minutes", "hours", "days")


class Tier(Frozen):
    """A class of leads that deserve the same speed."""

    id: Id = Field(description="Name in the data.")
    title: Text = Field(description="Name on pages.")
    meaning: Text = Field(description="Which leads these are, in plain words.")


class TierTarget(Frozen):
    """What is promised for one tier, region, segment or channel, or for every lead."""

    tier: Id | None = Field(None, description="The tier; left out: every lead.")
    region: Text | None = Field(None, description="The region; left out: every region.")
    segment: Text | None = Field(None, description="The segment; left out: every segment.")
    channel: Id | None = Field(None, description="The channel; left out: every channel.")
    value: Decimal = Field(gt=0, description="How much: the time of a clock, or the level that is due.")
    unit: Unit = Field(description="The unit of `value`; of_target: share of the target of `metric`.")
    goal: Share | None = Field(None, description="Share of obligations to be kept; left out: none agreed.")
    attempts: int | None = Field(None, ge=1, description="How many attempts, where the promise is to keep trying.")


class Commitment(Frozen):
    """One promise, in one version."""

    id: Id = Field(description="Name in the data.")
    version: Id = Field("v1", description="Name of this version.")
    title: Text = Field(description="Name on pages.")
    direction: Literal["marketing_to_sales", "sales_to_marketing", "joint"] = Field(description="Who owes whom.")
    accountable: Team = Field(description="The team that answers for it.")
    kind: Literal["clock", "quality", "metric", "review", "reason"] = Field(
        description="clock: a time limit; quality: fields at handover; metric: a KPI reaches its level; "
        "review: a meeting took place; reason: a rejection says why."
    )
    promise: Text = Field(description="The promise in plain words.")
    trigger: Literal[
        "mql", "recycled", "sal", "sql", "deal_stage", "rejection", "week", "month", "quarter", "period"
    ] = Field(description="What starts an obligation; deal_stage: a deal enters `stage`.")
    stage: Id | None = Field(None, description="The deal stage whose entry starts the clock, with deal_stage.")
    stop: tuple[
        Literal[
            "first_response", "assignment", "crm_event", "decision", "attempts", "connected", "sal", "sql",
            "opportunity", "reasoned_exit", "marketing_touch", "stage_left", "review_held",
        ],
        ...,
    ] = Field((), description="What fulfils it, whichever comes first.")  # fmt: skip
    per_tier: tuple[TierTarget, ...] = Field(min_length=1, description="Value and goal, by tier or for all.")
    calendar: Id = Field("owner", description="Whose hours count: owner, 24x7, or the id of a calendar.")
    restarts: int | None = Field(
        None, ge=0, description="New timers at most, one per change of owner; left out: as restart_on_reassign says."
    )
    grace: Decimal = Field(Decimal(0), ge=0, description="Forgiven delay, in the unit of the value; shown apart.")
    due_soon_at: Share = Field(0.8, description="Share of the time after which it is due soon.")
    cancel_on: tuple[Id, ...] = Field((), description="Reasons that withdraw the obligation.")
    metric: Id | None = Field(None, description="The KPI that shows it, where kind is metric.")
    required_fields: tuple[Text, ...] = Field(
        (), description="Fields that must be filled; name=1: must have that value."
    )
    effective_from: Day = Field(description="First day in force.")
    effective_to: Day | None = Field(
        None, description="First day no longer in force; left out: until the next version."
    )
    agreed: Agreed = Field(default_factory=Agreed, description="Who agreed, and when.")


#: What a target may be narrowed by, beside the tier.
SCOPES = ("tier", "region", "segment", "channel")


def scope_of(target: TierTarget) -> dict[str, str]:
    """Return the part of the leads that `target` speaks of: {} where it is every lead."""
    return {name: value for name in SCOPES if (value := getattr(target, name)) is not None}


def rule_id(commitment: Commitment, target: TierTarget) -> str:
    """Return the name of one rule of a commitment: its version and whom it is for."""
    return f"{commitment.id}@{commitment.version}/{'/'.join(scope_of(target).values()) or '*'}"


class Sla(AgreementFile):
    """sla.yml as a value."""

    identity: ClassVar[dict[str, tuple[str, ...]]] = {"tiers": ("id",), "commitments": ("id", "version")}

    tiers: tuple[Tier, ...] = Field((), description="Classes of leads.")
    pause_reasons: tuple[Id, ...] = Field((), description="Reasons for which a clock may stand still.")
    max_pause_business_days: int = Field(10, ge=0, description="Longer pauses are pointed out.")
    max_paused_share: Share = Field(0.1, description="A larger share of paused obligations is pointed out.")
    stuck_at: float = Field(1.5, gt=1, description="Share of the time after which an open breach counts as stuck.")
    commitments: tuple[Commitment, ...] = Field((), description="The promises, by version.")


def until_the_next_version(commitments: tuple[Commitment, ...]) -> tuple[Commitment, ...]:
    """Fill in the end of each version that names none: the day on which the next version begins."""
    return tuple(
        commitment.model_copy(update={"effective_to": _next_start(commitment, commitments)})
        if commitment.effective_to is None
        else commitment
        for commitment in commitments
    )


def _next_start(commitment: Commitment, others: tuple[Commitment, ...]) -> date | None:
    starts = [
        o.effective_from for o in others if o.id == commitment.id and o.effective_from > commitment.effective_from
    ]
    return min(starts, default=None)
