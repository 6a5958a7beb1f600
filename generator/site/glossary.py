"""The terms that explain themselves on hover, and which of them a page needs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path

#: Below the docs folder, an abbreviation a line; where it is missing nothing is explained.
GLOSSARY = "_glossary.md"
_ENTRY = re.compile(r"^\*\[([^\]]+)\]:.*", re.MULTILINE)
#: HTML on a line of its own, which Markdown leaves as it is: its terms are explained when the page stands.
_HTML = re.compile(
    r"^<(p|div|dl|figure|section|details|nav|table|ul|ol)\b(?![^>]*\bmarkdown\b)[^\n]*</\1>$", re.MULTILINE
)
#: What is passed by whole: links and headings, what is pressed or typed into, code, drawings, and what is explained.
_PASSED = "a|abbr|h[1-6]|button|code|kbd|label|option|output|pre|script|select|style|summary|svg|textarea"
#: Where a reader starts anew, so that a term is explained anew.
_BLOCK = "article|details|dl|figure|li|p|section|table"
_TAG = re.compile(r"<[^>]*>")
_MARK = re.compile(rf"<(?:({_PASSED})\b.*?</\1>|(?:{_BLOCK})\b)", re.DOTALL)


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


def explained(html: str, glossary: Mapping[str, str]) -> str:
    """Return `html` with the first use of a term in each block explained as Markdown does it in prose.

    No parser and no pattern of all terms, which cost a tenth of the time of MkDocs: a look at the few places where one
    stands.
    """
    read = _TAG.sub("", html)  # most of a page is tags, and most terms are on few pages
    hits = sorted((at, -len(word), word) for word in glossary if word in read for at in _places(html, word))
    marks = _MARK.finditer(html) if hits else iter(())
    pieces: list[str] = []
    mark, free, done, seen = next(marks, None), 0, 0, set[str]()
    for at, _, word in hits:  # of two that begin at one place, the longer
        while mark and mark.start() <= at:
            if not mark[1]:
                seen.clear()
            free, mark = max(free, mark.end()), next(marks, None)
        end = at + len(word)
        if at >= free and word not in seen and _is_whole(html, at, end) and _is_text(html, at, end):
            pieces += (html[done:at], abbreviation(word, glossary[word]))
            free = done = end
            seen.add(word)
    return "".join((*pieces, html[done:]))


def abbreviation(word: str, line: str) -> str:
    """Return a word explained in HTML, by its line of the glossary."""
    return f'<abbr title="{escape(line.partition("]: ")[2])}">{word}</abbr>'


def _places(html: str, word: str) -> Iterator[int]:
    at = html.find(word)
    while at >= 0:
        yield at
        at = html.find(word, at + 1)


def _is_whole(html: str, start: int, end: int) -> bool:
    """Whether no word goes on before or after; `&` begins the name of a sign."""
    before, after = html[start - 1 : start], html[end : end + 1]
    return not (before.isalnum() or before in ("_", "&") or after.isalnum() or after == "_")


def _is_text(html: str, start: int, end: int) -> bool:
    """Whether a place lies between tags; the text of a page holds neither bracket, what is inside a tag at most one."""
    return html.rfind("<", 0, start) <= html.rfind(">", 0, start) and _ahead(html, "<", end) <= _ahead(html, ">", end)


def _ahead(html: str, sign: str, start: int) -> int:
    at = html.find(sign, start)
    return len(html) if at < 0 else at
