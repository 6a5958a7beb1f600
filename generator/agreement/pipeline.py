"""pipeline.yml: the stages of a deal, in order, and how exports spell them."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from .forms import AgreementFile, Frozen, Id, Share, Text


class DealStage(Frozen):
    """A station of a deal's way."""

    id: Id = Field(description="Name in the data.")
    title: Text = Field(description="Name on pages.")
    rank: int = Field(ge=0, description="Place on the way.")
    qualified: bool = Field(
        False, description="Whether the deal counts as qualified here; from `min_qualified_stage` on it always does."
    )
    outcome: Literal["open", "won", "lost"] = Field("open", description="How the deal stands here.")
    probability: Share | None = Field(
        None, description="Chance of a win from here, used while too few deals were decided to measure it."
    )
    native: tuple[Text, ...] = Field((), description="Spellings in exports; id and title always count.")


class Pipeline(AgreementFile):
    """pipeline.yml as a value."""

    identity: ClassVar[dict[str, tuple[str, ...]]] = {"stages": ("id",)}

    stages: tuple[DealStage, ...] = Field((), description="The stages of a deal.")
    stage_spellings: dict[Text, Id] = Field({}, description="The stages that further spellings in exports mean.")


def qualified_from(pipeline: Pipeline, stage_id: str) -> Pipeline:
    """Mark every stage from `stage_id` on as qualified, lost ones apart."""
    floor = next((stage.rank for stage in pipeline.stages if stage.id == stage_id), None)
    stages = tuple(
        stage.model_copy(update={"qualified": True})
        if floor is not None and stage.rank >= floor and stage.outcome != "lost"
        else stage
        for stage in pipeline.stages
    )
    return pipeline.model_copy(update={"stages": stages})
