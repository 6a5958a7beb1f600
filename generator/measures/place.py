"""Places unit rows in cells (period x scope) and sums there: first by day and split, then over the days of a period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import pandas as pd

from generator.engine import Engine
from generator.errors import KpiError, Mistake
from generator.measures.figure import Figure
from generator.measures.periods import Periods
from generator.measures.results import Status
from generator.measures.scopes import ALL, scope_text
from generator.measures.units import UnitTable

#: The 15-minute slot of an instant; a slot has one local date.
SLOT = "cast(floor(epoch({0}) / 900) as bigint)"


@dataclass(frozen=True)
class Terms:
    """What is summed in a cell: name -> SQL over a unit row `u`, in exact types."""

    counts: Mapping[str, str]  # 0 or 1 a row
    amounts: Mapping[str, str]  # decimals or integers
    present: str = "true"  # SQL: the row has what the kind needs
    joins: str = ""  # more tables that the terms read

    @property
    def all(self) -> dict[str, str]:
        """Counts and amounts together."""
        return {**self.counts, **self.amounts}


@dataclass(frozen=True)
class _Split:
    """One way to cut the units: no dimension, one, or two."""

    dims: tuple[str, ...]
    mask: int  # what the grouping bits add up to: a bit is set where the dimension is summed over


def place(engine: Engine, units: UnitTable, figure: Figure, terms: Terms, periods: Periods) -> pd.DataFrame:
    """Return one row a cell: period (id), scope, gap ("" or a status word) and a column for each of `terms`.

    Scope `all` has a row for every period from the first unit on, even where no unit fell into it.
    AssertionError when the parts of a split do not add up to the whole: that would be our bug.
    """
    units.need(figure.by)
    splits = _splits(figure)
    frame = engine.frame(_cells_sql(units, figure, terms, splits))
    assert frame["adds_up"].all(), f"{units.metric_id}: the parts of a split do not add up to the whole"
    frame["scope"] = _scopes(frame, splits)
    frame["gap"] = _gaps(frame["gap"], units.metric_id)
    frame["period"] = frame["period"].astype("int64")
    cells = frame[["period", "scope", "gap", *terms.all]]
    return _with_empty_periods(cells, first_day(engine, units), periods, figure)


def unit_rows_from(units: UnitTable) -> str:
    """Return the SQL source of unit rows `u`, joined to their local day where they carry instants."""
    if units.has("moment") and not units.is_date("moment"):
        return f"{units.name} u left join local_slot s on s.slot = {SLOT.format('u.moment')}"
    return f"{units.name} u"


def day_of_unit(units: UnitTable) -> str:
    """Return SQL for the local day of a unit row; null for rows that name their period."""
    if not units.has("moment"):
        return "cast(null as date)"
    return "u.moment" if units.is_date("moment") else "s.local_date"


def counted(units: UnitTable, present: str) -> str:
    """Return SQL that is true for rows that count: not left out, and complete or blocking their cell."""
    return f"{units.text('excluded')} is null and ({present} or {units.text('gap')} is not null)"


def first_day(engine: Engine, units: UnitTable) -> pd.Timestamp | None:
    """Return the local day of the first unit, left out or not; None where there is no unit.

    For units that name their period it is the last day of the period that ends first.
    """
    days = []
    if units.has("moment"):
        moment = engine.rows(f"select min(moment) from {units.name}")[0][0]
        if moment is not None:
            days.append(_local_day(engine, units, moment))
    if units.has("period"):
        sql = f"select min(p.cut_on) from {units.name} u join period p on p.period = u.period and p.grain <> 'all'"
        cut = engine.rows(sql)[0][0]
        if cut is not None:
            days.append(pd.Timestamp(cut) - pd.Timedelta(days=1))
    return min(days) if days else None


def _local_day(engine: Engine, units: UnitTable, moment: object) -> pd.Timestamp:
    if units.is_date("moment"):
        return pd.Timestamp(str(moment))
    slot = SLOT.format(f"timestamp '{moment}'")
    found = engine.rows(f"select local_date from local_slot where slot = {slot}")
    return pd.Timestamp(str(found[0][0] if found else moment)).normalize()


def _splits(figure: Figure) -> tuple[_Split, ...]:
    """Return every way to cut: the whole, each dimension, and pairs with the one that the figure combines."""
    bits = {dim: 1 << number for number, dim in enumerate(figure.by)}
    ways: list[tuple[str, ...]] = [(), *((dim,) for dim in figure.by)]
    ways += [pair for pair in combinations(figure.by, 2) if figure.within in pair or figure.crossed in pair]
    everything = sum(bits.values())
    return tuple(_Split(dims, everything - sum(bits[dim] for dim in dims)) for dims in ways)


def _cells_sql(units: UnitTable, figure: Figure, terms: Terms, splits: tuple[_Split, ...]) -> str:
    grains = ", ".join(f"'{grain}'" for grain in figure.grains)
    names = list(terms.all)
    # A trap of some engines: the sum of integers is a 128-bit integer, which their clients hand over as a float.
    totals = [f"coalesce(cast(sum(c.{name}) as decimal(38, 9)), 0) as {name}" for name in names]
    final = [f"cast({name} as bigint) as {name}" for name in terms.counts]
    final += [f"cast({name} as double) as {name}" for name in terms.amounts]
    whole = splits[0].mask
    checks = " and ".join(
        f"sum({name}) over (partition by period, way)"
        f" = max(case when way = {whole} then {name} end) over (partition by period)"
        for name in names
        if len(splits) > 1
    )
    return f"""
