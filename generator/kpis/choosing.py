"""What a KPI file leaves to a setting: `revenue if magic_basis = recognised`, `a if clv.basis = revenue else b`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from generator.errors import Mistake, with_hint

_CHOICE = re.compile(r"(?P<what>.+?) if (?P<key>[a-z_0-9.]+) = (?P<value>\w+)(?: else (?P<other>.+))?", re.DOTALL)

#: How a setting that nobody set is written.
UNSET = "none"


def without_condition(text: str) -> str:
    """Return what `text` says first: `revenue` of `revenue if magic_basis = recognised`."""
    choice = _CHOICE.fullmatch(text)
    return choice["what"] if choice else text


def chosen(text: str, settings: Mapping[str, str]) -> str:
    """Return what holds under `settings` (dotted key -> text); "" where nothing does."""
    choice = _CHOICE.fullmatch(text)
    if choice is None:
        return text
    holds = (settings.get(choice["key"]) or UNSET) == choice["value"]
    return choice["what"] if holds else chosen(choice["other"] or "", settings)


def all_chosen(texts: Iterable[str], settings: Mapping[str, str]) -> tuple[str, ...]:
    """Return those of `texts` that hold, without their conditions."""
    return tuple(found for text in texts if (found := chosen(text, settings)))


def choice_mistakes(where: str, text: str, settings: Mapping[str, str]) -> Iterable[Mistake]:
    """Yield the settings that `text` chooses by and that there are not."""
    choice = _CHOICE.fullmatch(text)
    if choice:
        if choice["key"] not in settings:
            yield Mistake(where, f"unknown setting {with_hint(choice['key'], settings)}")
        yield from choice_mistakes(where, choice["other"] or "", settings)
