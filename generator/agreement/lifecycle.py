"""lifecycle.yml: stages, reasons, what it takes to enter a stage, and the allowed moves."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from .criteria import Condition, Criteria
from .forms import AgreementFile, Day, Frozen, Id, Text
from .scoring import Score

#: Columns of a lead that criteria may read without declaring them.
LEAD_ATTRIBUTES = (
    "origin_team", "channel", "campaign_id", "region", "segment", "product", "tier", "owner_id", "score_fit",
    "score_engagement", "icp_fit", "interest_level", "timeframe", "decision_maker_access", "employee_count",
    "industry", "country",
)  # fmt: skip


class Stage(Frozen):
    """A station of a lead's way."""

    id: Id = Field(description="Name in the data.")
    rank: int | None = Field(None, ge=0, description="Place on the way forward; none for side and end stages.")
    kind: Literal["forward", "side", "end"] = Field("forward", description="On the way, beside it, or its end.")
    title: Text = Field(description="Name on pages.")
    meaning: Text = Field(description="What it means, in plain words.")
    owner: Literal["marketing", "sales", "joint", "ops"] = Field(description="The team that answers for leads here.")
    native: tuple[Text, ...] = Field((), description="Spellings in exports.")


class Reason(Frozen):
    """Why a lead leaves or a deal is lost; the list is closed."""

    code: Id = Field(description="Name in the data.")
    family: Literal["fit", "intent", "reach", "admin", "outcome"] = Field(description="The kind of reason.")
    title: Text = Field(description="Name on pages.")
    disagreement: bool = Field(False, description="Whether it counts as disagreement on the definition.")
    leak: bool = Field(False, description="Whether money spent on such a lead counts as leaked.")
    native: tuple[Text, ...] = Field((), description="Spellings in exports.")


class Attribute(Frozen):
    """A column beyond the known ones that criteria may read, or a better name for a known one."""

    id: Id = Field(description="Name of the column.")
    title: Text = Field(description="Name in sentences.")
    type: Literal["text", "number", "boolean", "date"] = Field("text", description="What the column holds.")
    table: Literal["lead", "account"] = Field("lead", description="Where the column stands.")
    dimension: bool = Field(False, description="Whether figures may be split by it.")


class Agreed(Frozen):
    """Who agreed, and when."""

    sales: Text | None = Field(None, description="Who agreed for Sales (a role, not a name).")
    marketing: Text | None = Field(None, description="Who agreed for Marketing (a role, not a name).")
    on: Day | None = Field(None, description="Day of the agreement.")


class TierRule(Frozen):
    """Which tier a lead falls into; the first rule that holds decides."""

    tier: Id = Field(description="The tier, as sla.yml lists them.")
    when: Condition | None = Field(None, alias="if", description="Condition or group; left out: every other lead.")


class Example(Frozen):
    """A worked example for new hires."""

    text: Text = Field(description="What happened.")
    outcome: Text = Field(description="What the rule says about it.")


class Definition(Frozen):
    """What it takes to enter a stage, in one version."""

    id: Id = Field(description="The stage it defines.")
    version: Id = Field(description="Name of this version, such as v2.")
    effective_from: Day = Field(description="First day in force; it ends where the next begins.")
    agreed: Agreed = Field(default_factory=Agreed, description="Who agreed, and when.")
    why: Text | None = Field(None, description="Why this version came about.")
    criteria: Criteria = Field(description="Conditions: groups `all`, `any`, `none` of conditions.")
    required_fields: tuple[Id, ...] = Field((), description="Fields that a handed-over lead carries.")
    tier_rules: tuple[TierRule, ...] = Field((), description="Tiers in order; the last has no `if` and takes the rest.")
    examples: tuple[Example, ...] = Field((), description="Worked examples.")


class Move(Frozen):
    """What a move from one stage to another means."""

    from_stage: Id = Field(alias="from", description="Stage before.")
    to_stage: Id = Field(alias="to", description="Stage after.")
    effect: Literal["counted", "skip", "back", "no_op", "new_deal", "not_allowed"] = Field(
        description="counted; skip: counted there, passed stages are not invented; back: not counted, listed; "
        "no_op: ignored; new_deal: stands for another deal; not_allowed."
    )
    new_cycle: bool = Field(False, description="Whether a new qualification round begins.")
    rejection: bool = Field(False, description="Whether Sales thereby rejects the lead.")
    flagged: bool = Field(False, description="Whether the trust page lists it.")
    reason: Id | None = Field(None, description="The one reason with which it is allowed.")
    reason_required: bool = Field(False, description="Whether it needs a reason to count as a decision.")


class Lifecycle(AgreementFile):
    """lifecycle.yml as a value."""

    identity: ClassVar[dict[str, tuple[str, ...]]] = {
        "stages": ("id",),
        "reasons": ("code",),
        "attributes": ("id",),
        "scores": ("id",),
        "definitions": ("id", "version"),
        "moves": ("from", "to"),
    }

    stages: tuple[Stage, ...] = Field((), description="The stages of a lead.")
    reasons: tuple[Reason, ...] = Field((), description="The closed list of reasons.")
    stage_spellings: dict[Text, Id] = Field({}, description="The stages that further spellings in exports mean.")
    reason_spellings: dict[Text, Id] = Field({}, description="The reasons that further spellings in exports mean.")
    attributes: tuple[Attribute, ...] = Field((), description="Further columns that criteria may read, and titles.")
    scores: tuple[Score, ...] = Field((), description="Scores that are computed here, not read from an export.")
    definitions: tuple[Definition, ...] = Field((), description="What it takes to enter a stage, by version.")
    moves: tuple[Move, ...] = Field((), description="What each move between stages means.")

    @property
    def first_stage(self) -> str:
        """The stage in which every lead begins; "" without any."""
        ranked = sorted((stage.rank, stage.id) for stage in self.stages if stage.rank is not None)
        return ranked[0][1] if ranked else ""
