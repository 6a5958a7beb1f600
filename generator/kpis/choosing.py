"""What a KPI file leaves to settings: `revenue if magic_basis = recognised`, `a if clv.basis = revenue else b`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from generator.errors import Mistake, with_hint

_ONE = r"[a-z_0-9.]+ = \w+"
_CHOICE = re.compile(rf"(?P<what>.+?) if (?P<all>{_ONE}(?: and {_ONE})*)(?: else (?P<other>.+))?", re.DOTALL)

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
    holds = all((settings.get(key) or UNSET) == value for key, value in _conditions(choice))
    return choice["what"] if holds else chosen(choice["other"] or "", settings)


def all_chosen(texts: Iterable[str], settings: Mapping[str, str]) -> tuple[str, ...]:
    """Return those of `texts` that hold, without their conditions."""
    return tuple(found for text in texts if (found := chosen(text, settings)))


def choice_mistakes(where: str, text: str, settings: Mapping[str, str]) -> Iterable[Mistake]:
    """Yield the settings that `text` chooses by and that there are not."""
    choice = _CHOICE.fullmatch(text)
    if choice:
        for key, _ in _conditions(choice):
            if key not in settings:
                yield Mistake(where, f"unknown setting {with_hint(key, settings)}")
        yield from choice_mistakes(where, choice["other"] or "", settings)


def _conditions(choice: re.Match[str]) -> list[tuple[str, str]]:
    """Return the settings and values that must all agree."""
    pairs = (one.split(" = ") for one in choice["all"].split(" and "))
    return [(key, value) for key, value in pairs]
