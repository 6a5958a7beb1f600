"""Formulas among KPI files: the names they hold, and the order in which they can be worked out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from generator.errors import KpiError, Mistake, with_hint
from generator.kpis.agreed import SUFFIX
from generator.kpis.kpi import Figure, Kind, Kpi
from generator.measures import formula_names

#: Figures that a measure makes beside the one that the file asks for.
MADE_BY_KIND: Mapping[Kind, tuple[str, ...]] = {
    Kind.MEAN: ("median", "p90"),
    Kind.SURVIVAL: ("mean_responders", "median_responders", "p90_responders"),
    Kind.RANKING: ("rate", "lift", "violations"),
    Kind.COHORT: ("lag_p90",),
}


def metric_ids(kpi: Kpi) -> tuple[str, ...]:
    """Return the ids of all results of `kpi`: its figures, and those that their measures make beside them."""
    own = [kpi.metric_id(figure) for figure in kpi.figures]
    made = [f"{kpi.metric_id(figure)}.{name}" for figure in kpi.figures for name in MADE_BY_KIND.get(figure.kind, ())]
    return tuple(dict.fromkeys([*own, *made]))


def inputs_of(figure: Figure) -> tuple[str, ...]:
    """Return the names that the formula of `figure` holds; KpiError on bad grammar."""
    return formula_names(figure.formula) if figure.formula else ()


def check_formulas(
    kpis: Collection[Kpi],
    hidden: Collection[str] = (),
    unread: Collection[str] = (),
    constants: Collection[str] = (),
) -> tuple[Mistake, ...]:
    """Return what is wrong with the formulas: grammar, unknown names, names of hidden KPIs, cycles.

    Names of `unread` KPIs are not judged: their own mistakes are told already.
    `constants` are the settings that are numbers; a formula may name them beside results.
    """
    known = {name for kpi in kpis for name in metric_ids(kpi)}
    known |= {f"{name}{SUFFIX}" for name in known}
    mistakes: list[Mistake] = []
    needs: dict[str, tuple[str, ...]] = {}
    for kpi, figure in _formulas(kpis):
        where = f"{kpi.path}: {f'companions.{figure.name}.' if figure.name else ''}formula"
        try:
            names = inputs_of(figure)
        except KpiError as problem:
            mistakes += [Mistake(where, found.what, found.next) for found in problem.mistakes] or [
                Mistake(where, problem.summary)
            ]
            continue
        needs[kpi.metric_id(figure)] = tuple(name for name in names if name in known)
        for name in names:
            if name not in known and name not in constants and name.partition(".")[0] not in unread:
                mistakes.append(_unknown_name(where, name, known, hidden, constants))
    return (*mistakes, *_cycles(kpis, needs))


def _formulas(kpis: Iterable[Kpi]) -> Iterator[tuple[Kpi, Figure]]:
    return ((kpi, figure) for kpi in kpis for figure in kpi.figures if figure.formula)


def _unknown_name(
    where: str, name: str, known: Collection[str], hidden: Collection[str], constants: Collection[str]
) -> Mistake:
    if name.partition(".")[0] in hidden:
        return Mistake(where, f"'{name}' is switched off", "Switch it on, or this KPI off too.")
    return Mistake(where, f"unknown result {with_hint(name, sorted({*known, *constants}))}")


def in_order(kpis: Iterable[Kpi]) -> tuple[tuple[Kpi, Figure], ...]:
    """Return the formula figures so that each follows those it names; ones in a circle are left out."""
    todo = list(_formulas(kpis))
    waiting = {kpi.metric_id(figure) for kpi, figure in todo}
    ordered: list[tuple[Kpi, Figure]] = []
    while ready := [(kpi, figure) for kpi, figure in todo if not waiting & set(inputs_of(figure))]:
        ordered += ready
        waiting -= {kpi.metric_id(figure) for kpi, figure in ready}
        todo = [pair for pair in todo if pair not in ready]
    return tuple(ordered)


def _cycles(kpis: Collection[Kpi], needs: Mapping[str, tuple[str, ...]]) -> Iterator[Mistake]:
    paths = {kpi.metric_id(figure): kpi.path for kpi, figure in _formulas(kpis)}
    for name in needs:
        if name in _reached(name, needs):
            circle = ", ".join(needs[name])
            yield Mistake(f"{paths[name]}: formula", f"'{name}' needs itself, by way of {circle}")


def _reached(start: str, needs: Mapping[str, tuple[str, ...]]) -> set[str]:
    reached: set[str] = set()
    todo = list(needs[start])
    while todo:
        name = todo.pop()
        if name not in reached:
            reached.add(name)
            todo += needs.get(name, ())
    return reached
