"""The one hook into MkDocs: drawings and tables into pages, terms that explain themselves, alignment as classes.

It turns text into text and knows nothing of what the pages say, so another builder that reads mkdocs.yml needs no more
than these functions. MkDocs loads it by its path, anew for each build.
"""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

from generator.charts.figure import FOLDER
from generator.site.glossary import explaining, read_glossary

_log = logging.getLogger("mkdocs.hooks.onefunnel")
_ALIGNED = re.compile(r'(<t[hd]) style="text-align: (left|center|right);"')
#: Markdown inside of HTML sorts attributes anew, so their order says nothing.
_PLACE = re.compile(r'(<div (?=[^>]*class="of-chart")[^>]*?data-of-chart="([a-z0-9._-]+)"[^>]*>)(</div>)')
#: What search leaves out: the tables below figures and the tiny pictures. Reading them would be half of a build.
_UNREAD = re.compile(
    r'<div class="of-figure__foot" data-search-exclude="true">.*?</div>(?=</figure>)'
    r'|<svg class="of-(?:spark|bullet)".*?</svg>'
)
_EXCLUDED = ' data-search-exclude="true"'
#: Queries are no prose: in the search they would bury the pages that say what a word means.
_QUERY = re.compile(r'<div class="language-sql highlight">.*?</div>', re.DOTALL)
_KEPT = re.compile(r'<span data-of-kept="(\d+)"></span>')
#: What assistive technology needs and Material 9 does not say.
_NAMES = (('data-md-component="search" role="dialog"', 'data-md-component="search" role="dialog" aria-label="Search"'),)

_glossary: dict[str, str] = {}
#: Page -> what was taken out of it.
_taken: dict[str, list[str]] = {}


def on_config(config: Any) -> None:
    """Read the glossary once."""
    _glossary.update(read_glossary(Path(config.docs_dir)))


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """Take out the HTML that neither Markdown nor search has to read, and add what explains the page's terms."""
    taken = _taken[page.file.src_uri] = []
    read = _UNREAD.sub(lambda found: _place_for(found.group().replace(_EXCLUDED, "", 1), taken), markdown)
    return read + explaining(read, _glossary)


def on_page_content(html: str, *, page: Any, **_: Any) -> str:
    """Take out the queries, and turn `style=` of table cells, which a strict policy forbids, into classes."""
    taken = _taken[page.file.src_uri]
    read = _QUERY.sub(lambda found: _place_for(found.group(), taken), html)
    return _ALIGNED.sub(r'\1 class="of-\2"', read)


def _place_for(text: str, taken: list[str]) -> str:
    taken.append(text)
    return f'<span data-of-kept="{len(taken) - 1}"></span>'


def on_post_page(output: str, *, page: Any, config: Any, **_: Any) -> str:
    """Put what was taken out and the drawings in their places: after the search index has been fed."""
    folder = Path(config.docs_dir) / FOLDER
    taken = _taken.pop(page.file.src_uri)

    def drawn(match: re.Match[str]) -> str:
        path = folder / f"{match.group(2)}.html"
        if not path.is_file():
            _log.warning("Doc file '%s' shows the chart '%s', which was not drawn.", page.file.src_uri, match.group(2))
            return match.group(0)
        return match.group(1) + path.read_text(encoding="utf-8") + match.group(3)

    whole = _KEPT.sub(lambda match: taken[int(match.group(1))], output)
    return _named(_PLACE.sub(drawn, whole))


def on_post_template(output_content: str, **_: Any) -> str:
    """Name things on the error page, too."""
    return _named(output_content)


def _named(html: str) -> str:
    for plain, named in _NAMES:
        html = html.replace(plain, named)
    return html
