"""Sources of a profile as relations in the engine: the parts of a file united, copies removed, selects run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..engine import Engine
from ..errors import EngineError, ExportError, Mistake
from .cells import nulled, quoted
from .date_order import as_iso, order_of
from .number_form import as_point, decimal_mark
from .profile import DateForm, Profile, Source, kind_of
from .profiles import AGREED, raw_columns, read_by
from .raw import RawFile, rows_of


@dataclass(frozen=True)
class Relation:
    """A source in the engine: `_file`, `_row` and its columns."""

    name: str  # in SQL
    files: tuple[RawFile, ...]  # those whose rows it carries; none: no such file is in the drop
    columns: dict[str, str]  # name -> the engine's type
    present: frozenset[str]  # columns that some file has, or that the select fills
    aliases: Mapping[str, str] = field(default_factory=dict)  # any spelling, folded -> name
    copies: Mapping[int, int] = field(
        default_factory=dict
    )  # file number -> rows that another row of their key replaced
    is_derived: bool = False
    has_rows: bool = True
    is_clean: bool = False  # its texts need no trim

    def column(self, spelling: str) -> str | None:
        """Return the column that a rule means, or None where no file has it."""
        name = self.aliases.get(spelling.casefold(), spelling)
        return name if name in self.present else None


class Relations:
    """Builds the sources of one profile on demand."""

    def __init__(
        self, engine: Engine, profile: Profile, number: int, files: tuple[RawFile, ...], first_sorted: bool
    ) -> None:
        self._engine, self._profile, self._prefix = engine, profile, f"raw.p{number}_"
        self._files, self._first_sorted = files, first_sorted
        self._built: dict[str, Relation] = {}
        self.mistakes: list[Mistake] = []
        self.conflicts: list[Mistake] = []

    def build(self, name: str) -> Relation:
        """Return the relation of a source; an absent file gives one without rows."""
        if name not in self._built:
            source = self._profile.sources[name]
            self._built[name] = self._derived(name, source) if source.sql is not None else self._united(name, source)
        return self._built[name]

    def _relation(self) -> str:
        return f"{self._prefix}{len(self._built)}"

    def _united(self, name: str, source: Source) -> Relation:
        files = tuple(file for file in self._files if file.claim.source == name)
        wanted = raw_columns(self._profile, name)
        types = {column: _common([f.columns[column] for f in files if column in f.columns]) for column in wanted}
        present = frozenset(column for column in wanted if any(column in file.columns for file in files))
        relation = self._relation()
        dates = self._date_columns(name, source)
        selects = [self._part(file, types, dates) for file in files] or [self._nothing(types)]
        self._engine.run(f"create view {relation}_all as {' union all '.join(selects)}")
        self._write_iso(name, source, f"{relation}_all", relation, types, files)
        copies = self._without_copies(source, relation, files, present)
        aliases = {spelling.casefold(): column for column, names in reversed(wanted.items()) for spelling in names}
        clean = all(file.is_clean for file in files)
        kept = f"{relation}_kept" if copies else relation
        return Relation(kept, files, types, present, aliases, copies, is_clean=clean)

    def _part(self, file: RawFile, types: dict[str, str], dates: Iterable[str]) -> str:
        source = self._profile.sources[file.claim.source]
        offered, nulls = source.columns, self._profile.written(source, "nulls") if source.columns else None
        short = self._with_short_ids(file, [name for name in offered if offered[name].as_ == "salesforce_id"])
        cells = []
        for column, kind in types.items():
            cell = quoted(column) if column in file.columns else f"cast(null as {kind})"
            if column in file.columns and file.columns[column] != kind:
                cell = f"cast({cell} as {kind})"
            if nulls and kind == "VARCHAR":
                cell = nulled(f"clean_cell({cell})", nulls)
            wish = offered[column].as_ if column in offered else "text"
            if wish == "salesforce_id":
                cell = f"wide_id(clean_cell({cell}))" if column in short else f"clean_cell({cell})"
            elif wish == "keyed_hash":
                cell = f"keyed_hash(clean_cell({cell}))"
            elif file.is_utc and kind == "VARCHAR" and column in dates:
                cell = f"zoned({cell})"
            elif file.is_utc and column in source.families:
                cell = f"zoned_values({cell})"
            cells.append(f"{cell} as {quoted(column)}")
        listed = ", ".join(cells) or "0 as _nothing"
        # A copy that keeps versions marks the one that stands; of a record that is gone it marks none.
        marks = [name for name in self._profile.written(source, "current") or () if name in file.columns]
        stands = "".join(f" where coalesce(flag(cast({quoted(name)} as varchar)), true)" for name in marks[:1])
        return f"select {file.number} as _file, {rows_of(file)} as _row, {listed} from raw.f{file.number}{stands}"

    def _with_short_ids(self, file: RawFile, names: list[str]) -> set[str]:
        """Return the columns with ids of 15 signs; most files have none, and widening is dear to plan."""
        there = [name for name in names if file.columns.get(name) == "VARCHAR"]
        if not there:
            return set()
        # Blanks around an id would hide its length.
        looks = ", ".join(f"count(case when length({quoted(name)}) <> 18 then 1 end)" for name in there)
        counts = self._engine.rows(f"select {looks} from raw.f{file.number}")[0]
        return {name for name, count in zip(there, counts, strict=True) if count}

    def _nothing(self, types: dict[str, str]) -> str:
        cells = ", ".join(f"cast(null as {kind}) as {quoted(column)}" for column, kind in types.items())
        return f"select 0 as _file, cast(0 as bigint) as _row, {cells or '0 as _nothing'} where false"

    def _write_iso(
        self, name: str, source: Source, origin: str, target: str, types: dict[str, str], files: tuple[RawFile, ...]
    ) -> None:
        dates, numbers = self._date_columns(name, source), self._open_numbers(name, source)
        forms = {column: form for column, form in dates.items() if types.get(column) == "VARCHAR"}
        written: dict[str, list[int]] = {}  # what is selected -> the files that are written so
        for file in files:
            written.setdefault(self._as_written(file, types, forms, numbers), []).append(file.number)
        listed = written or {", ".join(map(quoted, types)): []}
        selects = [
            f"select _file, _row, {cells or '_nothing'} from {origin}"
            + (f" where _file in ({', '.join(map(str, those))})" if len(listed) > 1 else "")
            for cells, those in listed.items()
        ]
        # What selects will read many times is worked out once; a table that is only passed on is not copied.
        kind = "table" if source.columns else "view"
        self._engine.run(f"create {kind} {target} as {' union all '.join(selects)}")

    def _as_written(
        self, file: RawFile, types: dict[str, str], forms: Mapping[str, tuple[DateForm, ...]], numbers: list[str]
    ) -> str:
        """Return SQL for the cells of one file, its dates as ISO dates and its numbers with a decimal point.

        Each file proves its own form: the next one may come from somebody with another language.
        """
        label, table = file.member.label, f"raw.f{file.number}"
        texts = [column for column, kind in file.columns.items() if kind == "VARCHAR"]
        orders = order_of(self._engine, label, {table: texts}, forms, self.mistakes)
        cells = {c: as_iso(quoted(c), orders[c]) if c in orders else quoted(c) for c in types}
        if wanted := [column for column in numbers if types.get(column) == "VARCHAR"]:
            mark = decimal_mark(self._engine, label, {table: texts}, wanted, self.mistakes)
            cells |= {column: as_point(quoted(column), mark) for column in wanted}
        return ", ".join(f"{sql} as {quoted(column)}" for column, sql in cells.items())

    def _open_numbers(self, name: str, source: Source) -> list[str]:
        """Return the columns of numbers that have to prove their form."""
        usual = self._profile.written(source, "numbers")
        found = [c for c, offered in source.columns.items() if offered.as_ == "number" and usual == "proven"]
        spelled = {s.casefold(): column for column, names in raw_columns(self._profile, name).items() for s in names}
        for table, block, _ in self._profile.blocks():
            for target, rule in block.columns.items() if block.from_ == name else ():
                is_number = kind_of(rule, table.column(target)) in ("number", "integer", "money", "rate")
                if is_number and (rule.numbers or usual) == "proven":
                    found += [spelled[s.casefold()] for s in rule.from_ if s.casefold() in spelled]
        return list(dict.fromkeys(found))

    def _date_columns(self, name: str, source: Source) -> dict[str, tuple[DateForm, ...]]:
        usual: tuple[DateForm, ...] = self._profile.written(source, "dates") or ("iso",)
        found = {column: usual for column, offered in source.columns.items() if offered.as_ in ("instant", "date")}
        spelled = {s.casefold(): column for column, names in raw_columns(self._profile, name).items() for s in names}
        for table, block, _ in self._profile.blocks():
            if block.from_ != name:
                continue
            for target, rule in block.columns.items():
                if kind_of(rule, table.column(target)) in ("instant", "date"):
                    found |= {spelled[s.casefold()]: rule.form or usual for s in rule.from_ if s.casefold() in spelled}
        return found

    def _without_copies(
        self, source: Source, relation: str, files: tuple[RawFile, ...], present: frozenset[str]
    ) -> dict[int, int]:
        """Keep one row of each key, the latest; return how many rows of each file gave way."""
        key = [column for column in source.key if column in present]
        if not files or not key or len(key) < len(source.key):
            return {}
        names = ", ".join(quoted(column) for column in key)
        given = " and ".join(f"{quoted(column)} is not null" for column in key)
        repeated = f"select {names} from {relation} where {given} group by {names} having count(*) > 1"
        if not self._engine.rows(f"select 1 from ({repeated}) limit 1"):
            return {}
        self._engine.run(f"create table {relation}_twice as select * from {relation} where ({names}) in ({repeated})")
        content = ", ".join(quoted(column) for column in sorted(present))
        stamp = next((column for column in source.latest_by if column in present), None)
        latest = f"instant({quoted(stamp)})" if stamp else "cast(null as timestamp)"
        self._engine.run(
            f"create table {relation}_ranked as select *, md5(cast(({content}, '') as varchar)) as _content,"
            f" {latest} as _latest, row_number() over (partition by {names}"
            f" order by {latest} desc nulls last, {content}, _file, _row) as _rank from {relation}_twice"
        )
        self._report_conflicts(source, relation, names, files)
        losers = f"select _file, _row from {relation}_ranked where _rank > 1"
        counts = self._engine.rows(f"select _file, count(*) from ({losers}) group by _file order by _file")
        if counts:
            # A table: the losers are joined once, not by every select over this source.
            self._engine.run(
                f"create table {relation}_kept as"
                f" select s.* from {relation} s anti join ({losers}) l using (_file, _row)"
            )
        return {int(file): int(count) for file, count in counts}

    def _report_conflicts(self, source: Source, relation: str, names: str, files: tuple[RawFile, ...]) -> None:
        if self._first_sorted:
            return
        tied = (
            f"select {names} from (select *, max(_latest) over (partition by {names}) as _best from {relation}_ranked)"
            f" where _latest is not distinct from _best group by {names} having count(distinct _content) > 1"
        )
        rows = self._engine.rows(
            f"select _file, _row from {relation}_ranked where ({names}) in ({tied}) order by _file, _row"
        )
        if rows:
            self.conflicts.append(conflict(files, [(int(f), int(r)) for f, r in rows], ", ".join(source.key)))

    def _derived(self, name: str, source: Source) -> Relation:
        needed = read_by(source.sql or "")
        inputs = {other: self.build(other).name for other in self._profile.sources if other in needed}
        inputs |= {agreed: f"raw.{agreed}" for agreed in AGREED if agreed in needed}
        carriers = [self.build(other) for other in source.rows_of]
        given = ", ".join(f"{quoted(other)} as (select * from {relation})" for other, relation in inputs.items())
        relation = self._relation()
        try:
            self._engine.run(f"create table {relation} as with {given}, _query as ({source.sql}) select * from _query")
        except EngineError as problem:
            reason = str(problem.__cause__).splitlines()[0]
            where = f"profile '{self._profile.system}', sources.{name}.sql"
            raise ExportError(
                "A source profile needs mending.", [Mistake(where, reason, "Correct the select.")]
            ) from problem
        is_answered = all(self.build(other).files for other in source.needs)
        numbered = {file.number: file for carrier in carriers for file in carrier.files}
        files = tuple(numbered.values()) if is_answered else ()
        copies = {number: count for carrier in carriers for number, count in carrier.copies.items()}
        types = {str(row[0]): str(row[1]) for row in self._engine.rows(f"describe {relation}")}
        if not {"_file", "_row"} <= set(types):
            what, hint = "the select yields no _file and _row", f"Select them from {' or '.join(source.rows_of)}."
            raise ExportError(
                "A source profile needs mending.",
                [Mistake(f"profile '{self._profile.system}', sources.{name}.sql", what, hint)],
            )
        columns = {column: kind for column, kind in types.items() if column not in ("_file", "_row")}
        filled, has_rows = self._filled(relation, columns)
        return Relation(relation, files, columns, filled, {}, copies, True, has_rows)

    def _filled(self, relation: str, columns: Mapping[str, str]) -> tuple[frozenset[str], bool]:
        """Return the columns that hold anything, all of them where there are no rows, and whether there are rows."""
        counts = "".join(f", count({quoted(column)})" for column in columns)
        total, *filled = self._engine.rows(f"select count(*){counts} from {relation}")[0]
        return frozenset(c for c, count in zip(columns, filled, strict=True) if count or not total), bool(total)


def _common(types: list[str]) -> str:
    return types[0] if types and len(set(types)) == 1 else "VARCHAR"


def conflict(files: tuple[RawFile, ...], rows: list[tuple[int, int]], key: str) -> Mistake:
    """Return the mistake of rows that share a key and differ: how many, and where the first ones stand."""
    by_number = {file.number: file for file in files}
    places = []
    for number in dict.fromkeys(number for number, _ in rows):
        file = by_number[number]
        wanted = [row for other, row in rows if other == number][:6]
        lines = sorted(set(file.lines(set(wanted)).values()))
        places.append(f"{file.member.label} lines {', '.join(map(str, lines))}")
    shown = "; ".join(places[:4]) + (" ..." if len(rows) > 6 else "")
    what = f"conflicting_key: {len(rows)} rows share their key ({key}) with a row that says something else: {shown}"
    hint = "Correct the export, name a `latest_by` column in the profile, or set `on_conflict: first_sorted`."
    return Mistake(by_number[rows[0][0]].member.label, what, hint)
