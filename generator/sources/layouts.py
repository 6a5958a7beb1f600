"""How a text file is written: its encoding, its delimiter, and where its header stands."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from .naming import MOST_TITLES

_CHUNK = 1 << 20
_GLIMPSE = 1 << 18
_DELIMITERS = ",;\t|"
#: Between cells, where no tab is. A tab or a hard blank anywhere is taken for one beside a cell.
_SIGNS = ",;|"
_BORDERS = np.isin(np.arange(256), list(_SIGNS.encode() + b'\r\n"'))
#: The engine passes over one blank before the quote of a cell, not over two.
_WIDE = b'  "'
_EDGE = re.compile(rb'[,;|\r\n"] | [,;|\r\n"]')
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True)
class Layout:
    """How a text file is written."""

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    skip: int  # physical lines before the first record
    is_even: bool  # every line ends alike, with LF or with CRLF, and none holds a NUL or two blanks before a quote
    is_utf8: bool  # the bytes may be read as they are
    lines: int = 0  # physical lines, where they end evenly
    is_crlf: bool = False
    is_trimmed: bool = False  # no blank stands beside a delimiter, a quote or the end of a line
    assumed: bool = False  # the first declared encoding did not fit, another one did
    totals: tuple[str, ...] = ()  # patterns of first cells whose lines are no rows
    ends_blank: bool = False  # behind the first empty line stands a footer


@dataclass(frozen=True)
class Expected:
    """What is known of a file before it is looked at."""

    encodings: tuple[str, ...] = ("utf-8", "cp1252")
    delimiter: str | None = None
    is_header: Callable[[tuple[str, ...]], bool] | None = None  # None: the first line is the header
    totals: tuple[str, ...] = ()
    ends_blank: bool = False


@dataclass(frozen=True)
class _Survey:
    is_utf8: bool
    looks_utf8: bool  # more lines with well-formed multi-byte characters than damaged ones
    is_even: bool
    lines: int
    is_crlf: bool
    is_trimmed: bool


def layout_of(path: Path, expected: Expected) -> Layout:
    """Return how the file is written; a byte order mark decides the encoding, else the first that fits does."""
    with path.open("rb") as stream:
        start = stream.read(4)
    bom = next((name for mark, name in _BOMS if start.startswith(mark)), None)
    survey = _survey(path) if bom != "utf-16" else _Survey(False, False, False, 0, False, False)
    encoding = bom or _fitting(path, expected.encodings, survey)
    delimiter, header, skip, more = _header(path, encoding, expected)
    plain = encoding in ("utf-8", "utf-8-sig") and survey.is_utf8
    assumed = bom is None and codecs.lookup(encoding).name != codecs.lookup(expected.encodings[0]).name
    # Lines that are no rows are told apart by the careful reading.
    even = survey.is_even and not more and not expected.totals and not expected.ends_blank
    trimmed = survey.is_trimmed and delimiter in _SIGNS
    written = (encoding, delimiter, header, skip + more, even, plain, survey.lines, survey.is_crlf, trimmed, assumed)
    return Layout(*written, totals=expected.totals, ends_blank=expected.ends_blank)


def _survey(path: Path) -> _Survey:
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8, is_trimmed, nuls, feeds, returns, pairs, last = True, True, 0, 0, 0, 0, b"\n"
    is_wide, seam = False, b""
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            is_utf8 = is_utf8 and _goes_on(decoder, chunk)
            signs = np.frombuffer(chunk, np.uint8)
            places = np.flatnonzero(signs <= ord(" "))  # one look for all of them
            counts = np.bincount(signs[places], minlength=ord(" ") + 1)
            nuls, feeds, returns = nuls + counts[0], feeds + counts[ord("\n")], returns + counts[ord("\r")]
            joint = last + chunk[:1]
            pairs += (chunk.count(b"\r\n") if counts[ord("\r")] else 0) + (joint == b"\r\n")
            hard = counts[ord("\t")] or (not chunk.isascii() and b"\xa0" in chunk)
            is_trimmed = is_trimmed and not (hard or _EDGE.search(joint) or _has_edges(signs, places))
            is_wide = is_wide or _WIDE in chunk or _WIDE in seam + chunk[:2]
            last, seam = chunk[-1:], chunk[-2:]
    is_utf8 = is_utf8 and _goes_on(decoder, b"", final=True)
    even = not nuls and not is_wide and (not returns or feeds == returns == pairs)
    lines = int(feeds) + (last != b"\n")
    looks_utf8 = is_utf8 or _is_damaged_utf8(path)
    return _Survey(is_utf8, looks_utf8, bool(even), lines, bool(returns), is_trimmed and last != b" ")


def _goes_on(decoder: codecs.IncrementalDecoder, chunk: bytes, final: bool = False) -> bool:
    """Whether `chunk` goes on with what the decoder was given."""
    if chunk and chunk.isascii() and decoder.getstate()[0] == b"":
        return True  # told much faster
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _has_edges(signs: npt.NDArray[np.uint8], places: npt.NDArray[np.intp]) -> bool:
    """Whether one of the blanks at `places` stands where a cell may begin or end."""
    blanks = places[signs[places] == ord(" ")]
    before, after = signs[blanks[blanks > 0] - 1], signs[blanks[blanks < signs.size - 1] + 1]
    return bool(_BORDERS[before].any() or _BORDERS[after].any())


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


def _header(path: Path, encoding: str, expected: Expected) -> tuple[str, tuple[str, ...], int, int]:
    """Return delimiter, names, physical lines up to the header's first, and how many more the header covers.

    Above the header of a report stand its titles: where the form says how to tell it, it is looked for.
    """
    with path.open(encoding=encoding, errors="replace", newline="") as stream:
        candidates = list(first_records(stream, expected.delimiter, MOST_TITLES if expected.is_header else 1))
    fitting = (found for found in candidates if expected.is_header and expected.is_header(found[1]))
    return next(fitting, candidates[0] if candidates else (expected.delimiter or ",", (), 0, 0))


def first_records(
    stream: Iterator[str], delimiter: str | None, most: int
) -> Iterator[tuple[str, tuple[str, ...], int, int]]:
    """Yield the first records of a text that are not empty, each as `_header` returns the one it takes.

    Without a delimiter each line tells its own: that of a title says nothing about the table.
    """
    skip = 0
    while most and (line := next(stream, None)) is not None:
        skip += 1
        declared = re.fullmatch(r"\s*\"?sep=(.)\"?\s*", line, re.IGNORECASE)
        if declared:
            delimiter = delimiter or declared[1]
        elif line.strip():
            lines = _Lines(iter([line]), stream)
            sign = delimiter or _commonest_delimiter(line)
            record = next(csv.reader(lines, delimiter=sign, skipinitialspace=True), [])
            yield sign, tuple(name.strip() for name in record), skip, lines.more
            skip += lines.more
            most -= 1


def _commonest_delimiter(line: str) -> str:
    return max(_DELIMITERS, key=lambda sign: (_outside_quotes(line).count(sign), -_DELIMITERS.index(sign)))


def glimpse(path: Path) -> Iterator[tuple[str, ...]]:
    """Yield the first records of a file that is perhaps a table: one of them may be its header."""
    with path.open("rb") as stream:
        start = stream.read(_GLIMPSE)
    bom = next((name for mark, name in _BOMS if start.startswith(mark)), None)
    text = start.decode(bom or ("utf-8" if _is_utf8_start(start) else "cp1252"), errors="replace")
    for _, names, _, _ in first_records(iter(io.StringIO(text, newline="")), None, MOST_TITLES):
        yield names


def _is_utf8_start(start: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return False
    return True


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
