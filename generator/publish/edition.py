"""What is to be published, whatever it is published to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from generator.publish.versions import json_text, write_record

#: The list of a version's pages, below it: a script asks whether another version has the same page.
PAGES = "data/pages.json"


@dataclass(frozen=True)
class Edition:
    """A drop, ready to be built as a version."""

    day: str  # the local date of the last instant before as-of
    inputs: Mapping[str, str]  # hashes of all that decides the bytes of the site, by name
    #: Builds the site into a new folder, as the version of that id, compared with the results of the version before.
    build: Callable[[Path, str, Path | None], None]
    name: str = "Marketing and Sales KPIs"  # what the versions are versions of
    record_days: int = 90  # after which versions lose their lists of records


def named(company: str) -> str:
    """Return what the versions of a company are versions of."""
    return f"{company}: KPIs"


def finished(edition: Edition, site: Path, version: str, before: Path | None) -> Path:
    """Build the folder `site` and make it a version; return it."""
    edition.build(site, version, before)
    write_record(site, version, edition.inputs)
    pages = sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))
    (site / PAGES).write_text(json_text(pages), encoding="utf-8")
    return site
