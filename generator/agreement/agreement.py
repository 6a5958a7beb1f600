"""The agreement as one frozen value, with the questions that the rest of the house asks it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Protocol, TypeVar

from .calendars import Calendar
from .channels import Channel
from .forms import folded
from .lifecycle import Definition, Lifecycle, Reason, Stage
from .owners import Owner
from .pipeline import DealStage, Pipeline
from .reviews import Reviews
from .settings import Settings
from .sla import Commitment, Sla
from .targets import Target


class _Spelled(Protocol):
    @property
    def title(self) -> str: ...
    @property
    def native(self) -> tuple[str, ...]: ...


Spelled = TypeVar("Spelled", bound=_Spelled)


@dataclass(frozen=True)
class Agreement:
    """What Marketing and Sales agreed, checked; nobody asks again whether a key is there."""

    settings: Settings
    lifecycle: Lifecycle
    sla: Sla
    calendars: tuple[Calendar, ...]
    targets: tuple[Target, ...]
    channels: tuple[Channel, ...]
    pipeline: Pipeline
    owners: tuple[Owner, ...]
    files: Mapping[str, str]  # label of each file read -> its text
    digest: str  # sha256 over the files
    reviews: Reviews = field(default_factory=Reviews)  # what the teams wrote down in their reviews

    def definition_at(self, stage: str, day: date) -> Definition | None:
        """Return the definition of `stage` in force on `day`; None before the first version."""
        begun = [d for d in self.lifecycle.definitions if d.id == stage and d.effective_from <= day]
        return max(begun, key=lambda definition: definition.effective_from, default=None)

    def versions_of(self, stage: str) -> tuple[Definition, ...]:
        """Return every version of the definition of `stage`, oldest first."""
        versions = (definition for definition in self.lifecycle.definitions if definition.id == stage)
        return tuple(sorted(versions, key=lambda definition: definition.effective_from))

    def commitment_at(self, commitment: str, day: date) -> Commitment | None:
        """Return the version of `commitment` in force on `day`, or None."""
        for version in self.sla.commitments:
            if version.id == commitment and version.effective_from <= day and _before(day, version.effective_to):
                return version
        return None

    def commitments_at(self, day: date) -> tuple[Commitment, ...]:
        """Return the commitments in force on `day`, in the order of the file."""
        ids = dict.fromkeys(commitment.id for commitment in self.sla.commitments)
        return tuple(version for name in ids if (version := self.commitment_at(name, day)) is not None)

    def stage_by_native(self, text: str) -> Stage | None:
        """Return the lead stage that exports spell `text`, without regard to case and outer blanks."""
        return self._stages.get(folded(text))

    def reason_by_native(self, text: str) -> Reason | None:
        """Return the reason that exports spell `text`."""
        return self._reasons.get(folded(text))

    def channel_by_native(self, text: str) -> Channel | None:
        """Return the channel that exports spell `text`."""
        return self._channels.get(folded(text))

    def deal_stage_by_native(self, text: str) -> DealStage | None:
        """Return the deal stage that exports spell `text`."""
        return self._deal_stages.get(folded(text))

    def calendar(self, calendar_id: str) -> Calendar | None:
        """Return the calendar of that id, or None."""
        return next((calendar for calendar in self.calendars if calendar.id == calendar_id), None)

    def calendar_of_region(self, region: str) -> Calendar | None:
        """Return the calendar that leads of `region` follow where they have no owner, or None."""
        return self._regions.get(folded(region))

    def setting_rows(self) -> dict[str, str]:
        """Return every setting as dotted key and text, as `Settings.setting_rows` does."""
        return self.settings.setting_rows()

    @cached_property
    def _stages(self) -> dict[str, Stage]:
        return spellings((stage.id, stage) for stage in self.lifecycle.stages)

    @cached_property
    def _reasons(self) -> dict[str, Reason]:
        return spellings((reason.code, reason) for reason in self.lifecycle.reasons)

    @cached_property
    def _channels(self) -> dict[str, Channel]:
        return spellings((channel.id, channel) for channel in self.channels)

    @cached_property
    def _deal_stages(self) -> dict[str, DealStage]:
        return spellings((stage.id, stage) for stage in self.pipeline.stages)

    @cached_property
    def _regions(self) -> dict[str, Calendar]:
        return {folded(name): calendar for calendar in self.calendars for name in (calendar.id, *calendar.regions)}


def spellings(named: Iterable[tuple[str, Spelled]]) -> dict[str, Spelled]:
    """Return each value by its id, its title and its native spellings, all folded; no two values share one."""
    return {folded(text): value for name, value in named for text in (name, value.title, *value.native)}


def _before(day: date, end: date | None) -> bool:
    return end is None or day < end
