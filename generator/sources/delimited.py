"""Delimited text: how a file is written, its header, and a clean copy of one that is not clean."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .report import Reason

_CHUNK = 1 << 20
_DELIMITERS = ",;\t|"
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
#: Stands for a byte that the encoding does not know; no decoder yields it, because it is half a character.
_UNKNOWN = "\udcff"
#: What no text holds. A NUL is a known character, and still a sign of damage.
_DAMAGE = (_UNKNOWN, "\0")
#: A quoted cell may span lines; one that spans more has lost its closing quote.
_MOST_LINES = 500

csv.field_size_limit(1 << 24)
codecs.register_error("mark_unknown", lambda problem: (_UNKNOWN, problem.end))  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Layout:
    """How a text file is written."""

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    skip: int  # physical lines before the first record
    is_even: bool  # every line ends alike, with LF or with CRLF, and none holds a NUL
    is_utf8: bool  # the bytes may be read as they are
    lines: int = 0  # physical lines, where they end evenly
    is_crlf: bool = False
    assumed: bool = False  # the first declared encoding did not fit, another one did


@dataclass(frozen=True)
class Reject:
    """A record that could not be split into cells."""

    line: int
    reason: Reason


@dataclass(frozen=True)
class _Survey:
    is_utf8: bool
    looks_utf8: bool  # more lines with well-formed multi-byte characters than damaged ones
    is_even: bool
    lines: int
    is_crlf: bool


def layout_of(path: Path, encodings: tuple[str, ...], delimiter: str | None) -> Layout:
    """Return how the file is written; a byte order mark decides the encoding, else the first that fits does."""
    with path.open("rb") as stream:
        start = stream.read(4)
    bom = next((name for mark, name in _BOMS if start.startswith(mark)), None)
    survey = _survey(path) if bom != "utf-16" else _Survey(False, False, False, 0, False)
    encoding = bom or _fitting(path, encodings, survey)
    delimiter, header, skip, more = _header(path, encoding, delimiter)
    plain = encoding in ("utf-8", "utf-8-sig") and survey.is_utf8
    assumed = bom is None and codecs.lookup(encoding).name != codecs.lookup(encodings[0]).name
    even = survey.is_even and not more
    return Layout(encoding, delimiter, header, skip + more, even, plain, survey.lines, survey.is_crlf, assumed)


def _survey(path: Path) -> _Survey:
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8, has_nul, feeds, returns, pairs, last = True, False, 0, 0, 0, b""
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            if is_utf8:
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    is_utf8 = False
            has_nul = has_nul or b"\0" in chunk
            feeds += chunk.count(b"\n")
            returns += chunk.count(b"\r")
            pairs += chunk.count(b"\r\n") + (last == b"\r" and chunk[:1] == b"\n")
            last = chunk[-1:]
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            is_utf8 = False
    even = not has_nul and (not returns or feeds == returns == pairs)
    return _Survey(is_utf8, is_utf8 or _is_damaged_utf8(path), even, feeds + (last not in (b"", b"\n")), bool(returns))


def _is_damaged_utf8(path: Path) -> bool:
    """Whether the file is UTF-8 with some damage rather than another encoding: well-formed characters outnumber it."""
    good = bad = 0
    with path.open("rb") as stream:
        for line in stream:
            if line.isascii():
                continue
            try:
                line.decode("utf-8")
                good += 1
            except UnicodeDecodeError:
                bad += 1
    return good > bad


def _fitting(path: Path, encodings: tuple[str, ...], survey: _Survey) -> str:
    for encoding in encodings:
        name = codecs.lookup(encoding).name
        if name in ("utf-8", "ascii"):
            if survey.is_utf8 or (survey.looks_utf8 and name == "utf-8"):
                return "utf-8"
        elif _decodes(path, encoding):
            return encoding
    return encodings[0]


def _decodes(path: Path, encoding: str) -> bool:
    try:
        with path.open(encoding=encoding, newline="") as stream:
            while stream.read(_CHUNK):
                pass
    except (UnicodeDecodeError, UnicodeError):
        return False
    return True


def _header(path: Path, encoding: str, delimiter: str | None) -> tuple[str, tuple[str, ...], int, int]:
    """Return delimiter, names, physical lines up to the header's first, and how many more the header covers."""
    with path.open(encoding=encoding, errors="replace", newline="") as stream:
        skip = 0
        while line := stream.readline(_CHUNK):
            skip += 1
            declared = re.fullmatch(r"\s*\"?sep=(.)\"?\s*", line, re.IGNORECASE)
            if declared:
                delimiter = delimiter or declared[1]
            elif line.strip():
                break
        delimiter = delimiter or max(
            _DELIMITERS, key=lambda sign: (_outside_quotes(line).count(sign), -_DELIMITERS.index(sign))
        )
        lines = _Lines(iter([line]), stream)
        record = next(csv.reader(lines, delimiter=delimiter), [])
    return delimiter, tuple(name.strip() for name in record), skip, lines.more


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


