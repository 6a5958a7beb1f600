"""A chart in a page: the place that the page's Markdown keeps for it, and the drawing that is put there later."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from pathlib import Path

from generator.charts.chart import Chart
from generator.charts.drawing import Drawing, Drawn, draw, with_ids
from generator.charts.pen import Pen

#: Below the docs folder; a leading dot keeps it out of the site.
FOLDER = ".charts"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")


def figure(name: str, chart: Chart, *, title: str, note: str = "", table: str = "", links: str = "") -> str:
    """Return one line of HTML that keeps the place of the chart called `name` in a page.

    The drawing itself passes neither through Markdown nor into the search index. `title` (the finding) and `note`
    are plain text; `table` (the same figures to read, folded) and `links` (downloads) are HTML of the caller's making.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"chart name {name!r}: lower-case letters, figures, dots and dashes only")
    words = _text(chart.description)
    parts = [
        f'<figure class="of-figure" id="chart-{name}"><figcaption class="of-figure__head">',
        f'<span class="of-figure__title">{_text(title)}</span>',
        f'<span class="of-figure__note">{_text(note)}</span>' if note else "",
        "</figcaption>",
        f'<div class="of-chart" data-of-chart="{name}" role="group" tabindex="0" aria-label="{words}"></div>',
        _foot(table, links) if table or links else "",
        "</figure>",
    ]
    return "".join(parts).replace("\n", " ")


def _foot(table: str, links: str) -> str:
    folded = f'<details class="of-fold"><summary>Table</summary>{table}</details>' if table else ""
    beside = f'<span class="of-figure__links">{links}</span>' if links else ""
    # Search finds the page by its words; a match on every figure in it would bury that.
    return f'<div class="of-figure__foot" data-search-exclude="true">{folded}{beside}</div>'


def write_drawings(charts: Mapping[str, Chart], docs: Path, cache: Path, pen: Pen | None = None) -> Drawn:
    """Draw `charts` (by the names their figures bear) and lay them below `docs` for the build to put into the pages.

    A second `pen` shares the work.
    """
    folder = docs / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    drawings = draw(charts, cache, pen)
    for name, drawing in drawings.items():
        text = fragment(name, drawing, charts[name].description)
        path = folder / f"{name}.html"
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    for stale in sorted(set(folder.glob("*.html")) - {folder / f"{name}.html" for name in drawings}):
        stale.unlink()
    reused = sum(drawing.reused for drawing in drawings.values())
    return Drawn(len(drawings) - reused, reused)


def fragment(name: str, drawing: Drawing, description: str) -> str:
    """Return what stands in the page: both drawings, of which one shows, and the live specification."""
    words = _text(description)
    pictures = "".join(
        _labelled(with_ids(svg, f"{name}-{width}"), width, words)
        for width, svg in (("wide", drawing.wide), ("narrow", drawing.narrow))
    )
    # Not a script element: instant navigation runs every script of a page anew, whatever its type.
    return f'{pictures}<template class="of-chart__spec">{drawing.spec}</template>'


def _labelled(svg: str, width: str, words: str) -> str:
    return svg.replace("<svg ", f'<svg role="img" aria-label="{words}" data-of-width="{width}" ', 1)


def _text(text: str) -> str:
    return escape(" ".join(text.split()))
