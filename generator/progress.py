"""What a long command says while it works: a live line on a terminal, plain lines elsewhere, nothing when quiet."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol, TextIO


class Progress(Protocol):
    """Somebody who wants to know what is going on."""

    def step(self, what: str) -> AbstractContextManager[None]:
        """Enclose a piece of work that takes a moment; `what` names what it yields."""

    def note(self, what: str) -> None:
        """Say something worth reading once."""


class Quiet:
    """Says nothing."""

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Say nothing."""
        yield

    def note(self, what: str) -> None:
        """Say nothing."""


class Plain:
    """One line a step: for CI, pipes and log files."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Print the step before it begins, so that a hanging one is named."""
        self.note(what)
        yield

    def note(self, what: str) -> None:
        """Print a line."""
        print(what, file=self._stream, flush=True)


class Terminal:
    """A spinner while a step runs, a tick when it is done."""

    def __init__(self, stream: TextIO) -> None:
        # Imported when a terminal is there to draw on: it costs as much as all of the command line.
        from rich.console import Console

        self._console = Console(file=stream, highlight=False)

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Spin, then tick off."""
        with self._console.status(what):
            yield
        self._console.print(f"[green]✓[/green] {what}")

    def note(self, what: str) -> None:
        """Print a line below the ticks."""
        self._console.print(what, markup=False)


def progress_on(stream: TextIO | None = None, *, quiet: bool = False) -> Progress:
    """Return the form of progress that suits `stream` (stderr, unless given)."""
    stream = stream or sys.stderr
    if quiet:
        return Quiet()
    return Terminal(stream) if stream.isatty() else Plain(stream)
