"""Adds a version to a target folder such that no reader ever meets half of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from generator.errors import Mistake, PublishError, told
from generator.progress import Progress
from generator.publish.aliases import Kind, point
from generator.publish.alone import alone_in
from generator.publish.beside import name_of, write_feed, write_headers, write_root
from generator.publish.edition import Edition, finished
from generator.publish.foreign import refuse_foreign
from generator.publish.pruning import drop_old_records, drop_pages, too_many
from generator.publish.versions import (
    Version,
    id_for,
    inputs_of,
    place_of,
    versions_of,
    write_index,
)


@dataclass(frozen=True)
class Ways:
    """How versions stand in the target."""

    alias: str = "latest"
    alias_as: Kind = Kind.COPY
    keep: int | None = None  # versions that keep their pages; None: all
    site_url: str | None = None  # where the target will be served


@dataclass(frozen=True)
class Outcome:
    """What became of it."""

    version: Version
    is_new: bool  # False: the same inputs were published before
    has_pages: bool = True  # False: published before, and pruned since
    pruned: tuple[str, ...] = ()  # versions that lost their pages now


def publish(target: Path, edition: Edition, ways: Ways, progress: Progress) -> Outcome:
    """Add the edition to `target` as its newest version of that day, unless the same inputs stand there already.

    Whoever publishes to the same folder meanwhile waits. What fails, or is killed at any moment, leaves the versions,
    the index and the aliases as they were or as they will be; the next call finishes or clears away the rest.
    """
    with told(PublishError, "The version was not published; those before it stay."):
        refuse_foreign(target, ways.alias)
        with alone_in(target, progress) as work:
            versions = versions_of(target)
            _tell_others(target, edition, versions, progress)
            published = _published(edition, versions)
            added = published or _add(edition, target, versions, work)
            pruned = _settle(target, ways, edition, work)
    version = next(one for one in versions_of(target) if one.id == added)
    return Outcome(version, published is None, version.has_pages, pruned)


def _tell_others(target: Path, edition: Edition, versions: list[Version], progress: Progress) -> None:
    """Say where the versions are of another name: of a company that was renamed, or of another project."""
    name = name_of(versions[-1]) if versions else None
    if name and name != edition.name:
        what = f"{target} holds versions of {name!r}; this one is of {edition.name!r} and is compared with them"
        progress.note(f"{what}. Another project needs a folder of its own (--to)")


def _published(edition: Edition, versions: list[Version]) -> str | None:
    """Return the version that was built from the same inputs."""
    issues = (one for one in versions if place_of(one.id)[0] == edition.day)
    return next((one.id for one in issues if inputs_of(one) == edition.inputs), None)


def _add(edition: Edition, target: Path, versions: list[Version], work: Path) -> str:
    """Build the site and let it appear in the target by one rename; return its id."""
    version = id_for(edition.day, versions)
    if (target / version).exists():
        mistake = Mistake(str(target / version), "stands where the version goes, and is none", "Take it away.")
        raise PublishError("Nothing was published.", [mistake])
    before = [one for one in versions if place_of(one.id) < place_of(version)]
    finished(edition, work / "site", version, before[-1].data if before else None).rename(target / version)
    return version


def _settle(target: Path, ways: Ways, edition: Edition, work: Path) -> tuple[str, ...]:
    """Bring the index, the aliases, the root page and what is kept in line with the folders; return what was pruned.

    It follows from the folders alone, so it also finishes what a killed publisher began.
    """
    versions = _with_alias(versions_of(target), ways.alias)
    pruned = too_many(versions, ways.keep)
    listed = [one for one in versions if one not in pruned and one.has_pages]
    write_index(target, listed)
    for version in versions:
        for alias in version.aliases:
            point(alias, version, ways.alias_as, work)
    write_root(target, ways.alias)
    write_headers(target)
    write_feed(target, listed, edition.name, ways.site_url)
    for version in versions:
        if version in pruned or not version.has_pages:
            drop_pages(version)
    drop_old_records(versions, edition.record_days)
    return tuple(one.id for one in pruned)


def _with_alias(versions: list[Version], alias: str) -> list[Version]:
    """Return the versions with `alias` at the newest that has pages, and nowhere else."""
    newest = next((one.id for one in reversed(versions) if one.has_pages), None)
    return [
        Version(
            one.id,
            one.folder,
            (*(name for name in one.aliases if name != alias), *((alias,) if one.id == newest else ())),
        )
        for one in versions
    ]
