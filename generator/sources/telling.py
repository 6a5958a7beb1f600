"""What reading a drop found, in lines for the machine that holds the exports: places, never what stands there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from generator.errors import likely
from generator.sources.profile import Profile
from generator.sources.report import LoadReport, Quarantined, Reason

#: Rows that are named for each reason and file; the rest is counted.
NAMED = 5


def quarantine_lines(load: LoadReport) -> Iterator[str]:
    """Yield the rows that were set aside, by reason and file: `Lead.csv, lead, unreadable: line 7 (created_at)`."""
    groups: dict[tuple[str, str, Reason], list[Quarantined]] = {}
    for row in load.quarantine:
        groups.setdefault((row.file, row.table, row.reason), []).append(row)
    for (file, table, reason), rows in sorted(groups.items()):
        named = "; ".join(_place(row) for row in sorted(rows, key=lambda row: (row.line, row.column))[:NAMED])
        more = f"; and {len(rows) - NAMED} more" if len(rows) > NAMED else ""
        yield f"set aside: {file}, {table}, {reason.value}: {named}{more}"


def _place(row: Quarantined) -> str:
    return f"line {row.line}" + (f" ({row.column})" if row.column else "")


def unclaimed_line(path: str, profiles: Sequence[Profile]) -> str:
    """Return what is said of a file that no profile claims, with the name that it was likely meant to have."""
    names = {
        PurePosixPath(pattern).stem.strip("*_- "): (pattern, profile.system)
        for profile in profiles
        for source in profile.sources.values()
        for pattern in source.files
    }
    near = likely(PurePosixPath(path.rpartition("!")[2]).stem, names)
    if near is None:
        return (
            f"no profile claims {path}. Describe it in content/sources/ (onefunnel profile drafts it), or take it out."
        )
    pattern, system = names[near]
    hint = f"The profile '{system}' reads files called {pattern}: rename it, or describe it in content/sources/."
    return f"no profile claims {path}. {hint}"
