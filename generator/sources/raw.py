"""Files of the drop as tables of text in the engine: the columns that their profile asks for, and no others.

Raw tables live in the schema `raw`, which the reading drops when it is done: what profiles do not map never stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..engine import Engine
from ..errors import EngineError, ExportError, Mistake, with_hint
from .cells import literal, quoted
from .claims import Claim, needs
from .containers import Form, Member
from .delimited import Copied, Reject, clean_copy, counted_records, lines_of
from .layouts import Expected, Layout, glimpse, layout_of
from .naming import MOST_TITLES, header_as
from .profile import Names, NumberForm
from .profiles import raw_columns
from .workbook import read_sheet, sheet_to_csv

#: Before the name of a column that holds an attribute of the agreement, which no profile's SQL reads.
ATTRIBUTE = "attribute "


@dataclass(frozen=True)
class RawFile:
    """One file in the engine, as relation `raw.f<number>` with `_row` beside its columns."""

    number: int
    member: Member
    claim: Claim
    columns: dict[str, str]  # the profile's name of a column -> the engine's type of it
    rows: int  # records that could be split into cells
    rejects: tuple[Reject, ...] = ()
    layout: Layout | None = None  # where `_row` counts records and lines must be looked up
    is_encoding_assumed: bool = False
    first_row: int = 0  # what to add to `_row` where it counts rows of the container
    aliases: dict[str, str] = field(default_factory=dict)  # any spelling, folded -> the profile's name
    left_out: int = 0  # totals and lines of a footer: no records
    is_utc: bool = False  # times without a zone are UTC, whatever the profile says
    is_clean: bool = False  # no cell begins or ends with a blank, and none is empty without being null

    @property
    def records(self) -> int:
        """All records of the file, readable or not."""
        return self.rows + len(self.rejects)

    def lines(self, rows: set[int]) -> dict[int, int]:
        """Return the physical lines (or the rows of the container) of the given `_row` values."""
        if self.layout is None:
            return {row: row + self.first_row for row in rows}
        return lines_of(self.member.path, self.layout, rows)


def headers_of(engine: Engine, member: Member) -> tuple[tuple[str, ...], ...]:
    """Return the lines that may hold the names of a file's columns, before it is known who claims it."""
    if member.form is Form.PARQUET:
        return (tuple(name for name, _ in _parquet_columns(engine, member, member.path)),)
    if member.form is Form.SHEET:
        return tuple(cells for _, cells in read_sheet(member.path, member.sheet, "point").rows[:MOST_TITLES])
    return tuple(glimpse(member.path))


def load_file(
    engine: Engine,
    number: int,
    member: Member,
    claim: Claim,
    attributes: Mapping[str, Names],
    scratch: Path,
    mistakes: list[Mistake],
) -> RawFile | None:
    """Load one claimed file; None after adding to `mistakes` why it cannot be.

    attributes: those of the agreement that the file may carry -> the names of their columns.
    """
    if member.size == 0:
        mistakes.append(
            Mistake(member.label, "the file is empty, without even a header", "Export or transfer it again.")
        )
        return None
    if member.form is Form.PARQUET:
        return _load_parquet(engine, number, member, claim, attributes, scratch, mistakes)
    expected = _expected(claim)
    layout: Layout | None = None
    copied = Copied(0, (), 0)
    clean: Path | None = None
    if member.form is Form.SHEET:
        clean = scratch / f"sheet{number}.csv"
        numbers: NumberForm = claim.profile.written(claim.profile.sources[claim.source], "numbers") or "point"
        header, copied = sheet_to_csv(read_sheet(member.path, member.sheet, numbers), clean, expected)
    else:
        layout = layout_of(member.path, expected)
        header = layout.header
    chosen = _chosen(member, claim, attributes, header, mistakes)
    if chosen is None:
        return None
    if layout and not _load_plain(engine, number, member, layout, chosen, scratch):
        clean = scratch / f"clean{number}.csv"
        copied = clean_copy(member.path, layout, clean)
    if clean:
        _load_clean(engine, number, clean, len(header), chosen)
        if _count(engine, number) != copied.written:
            raise AssertionError(f"the engine read {_count(engine, number)} of {copied.written} of {member.label}")
    rows = _count(engine, number)
    return RawFile(
        number,
        member,
        claim,
        dict.fromkeys(chosen, "VARCHAR"),
        rows,
        copied.rejects,
        None if clean else layout,
        bool(layout and layout.assumed),
        aliases=_aliases(claim),
        left_out=copied.left_out,
        is_utc=_is_utc(claim, header),
        # With as many lines as records no cell holds a line end, which would be a blank as well.
        is_clean=bool(layout and not clean and layout.is_trimmed and rows == layout.lines - layout.skip),
    )


