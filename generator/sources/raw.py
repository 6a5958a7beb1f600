"""Files of the drop as tables of text in the engine: the columns that their profile asks for, and no others.

Raw tables live in the schema `raw`, which the reading drops when it is done: what profiles do not map never stays.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ..engine import Engine
from ..errors import EngineError, ExportError, Mistake, with_hint
from .cells import literal, quoted
from .claims import Claim, needs
from .containers import Form, Member
from .delimited import Layout, Reject, clean_copy, counted_records, layout_of, lines_of
from .profiles import raw_columns
from .workbook import sheet_to_csv

_DEFAULT_ENCODINGS = ("utf-8", "cp1252")


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

    @property
    def records(self) -> int:
        """All records of the file, readable or not."""
        return self.rows + len(self.rejects)

    def lines(self, rows: set[int]) -> dict[int, int]:
        """Return the physical lines (or the rows of the container) of the given `_row` values."""
        if self.layout is None:
            return {row: row + self.first_row for row in rows}
        return lines_of(self.member.path, self.layout, rows)


def header_of(engine: Engine, member: Member) -> tuple[str, ...]:
    """Return the names of a file's columns, before it is known who claims it."""
    if member.form is Form.PARQUET:
        return tuple(name for name, _ in _parquet_columns(engine, member, member.path))
    if member.form is Form.SHEET:
        return sheet_to_csv(member.path, member.sheet, Path(os.devnull), "point")[0]
    return layout_of(member.path, _DEFAULT_ENCODINGS, None).header if member.size else ()


def load_file(
    engine: Engine, number: int, member: Member, claim: Claim, scratch: Path, mistakes: list[Mistake]
) -> RawFile | None:
    """Load one claimed file; None after adding to `mistakes` why it cannot be."""
    if member.size == 0:
        mistakes.append(
            Mistake(member.label, "the file is empty, without even a header", "Export or transfer it again.")
        )
        return None
    if member.form is Form.PARQUET:
        return _load_parquet(engine, number, member, claim, scratch, mistakes)
    source = claim.profile.sources[claim.source]
    if member.form is Form.SHEET:
        copy = scratch / f"sheet{number}.csv"
        header, written = sheet_to_csv(
            member.path, member.sheet, copy, claim.profile.written(source, "numbers") or "point"
        )
        layout: Layout | None = None
        rejects: tuple[Reject, ...] = ()
        clean: Path | None = copy
    else:
        encodings = claim.profile.written(source, "encodings") or ("utf-8",)
        layout = layout_of(member.path, encodings, claim.profile.written(source, "delimiter"))
        header, rejects, clean, written = layout.header, (), None, 0
    chosen = _chosen(member, claim, header, mistakes)
    if chosen is None:
        return None
    if layout and not _load_plain(engine, number, member, layout, chosen, scratch):
        clean = scratch / f"clean{number}.csv"
        written, rejects = clean_copy(member.path, layout, clean)
    if clean:
        _load_clean(engine, number, clean, len(header), chosen)
        if _count(engine, number) != written:
            raise AssertionError(f"the engine read {_count(engine, number)} of {written} records of {member.label}")
    assumed = bool(layout and layout.assumed)
    rows = _count(engine, number)
    columns = dict.fromkeys(chosen, "VARCHAR")
    lookup = None if clean else layout
    return RawFile(number, member, claim, columns, rows, rejects, lookup, assumed, aliases=_aliases(claim))


def _aliases(claim: Claim) -> dict[str, str]:
    spelled = raw_columns(claim.profile, claim.source)
    return {name.casefold(): column for column, names in reversed(spelled.items()) for name in names}


def _chosen(member: Member, claim: Claim, header: Iterable[str], mistakes: list[Mistake]) -> dict[str, int] | None:
    """Return which column of the file fills each column the profile asks for, by position."""
    folded = [name.casefold() for name in header]
    names = [name for name in header if name]
    if not names:
        mistakes.append(Mistake(member.label, "there is no header line", "Export the file again, with its header."))
        return None
    chosen: dict[str, int] = {}
    found: list[Mistake] = []
    for column, spellings in raw_columns(claim.profile, claim.source).items():
        spelling = next((name for name in spellings if name.casefold() in folded), None)
        if spelling is None:
            continue
        if folded.count(spelling.casefold()) > 1:
            found.append(Mistake(member.label, f"has the column '{spelling}' more than once", "Remove all but one."))
        chosen[column] = folded.index(spelling.casefold())
    for spellings in needs(claim):
        if not any(name.casefold() in folded for name in spellings):
            shown = with_hint(spellings[0], names) + (f" (or {', '.join(spellings[1:])})" if spellings[1:] else "")
            hint = f"Correct the export, or the names in the profile '{claim.profile.system}'."
            found.append(Mistake(member.label, f"has no column {shown}", hint))
    mistakes.extend(found)
    return None if found else chosen


def _load_plain(
    engine: Engine, number: int, member: Member, layout: Layout, chosen: dict[str, int], scratch: Path
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


def _load_clean(engine: Engine, number: int, copy: Path, width: int, chosen: dict[str, int]) -> None:
    shifted = {column: position + 1 for column, position in chosen.items()}
    _create(engine, number, _Plain(copy, width + 1), shifted, row="cast(c0 as bigint) as _row, ")


@dataclass(frozen=True)
class _Plain:
    """UTF-8 text that the engine reads by itself."""

    path: Path
    width: int
    delimiter: str = ","
    skip: int = 0
    is_crlf: bool = False


def _create(engine: Engine, number: int, text: _Plain, chosen: dict[str, int], row: str = "") -> None:
    types = ", ".join(f"'c{n}': 'varchar'" for n in range(text.width))
    columns = ", ".join(f"c{position} as {quoted(column)}" for column, position in chosen.items())
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
    engine: Engine, number: int, member: Member, claim: Claim, scratch: Path, mistakes: list[Mistake]
) -> RawFile | None:
    link = scratch / f"plain{number}.parquet"
    link.symlink_to(member.path.resolve())
    found = _parquet_columns(engine, member, link)
    chosen = _chosen(member, claim, [name for name, _ in found], mistakes)
    if chosen is None:
        return None
    columns = ", ".join(f"{quoted(found[n][0])} as {quoted(column)}" for column, n in chosen.items())
    engine.run(
        f"create or replace view raw.f{number} as select file_row_number as _row, {columns or '0 as _nothing'}"
        f" from read_parquet({literal(str(link))}, file_row_number = true)"
    )
    rows = _count(engine, number)
    types = {column: found[n][1] for column, n in chosen.items()}
    return RawFile(number, member, claim, types, rows, first_row=1, aliases=_aliases(claim))


def rows_of(file: RawFile) -> str:
    """Return SQL for the number of a row in its file."""
    plain = file.member.form is Form.TEXT and file.layout is not None
    return "rowid" if plain else "_row"
