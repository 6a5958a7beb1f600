"""What changed between two versions as plain text, as the page says it: for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from generator.history import PARTS, Changes, Split
from generator.measures.scopes import ALL
from generator.pages import formats
from generator.pages.moved import KINDS, PART_WORDS, Moved, moved_of


def changes_text(changes: Changes, currency: str, most: int = 20) -> str:
    """Return `changes` as lines; of KPIs whose closed figures moved at most so many, the largest effect first."""
    return "\n".join(_lines(changes, currency, most))


def _lines(changes: Changes, currency: str, most: int) -> Iterator[str]:
    before = changes.before.version if changes.before else "nothing"
    yield f"{before} to {changes.now.version}"
    yield from (f"Note: {remark}" for remark in changes.remarks)
    if changes.is_quiet:
        yield "No closed figure moved and nothing was agreed otherwise."
    if changes.told:
        foremost = {key[0]: key for key in reversed(changes.told)}  # of each KPI the one that moved most
        shown = [key for key in changes.told if foremost[key[0]] == key]
        figures, kpis = formats.several(len(changes.told), "closed figure"), formats.several(len(shown), "KPI")
        yield f"\n{figures} of {kpis} moved; of each the one that moved most:"
        for key in shown[:most]:
            yield from _figure(moved_of(changes, changes.by_key[key], currency, _scope(key[2])), changes.by_key[key])
        if len(shown) > most:
            yield f"  ... and {formats.several(len(shown) - most, 'KPI')} more; --limit shows them, --json every period"
    for kind, title in KINDS.items():
        if texts := [one.text for one in changes.differences if one.kind == kind]:
            yield f"\n{title}"
            yield from (f"  {text}" for text in texts)


def _figure(moved: Moved, split: Split) -> Iterator[str]:
    yield f"  {moved.title}, {moved.period}: {moved.before} became {moved.now}"
    if split.restated is not None:
        yield "      " + "; ".join(f"{PART_WORDS[name]} {moved.parts[name]}" for name in PARTS if split.part(name))
    yield f"      {moved.why}"


def _scope(scope: str) -> str:
    return "" if scope == ALL else scope
