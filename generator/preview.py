"""The live preview of a project: what is computed anew when a file changes, and what is kept."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

from generator.build import build_pages, report_of, report_on
from generator.engine import Engine
from generator.kpis import Memory
from generator.pages import Pages
from generator.prepare import Inputs, Prepared, Reading, Request, facts_on, read_inputs, reading_of
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
        self._is_due = True  # whether something that is measured changed since that report, or no report was whole
        self._written: Pages | None = None
        self._facts = Facts(project, request, progress)

    def rebuild(self, changed: set[Path]) -> Path:
        """Return the folder of the site, built anew after `changed` (empty: everything)."""
        out = self._folder / "site"
        self._is_due |= any(self._is_measured(path) for path in changed)
        if self._report is None or self._is_due:  # after a mistake, too, until it is mended
            self._report = self._facts.report()
            self._is_due = False
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
    """The facts of a drop, kept between two reports; built anew is only what an edit reaches.

    Content tells, not which file was saved: the key of the reading, the agreement as a value, the rows of tables.
    """

    def __init__(self, project: Project, request: Request, progress: Progress) -> None:
        self._project, self._request, self._progress = project, request, progress
        self._open = ExitStack()
        self._reading: Reading | None = None
        self._read_from: tuple[Drop, str, str, str] | None = None
        self._memory = Memory(self._fingerprint)
        self._report: Report | None = None
        self._stands_on: object = None  # what its results were counted from

    def report(self) -> Report:
        """Return the report of the project as it stands on disk."""
        inputs = read_inputs(self._project, self._request, self._progress)
        ready = facts_on(self._reading_of(inputs), inputs, self._project, self._progress)
        stands_on = self._memory.stands_on(inputs.kpis, ready.engine, inputs.agreement.settings)
        if self._report is None or self._stands_on != stands_on:
            self._report, self._stands_on = self._measured(ready), stands_on
        else:
            self._report = report_of(ready, self._report.results, self._report.missing)
        return self._report

    def _measured(self, ready: Prepared) -> Report:
        """Return a report on `ready`; results that say the same stay the same object, by which pages know them."""
        report = report_on(ready, self._progress, self._memory)
        if self._report and report.results.says_the_same_as(self._report.results):
            return replace(report, results=self._report.results)
        return report

    def close(self) -> None:
        """Release the database."""
        self._open.close()
        self._reading = self._read_from = self._report = None

    def _reading_of(self, inputs: Inputs) -> Reading:
        key = reading_key(inputs.drop, self._project, inputs.agreement)
        wanted = (inputs.drop, key, inputs.agreement.lifecycle.first_stage, inputs.agreement.settings.memory_limit)
        if self._reading is None or self._read_from != wanted:
            self.close()
            reading = reading_of(inputs, self._project, self._request.engine, self._progress, keeps=True)
            self._reading = self._open.enter_context(reading)
            self._read_from = wanted
        return self._reading

    def _fingerprint(self, engine: Engine, table: str) -> str:
        assert self._reading is not None  # which holds the table
        return self._reading.standing.fingerprint(engine, table)


def _watched(project: Project, request: Request) -> list[Path]:
    folders = [*project.layers("content"), *project.layers("site_templates"), project.root / "mkdocs.yml"]
    return folders + [place for place in (request.exports, request.settings) if place is not None]
