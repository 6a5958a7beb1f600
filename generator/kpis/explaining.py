"""The unit rows behind a cell: which count, which do not and why. What this returns stays on the analyst's machine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import click
import pandas as pd

from generator.engine import Engine
from generator.errors import with_hint
from generator.kpis.explanation import COUNTED, Explanation
from generator.kpis.formulas import inputs_of, metric_ids
from generator.kpis.inputs import Asked, inputs_behind
from generator.kpis.kpi import Figure, Kind, Kpi
from generator.kpis.reading import numbers_of
from generator.kpis.running import measure_all, measure_rows, missing_inputs, unit_rows
from generator.kpis.vocabulary import UNIT_COLUMNS
from generator.measures import Measured, Periods, load_periods
from generator.measures.cohort import mature_sql, window_days
from generator.measures.periods import OWN
from generator.measures.scopes import UNKNOWN, member_name, scope_text
from generator.measures.units import UnitTable, day_of_unit, describe_units, unit_rows_from
from generator.measures.unusable import unusable_rows

if TYPE_CHECKING:
    from generator.agreement import Agreement
    from generator.sources.report import LoadReport


def explain(
    metric_id: str,
    period: str,
    where: Mapping[str, str],
    kpis: tuple[Kpi, ...],
    engine: Engine,
    agreement: Agreement,
    load: LoadReport | None = None,
) -> Explanation:
    """Return the rows behind the cell of `metric_id` (a KPI's id, or a companion's) in `period` where dim = member.

    Members are named as results print them, `Unknown` too. UsageError, with the likely spelling, for a KPI, period,
    dimension or member that there is not. `load` says which tables the drop lacks; without one, it lacks none.
    """
    kpi, figure = find_figure(metric_id, kpis)
    periods = load_periods(engine)
    period_id = _period_id(metric_id, figure, period, periods)
    missing = missing_inputs(kpis, load, engine) if load else {}
    if figure.kind is Kind.FORMULA:
        return _explain_formula(kpi, figure, period_id, where, kpis, engine, agreement, periods, missing)
    with unit_rows(kpi, figure, engine, agreement.settings.query_seconds) as table:
        units = describe_units(engine, table, metric_id)
        chosen = {dim: _member(units, dim, member, engine) for dim, member in sorted(where.items())}
        window = window_days(figure, agreement.settings, metric_id) if figure.kind is Kind.COHORT else 0
        elsewhere = "not u.in_whole" if figure.apart and figure.apart not in chosen else "false"
        why = _why(units, figure, periods, window, elsewhere)
        rows = engine.frame(_rows_sql(units, why, _one(periods, period_id), period_id, chosen))
        measured = measure_rows(kpi, figure, table, engine, agreement, periods)
    scope = _scope({dim: name for dim, (name, _) in chosen.items()})
    numbers = rows["counts"].value_counts()
    excluded = {str(reason): int(numbers[reason]) for reason in sorted(numbers.index) if reason != COUNTED}
    cell = _cell(measured, metric_id, period, scope)
    counted = int(numbers.get(COUNTED, 0))
    return Explanation(metric_id, period, scope, rows, cell, counted, excluded, lacks=missing.get(metric_id, ()))


def find_figure(metric_id: str, kpis: Iterable[Kpi]) -> tuple[Kpi, Figure]:
    """Return the figure that yields `metric_id`; for what a measure makes itself, the figure it stands beside."""
    known: dict[str, tuple[Kpi, Figure]] = {}
    for kpi in kpis:
        figures = {kpi.metric_id(figure): figure for figure in kpi.figures}
        for name in metric_ids(kpi):
            known[name] = (kpi, figures.get(name) or figures[name.rpartition(".")[0]])
    if metric_id not in known:
        raise click.UsageError(f"There is no KPI {with_hint(metric_id, sorted(known))}.")
    return known[metric_id]


def _period_id(metric_id: str, figure: Figure, label: str, periods: Periods) -> int:
    own = periods.frame[(periods.frame["role"] == OWN) & periods.frame["grain"].isin(figure.grains)]
    found = own.index[own["label"] == label]
    if len(found):
        return int(found[0])
    labels = list(own["label"])
    # The newest of each grain shows how its labels are written.
    newest = ", ".join(own.groupby("grain", sort=False)["label"].last())
    grains = ", ".join(figure.grains)
    span = f" It has {grains} from {min(own['starts_on']):%Y-%m-%d}, such as {newest}." if labels else ""
    raise click.UsageError(f"{metric_id} has no period {with_hint(label, labels)}.{span}")


def _one(periods: Periods, period_id: int) -> pd.Series:
    return periods.frame[periods.frame.index == period_id].iloc[0]


def _member(units: UnitTable, dim: str, member: str, engine: Engine) -> tuple[str, tuple[str | None, ...]]:
    """Return the member as printed, and the values in the rows that are printed so."""
    if dim not in units.types:
        raise click.UsageError(f"{units.metric_id} has no column {with_hint(dim, units.types)} to ask for.")
    named: dict[str, list[str | None]] = {}
    for (value,) in engine.rows(f'select distinct cast("{dim}" as varchar) as member from {units.name} order by 1'):
        named.setdefault(member_name(value), []).append(value)
    folded = {name.casefold(): name for name in sorted(named, reverse=True)}
    name = member if member in named else folded.get(member.casefold())
    if name is None:
        raise click.UsageError(f"{units.metric_id} knows no {dim} {with_hint(member, named)}.")
    return name, tuple(named[name])


def _why(units: UnitTable, figure: Figure, periods: Periods, window: int, elsewhere: str = "false") -> str:
    """Return SQL that says `counted`, or why a row does not count; `elsewhere` is true where another cell holds it."""
    needed = [name for choice in UNIT_COLUMNS[figure.kind] for name in choice[:1] if units.has(name)]
    if figure.kind is Kind.COHORT:
        needed = [] if units.has("done_at") else ["hit"]
    incomplete = " or ".join(f"u.{name} is null" for name in needed) or "false"
    young = f"not ({mature_sql(units, periods, window)})" if figure.kind is Kind.COHORT else "false"
    if figure.kind is Kind.MEAN and units.has("is_mature"):
        young = "not u.is_mature"
    unusable = unusable_rows(figure, units)
    left_out = "".join(f" when {test} then '{reason}'" for reason, test in unusable.items())
    return f"""case
        when {units.text("excluded")} is not null then {units.text("excluded")}
        when {elsewhere} then 'not_in_whole'
        when {units.text("gap")} is not null then 'blocked: ' || {units.text("gap")}
        {left_out}
        when {incomplete} then 'incomplete'
        when {young} then 'maturing'
        else '{COUNTED}' end"""


def _rows_sql(
    units: UnitTable,
    why: str,
    period: pd.Series,
    period_id: int,
    chosen: Mapping[str, tuple[str, tuple[str | None, ...]]],
) -> str:
    first = [name for name in ("unit", "moment", "period", "from_at", "to_at") if units.has(name)]
    columns = [*first, *(name for name in units.types if name not in (*first, "excluded", "counts"))]
    day = day_of_unit(units)
    inside = f"{day} >= date '{period['starts_on']:%Y-%m-%d}' and {day} < date '{period['cut_on']:%Y-%m-%d}'"
    if units.has("period"):
        inside = f"u.period = {period_id} or (u.period is null and {inside})"
    elif units.stands:
        instant = f"timestamp '{period['instant']:%Y-%m-%d %H:%M:%S.%f}'"
        inside = f"u.from_at < {instant} and (u.to_at is null or u.to_at >= {instant})"
    filters = [f"({inside})", *(_is_any_of(dim, values) for dim, (_, values) in chosen.items())]
    listed = ", ".join(f'u."{name}"' for name in columns)
    order = ", ".join(f'"{name}"' for name in columns)
    return f"""
        select *
        from (
            select {why} as counts, {listed}
            from {unit_rows_from(units)}
            where {" and ".join(filters)}
        ) as explained
        order by case when counts = '{COUNTED}' then 0 else 1 end, counts, {order}"""


def _is_any_of(dim: str, values: Iterable[str | None]) -> str:
    tests = [
        f'u."{dim}" is null' if value is None else f'cast(u."{dim}" as varchar) = {_quoted(value)}' for value in values
    ]
    return f"({' or '.join(tests)})"


def _scope(members: Mapping[str, str]) -> str:
    """Return the scope of members named as printed."""
    return scope_text({dim: None if name.casefold() == UNKNOWN.casefold() else name for dim, name in members.items()})


def _quoted(text: str) -> str:
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def _cell(measured: Measured, metric_id: str, period: str, scope: str) -> Mapping[str, object] | None:
    cells = measured.cells
    found = cells[(cells["metric_id"] == metric_id) & (cells["period"] == period) & (cells["scope"] == scope)]
    if found.empty:
        return None
    return {str(name): value for name, value in found.iloc[0].items()}


def _explain_formula(
    kpi: Kpi,
    figure: Figure,
    period_id: int,
    where: Mapping[str, str],
    kpis: tuple[Kpi, ...],
    engine: Engine,
    agreement: Agreement,
    periods: Periods,
    missing: Mapping[str, tuple[str, ...]],
) -> Explanation:
    """Explain a formula by the cells it was worked out from, those of the period before too."""
    metric_id = kpi.metric_id(figure)
    for dim in where:
        if dim not in figure.by:
            raise click.UsageError(f"{metric_id} is not split by {with_hint(dim, figure.by)}.")
    label = str(periods.frame.loc[period_id, "label"])
    measured = measure_all(_closure(kpi, kpis), engine, agreement, periods, missing)
    frame = measured.frame
    known = {name.casefold(): name for name in frame.loc[frame["metric_id"] == metric_id, "scope"]}
    asked = _scope(where)
    scope = known.get(asked.casefold(), asked)
    if where and asked.casefold() not in known:
        raise click.UsageError(f"{metric_id} knows no {with_hint(asked, known.values())}.")
    rows, ways = inputs_behind(Asked(figure.formula, period_id, scope), measured, numbers_of(agreement))
    cell = _cell(measured, metric_id, label, scope)
    return Explanation(metric_id, label, scope, rows, cell, len(rows), {}, ways, missing.get(metric_id, ()))


def _closure(kpi: Kpi, kpis: tuple[Kpi, ...]) -> tuple[Kpi, ...]:
    """Return `kpi` and every KPI that its formulas need, by whatever way."""
    homes = {name: other for other in kpis for name in metric_ids(other)}
    found = {kpi.id: kpi}
    todo = [kpi]
    while todo:
        names = [name for figure in todo.pop().figures for name in inputs_of(figure)]
        for other in (homes[name] for name in names if name in homes):
            if other.id not in found:
                found[other.id] = other
                todo.append(other)
    return tuple(found.values())