def _is_utc(claim: Claim, names: Iterable[str]) -> bool:
    """Whether the times of the file are UTC: its source says so, or it is a copy of a warehouse."""
    source = claim.profile.sources[claim.source]
    if source.zone == "UTC":
        return True
    marks = claim.profile.written(source, "copied_by") or ()
    return any(header_as(names, claim.profile, source).places((mark,)) for mark in marks)


def _expected(claim: Claim) -> Expected:
    """Return what the claiming profile says about how the file is written."""
    profile, source = claim.profile, claim.profile.sources[claim.source]
    encodings = profile.written(source, "encodings") or ("utf-8",)
    is_header = (lambda names: header_as(names, profile, source).has_all(source.known_by)) if source.known_by else None
    totals, ends = profile.written(source, "totals") or (), profile.written(source, "ends")
    return Expected(encodings, profile.written(source, "delimiter"), is_header, totals, ends == "blank_line")


def _aliases(claim: Claim) -> dict[str, str]:
    spelled = raw_columns(claim.profile, claim.source)
    return {name.casefold(): column for column, names in reversed(spelled.items()) for name in names}


#: Where the cells of a column stand: one place, or many that are read as one, by what tells them apart.
Place = int | Mapping[str, Sequence[int]]


def _chosen(
    member: Member, claim: Claim, attributes: Mapping[str, Names], names: tuple[str, ...], mistakes: list[Mistake]
) -> dict[str, Place] | None:
    """Return which column of the file fills each column the profile asks for, by position."""
    profile, source = claim.profile, claim.profile.sources[claim.source]
    header = header_as(names, profile, source)
    named = [name for name in names if name]
    if not named:
        mistakes.append(Mistake(member.label, "there is no header line", "Export the file again, with its header."))
        return None
    chosen: dict[str, Place] = {}
    found: list[Mistake] = []
    wanted = raw_columns(profile, claim.source) | {ATTRIBUTE + name: names for name, names in attributes.items()}
    for column, spellings in wanted.items():
        if family := header.family(source.families.get(column, ())):
            chosen[column] = family
        elif places := header.places(spellings):
            if len(places) > 1 and profile.written(source, "repeated") is None:
                what = f"has the column '{names[places[0]]}' more than once"
                found.append(Mistake(member.label, what, "Remove all but one."))
            chosen[column] = places[0]
    for spellings in needs(claim):
        if not header.places(spellings):
            shown = with_hint(spellings[0], named) + (f" (or {', '.join(spellings[1:])})" if spellings[1:] else "")
            hint = f"Correct the export, or the names in the profile '{profile.system}'."
            found.append(Mistake(member.label, f"has no column {shown}", hint))
    for name, patterns in source.families.items():
        if name in source.required and name not in chosen:
            hint = f"Correct the export, or the patterns in the profile '{profile.system}'."
            found.append(Mistake(member.label, f"has no column that fits '{patterns[0]}'", hint))
    mistakes.extend(found)
    return None if found else chosen


def _cell(place: Place, cells: Callable[[int], str]) -> str:
    """Return SQL for what a column reads; several columns of a family become one text of names and values."""
    if isinstance(place, int):
        return cells(place)
    pairs = []
    for member, places in place.items():
        given = ", ".join(f"nullif(trim(cast({cells(n)} as varchar)), '')" for n in places)
        pairs.append(f"{literal(member)}, coalesce({given})")
    return f"cast(json_object({', '.join(pairs)}) as varchar)"


