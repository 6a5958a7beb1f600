"""What readers of the trust page should know about the files of a drop and how they fill the tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..engine import Engine
from .claims import Claim, almost, likely_system
from .containers import Member
from .profile import Profile
from .raw import RawFile, headers_of
from .report import Finding, Severity
from .work import Work


def losses(work: Work) -> Iterator[Finding]:
    """Say what the systems of the drop do not export."""
    for loss in work.losses:
        if loss.without or set(loss.tables) & set(work.loaded):
            severity = Severity.TAINTS if loss.without else Severity.NOTES
            yield Finding("source_loss", severity, loss.says, tables=loss.tables)


def assumed(engine: Engine, work: Work) -> Iterator[Finding]:
    """Count the rows for which a profile's default had to serve."""
    for source in work.parts:
        for column, condition in source.mapped.assumed.items():
            total, count = engine.rows(
                f"select count(*), coalesce(sum(case when {condition} then 1 else 0 end), 0)"
                f" from {source.relation.name} where {source.mapped.file_filter}"
            )[0]
            if count:
                table, value = source.table.name, source.defaults[column]
                text = f"{int(count):,} of {int(total):,} rows of {table} say no {column}; '{value}' is assumed."
                yield Finding("assumed_default", Severity.TAINTS, text, int(count), int(total), (table,))


def absent(work: Work) -> Iterator[Finding]:
    """Say which column a table should have and no file gives, where the profile lets that pass."""
    for part in work.parts:
        for column in part.table.columns:
            if column.required and column.name not in part.mapped.filled:
                text = f"No file gives the {column.name} of {part.table.name}; what needs it is not answered."
                yield Finding("absent_column", Severity.TAINTS, text, tables=(part.table.name,))


def about_files(files: tuple[RawFile, ...]) -> Iterator[Finding]:
    """Say which files hold no rows, and which are in another encoding than expected."""
    for file in files:
        if file.records == 0:
            yield Finding("empty_table", Severity.NOTES, f"{file.member.label} holds a header and no rows.")
        if file.is_encoding_assumed:
            text = f"{file.member.label} is not UTF-8; it is read in another encoding that its profile allows."
            yield Finding("assumed_encoding", Severity.NOTES, text, file.records, file.records)


def almost_read(
    engine: Engine, members: tuple[Member, ...], claims: Mapping[str, Claim | None], profiles: tuple[Profile, ...]
) -> Iterator[Finding]:
    """Say of files that nobody reads which column they lack to be known, or which system seems to have written them."""
    for member in members:
        if claims[member.label] is not None:
            continue
        lines = headers_of(engine, member)
        if near := almost(lines, profiles):
            claim, column = near
            what = f"it looks like {claim.source} of {claim.profile.system}, but has no column '{column}'."
            yield _unread(member, f"{what} Export it again with that column.")
        elif profile := likely_system(member, lines, profiles):
            what = f"it looks like an export of {profile.title}, but its columns have names that nobody knows here."
            hint = f"Export it in English, or draft a profile for it: onefunnel profile {member.label}"
            yield _unread(member, f"{what} {hint}")


def _unread(member: Member, what: str) -> Finding:
    return Finding("almost_read", Severity.NOTES, f"{member.label} is not read: {what}")
