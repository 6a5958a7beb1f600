"""Whether a drop will build: every mistake that can be found in one go, and what the drop holds beside the last one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import click

from generator.agreement import Agreement, load_agreement
from generator.checking.last_drop import LastDrop, last_drop
from generator.errors import ReportError
from generator.history import losses
from generator.kpis import load_kpis, measure_kpis, targets_ahead
from generator.models.agreed import agreed_targets
from generator.models.coverage import coverage
from generator.models.survey import Survey
from generator.prepare import Inputs, Prepared, Request, facts_of, worst_first
from generator.progress import Progress
from generator.project import Project
from generator.sources import load_profiles, open_drop
from generator.sources.accounts import ReadingStopped
from generator.sources.report import Drop, LoadReport, Quarantined, Severity


@dataclass(frozen=True)
class Checked:
    """What a check found; without a drop that can be read, the mistakes alone."""

    problems: tuple[ReportError, ...]  # by their exit code
    drop: Drop | None = None
    load: LoadReport | None = None  # with every finding, those of the facts among them
    survey: Survey = field(default_factory=Survey)
    last: LastDrop | None = None  # what was built before it

    @property
    def mistakes(self) -> int:
        """How many things have to be mended before the drop builds."""
        return sum(max(1, len(problem.mistakes)) for problem in self.problems)

    @property
    def set_aside(self) -> tuple[Quarantined, ...]:
        """Where rows stand that could not be used, of a drop that was read or of one at which reading stopped."""
        stopped = (row for problem in self.problems if isinstance(problem, ReadingStopped) for row in problem.set_aside)
        return self.load.quarantine if self.load else tuple(stopped)

    def weighing(self, severity: Severity) -> int:
        """Return how many findings weigh so much."""
        return sum(finding.severity is severity for finding in self.load.findings) if self.load else 0


def check(project: Project, request: Request, progress: Progress, built: tuple[Path, ...] = ()) -> Checked:
    """Look for every kind of mistake, and at the drop as far as it can be read.

    `built` are folders of sites and versions; the newest of them that was built from an earlier drop is what row
    counts are held against.
    """
    problems: list[ReportError] = []
    agreement, kpis, profiles, found = None, None, None, Checked(())
    with _collected(problems):
        agreement = load_agreement(project, request.settings)
    with _collected(problems):
        profiles = load_profiles(project)
    if agreement is not None:
        with _collected(problems):
            kpis = load_kpis(project, agreement)
    drop = _drop_to_check(project, request, agreement, problems) if agreement and profiles else None
    if agreement is not None and drop is not None:
        with (
            _collected(problems),
            facts_of(Inputs(agreement, kpis or (), drop), project, request.engine, progress) as ready,
        ):
            found = _looked_at(ready, last_drop(built, drop))
            measure_kpis(ready.kpis, ready.engine, ready.agreement, ready.load, ready.drop.as_of)
    return replace(found, problems=tuple(sorted(problems, key=lambda problem: problem.exit_code)), drop=drop)


def _looked_at(ready: Prepared, last: LastDrop | None) -> Checked:
    today = date.fromisoformat(ready.drop.id)
    ahead = targets_ahead(ready.kpis, agreed_targets(ready.engine), today)
    covered = coverage(ready.survey, today)
    lost = losses(ready.load, last.rows if last else {})
    findings = worst_first((*ready.findings, *covered, *lost, *ahead))
    return Checked((), ready.drop, replace(ready.load, findings=findings), ready.survey, last)


def _drop_to_check(
    project: Project, request: Request, agreement: Agreement, problems: list[ReportError]
) -> Drop | None:
    """Return the drop, or None where there is none to check beside the mistakes found so far."""
    with _collected(problems):
        try:
            return open_drop(request.exports, request.as_of, project, agreement.settings)
        except click.UsageError:
            if not problems:
                raise
    return None


@contextmanager
def _collected(problems: list[ReportError]) -> Iterator[None]:
    """Keep a mistake of the user for later, so that the next kind of mistake is looked for as well."""
    try:
        yield
    except ReportError as problem:
        problems.append(problem)
