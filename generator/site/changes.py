"""What changed since the last build, so that a preview renders only the pages that did."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from generator.charts.figure import FOLDER
from generator.site.config import GLOSSARY

_CHART = re.compile(r'data-of-chart="([a-z0-9._-]+)"')
_FILE = "seen.json"
#: The key of what every page depends on: config, theme, glossary, the set of pages.
_ALL = "*"

Seen = Mapping[str, str]


def look(docs: Path, work: Path) -> Seen:
    """Return a hash per file of `docs`, a page's with its drawings, and one of what all pages depend on."""
    seen = {path.relative_to(docs).as_posix(): path.read_bytes() for path in sorted(docs.rglob("*")) if path.is_file()}
    shared = [b"mkdocs.yml", *(path.read_bytes() for path in _shared(work)), seen.get(GLOSSARY, b"")]
    pages = [name for name in seen if name.endswith(".md")]
    hashes = {name: _page_hash(content, seen) if name in pages else _hash(content) for name, content in seen.items()}
    titles = [f"{name} {_head(seen[name])}" for name in pages]  # titles stand in the navigation of other pages
    return hashes | {_ALL: _hash(*shared, "\n".join(titles).encode())}


def _head(content: bytes) -> str:
    """Return the lines of a page that may hold its title: front matter and the first heading."""
    text = content.decode("utf-8", "replace")
    lines = text.splitlines()[:40]
    return "|".join(line for line in lines if line.startswith(("# ", "title:", "search:", "hide:")))


def _shared(work: Path) -> list[Path]:
    theme = [path for path in sorted((work / "theme").rglob("*")) if path.is_file()]
    return [path for path in (work / "mkdocs.yml", work / "company.yml", *theme) if path.is_file()]


def _page_hash(content: bytes, files: Mapping[str, bytes]) -> str:
    charts = sorted(set(_CHART.findall(content.decode("utf-8", "replace"))))
    return _hash(content, *(files.get(f"{FOLDER}/{name}.html", b"") for name in charts))


def _hash(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


def keep(seen: Seen, work: Path, out: Path) -> None:
    """Remember what the site in `out` was built from."""
    text = json.dumps({"out": str(out.absolute()), "seen": dict(seen)}, sort_keys=True)
    (work / _FILE).write_text(text, encoding="utf-8")


def last(work: Path, out: Path) -> Seen | None:
    """Return what the site in `out` was built from, or None when that is not known."""
    try:
        kept = json.loads((work / _FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return kept["seen"] if kept.get("out") == str(out.absolute()) and out.is_dir() else None


def prepare(seen: Seen, before: Seen, docs: Path, out: Path, target: Path) -> bool:
    """Copy the last site to `target` and mark what MkDocs must build anew; False when that is everything.

    MkDocs goes by the times of files, which say nothing in a folder that is written anew: so unchanged sources are
    dated before, changed ones after everything.
    """
    if seen.get(_ALL) != before.get(_ALL) or set(seen) != set(before):
        return False
    shutil.copytree(out, target)
    for name in seen:
        if name != _ALL:
            moment = 0 if seen[name] == before[name] else 4_000_000_000
            os.utime(docs / name, (moment, moment))
    return True


def merge_search(site: Path, previous: Path) -> None:
    """Complete the search index, which holds only the pages just built, from that of the previous site."""
    name = Path("search") / "search_index.json"
    if not (site / name).is_file() or not (previous / name).is_file():
        return
    new, old = (json.loads((folder / name).read_text(encoding="utf-8")) for folder in (site, previous))
    built = {_page_of(entry) for entry in new["docs"]}
    kept: list[dict[str, Any]] = [entry for entry in old["docs"] if _page_of(entry) not in built]
    new["docs"] = kept + new["docs"]
    (site / name).write_text(json.dumps(new), encoding="utf-8")


def _page_of(entry: Mapping[str, str]) -> str:
    return entry["location"].split("#")[0]
