"""Sections of pages that look across KPIs, and what is said of the KPIs that such a page lacks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from generator.pages import formats
from generator.pages.context import Context
from generator.pages.markup import Trusted


@dataclass(frozen=True)
class Block:
    """A heading with what is found, its figures and tables, and what to keep in mind."""

    title: str
    anchor: str
    said: tuple[str, ...] = ()  # sentences
    figures: tuple[Trusted, ...] = ()
    notes: tuple[str, ...] = ()


def lacking(context: Context, ids: Iterable[str]) -> Iterator[str]:
    """Yield one line for the KPIs that this drop cannot answer and one for those that have no figure in it."""
    known = [context.kpis[name] for name in ids if name in context.kpis]
    missing = [kpi for kpi in known if context.is_missing(kpi)]
    if missing:
        needs = sorted({need for kpi in missing for need in context.report.missing[kpi.id]})
        titles = formats.listed([kpi.title for kpi in missing])
        yield f"Not in this drop, for want of {formats.lacks(tuple(needs))}: {titles}."
    silent = [kpi for kpi in known if kpi not in missing and not context.cells.has(kpi.id)]
    if silent:
        yield f"No figure yet: {formats.listed([kpi.title for kpi in silent])}."
