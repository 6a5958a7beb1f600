"""Which columns of a file fill those that its profile asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from ..errors import Mistake, with_hint
from .cells import literal
from .claims import Claim, needs
from .containers import Member
from .naming import header_as
from .profile import Names
from .profiles import raw_columns

#: Before the name of a column that holds an attribute of the agreement, which no profile's SQL reads.
ATTRIBUTE = "attribute "


def aliases_of(claim: Claim) -> dict[str, str]:
    """Return any spelling of a column's name, folded -> the profile's name for it."""
    spelled = raw_columns(claim.profile, claim.source)
    return {name.casefold(): column for column, names in reversed(spelled.items()) for name in names}


#: Where the cells of a column stand: one place, or many that are read as one, by what tells them apart.
Place = int | Mapping[str, Sequence[int]]


def chosen_columns(
    member: Member, claim: Claim, attributes: Mapping[str, Names], names: tuple[str, ...], mistakes: list[Mistake]
) -> dict[str, Place] | None:
    """Return which column of the file fills each column the profile asks for, by position."""
    profile, source = claim.profile, claim.profile.sources[claim.source]
    header = header_as(names, profile, source)
    named = [name for name in names if name]
    if not named:
        mistakes.append(Mistake(member.label, "there is no header line", "Export the file again, with its header."))
        return None
    chosen: dict[str, Place] = {}
    found: list[Mistake] = []
    wanted = raw_columns(profile, claim.source) | {ATTRIBUTE + name: names for name, names in attributes.items()}
    for column, spellings in wanted.items():
        if family := header.family(source.families.get(column, ())):
            chosen[column] = family
        elif places := header.places(spellings):
            if len(places) > 1 and profile.written(source, "repeated") is None:
                what = f"has the column '{names[places[0]]}' more than once"
                found.append(Mistake(member.label, what, "Remove all but one."))
            chosen[column] = places[0]
    for spellings in needs(claim):
        if not header.places(spellings):
            shown = with_hint(spellings[0], named) + (f" (or {', '.join(spellings[1:])})" if spellings[1:] else "")
            hint = f"Correct the export, or the names in the profile '{profile.system}'."
            found.append(Mistake(member.label, f"has no column {shown}", hint))
    for name, patterns in source.families.items():
        if name in source.required and name not in chosen:
            hint = f"Correct the export, or the patterns in the profile '{profile.system}'."
            found.append(Mistake(member.label, f"has no column that fits '{patterns[0]}'", hint))
    mistakes.extend(found)
    return None if found else chosen


def cell_of(place: Place, cells: Callable[[int], str]) -> str:
    """Return SQL for what a column reads; several columns of a family become one text of names and values."""
    if isinstance(place, int):
        return cells(place)
    pairs = []
    for member, places in place.items():
        given = ", ".join(f"nullif(trim(cast({cells(n)} as varchar)), '')" for n in places)
        pairs.append(f"{literal(member)}, coalesce({given})")
    return f"cast(json_object({', '.join(pairs)}) as varchar)"


def is_utc(claim: Claim, names: Iterable[str]) -> bool:
    """Whether the times of the file are UTC: its source says so, or it is a copy of a warehouse."""
    source = claim.profile.sources[claim.source]
    if source.zone == "UTC":
        return True
    marks = claim.profile.written(source, "copied_by") or ()
    return any(header_as(names, claim.profile, source).places((mark,)) for mark in marks)