class _Lines:
    """One line already read, then the rest of a stream, counting what is taken from the rest."""

    def __init__(self, first: Iterator[str], rest: Iterator[str]) -> None:
        self._first, self._rest, self.more = first, rest, 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        for line in self._first:
            return line
        self.more += 1
        return next(self._rest)


def _outside_quotes(line: str) -> str:
    return re.sub(r'"[^"]*"', "", line)


def records(path: Path, layout: Layout) -> Iterator[tuple[int, list[str]] | Reject]:
    """Yield every record after the header with the physical line it starts on, or why there is none.

    Empty lines are no records. After an unclosed quote reading goes on with the next line, so one broken line
    costs one row.
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
            if line.strip("\r\n"):
                yield _record(lines, line, start, layout)


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


def _record(lines: _Pushback, line: str, start: int, layout: Layout) -> tuple[int, list[str]] | Reject:
    taken: list[str] = []
    try:
        cells = next(csv.reader((line,), delimiter=layout.delimiter, strict=True))
    except csv.Error:
        cells = _over_lines(lines, line, taken, layout)
    if len(cells) != len(layout.header):
        lines.give_back(taken)
        return Reject(start, Reason.UNDECODABLE if _is_damaged(line) else Reason.RAGGED)
    if any(map(_is_damaged, (line, *taken))):
        return Reject(start, Reason.UNDECODABLE)
    return start, cells


def _is_damaged(line: str) -> bool:
    return any(sign in line for sign in _DAMAGE)


def _over_lines(lines: _Pushback, line: str, taken: list[str], layout: Layout) -> list[str]:
    """Return the cells of a record that goes on after `line`, adding to `taken` what it covers; [] for none."""

    def supply() -> Iterator[str]:
        yield line
        while len(taken) < _MOST_LINES:
            more = next(lines, None)
            if more is None:
                return
            taken.append(more)
            yield more

    try:
        return next(csv.reader(supply(), delimiter=layout.delimiter, strict=True))
    except (csv.Error, StopIteration):
        return []


def clean_copy(path: Path, layout: Layout, target: Path) -> tuple[int, tuple[Reject, ...]]:
    """Write the readable records as plain UTF-8 CSV without a header, the physical line first.

    Return how many there are, and the records that are not.
    """
    rejects = []
    written = 0
    with target.open("w", encoding="utf-8", newline="") as out:
        # Unquoted, a carriage return within a cell would end its line.
        writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
        for record in records(path, layout):
            if isinstance(record, Reject):
                rejects.append(record)
            else:
                writer.writerow([record[0], *record[1]])
                written += 1
    return written, tuple(rejects)


def lines_of(path: Path, layout: Layout, wanted: set[int]) -> dict[int, int]:
    """Return the physical lines on which the records of these ordinals (from 0) start."""
    found = {}
    ordinal = -1
    for record in records(path, layout):
        ordinal += not isinstance(record, Reject)
        if ordinal in wanted and not isinstance(record, Reject):
            found[ordinal] = record[0]
            if len(found) == len(wanted):
                break
    return found
