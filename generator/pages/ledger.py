"""The load ledger as the trust page shows it: every row read is kept, excluded or set aside, and the sums agree."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from generator.sources.report import LoadReport, Outcome, Reason

REASONS = {
    Reason.NONE: "",
    Reason.NOT_SELECTED: "the profile leaves it out: deleted, of another record type, or without such an entry",
    Reason.FUTURE_DATED: "dated after the data was taken",
    Reason.DUPLICATE_KEY: "an identical or older copy of a row that is kept",
    Reason.UNDATED: "where a record stands, not since when: only compared with other drops",
    Reason.ORPHAN: "the record it belongs to is not in the drop",
    Reason.RAGGED: "not as many cells as the header, or an unclosed quote",
    Reason.UNDECODABLE: "bytes that the declared encoding does not know",
    Reason.UNREADABLE: "a cell that is no date, number or yes/no of the declared form",
    Reason.MISSING_REQUIRED: "a required cell is empty",
    Reason.NOT_A_CHOICE: "a value outside a closed list",
    Reason.UNMAPPED_STAGE: "a stage that the agreement does not know",
    Reason.IMPOSSIBLE_DATE: "a date that stands for none, such as 1900-01-01",
    Reason.INCONSISTENT: "the row contradicts itself",
}


@dataclass(frozen=True)
class Line:
    """One file and table of the ledger."""

    file: str
    table: str
    read: int
    kept: int
    excluded: int
    quarantined: int

    @property
    def told(self) -> int:
        """Rows whose fate is known."""
        return self.kept + self.excluded + self.quarantined

    @property
    def agrees(self) -> bool:
        """Whether every row read is accounted for."""
        return self.read == self.told


def lines(load: LoadReport) -> list[Line]:
    """Return the ledger by file and table, sorted."""
    sums: Counter[tuple[str, str, Outcome]] = Counter()
    for line in load.ledger:
        sums[line.file, line.table, line.outcome] += line.rows
    keys = sorted({(file, table) for file, table, _ in sums})
    return [Line(*key, *(sums[*key, outcome] for outcome in Outcome)) for key in keys]


def differences(load: LoadReport) -> list[Line]:
    """Return the lines of the ledger that do not add up."""
    return [line for line in lines(load) if not line.agrees]


def quarantined(load: LoadReport) -> tuple[int, int]:
    """Return how many rows were set aside, and how many were read."""
    found = lines(load)
    return sum(line.quarantined for line in found), sum(line.read for line in found)


@dataclass(frozen=True)
class Set:
    """So many rows of a table left out for one reason."""

    table: str
    outcome: str
    reason: str
    meaning: str
    rows: int


def by_reason(load: LoadReport) -> list[Set]:
    """Return the rows that are not kept, by table and reason, most first."""
    sums: Counter[tuple[str, str, Reason]] = Counter()
    for line in load.ledger:
        if line.outcome in (Outcome.EXCLUDED, Outcome.QUARANTINED):
            sums[line.table, line.outcome.value, line.reason] += line.rows
    order = sorted(sums.items(), key=lambda item: (-item[1], item[0]))
    return [
        Set(table, outcome, reason.value, REASONS[reason], rows) for (table, outcome, reason), rows in order if rows
    ]
