"""Puts the drawings into finished pages, in the places that figures keep for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from generator.charts.figure import FOLDER
from generator.errors import Mistake

#: A place with nothing in it. Markdown inside of HTML sorts attributes anew, so their order says nothing.
_PLACE = re.compile(r'(<div (?=[^>]*class="of-chart")[^>]*?data-of-chart="([a-z0-9._-]+)"[^>]*>)(</div>)')


def put_pictures(site: Path, docs: Path) -> list[Mistake]:
    """Fill every place in the pages of `site` from the drawings below `docs`; return those for which there is none."""
    return [mistake for page in sorted(site.rglob("*.html")) for mistake in _filled(page, site, docs / FOLDER)]


def _filled(page: Path, site: Path, drawings: Path) -> Iterator[Mistake]:
    text = page.read_text(encoding="utf-8")
    names = {match.group(2) for match in _PLACE.finditer(text)}
    known = {name: drawings / f"{name}.html" for name in names if (drawings / f"{name}.html").is_file()}
    for name in sorted(names - set(known)):
        where = page.relative_to(site).with_suffix(".md").as_posix()
        yield Mistake(where, f"shows the chart '{name}', which was not drawn.")
    if known:
        drawn = {name: path.read_text(encoding="utf-8") for name, path in known.items()}
        filled = _PLACE.sub(lambda place: place.group(1) + drawn.get(place.group(2), "") + place.group(3), text)
        page.write_text(filled, encoding="utf-8")
