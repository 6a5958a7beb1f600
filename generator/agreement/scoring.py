"""Scores as rules: points for what a lead is and does, with limits, caps, decay and a new beginning."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from .criteria import ActivityCondition, AttributeCondition, Condition, TouchCondition
from .forms import Frozen, Id, Text, mistake


class Points(Frozen):
    """Points for one thing that a lead is or does."""

    when: Condition = Field(
        alias="if", description="A touch or an activity, each time; or an attribute, while it holds."
    )
    points: int = Field(description="How many points; below zero they are taken away.")
    times: int | None = Field(None, ge=1, description="How often it counts at most, `per` day, week or month.")
    per: Literal["day", "week", "month"] | None = Field(None, description="The span of `times`; left out: ever.")
    cap: int | None = Field(None, ge=1, description="The most points that this rule brings.")

    @model_validator(mode="after")
    def _fits_what_is_counted(self) -> Points:
        if not isinstance(self.when, (AttributeCondition, TouchCondition, ActivityCondition)):
            raise mistake("points are given for a touch, an activity or an attribute", "Write one rule for each.")
        if isinstance(self.when, (TouchCondition, ActivityCondition)) and (self.when.min, self.when.within_days) != (
            1,
            None,
        ):
            raise mistake("points are given each time; `min` and `within_days` count", "Use `times`, `per` and `cap`.")
        if isinstance(self.when, AttributeCondition) and (self.times or self.cap):
            raise mistake("an attribute holds or not; it is not counted", "Remove `times`, `per` and `cap`.")
        if self.per is not None and self.times is None:
            raise mistake("`per` says nothing without `times`", "Say how often it counts.")
        if self.cap is not None and self.points <= 0:
            raise mistake("only points that are given have a cap", "Remove `cap`.")
        return self


class Decay(Frozen):
    """How a score falls while nothing happens."""

    points: int = Field(ge=1, description="Points that go each time.")
    idle_days: int = Field(ge=1, description="Days without anything that the score counts, after which they go.")


class Score(Frozen):
    """A score that is computed from the rows of the drop, as it stood at each instant."""

    id: Id = Field(description="Name in criteria.")
    title: Text = Field(description="Name in sentences.")
    rules: tuple[Points, ...] = Field(min_length=1, description="What brings points.")
    cap: int | None = Field(None, ge=1, description="The score never reads more than this.")
    decay: Decay | None = Field(
        None, description="How what a lead did is forgotten; what it is stays. Never below zero."
    )
    reset_on: tuple[Id, ...] = Field((), description="Stages whose entry sets what a lead did back to zero.")
