"""Where things stand: the project's folders, laid over those that the package carries."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click

from .errors import printable

_PACKAGE = Path(__file__).parent
_PACKAGED = _PACKAGE / "_packaged"
#: In a wheel the top-level folders travel inside the package; in a checkout they stand beside it.
PACKAGED = _PACKAGED if _PACKAGED.is_dir() else _PACKAGE.parent


@dataclass(frozen=True)
class Project:
    """A company's own folder, or the packaged default when there is none."""

    root: Path
    here: Path | None = None  # where the user stands, if that is in no project; drops are looked for there

    @property
    def is_packaged(self) -> bool:
        """Whether there is no company folder and the packaged content serves alone."""
        return self.root == PACKAGED

    @property
    def has_own_place(self) -> bool:
        """Whether there is a folder to keep things in from build to build."""
        return not self.is_packaged or (self.root / ".git").exists()

    @property
    def exports(self) -> Path:
        """The folder whose newest sub-folder is the drop to build."""
        return (self.here or self.root) / "exports"

    def layers(self, folder: str) -> tuple[Path, ...]:
        """Return the folders called `folder` (such as `content/kpis`), packaged first, the project's own last."""
        own = self.root / folder
        if not own.is_dir() and (own.exists() or own.is_symlink()):
            raise click.UsageError(f"{self.shown(own)} is no folder: a file, or a link to nothing. Take it away.")
        candidates = dict.fromkeys((PACKAGED / folder, own))
        return tuple(path for path in candidates if path.is_dir())

    def files(self, folder: str, pattern: str) -> dict[str, Path]:
        """Return files of `folder` by their path below it; the project's own replace packaged ones of that name."""
        found: dict[str, Path] = {}
        for layer in self.layers(folder):
            for path in sorted(layer.rglob(pattern)):
                found[path.relative_to(layer).as_posix()] = path
        return found

    def shown(self, path: Path) -> str:
        """Return `path` as messages print it: relative to the project where it lies inside."""
        for base in (self.root, PACKAGED):
            if path.is_relative_to(base):
                return printable(path.relative_to(base).as_posix())
        return printable(str(path))


def find_project(start: Path | None = None) -> Project:
    """Return the nearest folder upwards from `start` with `mkdocs.yml` and `content/`, else the packaged content."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "mkdocs.yml").is_file() and (folder / "content").is_dir():
            return Project(folder)
    return Project(PACKAGED, here)
