"""A block of a profile as one select: raw cells in, typed canonical columns and a verdict (`_out`) out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..canonical import Column, Table, Type
from .cells import Cell, literal, nulled, parsed, plainly, quoted, stamp, worded
from .outcomes import code_of
from .profile import Block, Profile, Rule, Source, kind_of
from .relations import Relation
from .report import Reason

#: Before the first of these days lie the dates that systems write where they know none, up to the first of Unix in any
#: zone; the last one is what they write for "never ends".
#: Ids of colleagues; a system that has none names them, and the name is no id that may be shown.
_OWNERS = frozenset({"owner_id", "actor_owner_id", "manager_id"})
_FIRST_DAY, _LAST_DAY = "timestamp '1970-01-02'", "timestamp '9999-12-31 23:59:59.999999'"


@dataclass(frozen=True)
class Context:
    """What reading a cell depends on beside its profile."""

    as_of: str  # SQL text of the naive UTC instant
    source_zone: str
    reporting_zone: str
    zone_tables: Mapping[str, str]  # zone -> relation of its local days; UTC has none
    native: Mapping[str, frozenset[str]]  # list of the agreement -> spellings it knows, folded
    stage_outcomes: Mapping[str, str]  # folded spelling of a deal stage -> open, won, lost


@dataclass(frozen=True)
class Mapped:
    """A block as SQL."""

    select: str  # _file, _row, _out, _naive, _odd and every column of the table
    filled: frozenset[str]  # columns that come from the export or are stated by the profile
    assumed: Mapping[str, str]  # column -> SQL that is true where its default had to serve
    origin: str  # SQL of the rows that the block reads, with their cells
    file_filter: str  # SQL condition of `where`


def map_block(profile: Profile, table: Table, block: Block, relation: Relation, context: Context) -> Mapped:
    """Return the select that turns rows of a source into rows of a canonical table."""
    source = profile.sources[block.from_ or ""]
    reading = _Reading(profile, source, table, block, relation, context)
    cells = {column.name: reading.cell(column) for column in table.columns}
    where = _selected(block, relation)
    assumed = {name: cell.assumed for name, cell in cells.items() if cell.assumed}
    wanted = ", ".join(f"{cell.sql} as {quoted('c_' + name)}" for name, cell in cells.items() if cell.sql)
    origin = f"select _file, _row{', ' + wanted if wanted else ''} from {relation.name} where {where}"
    return Mapped(reading.typed(origin, cells), reading.filled, assumed, origin, where)


@dataclass(frozen=True)
class _Filled:
    """What stands in a column before it is typed."""

    sql: str  # "" where nothing does
    type: str = "VARCHAR"
    assumed: str = ""
    raw: str = ""  # the cell before any default
    is_absent: bool = False  # nothing in the export, nothing stated by the profile


class _Reading:
    def __init__(
        self, profile: Profile, source: Source, table: Table, block: Block, relation: Relation, context: Context
    ) -> None:
        self._profile, self._source, self._table, self._block = profile, source, table, block
        self._relation, self._context = relation, context
        self.filled = frozenset(column.name for column in table.columns if not self.cell(column).is_absent)

    def cell(self, column: Column) -> _Filled:
        """Return the text (or typed value) of a column's cell: the export's, the profile's word for it, its default."""
        rule = self._block.columns.get(column.name)
        if rule is None:
            return _Filled("", is_absent=True)
        if rule.constant is not None:
            return _Filled(literal(rule.constant))
        default = None if rule.default in (None, "by_stage") else literal(str(rule.default))
        names = [name for name in (self._relation.column(spelling) for spelling in rule.from_) if name]
        if not names:
            by_stage = rule.default == "by_stage"
            if rule.blank is not None:
                return _Filled(literal(rule.blank))
            return _Filled(default or "", assumed="true" if default else "", is_absent=default is None and not by_stage)
        given = self._given(column, rule, tuple(dict.fromkeys(names)))
        if default is None:
            return given
        text = given.sql if given.type == "VARCHAR" else f"cast({given.sql} as varchar)"
        return _Filled(f"coalesce({text}, {default})", assumed=f"{text} is null", raw=text)

    def _given(self, column: Column, rule: Rule, names: tuple[str, ...]) -> _Filled:
        is_clean = self._relation.is_clean
        cells = [Cell(quoted(name), self._relation.columns[name], is_clean) for name in names]
        nulls = self._profile.written(self._source, "nulls") or ()
        plain = not rule.values and rule.otherwise is None and rule.blank is None and not nulls
        if len(cells) == 1 and not cells[0].is_text and plain:
            return _Filled(cells[0].sql, cells[0].type)
        texts = [nulled(cell.as_text().sql, nulls) for cell in cells]
        text = texts[0] if len(texts) == 1 else f"coalesce({', '.join(texts)})"
        # A closed list's own words stand for themselves, whatever the profile does with the rest.
        own_words = {choice: choice for choice in column.choices} if rule.otherwise is not None else {}
        text = worded(text, own_words | self._unknown_to_agreement(rule), rule.otherwise)
        if rule.blank is not None:
            text = f"coalesce({text}, {literal(rule.blank)})"
        return _Filled(text)

    def _unknown_to_agreement(self, rule: Rule) -> dict[str, str]:
        """What the agreement says about a spelling goes before what the profile says."""
        known = self._context.native.get(rule.map or "", frozenset())
        return {spelling: value for spelling, value in rule.values.items() if folded(spelling) not in known}

    def typed(self, origin: str, cells: Mapping[str, _Filled]) -> str:
        """Return the full select over `origin`: cells read, then moved to UTC, then judged."""
        instants = [c.name for c in self._table.columns if c.type is Type.INSTANT and cells[c.name].sql]
        texts = [name for name in instants if cells[name].type == "VARCHAR"]
        stamped = f"select *, {', '.join(self._read(cells, instants))} from ({plainly(origin, texts)}) cells"
        joins = [join for name in instants for join in self._joins(name)]
        values = {column.name: quoted("v_" + column.name) for column in self._table.columns}
        values |= {name: self._instant(name, cells[name]) for name in instants}
        self._precise(values, instants)
        columns = ", ".join(f"{sql} as {quoted(name)}" for name, sql in values.items())
        naive = self._count(f"({self._is_naive(name)})" for name in instants)
        odd = self._count(self._is_odd(name) for name in instants if self._zone(name) in self._context.zone_tables)
        kept = "".join(f", {quoted('c_' + name)}" for name, cell in cells.items() if cell.sql)
        body = (
            f"select _file, _row{kept}, {columns}, cast({naive} as tinyint) as _naive,"
            f" cast({odd} as tinyint) as _odd from ({stamped}) stamped {' '.join(joins)}"
        )
        names = ", ".join(quoted(column.name) for column in self._table.columns)
        return f"select _file, _row, {self._verdict(cells)} as _out, _naive, _odd, {names} from ({body}) typed"

    def _read(self, cells: Mapping[str, _Filled], instants: Iterable[str]) -> list[str]:
        found = []
        for column in self._table.columns:
            name, cell = column.name, cells[column.name]
            if name in instants:
                parts = stamp(Cell(quoted("c_" + name), cell.type, is_clean=True), quoted("p_" + name))
                found.append(f"{parts.local} as {quoted('l_' + name)}")
                found.append(f"{parts.offset} as {quoted('o_' + name)}")
                found.append(f"{parts.is_day} as {quoted('d_' + name)}")
            else:
                found.append(f"{self._value(column, cell)} as {quoted('v_' + name)}")
        return found

    def _zone(self, name: str) -> str:
        rule = self._block.columns[name]
        named: str | None = rule.zone or self._block.zone or self._profile.written(self._source, "zone")
        return named or self._context.source_zone

    def _joins(self, name: str) -> list[str]:
        joins = []
        for prefix, zone in (("n_", self._zone(name)), ("r_", self._context.reporting_zone)):
            table = self._context.zone_tables.get(zone)
            if table:
                alias = quoted(prefix + name)
                joins.append(f"left join {table} {alias} on {alias}.local_date = cast({quoted('l_' + name)} as date)")
        return joins

    def _instant(self, name: str, cell: _Filled) -> str:
        """Return SQL for the UTC instant: told offsets first, whole days in the reporting zone, then the source's."""
        local, offset, day = (quoted(prefix + name) for prefix in ("l_", "o_", "d_"))
        zones = {self._zone(name), self._context.reporting_zone}
        if not zones & set(self._context.zone_tables):
            # Without an offset that is told, local time is UTC already.
            moved = f"make_timestamp(epoch_us({local}) - 1000000 * cast({offset} as bigint))"
            return (
                local
                if cell.type != "VARCHAR"
                else f"case when coalesce({offset}, 0) = 0 then {local} else {moved} end"
            )
        seconds = f"case when {offset} is not null then {offset}"
        for condition, prefix, zone in (
            (day, "r_", self._context.reporting_zone),
            ("true", "n_", self._zone(name)),
        ):
            if zone in self._context.zone_tables:
                alias = quoted(prefix + name)
                second = f"epoch({local} - cast(cast({local} as date) as timestamp))"
                seconds += f" when {condition} then coalesce(case when {second} < {alias}.switch_s"
                seconds += f" then {alias}.before_s else {alias}.after_s end, 0)"
            else:
                seconds += f" when {condition} then 0"
        return f"make_timestamp(epoch_us({local}) - 1000000 * cast({seconds} end as bigint))"

    def _is_naive(self, name: str) -> str:
        local, offset, day = (quoted(prefix + name) for prefix in ("l_", "o_", "d_"))
        return f"{local} is not null and {offset} is null and not {day}"

    def _is_odd(self, name: str) -> str:
        local, alias = quoted("l_" + name), quoted("n_" + name)
        second = f"epoch({local} - cast(cast({local} as date) as timestamp))"
        within = f"{second} >= {alias}.odd_from_s and {second} < {alias}.odd_to_s"
        return f"(coalesce({self._is_naive(name)} and {within}, false))"

    def _count(self, conditions: Iterable[str]) -> str:
        return " + ".join(f"case when {condition} then 1 else 0 end" for condition in conditions) or "0"

    def _precise(self, values: dict[str, str], instants: Iterable[str]) -> None:
        """Say how exact a moment is where the export does not: a bare date is good for the day."""
        moment = self._table.moment
        if moment and "precision" in values and moment in instants:
            said = f"case when {quoted('d_' + moment)} then 'day' else 'instant' end"
            values["precision"] = f"coalesce({values['precision']}, {said})"

    def _value(self, column: Column, cell: _Filled) -> str:
        rule = self._block.columns.get(column.name)
        if rule is not None and rule.default == "by_stage":
            return self._by_stage(column, cell, rule)
        if not cell.sql:
            return f"cast(null as {column.type.value})"
        return self._parsed(column, cell)

    def _parsed(self, column: Column, cell: _Filled) -> str:
        rule = self._block.columns[column.name]
        kind = kind_of(rule, column)
        raw = Cell(quoted("c_" + column.name), cell.type, is_clean=True)
        if kind == "keyed_hash":
            return f"keyed_hash({raw.as_text().sql})"
        numbers = rule.numbers or self._profile.written(self._source, "numbers") or "point"
        value = parsed(kind, raw, numbers, self._profile.strict)
        if column.name in _OWNERS:
            return f"nameless_id({value})"
        return f"lower({value})" if column.choices else value

    def _by_stage(self, column: Column, cell: _Filled, rule: Rule) -> str:
        """Return SQL that asks the deal stage where the export does not say whether a deal is closed or won."""
        if not self.cell(self._table.column("stage")).sql:
            return self._parsed(column, cell) if cell.sql else "cast(null as boolean)"
        wanted = ("won", "lost") if column.name == "is_closed" else ("won",)
        stages = sorted(text for text, outcome in self._context.stage_outcomes.items() if outcome in wanted)
        known = sorted(self._context.stage_outcomes)
        stage = "lower(cast(c_stage as varchar))"
        answer = (
            f"case when {stage} in ({', '.join(map(literal, stages)) or 'null'}) then true"
            f" when {stage} in ({', '.join(map(literal, known)) or 'null'}) then false end"
        )
        return f"coalesce({self._parsed(column, cell)}, {answer})" if cell.sql else answer

    def _is_exact(self, column: Column, cell: _Filled) -> bool:
        """Whether the cell already has the column's type, so that there is nothing to misread."""
        if column.type is Type.INSTANT:
            return cell.type != "VARCHAR"
        wanted: str = column.type.value
        return cell.type == wanted.upper()

    def _verdict(self, cells: Mapping[str, _Filled]) -> str:
        cases = []
        for column in self._table.columns:
            value, cell = quoted(column.name), cells[column.name]
            if (
                cell.sql
                and column.type is not Type.TEXT
                and cell.assumed != "true"
                and not self._is_exact(column, cell)
            ):
                raw = quoted("c_" + column.name)
                code = code_of(self._table, Reason.UNREADABLE, column.name)
                cases.append(f"when {raw} is not null and {value} is null then {code}")
            if column.choices and cell.sql:
                allowed = ", ".join(map(literal, column.choices))
                code = code_of(self._table, Reason.NOT_A_CHOICE, column.name)
                # A longer `in` would become a join, which keeps the rows in their order with one thread only.
                cases.append(f"when not list_contains([{allowed}], {value}) then {code}")
        for column in self._table.columns:
            # "Since ever" is a fair word about an owner, and costs nothing.
            dated = column.type in (Type.DATE, Type.INSTANT) and self._table.name != "owner"
            if dated and cells[column.name].sql:
                code = code_of(self._table, Reason.IMPOSSIBLE_DATE, column.name)
                cases.append(f"when {quoted(column.name)} not between {_FIRST_DAY} and {_LAST_DAY} then {code}")
        for column in self._table.columns:
            rule = self._block.columns.get(column.name)
            waived = rule is None or (rule.optional and cells[column.name].is_absent)
            if column.required and not waived:
                code = self._missing(column, rule, cells)
                cases.append(f"when {quoted(column.name)} is null then {code}")
        if self._table.moment:
            code = code_of(self._table, Reason.FUTURE_DATED)
            cases.append(f"when {quoted(self._table.moment)} > {self._context.as_of} then {code}")
        verdict = f"case {' '.join(cases)} else 0 end" if cases else "0"
        return f"cast({verdict} as smallint)"

    def _missing(self, column: Column, rule: Rule | None, cells: Mapping[str, _Filled]) -> int:
        """Return why a row without a required value is set aside; of a deal whose stage is asked, it is the stage."""
        if rule is not None and rule.default == "by_stage" and cells["stage"].sql:
            return code_of(self._table, Reason.UNMAPPED_STAGE, "stage")
        return code_of(self._table, Reason.MISSING_REQUIRED, column.name)


def folded(text: str) -> str:
    """Return `text` as the engine's `lower` and a trim leave it."""
    return " ".join(text.split()).lower()


def _selected(block: Block, relation: Relation) -> str:
    conditions = []
    for spelling, allowed in block.where.items():
        column = relation.column(spelling)
        typed = Cell(quoted(column), relation.columns[column], relation.is_clean) if column else None
        cell = typed.as_text().sql if typed else "cast(null as varchar)"
        words = ", ".join(literal(word.strip().lower()) for word in allowed)
        conditions.append(f"coalesce(lower({cell}), '') in ({words or 'null'})")
    return " and ".join(conditions) or "true"
