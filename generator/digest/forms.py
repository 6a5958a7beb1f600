"""The message in the forms that its readers' tools take."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

from generator.digest.reading import Digest
from generator.pages.markup import encoded

#: So many lines of one kind are said; the page has the rest.
_MOST = 8
_FILLS = {"room": "#e3e7ed", "good": "#0a6e4b", "warn": "#855600", "bad": "#b3261e", "": "#3949ab"}


@dataclass(frozen=True)
class _Form:
    """How one tool wants text: each function gets plain text and returns it written."""

    plain: Callable[[str], str]
    strong: Callable[[str], str]
    link: Callable[[str, str], str]  # text as written, address
    title: Callable[[str], str]
    items: Callable[[list[str]], str]  # as written
    picture: Callable[[dict[str, Any]], str] = lambda goal: ""
    whole: Callable[[str, str], str] = lambda title, body: body


def digest_text(digest: Digest, form: str) -> str:
    """Return the message in one of the FORMS."""
    shape = FORMS[form]
    title = f"{digest.found['company']}: numbers as of {digest.version.title}"
    parts = [shape.title(_linked(shape, digest, title, "index.html")), *_parts(shape, digest)]
    return shape.whole(escape(title), "\n".join(part for part in parts if part)).rstrip("\n") + "\n"


def _parts(shape: _Form, digest: Digest) -> Iterator[str]:
    found = digest.found
    for goal in found["goals"]:
        head = shape.strong(f"{goal['value']}, {goal['state']}")
        about = _linked(shape, digest, f"{goal['subject']}, {goal['period']}", goal["page"])
        yield shape.items([f"{about}: {head}. {shape.plain('; '.join(goal['lines']))}{shape.picture(goal)}"])
    yield from _changes(shape, digest)
    if found["attention"]:
        yield shape.title(shape.plain("What needs attention"))
        lines = [_line(shape, digest, one, f"{one['text']}") for one in found["attention"]]
        yield shape.items(_shortened(shape, digest, lines, "index.html"))


def _changes(shape: _Form, digest: Digest) -> Iterator[str]:
    found = digest.found["changes"]
    if found is None:
        return
    yield shape.title(_linked(shape, digest, f"What changed since {found['before']}", found["page"]))
    lines = [_line(shape, digest, one, one["text"]) for one in found["moved"]]
    lines += [shape.plain(text) for text in found["agreed"]]
    nothing = shape.plain("No closed figure moved and nothing was agreed otherwise.")
    yield shape.items(_shortened(shape, digest, lines, found["page"]) or [nothing])


def _line(shape: _Form, digest: Digest, one: dict[str, Any], text: str) -> str:
    return f"{_linked(shape, digest, one['subject'], one['page'])}: {shape.plain(text)}"


def _shortened(shape: _Form, digest: Digest, lines: list[str], page: str) -> list[str]:
    more = len(lines) - _MOST
    return [*lines[:_MOST], _linked(shape, digest, f"{more} more", page)] if more > 0 else lines


def _linked(shape: _Form, digest: Digest, text: str, page: str) -> str:
    """Return text that leads to a page, where messages are read with the address known."""
    return shape.link(shape.plain(text), digest.link(page)) if digest.is_linked else shape.plain(text)


def _markdown(text: str) -> str:
    """Return text that Markdown only shows; signs that are plain among blanks stay, for those who read the source."""
    return encoded(text).replace(" &#61; ", " = ").replace(")&#58; ", "): ")


def _slack(text: str) -> str:
    """Return text as Slack shows it, with no mention, link or emphasis in it."""
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([*_~`])", "\\1\u2060", safe)


def _drawn(goal: dict[str, Any]) -> str:
    """Return the picture of a goal with its colours in it, for readers without our style sheet."""
    tone = _FILLS.get(goal["tone"], _FILLS[""])
    paints = {
        "room": f'fill="{_FILLS["room"]}"',
        "bar": f'fill="{tone}"',
        "target": 'stroke="#16202e" stroke-width="2"',
        "paced": 'stroke="#16202e" stroke-width="1.5" stroke-dasharray="2 2"',
    }
    picture: str = goal["picture"].replace(
        'class="of-bullet"', 'width="480" height="14" xmlns="http://www.w3.org/2000/svg"'
    )
    return "<br>" + re.sub(r'class="of-bullet__(\w+)"', lambda part: paints.get(part[1], ""), picture)


def _page(title: str, body: str) -> str:
    style = "font:15px/1.5 system-ui,sans-serif;color:#16202e;max-width:40rem;margin:1rem auto;padding:0 1rem"
    return (
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>{title}</title>\n'
        f'<body style="{style}">\n{body}\n</body>\n</html>'
    )


FORMS: dict[str, _Form] = {
    "markdown": _Form(
        plain=_markdown,
        strong=lambda text: f"**{_markdown(text)}**",
        link=lambda text, address: f"[{text}]({address})",
        title=lambda text: f"\n### {text}\n",
        items=lambda lines: "\n".join(f"- {line}" for line in lines),
    ),
    "slack": _Form(
        plain=_slack,
        strong=lambda text: f"*{_slack(text)}*",
        link=lambda text, address: f"<{address}|{text}>",
        title=lambda text: f"\n*{text}*" if not text.startswith("<") else f"\n{text}",
        items=lambda lines: "\n".join(f"• {line}" for line in lines),
    ),
    "html": _Form(
        plain=escape,
        strong=lambda text: f"<strong>{escape(text)}</strong>",
        link=lambda text, address: f'<a href="{escape(address)}">{text}</a>',
        title=lambda text: f"<h2>{text}</h2>",
        items=lambda lines: "<ul>" + "".join(f"<li>{line}</li>" for line in lines) + "</ul>",
        picture=_drawn,
        whole=_page,
    ),
}
