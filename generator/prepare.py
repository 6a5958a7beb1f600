"""What is agreed and what a drop says, made into facts that stand in a database, ready to be measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from generator.agreement import Agreement, load_agreement
from generator.calendar import TABLES as CALENDAR
from generator.calendar import build_calendar
from generator.engine import Engine, open_engine
from generator.errors import ExportError, told
from generator.history import (
    PRIVATE,
    Snapshots,
    record_of,
    with_precision,
)
from generator.kpis import (
    Kpi,
    load_kpis,
    targets_of_nothing,
)
from generator.models import build_facts
from generator.models.history import History, history_of
from generator.models.standing import Standing
from generator.models.survey import Survey, before_facts, surveyed
from generator.progress import Progress
from generator.project import Project
from generator.restating import Since
from generator.sources import open_drop, read_kept
from generator.sources.report import Drop, Finding, LoadReport, Severity


@dataclass(frozen=True)
class Request:
    """What the command line asked for; None takes the default that the project states."""

    exports: Path | None = None
    as_of: str | None = None
    settings: Path | None = None
    engine: str = "duckdb"


@dataclass(frozen=True)
class Prepared:
    """A drop whose facts stand in the engine, ready for KPI SQL."""

    engine: Engine
    agreement: Agreement
    kpis: tuple[Kpi, ...]
    drop: Drop
    load: LoadReport
    findings: tuple[Finding, ...]
    agreed: Mapping[str, Any]  # the whole agreement as texts, as `record_of` returns it
    survey: Survey


@dataclass(frozen=True)
class Reading:
    """A drop that was read: its canonical tables stand in the engine, and whatever facts were built over them."""

    engine: Engine
    drop: Drop
    load: LoadReport
    standing: Standing


@dataclass(frozen=True)
class Inputs:
    """What a user wrote, read and checked, and which drop it is laid over."""

    agreement: Agreement
    kpis: tuple[Kpi, ...]
    drop: Drop


def read_inputs(project: Project, request: Request, progress: Progress) -> Inputs:
    """Read the agreement and the KPI files, and find the drop."""
    with progress.step("Reading the agreement and the KPI files"):
        agreement = load_agreement(project, request.settings)
        kpis = load_kpis(project, agreement)
    return Inputs(agreement, kpis, open_drop(request.exports, request.as_of, project, agreement.settings))


@contextmanager
def prepared(project: Project, request: Request, progress: Progress, held: Since | None = None) -> Iterator[Prepared]:
    """Read the agreement, the KPI files and the drop, and build the facts; the engine is sealed when it is yielded."""
    with facts_of(read_inputs(project, request, progress), project, request.engine, progress, held) as ready:
        yield ready


@contextmanager
def facts_of(
    inputs: Inputs, project: Project, engine_url: str, progress: Progress, held: Since | None = None
) -> Iterator[Prepared]:
    """Read the drop and build the facts; the engine is sealed when it is yielded.

    `held` looks at the rows in between, where it keeps a record of them.
    """
    with reading_of(inputs, project, engine_url, progress, held) as reading:
        yield facts_on(reading, inputs, project, progress)


@contextmanager
def reading_of(
    inputs: Inputs,
    project: Project,
    engine_url: str,
    progress: Progress,
    held: Since | None = None,
    *,
    keeps: bool = False,
) -> Iterator[Reading]:
    """Read the drop; `keeps` lets facts be built over it again and again, only those anew that an edit reaches."""
    agreement, drop = inputs.agreement, inputs.drop
    with open_engine(engine_url, agreement.settings.memory_limit) as engine:
        with (
            progress.step(f"Reading the exports in {project.shown(drop.path)} as of {drop.as_of:%Y-%m-%d %H:%M} UTC"),
            told(ExportError, "The drop cannot be read."),
        ):
            load = read_kept(drop, project, agreement, engine, _shelf(project))
        if held and held.book:
            held.book.look(engine, {file.path: file.sha256 for file in load.files}, drop.id, drop.as_of)
        snapshots = (held.snapshots if held else None) or Snapshots(project.root / PRIVATE)
        load = with_precision(engine, snapshots.date(engine, drop, load, agreement))
        engine.seal()
        yield Reading(engine, drop, load, Standing(keeps=keeps))


def facts_on(reading: Reading, inputs: Inputs, project: Project, progress: Progress) -> Prepared:
    """Build the facts over a reading; once more, where it keeps them and something else is agreed."""
    engine, load = reading.engine, reading.load
    with progress.step("Building the facts"):
        found, survey = reading.standing.make(
            "facts", lambda: inputs.agreement, partial(_built, reading, inputs.agreement)
        )
    idle = targets_of_nothing(engine, inputs.kpis, [target.metric for target in inputs.agreement.targets])
    findings = worst_first(load.findings + found + idle)
    agreed = record_of(project, inputs.agreement, inputs.kpis)
    return Prepared(engine, inputs.agreement, inputs.kpis, reading.drop, load, findings, agreed, survey)


def _built(reading: Reading, agreement: Agreement) -> tuple[tuple[Finding, ...], Survey]:
    """Create the calendar and the facts; return what was found wrong, and what the drop covers."""
    engine, load, as_of, standing = reading.engine, reading.load, reading.drop.as_of, reading.standing
    history = history_of(engine, as_of)
    remarks = standing.make(
        "calendar",
        lambda: (agreement.calendars, agreement.settings),
        lambda: build_calendar(engine, agreement, as_of, history.begins, history.earliest),
        CALENDAR,
    )
    begun = before_facts(engine, load)
    found = build_facts(engine, agreement, load, as_of, standing=standing) + _strays(history)
    calendars = tuple(Finding("calendar", Severity.NOTES, sentence, tables=("calendar",)) for sentence in remarks)
    return found + calendars, surveyed(engine, begun)


def _strays(history: History) -> tuple[Finding, ...]:
    if not history.stray:
        return ()
    text = f"rows from before {history.begins:%Y-%m-%d}, long before all others: they count in the whole, in no month"
    return (Finding("before_history", Severity.NOTES, text, history.stray),)


def _shelf(project: Project) -> Path | None:
    """Return where readings are kept between builds; without a project of one's own, nowhere."""
    return project.root / ".cache" / "readings" if project.has_own_place else None


def worst_first(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return `findings` by weight, those with most rows first."""
    order = list(Severity)
    return tuple(sorted(findings, key=lambda one: (order.index(one.severity), -one.failing, one.id, one.text)))
