"""How the KPI files of two agreements differ: new ones, gone ones, and those that count otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from generator.history.sentence import Difference
from generator.kpis import Figure, Kpi


def kpi_differences(old: Iterable[Kpi], new: Iterable[Kpi]) -> Iterator[Difference]:
    """Yield a sentence for every KPI that is new, gone, or counts otherwise; last those that only read otherwise."""
    before, after = {kpi.id: kpi for kpi in old}, {kpi.id: kpi for kpi in new}
    reworded = []
    for name, kpi in after.items():
        if name not in before:
            yield Difference("kpi", f"The KPI “{kpi.title}” is new. {kpi.sentence}", (name,))
        elif told := list(_figures(before[name], kpi)):
            yield Difference("kpi", f"“{kpi.title}” counts otherwise: {'; '.join(told)}.", (name,))
        elif before[name].text != kpi.text:
            reworded.append(kpi)
    for name in sorted(before.keys() - after.keys()):
        yield Difference("kpi", f"The KPI “{before[name].title}” is gone.", (name,))
    for kpi in reworded:
        yield Difference(
            "wording", f"The page of “{kpi.title}” reads otherwise; what it counts is the same.", (kpi.id,)
        )


def _figures(old: Kpi, new: Kpi) -> Iterator[str]:
    before, after = {one.name: one for one in old.figures}, {one.name: one for one in new.figures}
    for name, figure in after.items():
        of = f" of “{figure.title}”" if name else ""
        if name not in before:
            yield f"“{figure.title}” is new beside it"
        else:
            yield from (f"{said}{of}" for said in _figure(before[name], figure))
    yield from (f"“{one.title}” is gone" for name, one in before.items() if name not in after)


def _figure(old: Figure, new: Figure) -> Iterator[str]:
    if old.formula != new.formula:
        yield f"the formula is {new.formula or 'none'}, was {old.formula or 'none'}"
    if old.sql != new.sql:
        yield "the query that counts changed"
    for word in ("kind", "unit", "window", "within", "by", "grains"):
        was, now = getattr(old, word), getattr(new, word)
        if was != now:
            yield f"its {_WORDS.get(word, word)} is {_said(now)}, was {_said(was)}"


_WORDS = {"by": "splits", "grains": "periods", "within": "base", "kind": "measure"}


def _said(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value or "none")
