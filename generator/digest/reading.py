"""Finds a version and reads what its message says."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.errors import Mistake, PublishError
from generator.pages.digest import FILE
from generator.publish import Version, versions_of

_WANTED = {"attention", "changes", "company", "goals"}


@dataclass(frozen=True)
class Digest:
    """The message about one version, and where its pages are."""

    version: Version
    found: dict[str, Any]  # data/digest.json
    base: str  # in front of the address of a page; ends with a slash

    def link(self, page: str) -> str:
        """Return where a page of the version is."""
        return f"{self.base}{self.version.id}/{page}"

    @property
    def is_linked(self) -> bool:
        """Whether links lead somewhere from wherever the message is read."""
        return "://" in self.base


def read_digest(target: Path, version: str | None, site_url: str | None) -> Digest:
    """Return the message about a version below `target`, by default the newest; PublishError where there is none."""
    versions = versions_of(target)
    chosen = [one for one in versions if version in (None, one.id, *one.aliases)]
    if not chosen:
        known = ", ".join(one.id for one in versions) or "none"
        what = f"has no version {version}" if version else "has no versions"
        raise PublishError(
            "There is nothing to tell.",
            [Mistake(str(target), f"{what}; there are: {known}", "Name a folder of versions with --to.")],
        )
    path = chosen[-1].data / FILE
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if not found.keys() >= _WANTED:
            raise ValueError
    except (OSError, ValueError, AttributeError):
        mend = "It was published by an earlier release; publish its drop again."
        raise PublishError(
            "There is nothing to tell.", [Mistake(str(path), "is missing or unreadable", mend)]
        ) from None
    return Digest(chosen[-1], found, f"{site_url.rstrip('/')}/" if site_url else "")
