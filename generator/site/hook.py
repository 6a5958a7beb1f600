"""The one hook into MkDocs: terms that explain themselves, tables past Markdown, alignment as classes.

It turns text into text and knows nothing of what the pages say, so another builder that reads mkdocs.yml needs no more
than these functions. MkDocs loads it by its path, anew for each build.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from generator import compiled
from generator.site.glossary import explained, explaining, read_glossary

_ALIGNED = re.compile(r'(<t[hd]) style="text-align: (left|center|right);"')
#: What search leaves out: the tables below figures and the tiny pictures. Reading them would be half of a build.
_UNREAD = re.compile(
    r'<div class="of-figure__foot" data-search-exclude="true">.*?</div>(?=</figure>)'
    r'|<svg class="of-(?:spark|bullet)".*?</svg>'
)
_EXCLUDED = ' data-search-exclude="true"'
#: HTML of ours on a line of its own. Markdown hands it on as it is, but looks at every tag of it twice.
_LINE = re.compile(r'^<(div|details|dl|nav|ul) class="of-(?![^>]*\bmarkdown\b)[^\n]*</\1>$', re.MULTILINE)
#: What pages link to and what has headings, which the builder must see.
_SEEN = re.compile(r' id="|<h[1-6]')
#: Queries are no prose: in the search they would bury the pages that say what a word means.
_QUERY = re.compile(r'<div class="language-sql highlight">.*?</div>', re.DOTALL)
_KEPT = re.compile(r'<(span|div) data-of-kept="(\d+)"></\1>')
_LAID = re.compile(r'<div data-of-laid="(\d+)"></div>')
#: What assistive technology needs and Material 9 does not say.
_NAMES = (('data-md-component="search" role="dialog"', 'data-md-component="search" role="dialog" aria-label="Search"'),)

_glossary: dict[str, str] = {}
#: Page -> what was taken out of it.
_taken: dict[str, list[str]] = {}


def on_config(config: Any) -> None:
    """Read the glossary once."""
    _glossary.update(read_glossary(Path(config.docs_dir)))


def on_env(env: Any, **_: Any) -> None:
    """Compile each template of the theme once in this process."""
    env.bytecode_cache = compiled.THEME


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """Take out the HTML that neither Markdown nor search has to read, and add what explains the page's terms."""
    taken = _taken[page.file.src_uri] = []
    read = _UNREAD.sub(lambda found: _place_for(_shown(found.group()), taken), markdown)
    read = _LINE.sub(lambda found: _line_taken(found, taken), read)
    return read + explaining(read, _glossary)


def _line_taken(line: re.Match[str], taken: list[str]) -> str:
    """Return the place of a line that is whole in itself: until search has read it, or past that."""
    html, tag = line.group(), line[1]
    if _SEEN.search(html) or html.count(f"<{tag}") != html.count(f"</{tag}>"):
        return html
    if _EXCLUDED in html.partition(">")[0]:
        return _place_for(_shown(_restored(html, taken)), taken, "div")
    taken.append(html)
    return f'<div data-of-laid="{len(taken) - 1}"></div>'


def _shown(html: str) -> str:
    """Return what nothing else reads as it stands in the page."""
    return explained(html.replace(_EXCLUDED, "", 1), _glossary)


def on_page_content(html: str, *, page: Any, **_: Any) -> str:
    """Lay lines of HTML back, take out the queries, and turn `style=`, which a strict policy forbids, into classes."""
    taken = _taken[page.file.src_uri]
    whole = _LAID.sub(lambda place: taken[int(place[1])], html)
    read = _QUERY.sub(lambda found: _place_for(found.group(), taken), whole)
    return _ALIGNED.sub(r'\1 class="of-\2"', read)


def _place_for(text: str, taken: list[str], tag: str = "span") -> str:
    taken.append(text)
    return f'<{tag} data-of-kept="{len(taken) - 1}"></{tag}>'


def on_page_context(context: Any, *, page: Any, **_: Any) -> None:
    """Explain the terms that Markdown passed by, such as those in tiles: after the search index has been fed."""
    page.content = explained(page.content, _glossary)


def on_post_page(output: str, *, page: Any, **_: Any) -> str:
    """Put what was taken out back in its place: after the search index has been fed."""
    return _named(_restored(output, _taken.pop(page.file.src_uri)))


def _restored(html: str, taken: list[str]) -> str:
    return _KEPT.sub(lambda place: taken[int(place[2])], html)


def on_post_template(output_content: str, **_: Any) -> str:
    """Name things on the error page, too."""
    return _named(output_content)


def _named(html: str) -> str:
    for plain, named in _NAMES:
        html = html.replace(plain, named)
    return html