def _load_plain(
    engine: Engine, number: int, member: Member, layout: Layout, chosen: dict[str, Place], scratch: Path
) -> bool:
    """Load a well-formed UTF-8 file as it lies there; False where it is not one."""
    if not layout.is_utf8 or not layout.is_even or len(layout.header) < 2:
        return False
    # The engine reads signs such as * and [ in a path as a pattern.
    link = scratch / f"plain{number}.csv"
    link.symlink_to(member.path.resolve())
    text = _Plain(link, len(layout.header), layout.delimiter, layout.skip, layout.is_crlf)
    try:
        _create(engine, number, text, chosen)
    except EngineError:
        return False  # its words would quote the line; the careful reading finds it again and says less
    # A row that the engine loses without a word must not be lost: it has overlooked whole files of a declared line end.
    rows = _count(engine, number)
    return rows == layout.lines - layout.skip or rows == counted_records(member.path, layout)


def _count(engine: Engine, number: int) -> int:
    return int(engine.rows(f"select count(*) from raw.f{number}")[0][0])


def _load_clean(engine: Engine, number: int, copy: Path, width: int, chosen: dict[str, Place]) -> None:
    _create(engine, number, _Plain(copy, width + 1, first=1), chosen, row="cast(c0 as bigint) as _row, ")


@dataclass(frozen=True)
class _Plain:
    """UTF-8 text that the engine reads by itself."""

    path: Path
    width: int
    delimiter: str = ","
    skip: int = 0
    is_crlf: bool = False
    first: int = 0  # columns of our own before those of the file


def _create(engine: Engine, number: int, text: _Plain, chosen: dict[str, Place], row: str = "") -> None:
    types = ", ".join(f"'c{n}': 'varchar'" for n in range(text.width))
    cells = {column: _cell(place, lambda n: f"c{n + text.first}") for column, place in chosen.items()}
    columns = ", ".join(f"{sql} as {quoted(column)}" for column, sql in cells.items())
    # Left to itself the engine may take a carriage return in a cell for the line end; told of CRLF it reads nothing.
    ending = "" if text.is_crlf else r", new_line = '\n'"
    engine.run(
        f"create or replace table raw.f{number} as select {row}{columns or 'c0 as _nothing'}"
        f" from read_csv({literal(str(text.path))}, auto_detect = false, header = false, skip = {text.skip},"
        f" delim = {literal(text.delimiter)}, quote = '\"', escape = '\"', strict_mode = true, null_padding = false,"
        f" compression = 'none', max_line_size = 16000000, columns = {{{types}}}{ending})"
    )


def _parquet_columns(engine: Engine, member: Member, path: Path) -> list[tuple[str, str]]:
    try:
        rows = engine.rows(f"describe select * from read_parquet({literal(str(path))})")
    except EngineError as problem:
        hint = "Write or transfer it again."
        raise ExportError(
            "The drop cannot be read.", [Mistake(member.label, "this Parquet file is damaged", hint)]
        ) from problem
    return [(str(row[0]), str(row[1])) for row in rows]


def _load_parquet(
    engine: Engine,
    number: int,
    member: Member,
    claim: Claim,
    attributes: Mapping[str, Names],
    scratch: Path,
    mistakes: list[Mistake],
) -> RawFile | None:
    link = scratch / f"plain{number}.parquet"
    link.symlink_to(member.path.resolve())
    found = _parquet_columns(engine, member, link)
    chosen = _chosen(member, claim, attributes, tuple(name for name, _ in found), mistakes)
    if chosen is None:
        return None
    cells = {column: _cell(place, lambda n: quoted(found[n][0])) for column, place in chosen.items()}
    columns = ", ".join(f"{sql} as {quoted(column)}" for column, sql in cells.items())
    engine.run(
        f"create or replace view raw.f{number} as select file_row_number as _row, {columns or '0 as _nothing'}"
        f" from read_parquet({literal(str(link))}, file_row_number = true)"
    )
    rows = _count(engine, number)
    types = {column: found[place][1] if isinstance(place, int) else "VARCHAR" for column, place in chosen.items()}
    return RawFile(
        number,
        member,
        claim,
        types,
        rows,
        first_row=1,
        aliases=_aliases(claim),
        is_utc=_is_utc(claim, [n for n, _ in found]),
    )


def rows_of(file: RawFile) -> str:
    """Return SQL for the number of a row in its file."""
    plain = file.member.form is Form.TEXT and file.layout is not None
    return "rowid" if plain else "_row"
