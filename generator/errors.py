"""The one family of errors that the command line prints.

ReportError            anything the user can mend
├── AgreementError     content/agreement/*.yml                    exit 10
├── ExportError        the drop: files, columns, values           exit 11
├── KpiError           content/kpis/*.md                          exit 12
├── EngineError        the database failed while running          exit 13
├── SiteError          templates, prose, MkDocs                   exit 14
└── PublishError       versions on disk                           exit 15

Wrong options are Click's own `UsageError` (exit 2). Any other exception is our bug and keeps its traceback.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

import click


@dataclass(frozen=True)
class Mistake:
    """One thing to mend: where it stands, what is wrong, what to do next."""

    where: str  # file, and key, line or column where they are known; never a value of a personal column
    what: str
    next: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" + (f"\n    {self.next}" if self.next else "")


class ReportError(click.ClickException):
    """Something the user can mend, printed without a traceback; carries every mistake found, not the first."""

    exit_code = 1

    def __init__(self, message: str, mistakes: Iterable[Mistake] = ()) -> None:
        self.summary = message
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join([message, *(f"  {mistake}" for mistake in self.mistakes)]))


class AgreementError(ReportError):
    """The agreement files contradict their schema or one another."""

    exit_code = 10


class ExportError(ReportError):
    """The drop cannot be read, or contradicts itself."""

    exit_code = 11


class KpiError(ReportError):
    """A KPI file is not what a KPI file may be."""

    exit_code = 12


class EngineError(ReportError):
    """The database failed while it ran a checked query."""

    exit_code = 13


class SiteError(ReportError):
    """A template, a prose page or MkDocs failed; the message names the page."""

    exit_code = 14


class PublishError(ReportError):
    """A version could not be added."""

    exit_code = 15


def likely(name: str, allowed: Iterable[str]) -> str | None:
    """Return the allowed spelling nearest to `name`, or None when nothing is near."""
    candidates = {candidate.casefold(): candidate for candidate in allowed}
    near = difflib.get_close_matches(name.casefold(), candidates, n=1, cutoff=0.6)
    return candidates[near[0]] if near else None


def with_hint(name: str, allowed: Iterable[str]) -> str:
    """Return `name`, quoted, with its likely spelling where there is one."""
    near = likely(name, allowed)
    return f"'{name}' (did you mean '{near}'?)" if near else f"'{name}'"
