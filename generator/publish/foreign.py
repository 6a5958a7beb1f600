"""What stands in a target that no publish has put there: it is named, and nothing of it is touched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from generator.errors import Mistake, PublishError
from generator.publish.aliases import names
from generator.publish.alone import WORK
from generator.publish.beside import MARK, OTHERS, ROOT
from generator.publish.versions import INDEX, is_alias, versions_of

_ELSEWHERE = "Name another folder with --to; a plain site cannot hold versions."


def refuse_foreign(target: Path, alias: str) -> None:
    """Raise PublishError where something stands in the way that no publish has put there."""
    if not is_alias(alias):
        mistakes = [Mistake(f"--alias {alias}", "is no name for an alias", "Choose a word, such as latest.")]
    elif target.exists() and not target.is_dir():
        mistakes = [Mistake(str(target), "is a file, not a folder", _ELSEWHERE)]
    else:
        mistakes = [*_shapes(target)] or _inside(target, alias)
    if mistakes:
        raise PublishError("Nothing was published.", mistakes)


def _inside(target: Path, alias: str) -> list[Mistake]:
    versions = versions_of(target)
    known = {alias, *(name for version in versions for name in version.aliases)}
    return [*_aliases(target, known), *_files(target, empty=not versions)]


def _shapes(target: Path) -> Iterator[Mistake]:
    """Yield folders that stand where files go, and what stands where the work goes: all in there is cleared away."""
    work = target / WORK
    lock = work / "lock"
    if work.is_symlink() or (work.exists() and not work.is_dir()) or (lock.exists() and not lock.is_file()):
        yield Mistake(str(work), "is no folder of work in progress", "Take it away.")
    for name in (ROOT, INDEX, *OTHERS):
        if (target / name).exists() and not (target / name).is_file():
            yield Mistake(str(target / name), "is no file", "Take it away.")


def _aliases(target: Path, known: set[str]) -> Iterator[Mistake]:
    """Yield what stands where an alias goes and is none."""
    for name in sorted(known):
        place = target / name
        if place.exists() and not place.is_symlink() and names(place) is None:
            yield Mistake(str(place), "is no version", "Take it away, or choose another --alias.")


def _files(target: Path, *, empty: bool) -> Iterator[Mistake]:
    """Yield the files of something else: without a version and a root page of ours, all of them are."""
    root = target / ROOT
    if root.exists():
        if MARK not in root.read_text(encoding="utf-8", errors="replace"):
            yield Mistake(str(root), "is a page of something else", _ELSEWHERE)
    elif empty:
        for name in (INDEX, *OTHERS):
            if (target / name).exists():
                yield Mistake(str(target / name), "is a file of something else", _ELSEWHERE)
