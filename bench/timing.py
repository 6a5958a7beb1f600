"""Times one command as a whole process, with its peak memory."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Run:
    """One finished process: wall-clock and processor seconds, and its largest resident size."""

    seconds: float
    cpu_seconds: float
    peak_mb: float


def run(*arguments: str) -> Run:
    """Run Python with `arguments`; SystemExit when it fails."""
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if status:
        raise SystemExit(f"{' '.join(arguments)} failed")
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def first_line(*arguments: str) -> float:
    """Return after how many seconds Python with `arguments` says its first line, then end it."""
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    process.stderr.readline()
    seconds = time.perf_counter() - started
    process.terminate()
    process.communicate()
    return seconds


def median(runs: list[Run]) -> Run:
    """Return the run in the middle, by time."""
    return sorted(runs, key=lambda one: one.seconds)[len(runs) // 2]


def print_table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Print a table: the first column to the left, figures to the right."""
    lines = [list(header), *(list(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for line in lines:
        cells = [
            cell.ljust(width) if not at else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())
