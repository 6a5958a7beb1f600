"""Measures one drop and writes down what each stage, fact and KPI took; a process of its own.

`large_drop` and `small_drop` run it. Everything is imported before the first stage.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import generator.kpis.running as running
from generator.build import measure
from generator.engine import Connection
from generator.prepare import Request
from generator.progress import Quiet
from generator.project import Project, find_project

_BUILT = re.compile(r"create or replace (?:table|view) (\w+) as")


class Stages(Quiet):
    """A progress that keeps what each step took on the clock and of the processors, by its first words."""

    def __init__(self) -> None:
        self.seconds: dict[str, tuple[float, float]] = {}

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Time what is enclosed."""
        clock, processor = time.perf_counter(), time.process_time()
        yield
        took = time.perf_counter() - clock, time.process_time() - processor
        self.seconds[" ".join(what.split()[:3])] = took


def _timed(
    call: Callable[..., Any], name_of: Callable[..., str | None], seconds: dict[str, float]
) -> Callable[..., Any]:
    """Return `call`, which adds what it takes to `seconds` under the name that its arguments give."""

    def timed(*args: Any, **kwargs: Any) -> Any:
        started = time.perf_counter()
        found = call(*args, **kwargs)
        if name := name_of(*args):
            seconds[name] = seconds.get(name, 0) + time.perf_counter() - started
        return found

    return timed


def _fact(_: Connection, sql: str) -> str | None:
    found = _BUILT.match(sql)
    return found[1] if found else None


def stages(project: Project, request: Request) -> dict[str, dict[str, Any]]:
    """Return what the stages (clock, processors), the facts and the KPI figures (clock) took, each by name."""
    progress = Stages()
    facts: dict[str, float] = {}
    figures: dict[str, float] = {}
    setattr(Connection, "run", _timed(Connection.run, _fact, facts))  # noqa: B010 - a method, on purpose
    running.measure_rows = _timed(running.measure_rows, lambda kpi, figure, *_: kpi.metric_id(figure), figures)
    measure(project, request, progress)
    return {"stages": progress.seconds, "facts": facts, "figures": figures}


if __name__ == "__main__":
    exports, as_of, out = sys.argv[1:]
    found = stages(find_project(), Request(exports=Path(exports), as_of=as_of or None))
    Path(out).write_text(json.dumps(found), encoding="utf-8")
