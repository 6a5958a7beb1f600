"""Entry criteria as nested conditions: what must hold for a lead to enter a stage, or to fall into a tier."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from .forms import Frozen, Id, mistake

Operator = Literal["==", "!=", ">=", "<=", ">", "<", "in", "not_in", "is_null", "not_null"]
Scalar = bool | int | float | str


class _Compared(Frozen):
    op: Operator = Field(description="How to compare.")
    value: Scalar | tuple[Scalar, ...] | None = Field(None, description="What to compare with; a list for in, not_in.")

    @model_validator(mode="after")
    def _value_fits_operator(self) -> _Compared:
        if self.op in ("is_null", "not_null") and self.value is not None:
            raise mistake(f"`{self.op}` takes no value", "Remove `value`.")
        if self.op in ("in", "not_in") and not isinstance(self.value, tuple):
            raise mistake(f"`{self.op}` needs a list of values", "Write value: [first, second].")
        if self.op in ("==", "!=", ">=", "<=", ">", "<") and (self.value is None or isinstance(self.value, tuple)):
            raise mistake(f"`{self.op}` needs one value", "Write one number, text, true or false.")
        return self


class AttributeCondition(_Compared):
    """A comparison with a column of the lead or its account."""

    attr: Id = Field(description="Column of the lead, or an attribute that lifecycle.yml declares.")


class ScoreCondition(_Compared):
    """A comparison with a score as it was known at that moment."""

    score: Id = Field(description="Which score, such as score_fit or score_engagement.")


class TouchCondition(Frozen):
    """Enough responses of one type in the days before."""

    touch: Id = Field(description="Type of touch, such as demo_request.")
    min: int = Field(1, ge=1, description="How many at least, duplicates removed.")
    within_days: int | None = Field(None, ge=1, description="Only touches of the last so many days count.")


class ActivityCondition(Frozen):
    """Somebody of ours called, wrote or met."""

    activity: tuple[Literal["call", "email", "sms", "social", "meeting", "task"], ...] = Field(
        min_length=1, description="Types of activity, any of them."
    )
    outcome: tuple[Literal["connected", "replied", "held", "no_answer", "voicemail", "bounced", "no_show"], ...] = (
        Field((), description="Outcomes, any of them; left out: every outcome.")
    )
    min: int = Field(1, ge=1, description="How many at least.")
    within_days: int | None = Field(None, ge=1, description="Only activities of the last so many days count.")


class ManualCondition(Frozen):
    """A person decides."""

    manual: Literal["marketing", "sales"] = Field(description="The team that decides.")
    commitment: Id | None = Field(None, description="The commitment that says by when.")


class DealCondition(Frozen):
    """A deal record stands for the lead."""

    deal: Literal["exists", "won"] = Field(description="Whether the deal must exist or be won.")
    type: tuple[Literal["new_business", "expansion", "renewal"], ...] = Field(
        (), description="Types of deal, any of them; left out: every type."
    )


class Criteria(Frozen):
    """Conditions joined: all of these, and any of those, and none of the last."""

    all: tuple[Condition, ...] = Field((), description="Each of these must hold.")
    any: tuple[Condition, ...] = Field((), description="At least one of these must hold.")
    none: tuple[Condition, ...] = Field((), description="None of these may hold.")

    @model_validator(mode="after")
    def _says_something(self) -> Criteria:
        if not (self.all or self.any or self.none):
            raise mistake("the criteria are empty", "List conditions under `all`, `any` or `none`.")
        return self


#: The key that tells what kind a condition is.
LEADING_KEYS = ("attr", "score", "touch", "activity", "manual", "deal")


def _kind(value: Any) -> str | None:
    """Tell the kind of a condition by its leading key, so that messages speak of that kind alone."""
    if not isinstance(value, (dict, Frozen)):
        return None
    keys = value if isinstance(value, dict) else type(value).model_fields
    return next((f"<{key}>" for key in LEADING_KEYS if key in keys), "<group>")


# The angle brackets set a tag apart from a key of the file in the path of an error.
Condition = Annotated[
    Annotated[AttributeCondition, Tag("<attr>")]
    | Annotated[ScoreCondition, Tag("<score>")]
    | Annotated[TouchCondition, Tag("<touch>")]
    | Annotated[ActivityCondition, Tag("<activity>")]
    | Annotated[ManualCondition, Tag("<manual>")]
    | Annotated[DealCondition, Tag("<deal>")]
    | Annotated[Criteria, Tag("<group>")],
    Discriminator(_kind),
]
Criteria.model_rebuild()


def conditions(criteria: Condition) -> list[Condition]:
    """Return every single condition in `criteria`, groups opened, in reading order."""
    if not isinstance(criteria, Criteria):
        return [criteria]
    return [
        leaf for group in (criteria.all, criteria.any, criteria.none) for part in group for leaf in conditions(part)
    ]
