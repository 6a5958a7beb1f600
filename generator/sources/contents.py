"""What a file that should be a table really is: failed exports are web pages, error messages or nothing at all."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from pathlib import Path

from ..errors import Mistake

_CHUNK = 1 << 20
_START = 1 << 16
#: No table has such a line, and the line would have to fit into the memory.
_LONGEST_LINE = 1 << 24
#: Control characters, as a share and as a number, above which a file is no text; a stray one is a matter of its row.
_MOST_CONTROLS = 0.05, 32
_BOMS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CONTROLS = bytes(sign for sign in range(32) if sign not in b"\t\n\v\f\r\x1a")

#: How files of other kinds begin.
_SIGNATURES = {
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture",
    b"GIF8": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"SQLite format 3": "a SQLite database",
}
_MARKUP = (
    (re.compile(rb"(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body|title|script|meta|table)\b", re.I | re.S), "HTML"),
    (re.compile(rb"<(\?xml|[a-z][\w:.-]*[\s>/])", re.I), "XML"),
    (re.compile(rb"\{\s*(\"|\}|$)|\[\s*([{\[\]\"]|$)"), "JSON"),
)
_AGAIN = "Export it again, as CSV; transfer it unchanged."
_PAGES = {
    "HTML": ("this is an HTML page, not a table", "The export asked for a login or failed: open it in a browser."),
    "XML": ("this is XML, not a table", _AGAIN),
    "JSON": ("this is JSON, not a table", "The export failed (the file may say why), or write it as CSV."),
}


def fault_of(label: str, path: Path, encodings: Iterable[str]) -> Mistake | None:
    """Return why a file cannot be a delimited table, or None; `encodings` are those that its profiles declare.

    Looks at how the file begins, and at the length of its lines.
    """
    with path.open("rb") as stream:
        start = stream.read(_START)
    if not start:
        return Mistake(label, "the file is empty, without even a header", "Export or transfer it again.")
    wide = any(codecs.lookup(name).name.startswith(("utf-16", "utf-32")) for name in encodings)
    if not wide and not start.startswith(_BOMS[1:]) and (what := _other_bytes(start)):
        return Mistake(label, *what)
    text = start.removeprefix(codecs.BOM_UTF8).lstrip()
    if not text:
        return Mistake(label, "the file holds no header, only blanks", "Export or transfer it again.")
    name = next((name for pattern, name in _MARKUP if pattern.match(text)), "")
    if name:
        return Mistake(label, *_PAGES[name])
    if line := _endless_line(path):
        endless = f"line {line} is longer than {_LONGEST_LINE:,} bytes: no table is written like that"
        return Mistake(label, endless, _AGAIN)
    return None


def _other_bytes(start: bytes) -> tuple[str, str] | None:
    """Return what a file without readable text is, and what to do about it."""
    for signature, name in _SIGNATURES.items():
        if start.startswith(signature):
            return f"this is {name}, not a table", _AGAIN
    even, odd = start[::2].count(0), start[1::2].count(0)
    if even + odd > len(start) // 4 and max(even, odd) > 8 * min(even, odd):
        name = "utf-16-le" if odd > even else "utf-16-be"
        hint = f"Save it as UTF-8, or declare `encodings: {name}` in its profile."
        return "this looks like UTF-16, but has no byte order mark", hint
    controls = len(start) - len(start.translate(None, _CONTROLS))
    if controls > _MOST_CONTROLS[0] * len(start) and controls > _MOST_CONTROLS[1]:
        return "this is binary data, not a table", _AGAIN
    return None


def _endless_line(path: Path) -> int:
    """Return the number of the first line that is too long, or 0."""
    size = run = 0
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            end = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
            run = run + len(chunk) if end < 0 else len(chunk) - 1 - end
            size += len(chunk)
            if run > _LONGEST_LINE:
                return _line_at(path, size - run)
    return 0


def _line_at(path: Path, place: int) -> int:
    """Return the number of the line that begins at a byte."""
    lines = 1
    with path.open("rb") as stream:
        while place > 0 and (chunk := stream.read(min(_CHUNK, place))):
            lines += chunk.count(b"\n") or chunk.count(b"\r")
            place -= len(chunk)
    return lines
