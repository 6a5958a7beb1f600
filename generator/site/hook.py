"""The one hook into MkDocs: drawings into pages, alignment as classes, names for what Material leaves unnamed.

It turns finished HTML into finished HTML and knows nothing of what the pages say, so another builder that reads
mkdocs.yml needs no more than these functions. MkDocs loads it by its path.
"""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

from generator.charts.figure import FOLDER

_log = logging.getLogger("mkdocs.hooks.onefunnel")
_ALIGNED = re.compile(r'(<t[hd]) style="text-align: (left|center|right);"')
#: Markdown inside of HTML sorts attributes anew, so their order says nothing.
_PLACE = re.compile(r'(<div (?=[^>]*class="of-chart")[^>]*?data-of-chart="([a-z0-9._-]+)"[^>]*>)(</div>)')
#: What assistive technology needs and Material 9 does not say.
_NAMES = (('data-md-component="search" role="dialog"', 'data-md-component="search" role="dialog" aria-label="Search"'),)


def on_page_content(html: str, **_: Any) -> str:
    """Turn `style=` of table cells, which a strict policy forbids, into classes."""
    return _ALIGNED.sub(r'\1 class="of-\2"', html)


def on_post_page(output: str, *, page: Any, config: Any, **_: Any) -> str:
    """Put the drawings where figures keep a place for them: after the search index has been fed."""
    folder = Path(config.docs_dir) / FOLDER

    def drawn(match: re.Match[str]) -> str:
        path = folder / f"{match.group(2)}.html"
        if not path.is_file():
            _log.warning("Doc file '%s' shows the chart '%s', which was not drawn.", page.file.src_uri, match.group(2))
            return match.group(0)
        return match.group(1) + path.read_text(encoding="utf-8") + match.group(3)

    return _named(_PLACE.sub(drawn, output))


def on_post_template(output_content: str, **_: Any) -> str:
    """Name things on the error page, too."""
    return _named(output_content)


def _named(html: str) -> str:
    for plain, named in _NAMES:
        html = html.replace(plain, named)
    return html
