"""Turns what pydantic found wrong into mistakes that a person can mend: the place, the fault, what is allowed."""

from __future__ import annotations

import re
import types
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, Tag, ValidationError
from pydantic.fields import FieldInfo

from ..errors import Mistake, with_hint
from .criteria import LEADING_KEYS, Criteria
from .overlay import Overlaid
from .yaml_reading import Keys

_WANTED = {
    "string_type": ("text", "Put it in quotes."),
    "int_type": ("a whole number", "Write digits only."),
    "int_parsing": ("a whole number", "Write digits only, without quotes or separators."),
    "int_from_float": ("a whole number", "Leave out the decimals."),
    "float_type": ("a number", "Write a number with a decimal point."),
    "float_parsing": ("a number", "Write a number with a decimal point, without % or separators: 0.9 for 90 %."),
    "decimal_type": ("a number", "Write a number with a decimal point."),
    "decimal_parsing": ("a number", "Write a number with a decimal point, without separators, % or currency."),
    "bool_type": ("true or false", "Write true or false."),
    "bool_parsing": ("true or false", "Write true or false."),
    "date_type": ("a date", "Write dates as YYYY-MM-DD, such as 2026-05-01."),
    "date_parsing": ("a date", "Write dates as YYYY-MM-DD, such as 2026-05-01."),
    "date_from_datetime_parsing": ("a date", "Write dates as YYYY-MM-DD, such as 2026-05-01."),
    "date_from_datetime_inexact": ("a date", "Write dates as YYYY-MM-DD, such as 2026-05-01."),
    "finite_number": ("a finite number", "Write digits."),
    "tuple_type": ("a list", "Write [first, second], or one item a line after a dash."),
    "dict_type": ("keys with values", "Write key: value, one a line."),
    "model_type": ("keys with values", "Write key: value, one a line."),
    "model_attributes_type": ("keys with values", "Write key: value, one a line."),
}  # fmt: skip
_BOUNDS = {
    "greater_than": ("gt", "must be more than"),
    "greater_than_equal": ("ge", "must be at least"),
    "less_than": ("lt", "must be less than"),
    "less_than_equal": ("le", "must be at most"),
}


def explain(error: ValidationError, overlaid: Overlaid, model: type[BaseModel]) -> list[Mistake]:
    """Return one mistake per fault that `error` holds, each at its place in the user's file."""
    by_place: dict[str, Mistake] = {}
    faults = error.errors(include_url=False)
    for fault in faults:
        below = (other["loc"] for other in faults if len(other["loc"]) > len(fault["loc"]))
        if fault["type"] == "too_short" and any(loc[: len(fault["loc"])] == fault["loc"] for loc in below):
            continue  # it seems short only because unsound items were left out
        mistake = _mistake(fault, overlaid, model)
        by_place.setdefault(mistake.where, mistake)  # a value of several allowed types fails once for each
    return list(by_place.values())


def _mistake(fault: Any, overlaid: Overlaid, model: type[BaseModel]) -> Mistake:
    loc: Keys = tuple(fault["loc"])
    path = _without_tags(loc, overlaid.data)
    owner, last = _owner(model, loc[:-1]), str(loc[-1]) if loc else ""
    what, next_step = _words(fault, owner, last)
    return Mistake(overlaid.where(path), what, next_step)


def _words(fault: Any, owner: type[BaseModel] | None, key: str) -> tuple[str, str]:
    kind, given, context = fault["type"], fault.get("input"), fault.get("ctx", {})
    if kind == "agreement":
        return context["what"], context["next"]
    if kind == "extra_forbidden":
        allowed = _keys(owner)
        return f"unknown key {with_hint(key, allowed)}", "Allowed here: " + ", ".join(allowed) + "."
    if kind == "missing":
        return _words_for_missing(owner, key)
    if kind == "union_tag_not_found":
        leads = ", ".join(f"{{{name}: ...}}" for name in LEADING_KEYS)
        return f"{_shown(given)} is not a condition", f"Write one of {leads}, or a group with all, any, none."
    if kind == "literal_error":
        allowed = re.findall(r"'([^']*)'", context["expected"]) or [context["expected"]]
        return f"{with_hint(str(given), allowed)} is not allowed", "Allowed: " + ", ".join(allowed) + "."
    return _words_for_values(fault, kind, given, context)


