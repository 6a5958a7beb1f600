"""Versions on a git branch, for teams that deploy by one: mike commits what was built."""

from __future__ import annotations

import contextlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from generator.errors import Mistake, PublishError, told
from generator.progress import Progress
from generator.publish.alone import alone_in
from generator.publish.beside import FEED, feed_text
from generator.publish.edition import Edition, finished
from generator.publish.publishing import Outcome, Ways
from generator.publish.versions import RECORD, Version, id_for, is_version_id, place_of

_FAILED = "The version was not published; the branch is as it was."


def publish_to_branch(branch: str, edition: Edition, ways: Ways, progress: Progress) -> Outcome:
    """Commit the edition to `branch` of the git repository that one stands in, unless its inputs are there already.

    Pushing the branch is left to whoever calls. PublishError where mike or git is missing or git refuses. The folder
    of the version is where it stands on the branch, not on this disk.
    """
    mike = _mike()
    with told(PublishError, _FAILED), _refusals(mike), alone_in(_git_folder() / "onefunnel", progress) as work:
        versions = _versions(mike, branch)
        issues = (one for one in versions if place_of(one.id)[0] == edition.day)
        found = next((one.id for one in issues if _inputs(mike, branch, one) == edition.inputs), None)
        added = found or _commit(mike, branch, edition, ways, versions, work)
        version = next(one for one in _versions(mike, branch) if one.id == added)
    return Outcome(version, found is None)


def _commit(mike: ModuleType, branch: str, edition: Edition, ways: Ways, versions: list[Version], work: Path) -> str:
    version = id_for(edition.day, versions)
    earlier = [one for one in versions if place_of(one.id) < place_of(version)]
    before = _data(mike, branch, earlier[-1], work / "before") if earlier else None
    site = finished(edition, work / "site", version, before)
    is_newest = len(earlier) == len(versions)
    config = {"site_dir": str(site), "use_directory_urls": False}
    said = {"branch": branch, "message": f"Publish {version}", "alias_type": mike.AliasType[ways.alias_as]}
    aliases = [ways.alias] if is_newest else []
    with mike.deploy(config, version, Version(version, site).title, aliases, update_aliases=True, **said):
        pass  # it is built already
    if not versions:
        mike.set_default(ways.alias, branch=branch, message=f"Lead to {ways.alias}")
    # Of earlier versions only what stands on the branch is known: their day.
    listed = sorted([*versions, Version(version, site)], key=lambda one: place_of(one.id))
    with mike.git_utils.Commit(branch, f"List {version}") as commit:
        commit.add_file(mike.git_utils.FileInfo(FEED, feed_text(listed, edition.name, ways.site_url)))
    return version


def _mike() -> ModuleType:
    try:
        from mike import commands
    except ImportError:
        mend = "Install it (pip install 'onefunnel[mike]'), or publish to a folder, without --mike."
        raise PublishError("Nothing was published.", [Mistake("--mike", "mike is not installed here", mend)]) from None
    return commands  # type: ignore[no-any-return]


def _git_folder() -> Path:
    asked = subprocess.run(["git", "rev-parse", "--git-common-dir"], capture_output=True, text=True, check=False)
    if asked.returncode:
        mend = "Run this in a clone, or publish to a folder, without --mike."
        raise PublishError("Nothing was published.", [Mistake(str(Path.cwd()), "is in no git repository", mend)])
    return Path(asked.stdout.strip()).resolve()


@contextlib.contextmanager
def _refusals(mike: ModuleType) -> Iterator[None]:
    """Say what git or mike refuses as an error of ours."""
    try:
        yield
    except FileNotFoundError as problem:
        if problem.filename != "git":
            raise
        raise PublishError("Nothing was published.", [Mistake("git", "is not installed here", "Install it.")]) from None
    except mike.git_utils.GitError as problem:
        mend = "Mend what git says; a name and an address to commit under are needed, too."
        raise PublishError(_FAILED, [Mistake("git", str(problem), mend)]) from problem


def _versions(mike: ModuleType, branch: str) -> list[Version]:
    found = [one for one in mike.list_versions(branch) if is_version_id(str(one.version))]
    versions = [Version(str(one.version), Path(str(one.version)), tuple(sorted(one.aliases))) for one in found]
    return sorted(versions, key=lambda one: place_of(one.id))


def _inputs(mike: ModuleType, branch: str, version: Version) -> dict[str, str]:
    text = mike.git_utils.read_file(branch, f"{version.id}/{RECORD}")
    return dict(json.loads(text)["inputs"])


def _data(mike: ModuleType, branch: str, version: Version, place: Path) -> Path:
    """Take the results of a version from the branch."""
    for file in mike.git_utils.walk_files(branch, f"{version.id}/data"):
        path = place / Path(file.path).relative_to(version.id)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)
    return place / "data"
