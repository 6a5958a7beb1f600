"""The front matter of a KPI file: every key, its type and its default."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from generator.canonical import MOMENTS, TABLES
from generator.errors import Mistake, with_hint
from generator.kpis import vocabulary
from generator.kpis.choosing import without_condition
from generator.kpis.kpi import Kind
from generator.kpis.vocabulary import not_one_of


def _one_of(allowed: tuple[str, ...]) -> AfterValidator:
    def check(word: str) -> str:
        if problem := not_one_of(word, allowed):
            raise ValueError(problem)
        return word

    return AfterValidator(check)


def _need(name: str) -> str:
    table, _, column = without_condition(name).partition(".")
    if name == vocabulary.EARLIER_VERSION:
        return name
    if problem := not_one_of(table, TABLES):
        raise ValueError(problem)
    known = [one.name for one in TABLES[table].columns]
    if column and (problem := not_one_of(column, [*known, *([MOMENTS] if "precision" in known else [])])):
        raise ValueError(problem)
    return name


def _band(value: Any) -> tuple[float, float] | str:
    if isinstance(value, str):
        return value
    match value:
        case [int() | float() as low, int() | float() as high] if low < high:
            return float(low), float(high)
    raise ValueError("a band is two numbers, the lower first, or the name of a setting that holds them")


def _each_once(words: tuple[str, ...]) -> tuple[str, ...]:
    twice = sorted({word for word in words if words.count(word) > 1})
    if twice:
        raise ValueError(f"named twice: {', '.join(twice)}")
    return words


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Dimensions = Annotated[
    tuple[Annotated[str, _one_of(vocabulary.DIMENSIONS)], ...],
    AfterValidator(_each_once),
]
Grains = Annotated[
    tuple[Annotated[str, _one_of(vocabulary.GRAINS)], ...], Field(min_length=1), AfterValidator(_each_once)
]
KindName = Annotated[str, _one_of(tuple(Kind))]
Unit = Annotated[str, _one_of(vocabulary.UNITS)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CompanionMatter(_Strict):
    """A figure beside the headline; keys that are not set are the KPI's own."""

    title: Text | None = None
    measure: KindName | None = None
    unit: Unit | None = None
    by: Dimensions | None = None
    window: str | None = None
    formula: Text | None = None
    within: str | None = None
    crossed: str | None = None
    apart: str | None = None
    requires_both: bool | None = None
    total: bool | None = None
    grains: Grains | None = None


class FrontMatter(_Strict):
    """Everything that a KPI file says beside its prose and SQL."""

    id: Name
    title: Text
    section: Annotated[str, _one_of(vocabulary.SECTIONS)]
    order: int = 1000
    unit: Unit
    better: Annotated[str, _one_of(vocabulary.BETTER)]
    basis: Annotated[str, _one_of(vocabulary.BASES)]
    measure: KindName
    target: Annotated[str, _one_of(vocabulary.TARGETS)] = "none"
    by: Dimensions = ()
    compare: tuple[Annotated[str, _one_of(vocabulary.COMPARISONS)], ...] = ()
    pages: tuple[Annotated[str, _one_of(vocabulary.PAGES)], ...] = ()
    roles: dict[str, Text]
    needs: tuple[Annotated[str, AfterValidator(_need)], ...] = ()
    settings: tuple[str, ...] = ()
    neighbours: tuple[str, ...] = ()
    band: Annotated[tuple[float, float] | str, PlainValidator(_band)] | None = None
    judged_by: Text | None = None
    sources: tuple[Text, ...] = ()
    grains: Grains = vocabulary.GRAINS
    window: str | None = None
    within: str | None = None
    crossed: str | None = None
    apart: str | None = None
    requires_both: bool | None = None
    total: bool = True
    formula: Text | None = None
    instead: Text | None = None
    enabled: bool = True
    companions: dict[Name, CompanionMatter] = Field(default_factory=dict)


def read_front_matter(path: str, front: Mapping[str, Any]) -> FrontMatter | tuple[Mistake, ...]:
    """Return the checked front matter of the file at `path`, or every mistake in it."""
    try:
        return FrontMatter.model_validate(dict(front))
    except ValidationError as found:
        return tuple(_mistake(path, error) for error in found.errors())


#: What stands in for keys that must be there, so that the rest of a file can be checked.
_STAND_INS = {
    "title": "a title", "section": "top", "unit": "count", "better": "none", "basis": "event", "measure": "count",
    "roles": dict.fromkeys(vocabulary.TEAMS, "a role"),
}  # fmt: skip


def sound_part(path: str, front: Mapping[str, Any]) -> tuple[FrontMatter | None, frozenset[str]]:
    """Return the front matter without what is mistaken in it, and the keys that were; None where that is too much."""
    try:
        return FrontMatter.model_validate(dict(front)), frozenset()
    except ValidationError as found:
        mistaken = [tuple(map(str, error["loc"])) for error in found.errors()]
    sound = deepcopy(dict(front))
    for key, *below in mistaken:
        _drop(sound, key, below)
    needed = {"id": Path(path).stem, **_STAND_INS}
    try:
        named = frozenset(below[1] if len(below) > 1 else key for key, *below in mistaken)
        return FrontMatter.model_validate({**needed, **sound}), named
    except ValidationError:
        return None, frozenset()


def _drop(front: dict[str, Any], key: str, below: list[str]) -> None:
    """Take a key out; of a companion only what is mistaken in it."""
    companion = front[key].get(below[0]) if key == "companions" and below and isinstance(front[key], dict) else None
    if isinstance(companion, dict) and below[1:2] != ["[key]"]:
        companion.pop(below[1], None)
    elif companion is not None:
        front[key].pop(below[0], None)
    else:
        front.pop(key, None)


def _mistake(path: str, error: ErrorDetails) -> Mistake:
    location = [str(part) for part in error["loc"] if part != "[key]"]
    where = f"{path}: {'.'.join(location)}"
    explain = _EXPLANATIONS.get(error["type"])
    return Mistake(where, *explain(location, error)) if explain else Mistake(where, error["msg"])


def _unknown_key(location: list[str], _: ErrorDetails) -> tuple[str, str]:
    keys = CompanionMatter.model_fields if len(location) > 1 else FrontMatter.model_fields
    return f"unknown key {with_hint(location[-1], keys)}", f"Keys: {', '.join(keys)}."


def _missing_key(location: list[str], _: ErrorDetails) -> tuple[str, str]:
    return "this key is missing", f"Add `{location[-1]}:` to the front matter."


def _said_by_us(_: list[str], error: ErrorDetails) -> tuple[str, str]:
    return str(error["msg"]).removeprefix("Value error, "), ""


def _no_name(_: list[str], error: ErrorDetails) -> tuple[str, str]:
    return f"{error['input']!r} is no name", "Use small letters, digits and underscores, a letter first."


_EXPLANATIONS: dict[str, Callable[[list[str], ErrorDetails], tuple[str, str]]] = {
    "extra_forbidden": _unknown_key,
    "missing": _missing_key,
    "value_error": _said_by_us,
    "string_pattern_mismatch": _no_name,
}