def _words_for_missing(owner: type[BaseModel] | None, key: str) -> tuple[str, str]:
    if key.isdigit():
        return f"the list has no value number {int(key) + 1}", "Add it."
    field = _field(owner, key)
    allowed = ", ".join(get_args(field.annotation)) if field and get_origin(field.annotation) is Literal else ""
    about = f": {field.description}" if field and field.description else "."
    return f"`{key}` is missing", f"Add `{key}`{about}{f' Allowed: {allowed}.' if allowed else ''}"


def _words_for_values(fault: Any, kind: str, given: Any, context: Mapping[str, Any]) -> tuple[str, str]:
    shown = _shown(given)
    if kind in _WANTED:
        wanted, next_step = _WANTED[kind]
        return (
            f"nothing is written, where {wanted} must stand" if given is None else f"{shown} is not {wanted}"
        ), next_step
    if kind in _BOUNDS:
        bound, words = _BOUNDS[kind]
        return f"{shown} {words} {context[bound]}", "Correct the value."
    if kind == "string_pattern_mismatch":
        return f"{shown} is not of the form {context['pattern']}", "Correct the value."
    if kind == "too_short":
        return "the list is empty", "Name at least one."
    if kind == "too_long":
        return "the list is too long", f"Name {context['max_length']}."
    return f"{shown}: {fault['msg']}", "Correct the value."


def _shown(given: Any) -> str:
    if isinstance(given, dict):
        return "a block of keys"
    if isinstance(given, (list, tuple)):
        return "a list"
    text = str(given)
    return f"'{text[:60]}…'" if len(text) > 60 else f"'{text}'"


def _without_tags(loc: Keys, data: Any) -> Keys:
    """Drop the parts of `loc` that name a kind of condition or type and not a place in `data`."""
    path: list[str | int] = []
    for index, part in enumerate(loc):
        is_place = (isinstance(data, dict) and part in data) or (isinstance(data, list) and isinstance(part, int))
        if is_place:
            path.append(part)
            data = data[part] if isinstance(data, dict) or int(part) < len(data) else None
        elif index == len(loc) - 1 and isinstance(data, dict) and not _is_tag(part):
            path.append(part)  # a missing key
    return tuple(path)


def _is_tag(part: str | int) -> bool:
    return isinstance(part, str) and ("<" in part or "[" in part)


def _owner(model: Any, loc: Keys) -> type[BaseModel] | None:
    """Return the model that `loc` leads to, None where it leads to none."""
    found = [model]
    for part in loc:
        found = [inner for one in found for inner in _inside(one, part)]
    models = [one for one in (part for one in found for part in _opened(one)) if _is_model(one)]
    return models[0] if models else None


def _inside(annotation: Any, part: str | int) -> list[Any]:
    """Return what may stand in `annotation` at `part`."""
    if _is_tag(part):
        return [one for one in _members(annotation) if Tag(str(part)) in getattr(one, "__metadata__", ())] or [
            annotation
        ]
    inner = []
    for one in _opened(annotation):
        if _is_model(one) and isinstance(part, str):
            field = _field(one, part)
            inner += [field.annotation] if field else []
        elif get_origin(one) in (tuple, list) and isinstance(part, int):
            inner.append(get_args(one)[0])
        elif get_origin(one) is dict:
            inner.append(get_args(one)[1])
    return inner


def _members(annotation: Any) -> list[Any]:
    """Return the members of a union, `Annotated` around the whole taken off, tags of members left on."""
    if get_origin(annotation) in (Union, types.UnionType):
        return [member for one in get_args(annotation) for member in _members(one)]
    if get_origin(annotation) is Annotated and get_origin(get_args(annotation)[0]) in (Union, types.UnionType):
        return _members(get_args(annotation)[0])
    return [annotation]


def _opened(annotation: Any) -> list[Any]:
    return [get_args(one)[0] if get_origin(one) is Annotated else one for one in _members(annotation)]


def _is_model(one: Any) -> bool:
    return isinstance(one, type) and issubclass(one, BaseModel)


def _field(model: type[BaseModel] | None, key: str) -> FieldInfo | None:
    fields = model.model_fields if model else {}
    return next((field for name, field in fields.items() if (field.alias or name) == key), None)


def _keys(model: type[BaseModel] | None) -> list[str]:
    own = [field.alias or name for name, field in model.model_fields.items()] if model else []
    return [*LEADING_KEYS, *own] if model is Criteria else own  # where a group may stand, so may a condition
