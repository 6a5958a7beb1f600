"""The live preview of a project: what is computed anew when a file changes, and what is kept."""

from __future__ import annotations

import tempfile
from pathlib import Path

from generator.build import Request, build_pages, measure
from generator.progress import Progress
from generator.project import Project
from generator.report import Report
from generator.serve import serve

#: What changes numbers; everything else in content/ and site_templates/ changes words and looks only.
_MEASURED = ("content/agreement", "content/kpis", "content/sources", "exports")


def preview(project: Project, request: Request, host: str, port: int, progress: Progress) -> None:
    """Serve the site of the drop until interrupted, and show edits as they are saved."""
    with tempfile.TemporaryDirectory(prefix="onefunnel-preview-") as folder:
        site = _Site(project, request, Path(folder), f"http://{host}:{port}/", progress)
        serve(site.rebuild, _watched(project, request), host, port)


class _Site:
    """The site on show, and the report it was made from."""

    def __init__(self, project: Project, request: Request, folder: Path, address: str, progress: Progress) -> None:
        self._project = project
        self._request = request
        self._folder = folder
        self._address = address
        self._progress = progress
        self._report: Report | None = None

    def rebuild(self, changed: set[Path]) -> Path:
        """Return the folder of the site, built anew after `changed` (empty: everything)."""
        out = self._folder / "site"
        if self._report is None or any(self._is_measured(path) for path in changed):
            self._report = measure(self._project, self._request, self._progress)
        build_pages(
            self._report, self._project, self._folder, out, self._progress,
            only_changed=bool(changed), site_url=self._address,
        )  # fmt: skip
        return out

    def _is_measured(self, path: Path) -> bool:
        folders = [layer for name in _MEASURED for layer in self._project.layers(name)]
        given = [place for place in (self._request.exports, self._request.settings) if place is not None]
        return any(path.is_relative_to(folder.resolve()) for folder in (*folders, *given))


def _watched(project: Project, request: Request) -> list[Path]:
    folders = [*project.layers("content"), *project.layers("site_templates"), project.root / "mkdocs.yml"]
    return folders + [place for place in (request.exports, request.settings) if place is not None]
