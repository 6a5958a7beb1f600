"""KPIs cut down to their headline figures: what is needed to say how a number moved, not where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from generator.kpis.formulas import inputs_of
from generator.kpis.kpi import Figure, Kpi


def headlines_only(kpis: Iterable[Kpi]) -> tuple[Kpi, ...]:
    """Return `kpis` with their headlines and what formulas make them of; no splits where there is a whole.

    A figure whose members decide how it is counted keeps them.
    """
    kpis = tuple(kpis)
    figures = {kpi.metric_id(figure): figure for kpi in kpis for figure in kpi.figures}
    wanted = {kpi.id for kpi in kpis}
    todo = list(wanted)
    while todo:
        figure = _maker(todo.pop(), figures)
        new = {name for name in (inputs_of(figure) if figure else ()) if _maker(name, figures)} - wanted
        wanted |= new
        todo += new
    needed = {id(figure) for name in wanted if (figure := _maker(name, figures))}
    return tuple(
        replace(kpi, compare=(), figures=tuple(_whole(one) for one in kpi.figures if id(one) in needed)) for kpi in kpis
    )


def _maker(name: str, figures: dict[str, Figure]) -> Figure | None:
    """Return the figure that gives a result: its own, or the one that its measure makes it beside."""
    return figures.get(name) or figures.get(name.rpartition(".")[0])


def _whole(figure: Figure) -> Figure:
    decides = figure.within or figure.crossed or figure.apart or figure.requires_both or not figure.total
    return figure if decides else replace(figure, by=())
