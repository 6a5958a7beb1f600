"""What changed since the last build, so that a preview renders only the pages that did."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence, Set
from contextlib import suppress
from functools import partial, reduce
from pathlib import Path
from typing import NamedTuple

from generator.charts.figure import FOLDER
from generator.site.glossary import abbreviation, explaining, read_glossary

_CHART = re.compile(r'data-of-chart="([a-z0-9._-]+)"')
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_FILE = "seen.json"
#: The key of what every page depends on: config, theme, titles in the navigation.
_ALL = "*"

Seen = Mapping[str, str]


class Last(NamedTuple):
    """What a site was built from: a hash a file, and the glossary as it was."""

    seen: Seen
    terms: Mapping[str, str]


def look(docs: Path, work: Path) -> Seen:
    """Return a hash per file of `docs`, a page's with its drawings and terms, and one of what all pages depend on."""
    files = {path.relative_to(docs).as_posix(): path.read_bytes() for path in sorted(docs.rglob("*")) if path.is_file()}
    glossary, navigation = read_glossary(docs), (work / "mkdocs.yml").read_text(encoding="utf-8")
    pages = {name: content.decode("utf-8", "replace") for name, content in files.items() if name.endswith(".md")}
    hashes = {name: _hash(content) for name, content in files.items() if name not in pages}
    hashes |= {name: _page_hash(text, hashes, glossary) for name, text in pages.items()}
    titles = [f"{name} {_head(text)}" for name, text in pages.items() if name in navigation]  # as other pages show them
    return hashes | {_ALL: _hash(*(path.read_bytes() for path in _shared(work)), "\n".join(titles).encode())}


def _head(text: str) -> str:
    """Return the lines of a page that may hold its title: front matter and the first heading."""
    lines = text.splitlines()[:40]
    return "|".join(line for line in lines if line.startswith(("# ", "title:", "search:", "hide:")))


def _shared(work: Path) -> list[Path]:
    theme = [path for path in sorted((work / "theme").rglob("*")) if path.is_file()]
    return [path for path in (work / "mkdocs.yml", work / "company.yml", *theme) if path.is_file()]


def _page_hash(text: str, hashes: Seen, glossary: Mapping[str, str]) -> str:
    """Return a hash of a page, its drawings and what its prose says on hover; its front matter explains nothing.

    What a term in a tile or below a figure means is no part of it: `explain_anew` writes that into the page as built.
    """
    charts = [hashes.get(f"{FOLDER}/{name}.html", "") for name in sorted(set(_CHART.findall(text)))]
    explained = explaining(_FRONT_MATTER.sub("", text), glossary)
    return _hash(*(part.encode() for part in (text, explained, *charts)))


def _hash(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


def keep(seen: Seen, docs: Path, work: Path, out: Path) -> None:
    """Remember what the site in `out` was built from."""
    kept = {"out": str(out.absolute()), "seen": dict(seen), "terms": read_glossary(docs)}
    (work / _FILE).write_text(json.dumps(kept, sort_keys=True), encoding="utf-8")


def last(work: Path, out: Path) -> Last | None:
    """Return what the site in `out` was built from, or None when that is not known."""
    try:
        kept = json.loads((work / _FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    is_there = kept.get("out") == str(out.absolute()) and out.is_dir()
    return Last(kept["seen"], kept.get("terms", {})) if is_there else None


def prepare(seen: Seen, before: Last, docs: Path, out: Path, target: Path) -> bool:
    """Copy the last site to `target` and mark what MkDocs must build anew; False when that is everything.

    MkDocs goes by the times of files, which say nothing in a folder that is written anew: so unchanged sources are
    dated before, changed ones after everything.
    """
    was = before.seen
    if seen.get(_ALL) != was.get(_ALL) or set(seen) != set(was):
        return False
    names = set(seen) - {_ALL}
    other = set(read_glossary(docs)) ^ set(before.terms)  # a new word is to be found in pages, an old one to be left
    unchanged = {name for name in names if seen[name] == was[name] and not _names_any(docs / name, other)}
    for name in names:
        moment = 0 if name in unchanged else 4_000_000_000
        os.utime(docs / name, (moment, moment))
    # Files that nobody writes again need not be copied: downloads are most of a site's bytes.
    as_they_are = {str(out / name) for name in unchanged if not name.endswith(".md")}
    shutil.copytree(out, target, copy_function=partial(_linked, as_they_are))
    return True


def _names_any(source: Path, words: Set[str]) -> bool:
    if not words or source.suffix != ".md":
        return False
    text = source.read_text(encoding="utf-8")
    return any(word in text for word in words)


def _linked(as_they_are: Set[str], source: str, place: str) -> None:
    """Make `place` another name of `source` where it stays as it is, else, or where names are single, a copy."""
    if source in as_they_are:
        with suppress(OSError):
            os.link(source, place)
            return
    shutil.copy2(source, place)


def merge_search(site: Path, previous: Path) -> None:
    """Complete the search index, which holds only pages just built, from that of the previous site, in its order."""
    name = Path("search") / "search_index.json"
    if not (site / name).is_file() or not (previous / name).is_file():
        return
    new, old = (json.loads((folder / name).read_text(encoding="utf-8")) for folder in (site, previous))
    built = _by_page(new["docs"])
    pages = _by_page(old["docs"]) | built  # a page keeps its place; what was in no index comes last
    new["docs"] = [entry for entries in pages.values() for entry in entries]
    (site / name).write_text(json.dumps(new, separators=(",", ":")), encoding="utf-8")


def _by_page(entries: Sequence[Mapping[str, str]]) -> dict[str, list[Mapping[str, str]]]:
    found: dict[str, list[Mapping[str, str]]] = {}
    for entry in entries:
        found.setdefault(entry["location"].split("#")[0], []).append(entry)
    return found


def explain_anew(site: Path, docs: Path, before: Last) -> None:
    """Give terms whose meaning changed the new one in all pages, of which only some were built anew."""
    known = read_glossary(docs)
    anew = {
        abbreviation(word, before.terms[word]): abbreviation(word, line)
        for word, line in known.items()
        if before.terms.get(word, line) != line
    }
    for page in site.rglob("*.html") if anew else ():
        text = page.read_text(encoding="utf-8")
        told = reduce(lambda shown, old: shown.replace(old, anew[old]), anew, text)
        if told != text:
            page.write_text(told, encoding="utf-8")
