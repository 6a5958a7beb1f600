"""Which profile claims which file of the drop."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from ..canonical import TABLES
from ..errors import ExportError, Mistake
from .containers import Member
from .naming import Header, header_as
from .profile import Profile, Source
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


def claims_of(member: Member, headers: Sequence[tuple[str, ...]], profiles: tuple[Profile, ...]) -> tuple[Claim, ...]:
    """Return every claim on a file: by its name, or where no name's needs are met, by its header.

    A profile's first source that fits the name speaks for it, and of those that know the header the one that asks for
    most of it, or else knows most of it.
    """
    named = tuple(claim for profile in profiles for claim in _by_name(member, profile)[:1])
    if any(_is_met(claim, headers) for claim in named):
        return named
    return tuple(claim for profile in profiles for claim in _by_header(headers, profile)) or named


def _by_name(member: Member, profile: Profile) -> list[Claim]:
    return [
        Claim(profile, name)
        for name, source in profile.sources.items()
        if any(matches(pattern, known) for pattern in source.files for known in member.names)
    ]


def _by_header(headers: Sequence[tuple[str, ...]], profile: Profile) -> list[Claim]:
    found = []
    for name, source in profile.sources.items():
        header = _header(Claim(profile, name), headers)
        # What else is required is asked for: the file is known, and lacks something.
        if source.known_by and header.has_all(source.known_by) and _has_families(header, source):
            found.append(Claim(profile, name))
    return sorted(found, key=lambda claim: _rank(claim, headers), reverse=True)[:1]


def almost(headers: Sequence[tuple[str, ...]], profiles: tuple[Profile, ...]) -> tuple[Claim, str] | None:
    """Return the claim on a file that only lacks the id of its rows, and how that is called; None where there is none.

    Half of the header must be known, or every table with a name and a date would be like some other.
    """
    found = []
    for profile in profiles:
        for name, source in profile.sources.items():
            claim = Claim(profile, name)
            for names in headers if len(source.known_by) > 2 else ():
                header, (ident, *others) = header_as(names, profile, source), source.known_by
                known = _known(claim, [names])
                if not header.places(ident) and header.has_all(others) and 2 * known >= len(names):
                    found.append((known, claim, ident[0]))
    best = max(found, key=lambda near: near[0], default=None)
    return best and best[1:]


def likely_system(member: Member, lines: Sequence[tuple[str, ...]], profiles: tuple[Profile, ...]) -> Profile | None:
    """Return the profile whose system seems to have written a file that nobody can read: in another language, say."""
    for profile in profiles:
        for sign in profile.signs:
            looks = re.compile(sign, re.IGNORECASE).fullmatch
            if any(looks(name) for name in member.names) or any(
                looks(cell.strip()) for cells in lines for cell in cells
            ):
                return profile
    return None


def settle(
    member: Member, claims: tuple[Claim, ...], headers: Sequence[tuple[str, ...]], settled: Mapping[str, str]
) -> Claim | None:
    """Return the claim that wins, by the setting `sources`, else by the header; ExportError where two are left."""
    for pattern, system in settled.items():
        if any(matches(pattern, name) for name in member.names):
            chosen = [claim for claim in claims if claim.profile.system == system]
            if chosen:
                return chosen[0]
    if len(claims) > 1:
        claims = _best(claims, headers)
    if len(claims) > 1 and not any(_known(claim, headers) for claim in claims):
        what = "its first line names no column that a profile knows"
        raise ExportError("Some exports cannot be read.", [Mistake(member.label, what, _expected(claims))])
    if len(claims) > 1:
        names = " and ".join(f"'{claim.profile.system}'" for claim in claims)
        hint = f"Settle it in settings.yml: sources: {{'{member.names[0]}': {claims[0].profile.system}}}"
        raise ExportError("Two profiles claim one file.", [Mistake(member.label, f"claimed by profiles {names}", hint)])
    return claims[0] if claims else None


def _best(claims: tuple[Claim, ...], headers: Sequence[tuple[str, ...]]) -> tuple[Claim, ...]:
    """Keep the claims whose needs the header meets; where it meets nobody's, those that know most of it."""
    able = tuple(claim for claim in claims if _is_met(claim, headers))
    if able and not all(claim.profile.sources[claim.source].known_by for claim in able):
        return able
    ranks = [_rank(claim, headers) for claim in able or claims]
    return tuple(claim for claim, rank in zip(able or claims, ranks, strict=True) if rank == max(ranks))


def _rank(claim: Claim, headers: Sequence[tuple[str, ...]]) -> tuple[bool, int, int]:
    """Return how sure a claim is: whether it has what it needs, how much it asks for, how much it knows."""
    header, known_by = _header(claim, headers), claim.profile.sources[claim.source].known_by
    return _is_met(claim, headers), len(known_by) if header.has_all(known_by) else 0, _known(claim, headers)


def _header(claim: Claim, headers: Sequence[tuple[str, ...]]) -> Header:
    """Return the line that the claiming source takes for the header: the one that it knows, else the first."""
    profile, source = claim.profile, claim.profile.sources[claim.source]
    found = [header_as(names, profile, source) for names in (headers if source.known_by else headers[:1])]
    first = found[0] if found else header_as((), profile, source)
    return next((header for header in found if header.has_all(source.known_by)), first)


def _is_met(claim: Claim, headers: Sequence[tuple[str, ...]]) -> bool:
    header = _header(claim, headers)
    return header.has_all(needs(claim)) and _has_families(header, claim.profile.sources[claim.source])


def _has_families(header: Header, source: Source) -> bool:
    return all(header.family(patterns) for name, patterns in source.families.items() if name in source.required)


def _known(claim: Claim, headers: Sequence[tuple[str, ...]]) -> int:
    """Return how many columns of the claiming source the header has."""
    header = _header(claim, headers)
    return sum(bool(header.places(group)) for group in raw_columns(claim.profile, claim.source).values())


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
    source = profile.sources[name]
    # What the header calls a column goes before what the profile calls it: messages name the first.
    needed = {
        column: (*source.columns[column].from_, column)
        if column in source.columns and source.columns[column].from_
        else spelled.get(column, (column,))
        for column in source.required
        if column not in source.families
    }
    found = list(needed.values())
    for table, block, _ in profile.blocks():
        if block.from_ != name:
            continue
        for column in TABLES[table.name].columns:
            rule = block.columns.get(column.name)
            if rule and column.required and rule.from_ and rule.default is None and not rule.optional:
                found.append(rule.from_)
    return tuple(dict.fromkeys(tuple(group) for group in found))
