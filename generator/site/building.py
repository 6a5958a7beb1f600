"""Builds the site of one docs folder with MkDocs, beside the old one, and swaps it in when it is whole."""

from __future__ import annotations

import logging
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from generator.charts.bundle import write_bundle
from generator.errors import Mistake, SiteError
from generator.project import Project
from generator.site import changes
from generator.site.config import key_lines, write_config
from generator.site.pictures import put_pictures
from generator.site.policy import apply_policy
from generator.swapping import put_in_place

_ASSETS = "assets/onefunnel"
_KEY = re.compile(r"Config value '(\w+)[^']*': ")
_PAGE = re.compile(r"(?:Doc file|page) '([^']+)'")
_STAYS = "The site was not built; the previous one stays."
#: Below the folder beside the docs that holds what is kept between two builds.
_WORK = ".site"


def build_site(
    docs: Path,
    project: Project,
    out: Path,
    *,
    site_name: str | None = None,
    nav: Sequence[Any],
    site_url: str | None = None,
    latest: str | None = None,
    dirty: bool = False,
    once: bool = False,
    cache: Path | None = None,
    draw: Callable[[], object] = lambda: None,
) -> None:
    """Build `docs` into the folder `out`, which stays as it was until the new site is whole.

    nav: the short navigation as MkDocs writes it; other pages are built and reached by links. Without `site_name` the
    one of mkdocs.yml holds. `site_url` is needed for navigation without page loads, for nothing else. `latest` names
    the newest of the versions that the site will stand among; without it there is no choice of versions. `dirty` builds
    only pages that changed since the last build from the same `docs` into the same `out`, for the live preview; `once`
    says that none will follow, so that nothing need be remembered for it.
    `cache` keeps what never changes between builds. `draw` completes the drawings below `docs`; a whole build asks for
    them at its end, so that they can be drawn elsewhere meanwhile. SiteError lists every page that is at fault.
    """
    _refuse_foreign(out)
    work = docs.parent / _WORK
    work.mkdir(parents=True, exist_ok=True)
    config = write_config(work, project, docs, site_name=site_name, nav=nav, site_url=site_url, latest=latest)
    write_bundle(work / "theme" / _ASSETS, cache or work)
    if dirty:
        draw()  # drawings, too, say which pages changed
    seen = changes.look(docs, work) if dirty else None
    before = changes.last(work, out) if dirty else None
    target = out.absolute().with_name(f".{out.absolute().name}.new")
    shutil.rmtree(target, ignore_errors=True)
    partial = seen is not None and before is not None and changes.prepare(seen, before, docs, out, target)
    try:
        _run_mkdocs(config, target, key_lines(project), dirty=partial)
        if not dirty:
            draw()
        if mistakes := put_pictures(target, docs):
            raise SiteError(_STAYS, mistakes)
        _complete(target, out if partial else None)
        if partial and before is not None:
            changes.explain_anew(target, docs, before)
        out.parent.mkdir(parents=True, exist_ok=True)
        put_in_place(target, out.absolute())
    finally:
        shutil.rmtree(target, ignore_errors=True)
    if not once:
        changes.keep(seen or changes.look(docs, work), docs, work, out)


def _refuse_foreign(out: Path) -> None:
    """Raise SiteError where `out` holds something that is no site of ours: it would be deleted."""
    if out.is_dir() and any(out.iterdir()) and not (out / _ASSETS).is_dir():
        mistake = Mistake(str(out), "holds files that are not a site", "Name another folder with --out, or empty it.")
        raise SiteError("The site cannot be written.", [mistake])
    if out.exists() and not out.is_dir():
        raise SiteError("The site cannot be written.", [Mistake(str(out), "is a file, not a folder")])


def _run_mkdocs(config_file: Path, target: Path, lines: Mapping[str, int], *, dirty: bool) -> None:
    os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")  # an advertisement on the terminal, not a warning of ours
    from mkdocs.commands.build import build
    from mkdocs.config import load_config
    from mkdocs.exceptions import Abort, MkDocsException

    with _warnings() as found:
        try:
            config = load_config(str(config_file), site_dir=str(target), strict=False)
            # Never `dirty`: Material's search would keep the entries of this build, and lay some over the next one's.
            config.plugins.on_startup(command="build", dirty=False)
            try:
                build(config, dirty=dirty)
            finally:
                config.plugins.on_shutdown()
        except (MkDocsException, SystemExit) as problem:
            if not found or not isinstance(problem, Abort):  # which only says that something was said
                found.append(str(problem))
        except Exception as problem:  # a page that an extension or a template stumbles over; the log names the page
            if not found:
                raise
            found.append(f"{type(problem).__name__}: {problem}")
    mistakes = [_mistake(message, lines) for message in dict.fromkeys(found) if "'dirty' build" not in message]
    if mistakes:
        raise SiteError(_STAYS, mistakes)


class _Collector(logging.Handler):
    """Keeps the text of every warning and error."""

    def __init__(self, found: list[str]) -> None:
        super().__init__(logging.WARNING)
        self.found = found

    def emit(self, record: logging.LogRecord) -> None:
        self.found.append(record.getMessage())


@contextmanager
def _warnings() -> Iterator[list[str]]:
    """Collect what MkDocs warns of, in place of printing it."""
    found: list[str] = []
    logger = logging.getLogger("mkdocs")
    collector, level, spread = _Collector(found), logger.level, logger.propagate
    logger.addHandler(collector)
    logger.setLevel(logging.WARNING)
    logger.propagate = False
    try:
        yield found
    finally:
        logger.removeHandler(collector)
        logger.setLevel(level)
        logger.propagate = spread


def _mistake(message: str, lines: Mapping[str, int]) -> Mistake:
    """Return what MkDocs says with its place: a page, or a line of the company's mkdocs.yml."""
    text = " ".join(re.sub(r"\x1b\[[0-9;]*m", "", message).split())
    if page := _PAGE.search(text):
        return Mistake(page.group(1), text.removeprefix(f"Doc file '{page.group(1)}' "))
    if (key := _KEY.match(text)) and key[1] in lines:
        what = text.removeprefix(key.group())
        return Mistake(f"mkdocs.yml, line {lines[key[1]]}: {key[1]}", what, "Correct or remove the key.")
    return Mistake("mkdocs", text)


def _complete(site: Path, previous: Path | None) -> None:
    """Add what MkDocs does not write: the search index as a script, the policy; leave out what no reader asks for."""
    (site / "sitemap.xml.gz").unlink(missing_ok=True)  # carries the time of the build
    for source_map in (site / "assets").rglob("*.map"):
        source_map.unlink()  # a megabyte for those who debug Material
    if previous is not None:
        changes.merge_search(site, previous)
    index = site / "search" / "search_index.json"
    if index.is_file():
        # From a folder no browser may fetch, but every browser may run a script.
        index.with_suffix(".js").write_text(f"var __index = {index.read_text(encoding='utf-8')}", encoding="utf-8")
    apply_policy(site)
