"""The live preview of a project: what is computed anew when a file changes, and what is kept."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

from generator.agreement import Agreement
from generator.build import Inputs, Prepared, Request, build_pages, facts_of, read_inputs, report_of, report_on
from generator.history import record_of
from generator.kpis import Memory
from generator.kpis.kpi import Kpi
from generator.pages import Pages
from generator.progress import Progress
from generator.project import Project
from generator.report import Report
from generator.serve import serve
from generator.sources import reading_key
from generator.sources.report import Drop

#: What changes numbers; everything else in content/ and site_templates/ changes words and looks only.
_MEASURED = ("content/agreement", "content/reviews", "content/kpis", "content/sources", "exports")


def preview(project: Project, request: Request, host: str, port: int, progress: Progress) -> None:
    """Serve the site of the drop until interrupted, and show edits as they are saved."""
    with tempfile.TemporaryDirectory(prefix="onefunnel-preview-") as folder:
        site = _Site(project, request, Path(folder), f"http://{host}:{port}/", progress)
        with closing(site):
            serve(site.rebuild, _watched(project, request), host, port)


class _Site:
    """The site on show, the report it was made from, and the facts under it."""

    def __init__(self, project: Project, request: Request, folder: Path, address: str, progress: Progress) -> None:
        self._project = project
        self._request = request
        self._folder = folder
        self._address = address
        self._progress = progress
        self._report: Report | None = None
        self._written: Pages | None = None
        self._facts = Facts(project, request, progress)

    def rebuild(self, changed: set[Path]) -> Path:
        """Return the folder of the site, built anew after `changed` (empty: everything)."""
        out = self._folder / "site"
        if self._report is None or any(self._is_measured(path) for path in changed):
            self._report = self._facts.report()
        self._written = build_pages(
            self._report, self._project, self._folder, out, self._progress,
            only_changed=bool(changed), written=self._written, site_url=self._address,
        )  # fmt: skip
        return out

    def close(self) -> None:
        """Let go of the facts."""
        self._facts.close()

    def _is_measured(self, path: Path) -> bool:
        folders = [layer for name in _MEASURED for layer in self._project.layers(name)]
        given = [place for place in (self._request.exports, self._request.settings) if place is not None]
        return any(path.is_relative_to(folder.resolve()) for folder in (*folders, *given))


class Facts:
    """The facts of a drop, kept between two reports and built anew only when something that they depend on changed.

    Content tells, not which file was saved: the agreement as a value, and the key of the reading.
    """

    def __init__(self, project: Project, request: Request, progress: Progress) -> None:
        self._project, self._request, self._progress = project, request, progress
        self._open = ExitStack()
        self._ready: Prepared | None = None
        self._stands_on: tuple[Agreement, Drop, str] | None = None
        self._memory = Memory()
        self._report: Report | None = None  # on these facts
        self._counted: tuple[Kpi, ...] = ()  # what its KPIs were, apart from their words

    def report(self) -> Report:
        """Return the report of the project as it stands on disk."""
        inputs = read_inputs(self._project, self._request, self._progress)
        agreed = record_of(self._project, inputs.agreement, inputs.kpis)
        ready = replace(self._standing_on(inputs), kpis=inputs.kpis, agreed=agreed)
        counted = tuple(kpi.as_counted for kpi in inputs.kpis)
        if self._report is None or self._counted != counted:
            self._report, self._counted = report_on(ready, self._progress, self._memory), counted
        else:
            self._report = report_of(ready, self._report.results, self._report.missing)
        return self._report

    def close(self) -> None:
        """Release the database."""
        self._open.close()
        self._ready = self._stands_on = self._report = None

    def _standing_on(self, inputs: Inputs) -> Prepared:
        wanted = (inputs.agreement, inputs.drop, reading_key(inputs.drop, self._project, inputs.agreement))
        if self._ready is None or self._stands_on != wanted:
            self.close()
            facts = facts_of(inputs, self._project, self._request.engine, self._progress)
            self._ready = self._open.enter_context(facts)
            self._stands_on = wanted
        return self._ready


def _watched(project: Project, request: Request) -> list[Path]:
    folders = [*project.layers("content"), *project.layers("site_templates"), project.root / "mkdocs.yml"]
    return folders + [place for place in (request.exports, request.settings) if place is not None]
