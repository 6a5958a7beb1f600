"""What reading a drop takes from the agreement, in one value: nothing else of it can change what is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..agreement import Agreement
from ..canonical import TABLES
from .members import native_names
from .profile import MapName


@dataclass(frozen=True)
class Terms:
    """The part of the agreement that reading depends on."""

    source_zone: str
    reporting_zone: str
    takes_first: bool  # of rows that share a key and differ; else they are a mistake
    most_unreadable: float  # share of the rows of a file
    most_unpacked: int  # bytes of all archives together
    claims: Mapping[str, str]  # file pattern -> profile, where two profiles claim one file
    native: Mapping[MapName, Mapping[str, str]]  # list of the agreement -> spelling -> id
    stage_outcomes: Mapping[str, str]  # deal stage -> open, won, lost
    attributes: Mapping[str, str]  # declared beyond the columns of the canonical lead -> text, number, boolean, date


def terms_of(agreement: Agreement) -> Terms:
    """Return what reading depends on."""
    settings = agreement.settings
    canonical = {column.name for column in TABLES["lead"].columns}
    return Terms(
        settings.source_timezone,
        settings.reporting_timezone,
        settings.on_conflict == "first_sorted",
        settings.max_quarantine_share,
        settings.max_unpacked_bytes,
        settings.sources,
        native_names(agreement),
        {stage.id: stage.outcome for stage in agreement.pipeline.stages},
        {one.id: one.type for one in agreement.lifecycle.attributes if one.id not in canonical},
    )
