"""What reading a drop found: files, ledger, quarantine and notes, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from ..canonical import MOMENTS


class Outcome(StrEnum):
    """What became of a row that was read; per file and table, read = kept + excluded + quarantined."""

    READ = "read"
    KEPT = "kept"
    EXCLUDED = "excluded"
    QUARANTINED = "quarantined"


class Reason(StrEnum):
    """The closed list of reasons why a row is not kept as it stands."""

    NONE = ""
    NOT_SELECTED = "not_selected"  # the profile's `where` says no: deleted rows, other record types
    FUTURE_DATED = "future_dated"  # later than as_of
    DUPLICATE_KEY = "duplicate_key"  # an identical or older copy of a row that was kept
    UNDATED = "undated"  # says where a record stands and not since when: only compared with other drops
    ORPHAN = "orphan"  # its parent is not in the drop and it means nothing without it
    RAGGED = "ragged"  # not as many cells as the header, or an unclosed quote
    UNDECODABLE = "undecodable"  # bytes that the declared encoding does not know, or a NUL
    UNREADABLE = "unreadable"  # a cell that is no date, number or boolean of the declared form
    MISSING_REQUIRED = "missing_required"  # an empty required cell
    NOT_A_CHOICE = "not_a_choice"  # a value outside a closed list
    UNMAPPED_STAGE = "unmapped_stage"  # a stage that the agreement does not know
    IMPOSSIBLE_DATE = "impossible_date"  # what systems write where they know no date: 0001, 1900-01-01, 1970-01-01
    INCONSISTENT = "inconsistent"  # the row contradicts itself


#: Only these count towards `max_quarantine_share`: the file is broken, not the business.
UNREADABLE_REASONS = frozenset({Reason.RAGGED, Reason.UNDECODABLE, Reason.UNREADABLE})


@dataclass(frozen=True)
class LedgerLine:
    """So many rows of a file, headed for a table, had this outcome for this reason."""

    file: str
    table: str
    outcome: Outcome
    reason: Reason
    rows: int


@dataclass(frozen=True)
class Quarantined:
    """Where a row stands that could not be used; never what it says."""

    file: str
    line: int
    table: str
    reason: Reason
    column: str = ""


@dataclass(frozen=True)
class SourceFile:
    """One file of the drop, as it was found."""

    path: str  # relative to the drop; "archive.zip!Lead.csv" inside a container
    sha256: str
    size: int  # bytes
    profile: str | None  # None: no profile claims it
    table: str | None
    rows: int


class Severity(StrEnum):
    """How much a finding weighs."""

    BLOCKS = "blocks"
    TAINTS = "taints"
    NOTES = "notes"


@dataclass(frozen=True)
class Finding:
    """Something that readers of the trust page should know about the data, with its count."""

    id: str  # such as `unmapped_channel`, `merged_spelling`, `assumed_default`, `source_loss`, `naive_time`
    severity: Severity
    text: str  # one sentence, without values of personal columns
    failing: int = 0  # rows
    checked: int = 0  # rows
    tables: tuple[str, ...] = ()
    snippet: str = ""  # paste-ready YAML where that is the mend


@dataclass(frozen=True)
class TableLoad:
    """What became of one canonical table."""

    name: str
    present: bool  # some file was read into it, even one with a header only
    rows: int  # kept
    columns: frozenset[str]  # columns that some file filled
    newest: datetime | None = None  # newest instant that is not after as_of


@dataclass(frozen=True)
class LoadReport:
    """Everything that reading a drop found."""

    files: tuple[SourceFile, ...]
    tables: Mapping[str, TableLoad]  # one entry for every canonical table
    ledger: tuple[LedgerLine, ...]
    quarantine: tuple[Quarantined, ...]
    findings: tuple[Finding, ...]
    #: Table -> when the drops were taken whose comparison tells its changes, where nothing else does; oldest first.
    compared: Mapping[str, tuple[datetime, ...]] = field(default_factory=dict)
    coarse: frozenset[str] = frozenset()  # tables most rows of which say the day of their moment, or less

    @property
    def unclaimed(self) -> tuple[str, ...]:
        """Files that no profile claims."""
        return tuple(file.path for file in self.files if file.profile is None)

    @property
    def rows(self) -> int:
        """Rows of all canonical tables."""
        return sum(table.rows for table in self.tables.values())

    def has(self, table: str, *columns: str) -> bool:
        """Whether the drop can answer for `table` and, where named, these columns."""
        load = self.tables[table]
        if MOMENTS in columns and table in self.coarse:
            return False
        return load.present and set(columns) - {MOMENTS} <= load.columns


@dataclass(frozen=True)
class Drop:
    """One folder of exports and the instant at which it was taken."""

    path: Path
    id: str  # the local date of the last instant before as_of
    as_of: datetime  # naive UTC
    manifest: Mapping[str, object] = field(default_factory=dict)
    taken_at: datetime | None = None  # naive UTC, where as_of looks back from a later day

    @property
    def taken(self) -> datetime:
        """When the exports were made: how they say that things stand is how they stood then."""
        return self.taken_at or self.as_of
