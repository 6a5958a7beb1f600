"""The terms that explain themselves on hover, and which of them a page needs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

#: Below the docs folder, an abbreviation a line; where it is missing nothing is explained.
GLOSSARY = "_glossary.md"
_ENTRY = re.compile(r"^\*\[([^\]]+)\]:.*", re.MULTILINE)
#: HTML on a line of its own, which Markdown leaves as it is: nothing in it is explained.
_HTML = re.compile(
    r"^<(p|div|dl|figure|section|details|nav|table|ul|ol)\b(?![^>]*\bmarkdown\b)[^\n]*</\1>$", re.MULTILINE
)


def read_glossary(docs: Path) -> dict[str, str]:
    """Return the lines of the glossary by the word that each explains."""
    path = docs / GLOSSARY
    return {entry[1]: entry[0] for entry in _ENTRY.finditer(path.read_text(encoding="utf-8"))} if path.is_file() else {}


def explaining(markdown: str, glossary: Mapping[str, str]) -> str:
    """Return the lines that `markdown` needs after it: those of the words that stand in its prose.

    The reader of Markdown takes every line for a block, so a page with the whole glossary is read twice as slowly. A
    blank line stands between two: every line of a block makes it look at the rest of the block again.
    """
    prose = _HTML.sub("", markdown)
    return "".join(f"\n\n{line}" for word, line in glossary.items() if word in prose)
