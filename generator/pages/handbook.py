"""Prose pages of content/handbook/: plain Markdown, copied as they are with the drop's stamp below."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from generator.errors import Mistake, SiteError
from generator.pages.context import Context
from generator.pages.markup import encoded
from generator.pages.templates import front_matter_text
from generator.project import Project
from generator.texts import text_of, yaml_of

FOLDER = "content/handbook"
_FRONT = re.compile(r"\A---\r?\n(.*?)\r?\n---\r?\n", re.DOTALL)
_TITLE = re.compile(r"^#[ \t]+(.+?)[ \t]*#*[ \t]*$", re.MULTILINE)


@dataclass(frozen=True)
class Prose:
    """One prose page."""

    page: str  # path below docs
    title: str
    description: str
    order: int
    body: str


def read_handbook(project: Project) -> list[Prose]:
    """Return the prose pages in the order of their `order`, then by name; a project's own replace packaged ones."""
    found = [_prose(project, name, path) for name, path in sorted(project.files(FOLDER, "*.md").items())]
    return sorted(found, key=lambda prose: (prose.order, prose.page))


def _prose(project: Project, name: str, path: Path) -> Prose:
    try:
        text = text_of(path)
        front = _FRONT.match(text)
        meta = (yaml_of(front.group(1)) or {}) if front else {}
        body = text[front.end() :] if front else text
        heading = _TITLE.search(body)
        title = str(
            meta.get("title") or (heading.group(1) if heading else Path(name).stem.replace("-", " ").capitalize())
        )
        return Prose(f"guide/{name}", title, str(meta.get("description") or title), int(meta.get("order", 50)), body)
    except (AttributeError, TypeError, ValueError) as error:
        mend = "Front matter is YAML between two lines of ---, with title, description and order."
        raise SiteError("A handbook page cannot be read.", [Mistake(project.shown(path), str(error), mend)]) from error


def write_handbook(context: Context, pages: list[Prose]) -> None:
    """Write each prose page below guide/."""
    for prose in pages:
        path = context.docs / prose.page
        path.parent.mkdir(parents=True, exist_ok=True)
        front = (
            f"---\ntitle: {front_matter_text(prose.title)}\ndescription: {front_matter_text(prose.description)}\n---\n"
        )
        stamp = f'\n\n<p class="of-muted of-small">{encoded(context.stamp)}</p>\n'
        path.write_text(f"{front}\n{prose.body.strip()}{stamp}", encoding="utf-8")
