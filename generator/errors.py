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
import errno
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import click

#: Signs that move a cursor, hide or turn text around, or stand for a byte that nobody could decode.
_UNPRINTABLE = ("Cc", "Cf", "Cs", "Zl", "Zp")
#: What is wrong with the machine, not with the program, by the error numbers of the system.
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_ENVIRONMENT = _FULL | {
    errno.EROFS,
    errno.EACCES,
    errno.EPERM,
    errno.EIO,
    errno.EMFILE,
    errno.ENAMETOOLONG,
    errno.ELOOP,
    errno.EBUSY,
    errno.ESTALE,
    # A file stands where a folder goes, or the other way round.
    errno.EEXIST,
    errno.ENOTDIR,
    errno.EISDIR,
}


def printable(text: str) -> str:
    """Return `text` with everything but its lines written as escapes where a terminal could stumble over it."""
    if text.isprintable():
        return text
    return "".join(_escaped(sign) if unicodedata.category(sign) in _UNPRINTABLE else sign for sign in text)


def _escaped(sign: str) -> str:
    if sign == "\n":
        return sign
    code = ord(sign)
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else sign.encode("unicode_escape").decode()


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
        super().__init__(printable("\n".join([message, *(f"  {mistake}" for mistake in self.mistakes)])))


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


@contextmanager
def told(kind: type[ReportError], summary: str) -> Iterator[None]:
    """Say it as an error of `kind` where the system refuses: a full disk, a folder that may not be written."""
    try:
        yield
    except OSError as problem:
        if problem.errno not in _ENVIRONMENT:
            raise
        hint = "Make room, or choose another place." if problem.errno in _FULL else ""
        where = str(problem.filename2 or problem.filename or "the system")  # of a copy, the place it goes to
        raise kind(summary, [Mistake(where, problem.strerror or "refused", hint)]) from problem


def likely(name: str, allowed: Iterable[str]) -> str | None:
    """Return the allowed spelling nearest to `name`, or None when nothing is near."""
    candidates = {candidate.casefold(): candidate for candidate in allowed}
    near = difflib.get_close_matches(name.casefold(), candidates, n=1, cutoff=0.6)
    return candidates[near[0]] if near else None


def with_hint(name: str, allowed: Iterable[str]) -> str:
    """Return `name`, quoted, with its likely spelling where there is one."""
    near = likely(name, allowed)
    return f"'{name}' (did you mean '{near}'?)" if near else f"'{name}'"
