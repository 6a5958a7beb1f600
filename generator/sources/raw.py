"""Files of the drop as tables of text in the engine: the columns that their profile asks for, and no others.

Raw tables live in the schema `raw`, which the reading drops when it is done: what profiles do not map never stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..engine import Engine
from ..errors import EngineError, ExportError, Mistake
from .cells import literal, quoted
from .claims import Claim
from .containers import Form, Member
from .delimited import Copied, Reject, clean_copy, counted_records, lines_of
from .filling import ATTRIBUTE, Place, aliases_of, cell_of, chosen_columns, is_utc
from .layouts import Expected, Layout, glimpse, layout_of
from .naming import MOST_TITLES, header_as
from .profile import Names, NumberForm
from .workbook import read_sheet, sheet_to_csv


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
    is_passing: bool = False  # a view: rows are read from the file as they are asked for, and bear no number
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
    once: bool = False,
) -> RawFile | None:
    """Load one claimed file; None after adding to `mistakes` why it cannot be.

    attributes: those of the agreement that the file may carry -> the names of their columns.
    once: its rows will be looked at once only; they are left where they are, if they can be read there.
    """
    if member.size == 0:
        what = "the file is empty, without even a header"
        mistakes.append(Mistake(member.label, what, "Export or transfer it again."))
        return None
    if member.form is Form.PARQUET:
        return _load_parquet(engine, number, member, claim, attributes, scratch, mistakes)
    expected, copied = _expected(claim), Copied(0, (), 0)
    layout: Layout | None = None
    clean: Path | None = None
    if member.form is Form.SHEET:
        clean = scratch / f"sheet{number}.csv"
        numbers: NumberForm = claim.profile.written(claim.profile.sources[claim.source], "numbers") or "point"
        header, copied = sheet_to_csv(read_sheet(member.path, member.sheet, numbers), clean, expected)
    else:
        layout = layout_of(member.path, expected)
        header = layout.header
    chosen = chosen_columns(member, claim, attributes, header, mistakes)
    if chosen is None:
        return None
    passing = once and not any(column.startswith(ATTRIBUTE) for column in chosen)
    rows = _load_plain(engine, number, member, layout, chosen, scratch, passing) if layout else None
    if layout and rows is None:
        clean = scratch / f"clean{number}.csv"
        copied = clean_copy(member.path, layout, clean)
    if clean:
        _load_clean(engine, number, clean, len(header), chosen)
        rows = _count(engine, number)
    if rows is None or (clean and rows != copied.written):
        raise AssertionError(f"the engine read {rows} of {copied.written} of {member.label}")
    return RawFile(
        number,
        member,
        claim,
        dict.fromkeys(chosen, "VARCHAR"),
        rows,
        copied.rejects,
        None if clean else layout,
        bool(layout and layout.assumed),
        aliases=aliases_of(claim),
        left_out=copied.left_out,
        is_utc=is_utc(claim, header),
        is_passing=bool(passing and not clean),
        # With as many lines as records no cell holds a line end, which would be a blank as well.
        is_clean=bool(layout and not clean and layout.is_trimmed and rows == layout.lines - layout.skip),
    )


def _expected(claim: Claim) -> Expected:
    """Return what the claiming profile says about how the file is written."""
    profile, source = claim.profile, claim.profile.sources[claim.source]
    encodings = profile.written(source, "encodings") or ("utf-8",)
    is_header = (lambda names: header_as(names, profile, source).has_all(source.known_by)) if source.known_by else None
    totals, ends = profile.written(source, "totals") or (), profile.written(source, "ends")
    return Expected(encodings, profile.written(source, "delimiter"), is_header, totals, ends == "blank_line")


def _load_plain(
    engine: Engine, number: int, member: Member, layout: Layout, chosen: dict[str, Place], scratch: Path, passing: bool
) -> int | None:
    """Load a well-formed UTF-8 file as it lies there, or only look whether it is one; return its rows, None if not."""
    if not layout.is_utf8 or not layout.is_even or len(layout.header) < 2:
        return None
    # The engine reads signs such as * and [ in a path as a pattern.
    link = scratch / f"plain{number}.csv"
    link.symlink_to(member.path.resolve())
    text = _Plain(link, len(layout.header), layout.delimiter, layout.skip, layout.is_crlf)
    kind = "view" if passing else "table"
    try:
        _create(engine, number, text, chosen, kind=kind)
        rows = _count(engine, number)
        # A row that the engine loses without a word must not be lost: it has overlooked whole files of a declared line
        # end.
        if rows == layout.lines - layout.skip or rows == counted_records(member.path, layout):
            return rows
    except EngineError:
        pass  # its words would quote the line; the careful reading finds it again and says less
    engine.run(f"drop {kind} if exists raw.f{number}")
    return None


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


def _create(
    engine: Engine, number: int, text: _Plain, chosen: dict[str, Place], row: str = "", kind: str = "table"
) -> None:
    types = ", ".join(f"'c{n}': 'varchar'" for n in range(text.width))
    cells = {column: cell_of(place, lambda n: f"c{n + text.first}") for column, place in chosen.items()}
    columns = ", ".join(f"{sql} as {quoted(column)}" for column, sql in cells.items())
    # Left to itself the engine may take a carriage return in a cell for the line end; told of CRLF it reads nothing.
    ending = "" if text.is_crlf else r", new_line = '\n'"
    engine.run(
        f"create {kind} raw.f{number} as select {row}{columns or 'c0 as _nothing'}"
        f" from read_csv({literal(str(text.path))}, auto_detect = false, header = false, skip = {text.skip},"
        f" delim = {literal(text.delimiter)}, quote = '\"', escape = '\"', strict_mode = true, null_padding = false,"
        f" compression = 'none', max_line_size = 16000000, buffer_size = 32000000, columns = {{{types}}}{ending})"
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
    chosen = chosen_columns(member, claim, attributes, tuple(name for name, _ in found), mistakes)
    if chosen is None:
        return None
    cells = {column: cell_of(place, lambda n: quoted(found[n][0])) for column, place in chosen.items()}
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
        aliases=aliases_of(claim),
        is_utc=is_utc(claim, [n for n, _ in found]),
    )


def rows_of(file: RawFile) -> str:
    """Return SQL for the number of a row in its file; null where nobody numbers them (see `once.ROW`)."""
    if file.is_passing:
        return "cast(null as tinyint)"  # of all rows, where every byte counts
    plain = file.member.form is Form.TEXT and file.layout is not None
    return "rowid" if plain else "_row"