with unit_row as ({_unit_rows_sql(units, figure, terms)}),
{_grouped_sql(units, figure, names, splits)},
total as (
    select c.period, c.way, c.member, c.other, min(c.gap) as gap, {", ".join(totals)}
    from cell c
    join period p on p.period = c.period and p.grain in ({grains})
    group by c.period, c.way, c.member, c.other
)
select period, way, member, other, gap, {", ".join(final)}, {checks or "true"} as adds_up
from total
order by period, way, member, other"""


def _unit_rows_sql(units: UnitTable, figure: Figure, terms: Terms) -> str:
    columns = [f"{day_of_unit(units)} as day", f"{'u.period' if units.has('period') else 'null'} as named_period"]
    columns += [f"{units.text('gap')} as gap", *(f'cast(u."{dim}" as varchar) as "{dim}"' for dim in figure.by)]
    columns += [f"{term} as {name}" for name, term in terms.all.items()]
    source = f"{unit_rows_from(units)} {terms.joins}"
    return f"select {', '.join(columns)} from {source} where {counted(units, terms.present)}"


def _grouped_sql(units: UnitTable, figure: Figure, names: list[str], splits: tuple[_Split, ...]) -> str:
    """Return CTEs that end in `cell`: sums by (day, split) carried over to periods, and sums by named period."""
    # Sums over days first, so that the join with overlapping periods and grains stays small.
    parts, sources = [], []
    carried = ", ".join(["way", "member", "other", "gap", *names])
    if units.has("moment"):
        parts.append(_group_sql("by_day", "day", "named_period is null", figure, names, splits))
        sources.append(f"select d.period, {carried} from by_day b join period_day d on d.day = b.day")
    if units.has("period"):
        parts.append(_group_sql("by_period", "named_period", "named_period is not null", figure, names, splits))
        sources.append(f"select named_period as period, {carried} from by_period")
    return ",\n".join([*parts, f"cell as ({' union all '.join(sources)})"])


def _group_sql(name: str, key: str, where: str, figure: Figure, names: list[str], splits: tuple[_Split, ...]) -> str:
    quoted = [f'"{dim}"' for dim in figure.by]
    way = " + ".join(f"grouping({dim}) * {1 << number}" for number, dim in enumerate(quoted)) or "0"
    sets = ", ".join(f"({', '.join([key, *(_quote(dim) for dim in split.dims)])})" for split in splits)
    sums = ", ".join(f"sum({name}) as {name}" for name in names)
    return f"""{name} as (
    select {key}, {way} as way, {_member_sql(splits, 0)} as member, {_member_sql(splits, 1)} as other,
        min(gap) as gap, {sums}
    from unit_row where {where} group by grouping sets ({sets})
)"""


def _member_sql(splits: tuple[_Split, ...], position: int) -> str:
    """Return SQL for the member of a split's first or second dimension; '' where it has none."""
    cases = [
        f"when {' and '.join(f'grouping({_quote(dim)}) = 0' for dim in split.dims)}"
        f" then {_named_sql(_quote(split.dims[position]))}"
        for split in sorted(splits, key=lambda split: -len(split.dims))
        if len(split.dims) > position
    ]
    return f"case {' '.join(cases)} else '' end" if cases else "''"


def _named_sql(dim: str) -> str:
    """Return SQL that folds the spellings which are one member: nothing recorded, and the word unknown."""
    return f"case when lower({dim}) = 'unknown' then 'unknown' else coalesce({dim}, '') end"


def _quote(name: str) -> str:
    return f'"{name}"'


def _scopes(frame: pd.DataFrame, splits: tuple[_Split, ...]) -> pd.Series:
    """Return the scope text of each row; texts are made once a distinct member."""
    dims = {split.mask: split.dims for split in splits}
    distinct = frame[["way", "member", "other"]].drop_duplicates()
    distinct["scope"] = [
        scope_text(dict(zip(dims[int(way)], members, strict=False)))
        for way, *members in distinct.itertuples(index=False)
    ]
    return frame.merge(distinct, on=["way", "member", "other"], how="left")["scope"].astype("str")


def _gaps(gaps: pd.Series, metric_id: str) -> pd.Series:
    known = gaps.fillna("").astype("str")
    strange = sorted(set(known.unique()) - {"", *Status})
    if strange:
        allowed = f"Status words: {', '.join(Status)}."
        raise KpiError("A KPI cannot be counted.", [Mistake(metric_id, f"'gap' holds {strange[0]!r}", allowed)])
    return known


def _with_empty_periods(
    cells: pd.DataFrame, first: pd.Timestamp | None, periods: Periods, figure: Figure
) -> pd.DataFrame:
    """Add zeros for scope `all` in every period from the first unit on; nothing out of nothing is a row too."""
    if first is None:
        return cells
    wanted = periods.of_grains(figure.grains)
    wanted = wanted[(wanted["ends_on"] > first) | (wanted["grain"] == "all")]
    there = cells.loc[cells["scope"] == ALL, "period"]
    empty = pd.DataFrame({"period": wanted.index.difference(pd.Index(there))})
    for column in cells.columns.difference(["period", "scope", "gap"]):
        empty[column] = pd.Series(0, index=empty.index, dtype=cells[column].dtype)
    empty = empty.assign(scope=ALL, gap="").astype({"scope": "str", "gap": "str", "period": "int64"})
    if empty.empty:
        return cells
    return pd.concat([cells, empty[cells.columns]], ignore_index=True)
