"""Delimited text: its records, a clean copy of one that is not clean, and where its rows stand."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .layouts import Layout
from .report import Reason

#: Stands for a byte that the encoding does not know; no decoder yields it, because it is half a character.
_UNKNOWN = "\udcff"
#: What no text holds. A NUL is a known character, and still a sign of damage.
_DAMAGE = (_UNKNOWN, "\0")
#: A quoted cell may span lines; one that spans more has lost its closing quote.
_MOST_LINES = 500
#: Blanks between a quote that closes and the end of its cell, which Python's reader takes for a mistake.
_PADDED = re.compile(r'" +(?=[,;|\t\r\n]|$)')

csv.field_size_limit(1 << 24)
codecs.register_error("mark_unknown", lambda problem: (_UNKNOWN, problem.end))  # type: ignore[attr-defined]


class LeftOut:
    """A line of a report that is no row: a total, or a line of its footer."""


@dataclass(frozen=True, slots=True)  # of a file of another delimiter there are as many as lines
class Reject:
    """A record that could not be split into cells."""

    line: int
    reason: Reason


def counted_records(path: Path, layout: Layout) -> int:
    """Return the number of records after the header, told by their quotes alone: a second opinion on a fast reading."""
    count = quotes = 0
    with path.open("rb") as stream:
        for number, line in enumerate(stream):
            if number < layout.skip or (quotes % 2 == 0 and not line.strip(b"\r\n")):
                continue
            quotes += line.count(b'"')
            count += quotes % 2 == 0
    return count


#: The physical line a record starts on, and its cells; its text, where that is a clean copy already.
Record = tuple[int, list[str] | str]


def cells_of(record: Record) -> list[str]:
    """Return the cells of a record, also of one that is given as its text."""
    _, cells = record
    return next(csv.reader((cells,))) if isinstance(cells, str) else cells


def records(path: Path, layout: Layout) -> Iterator[Record | Reject | LeftOut]:
    """Yield every record after the header with the physical line it starts on, or why there is none.

    Totals and footers are left out where the layout tells them. Empty lines are no records. After an unclosed quote
    reading goes on with the next line, so one broken line costs one row.
    """
    with path.open(encoding=layout.encoding, errors="mark_unknown", newline="") as stream:
        lines = _Pushback(stream)
        for _ in range(layout.skip):
            next(lines, None)
        while True:
            start = lines.number + 1
            line = next(lines, None)
            if line is None:
                return
            if not line.strip("\r\n"):
                if layout.ends_blank and lines.number > layout.skip + 1:
                    yield from (LeftOut() for line in lines if line.strip("\r\n"))
            elif layout.totals and is_total(next(csv.reader((line,), delimiter=layout.delimiter), []), layout.totals):
                yield LeftOut()
            else:
                yield _record(lines, line, start, layout)


def is_total(cells: Sequence[str], patterns: Iterable[str]) -> bool:
    """Whether the first cell of a record says that it sums others up."""
    return bool(cells) and any(re.match(pattern, cells[0].strip(), re.IGNORECASE) for pattern in patterns)


class _Pushback:
    """The physical lines of a stream, of which some may be given back."""

    def __init__(self, stream: Iterator[str]) -> None:
        self._stream, self.number = stream, 0
        self._returned: list[str] = []

    def __iter__(self) -> _Pushback:
        return self

    def __next__(self) -> str:
        line = self._returned.pop() if self._returned else next(self._stream)
        self.number += 1
        return line

    def give_back(self, lines: list[str]) -> None:
        self._returned.extend(reversed(lines))
        self.number -= len(lines)


def _record(lines: _Pushback, line: str, start: int, layout: Layout) -> Record | Reject:
    if _is_clean(line, layout):
        return start, line.rstrip("\r\n")
    taken: list[str] = []
    cells = _cells((line,), layout) or _over_lines(lines, line, taken, layout)
    if not cells and any(map(_PADDED.search, (line, *taken))):
        lines.give_back(taken)
        taken = []
        cells = _over_lines(lines, line, taken, layout, is_padded=True)
    if len(cells) != len(layout.header):
        lines.give_back(taken)
        return Reject(start, Reason.UNDECODABLE if _is_damaged(line) else Reason.RAGGED)
    if any(map(_is_damaged, (line, *taken))):
        return Reject(start, Reason.UNDECODABLE)
    return start, cells


def _is_clean(line: str, layout: Layout) -> bool:
    """Whether a line is a record that may be copied as it stands, with all cells in quotes or none; most are."""
    width, text = len(layout.header), line.rstrip("\r\n")
    if layout.delimiter != "," or _is_damaged(text):
        return False
    if '"' not in text:
        return text.count(",") == width - 1 and "\r" not in text
    quoted = text[:1] == text[-1:] == '"' and text.count('"') == 2 * width
    return quoted and text.count('","') == width - 1


def _is_damaged(line: str) -> bool:
    return any(sign in line for sign in _DAMAGE)


def _over_lines(lines: _Pushback, line: str, taken: list[str], layout: Layout, is_padded: bool = False) -> list[str]:
    """Return the cells of a record that goes on after `line`, adding to `taken` what it covers; [] for none."""

    def supply() -> Iterator[str]:
        yield line
        while len(taken) < _MOST_LINES:
            more = next(lines, None)
            if more is None:
                return
            taken.append(more)
            yield more

    return _cells((_PADDED.sub('"', one) for one in supply()) if is_padded else supply(), layout)


def _cells(lines: Iterable[str], layout: Layout) -> list[str]:
    """Return the cells of the first record; [] where there is none. Blanks before a quote are no part of a cell."""
    try:
        return next(csv.reader(lines, delimiter=layout.delimiter, strict=True, skipinitialspace=True))
    except (csv.Error, StopIteration):
        return []


@dataclass(frozen=True)
class Copied:
    """What became of the records of a file."""

    written: int
    rejects: tuple[Reject, ...]
    left_out: int  # totals and lines of a footer


def clean_copy(path: Path, layout: Layout, target: Path) -> Copied:
    """Write the readable records as plain UTF-8 CSV without a header, the physical line first."""
    rejects = []
    written = left_out = 0
    with target.open("w", encoding="utf-8", newline="") as out:
        # Unquoted, a carriage return within a cell would end its line.
        writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
        for record in records(path, layout):
            if isinstance(record, Reject):
                rejects.append(record)
            elif isinstance(record, LeftOut):
                left_out += 1
            else:
                line, cells = record
                if isinstance(cells, str):
                    out.write(f'"{line}",{cells}\n')
                else:
                    writer.writerow([line, *cells])
                written += 1
    return Copied(written, tuple(rejects), left_out)


def lines_of(path: Path, layout: Layout, wanted: set[int]) -> dict[int, int]:
    """Return the physical lines on which the records of these ordinals (from 0) start."""
    found = {}
    ordinal = -1
    for record in records(path, layout):
        if isinstance(record, Reject | LeftOut):
            continue
        ordinal += 1
        if ordinal in wanted:
            found[ordinal] = record[0]
            if len(found) == len(wanted):
                break
    return found
