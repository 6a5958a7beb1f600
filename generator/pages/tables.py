"""Tables as one line of HTML, for charts and folds: numbers to the right, every text encoded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from generator.pages.markup import Trusted, encoded

Row = Sequence[object]


def html_table(head: Sequence[str], rows: Iterable[Row], *, texts: int = 1, caption: str = "") -> Trusted:
    """Return a table; the first `texts` columns hold text, all others numbers. Row headers are the first column."""
    above = f"<caption>{encoded(caption)}</caption>" if caption else ""
    titles = "".join(f'<th scope="col"{_kind(place, texts)}>{_cell(title)}</th>' for place, title in enumerate(head))
    body = "".join(f"<tr>{_row(row, texts)}</tr>" for row in rows)
    return Trusted(
        f'<div class="of-table"><table>{above}<thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _row(row: Row, texts: int) -> str:
    first = f'<th scope="row">{_cell(row[0])}</th>'
    return first + "".join(f"<td{_kind(place, texts)}>{_cell(value)}</td>" for place, value in enumerate(row[1:], 1))


def _kind(place: int, texts: int) -> str:
    return "" if place < texts else ' class="of-num"'


def _cell(value: object) -> str:
    return str(value) if isinstance(value, Trusted) else encoded(str(value))


def record_html(name: object) -> Trusted:
    """Return the mention of a single record: search leaves it out, and versions that grow old lose it."""
    return Trusted(f'<span class="of-record" data-search-exclude="true">{_cell(name)}</span>')


def chip_html(word: str, tone: str) -> Trusted:
    """Return a status chip; the style sheet draws its sign."""
    return Trusted(f'<span class="of-chip of-chip--{tone}">{encoded(word)}</span>')
