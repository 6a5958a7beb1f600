"""targets.yml: the value agreed for a metric, a span and a team."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema

from .forms import AgreementFile, Currency, Day, Frozen, Id, Text

Grain = Literal["month", "quarter", "year"]
_MONTHS: dict[str, int] = {"month": 1, "quarter": 3, "year": 12}

#: Versions with this name are placeholders: the first other target of a metric removes them.
SAMPLE = "sample"


class AgreedBy(Frozen):
    """Who agreed on a target, as roles."""

    sales: Text | None = Field(None, description="Who agreed for Sales (a role, not a name).")
    marketing: Text | None = Field(None, description="Who agreed for Marketing (a role, not a name).")


class Target(Frozen):
    """The value agreed for a metric over [period_start, period_end)."""

    id: Id
    metric: Id
    period_start: date
    period_end: date
    team: str
    region: str | None = None
    segment: str | None = None
    owner: str | None = None
    value: Decimal
    currency: str | None = None
    version: str
    agreed_on: date | None = None
    agreed_by: AgreedBy = AgreedBy()
    plan: str = ""  # id of the entry in the file that it comes from
    every: Grain | None = None


def _listed(value: object) -> object:
    return (value,) if isinstance(value, str) else value


_GRAIN_SCHEMA = {"type": "string", "enum": ["month", "quarter", "year"]}
_ONE_OR_MORE = WithJsonSchema({"anyOf": [_GRAIN_SCHEMA, {"type": "array", "items": _GRAIN_SCHEMA}]})


class TargetEntry(Frozen):
    """A target as the file writes it: one span, or every whole month, quarter or year of a longer one."""

    # A missing team is left to the lints, which can say more; an editor should still ask for it.
    model_config = ConfigDict(json_schema_extra=lambda schema: schema["required"].append("team"))

    id: Id = Field(description="Name of the entry.")
    metric: Id = Field(description="Id of the KPI; with a dot for a companion figure.")
    team: Literal["marketing", "sales", "all"] | None = Field(
        None, description="The team that carries it; all: both, together. Required."
    )
    value: Decimal = Field(description="The value: 0.2 for 20 %, an amount in `currency`, days, a count.")
    every: Annotated[tuple[Grain, ...], BeforeValidator(_listed), _ONE_OR_MORE] = Field(
        (), description="Repeat for each whole month, quarter or year (one of them, or a list) of the span; fiscal "
        "year as in the settings. Left out: the span is the period."
    )  # fmt: skip
    start: Day = Field(alias="from", description="First day of the span.")
    end: Day = Field(alias="to", description="First day after the span.")
    region: Text | None = Field(None, description="Only this region; left out: all.")
    segment: Text | None = Field(None, description="Only this segment; left out: all.")
    owner: Text | None = Field(None, description="Only this owner id; left out: all.")
    currency: Currency | None = Field(None, description="Currency of an amount; left out: the reporting currency.")
    version: Id = Field(description="Name of the plan; `sample` marks placeholders that any other version removes.")
    agreed_on: Day | None = Field(None, description="Day of the agreement.")
    agreed_by: AgreedBy = Field(default_factory=AgreedBy, description="Who agreed.")
    follows: Id | None = Field(None, description="The target that it is worked out of, and that is agreed first.")

    def values(self, fiscal_year_start_month: int) -> tuple[Target, ...]:
        """Return one target per period; an `every` that fits no whole period gives none."""
        if not self.every:
            return (self._target(self.id, self.start, self.end, None),)
        return tuple(
            self._target(f"{self.id}.{grain[0]}{start:%Y-%m}", start, end, grain)
            for grain in self.every
            for start, end in whole_periods(self.start, self.end, grain, fiscal_year_start_month)
        )

    def _target(self, name: str, start: date, end: date, every: Grain | None) -> Target:
        return Target(
            id=name,
            metric=self.metric,
            period_start=start,
            period_end=end,
            team=self.team or "all",
            region=self.region,
            segment=self.segment,
            owner=self.owner,
            value=self.value,
            currency=self.currency,
            version=self.version,
            agreed_on=self.agreed_on,
            agreed_by=self.agreed_by,
            plan=self.id,
            every=every,
        )


def whole_periods(start: date, end: date, grain: str, fiscal_year_start_month: int) -> list[tuple[date, date]]:
    """Return the whole months, fiscal quarters or fiscal years in [start, end), as half-open spans."""
    length = _MONTHS[grain]
    month = start.year * 12 + start.month - 1 + (start.day > 1)
    month += -(month - (fiscal_year_start_month - 1)) % length
    spans = []
    while _first_of(month + length) <= end:
        spans.append((_first_of(month), _first_of(month + length)))
        month += length
    return spans


def _first_of(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def without_replaced_samples(targets: tuple[TargetEntry, ...]) -> tuple[TargetEntry, ...]:
    """Drop the samples of every metric for which a real target exists."""
    real = {target.metric for target in targets if target.version != SAMPLE}
    return tuple(target for target in targets if target.version != SAMPLE or target.metric not in real)


class TargetsFile(AgreementFile):
    """targets.yml as written."""

    identity: ClassVar[dict[str, tuple[str, ...]]] = {"targets": ("id",)}

    targets: tuple[TargetEntry, ...] = Field((), description="The agreed values.")
