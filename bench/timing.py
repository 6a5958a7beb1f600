"""Times one command as a whole process, with its peak memory."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Run:
    """One finished process."""

    seconds: float
    peak_mb: float


def run(*arguments: str) -> Run:
    """Run Python with `arguments`; raise when it fails."""
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if status:
        raise SystemExit(f"{' '.join(arguments)} failed")
    return Run(seconds, usage.ru_maxrss / 1024)


def median(runs: list[Run]) -> Run:
    """Return the run in the middle, by time."""
    return sorted(runs, key=lambda one: one.seconds)[len(runs) // 2]
