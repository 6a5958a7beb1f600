"""Which profile claims which file of the drop."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from ..canonical import TABLES
from ..errors import ExportError, Mistake
from .containers import Member
from .profile import Profile
from .profiles import raw_columns

#: Endings that say how a file is written, not what it holds.
_ENDINGS = (".csv", ".tsv", ".txt", ".psv", ".parquet", ".xlsx", ".xlsm")


@dataclass(frozen=True)
class Claim:
    """A file source of a profile that wants a file."""

    profile: Profile
    source: str


def matches(pattern: str, name: str) -> bool:
    """Whether a file's base name is what a profile's pattern means, in any case.

    A pattern without an ending fits every readable form; one without wildcards fits numbered parts as well:
    `Lead.csv` fits `lead.csv`, `Lead_2.csv` and `Lead-3.csv`; `lead` fits `lead.parquet` too.
    """
    pattern, name = pattern.casefold(), name.casefold()
    ending = next((part for part in _ENDINGS if pattern.endswith(part)), "")
    stem = next((name[: -len(part)] for part in _ENDINGS if name.endswith(part)), None)
    if stem is None:
        return fnmatchcase(name, pattern)
    # A workbook or Parquet copy of a table is still that table.
    fits = not ending or name.endswith((ending, ".xlsx", ".xlsm", ".parquet"))
    wanted = pattern.removesuffix(ending)
    if any(sign in wanted for sign in "*?["):
        return fits and fnmatchcase(stem, wanted)
    return fits and re.fullmatch(re.escape(wanted) + r"([ _-]?\(?\d+\)?)?", stem) is not None


def claims_of(member: Member, profiles: tuple[Profile, ...]) -> tuple[Claim, ...]:
    """Return every claim on a file by its name; a profile's first fitting source speaks for it."""
    found = []
    for profile in profiles:
        for name, source in profile.sources.items():
            if any(matches(pattern, known) for pattern in source.files for known in member.names):
                found.append(Claim(profile, name))
                break
    return tuple(found)


def settle(
    member: Member, claims: tuple[Claim, ...], header: tuple[str, ...], settled: Mapping[str, str]
) -> Claim | None:
    """Return the claim that wins, by the setting `sources`, else by the header; ExportError where two are left."""
    for pattern, system in settled.items():
        if any(matches(pattern, name) for name in member.names):
            chosen = [claim for claim in claims if claim.profile.system == system]
            if chosen:
                return chosen[0]
    if len(claims) > 1:
        claims = _best(claims, header)
    if len(claims) > 1 and not any(_known(claim, header) for claim in claims):
        what = "its first line names no column that a profile knows"
        raise ExportError("Some exports cannot be read.", [Mistake(member.label, what, _expected(claims))])
    if len(claims) > 1:
        names = " and ".join(f"'{claim.profile.system}'" for claim in claims)
        hint = f"Settle it in settings.yml: sources: {{'{member.names[0]}': {claims[0].profile.system}}}"
        raise ExportError("Two profiles claim one file.", [Mistake(member.label, f"claimed by profiles {names}", hint)])
    return claims[0] if claims else None


def _best(claims: tuple[Claim, ...], header: tuple[str, ...]) -> tuple[Claim, ...]:
    """Keep the claims whose needs the header meets; where it meets nobody's, those that know most of it."""
    names = {name.casefold() for name in header}
    able = tuple(claim for claim in claims if all(names & _folded(needed) for needed in needs(claim)))
    if able:
        return able
    known = [_known(claim, header) for claim in claims]
    return tuple(claim for claim, count in zip(claims, known, strict=True) if count == max(known))


def _known(claim: Claim, header: tuple[str, ...]) -> int:
    """Return how many columns of the claiming source the header has."""
    names = {name.casefold() for name in header}
    return sum(bool(names & _folded(group)) for group in raw_columns(claim.profile, claim.source).values())


def _folded(names: tuple[str, ...]) -> set[str]:
    return {name.casefold() for name in names}


def _expected(claims: tuple[Claim, ...]) -> str:
    """Return which columns the profiles cannot do without, as the next step of a message."""
    parts = [
        f"{claim.profile.system} needs {', '.join(names[0] for names in needs(claim)[:3]) or 'any of its columns'}"
        for claim in claims
    ]
    return f"Export it again with its header: {'; '.join(parts)}."


def encodings_of(claims: tuple[Claim, ...]) -> tuple[str, ...]:
    """Return every encoding that the claiming profiles declare for the file."""
    written = [claim.profile.written(claim.profile.sources[claim.source], "encodings") for claim in claims]
    return tuple(dict.fromkeys(name for names in written for name in names or ()))


def needs(claim: Claim) -> tuple[tuple[str, ...], ...]:
    """Return the columns without which a source cannot be read, each as the names it may have."""
    profile, name = claim.profile, claim.source
    spelled = raw_columns(profile, name)
    needed = {column: spelled.get(column, (column,)) for column in profile.sources[name].required}
    found = list(needed.values())
    for table, block, _ in profile.blocks():
        if block.from_ != name:
            continue
        for column in TABLES[table.name].columns:
            rule = block.columns.get(column.name)
            if rule and column.required and rule.from_ and rule.default is None and not rule.optional:
                found.append(rule.from_)
    return tuple(dict.fromkeys(found))
