"""Reads one drop into canonical tables and writes down what each part of it took; a process of its own.

`csv_reading` runs it. Everything is imported, and the agreement is loaded, before the first part.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import generator.sources.reading as reading
from generator.agreement import load_agreement
from generator.engine import open_engine
from generator.project import PACKAGED, Project
from generator.sources import open_drop, read_exports

#: Functions of the reading, by the part that they belong to.
_PARTS = {
    "looking at the files": ("_members", "_claims"),
    "reading": ("_load",),
    "normalising": ("prepare", "_create_tables"),
    "key checks, members": ("_judge",),
    "the books": ("account", "_finish"),
}

#: Clock and processor seconds, by part.
Took = dict[str, tuple[float, float]]


def _timed(call: Callable[..., Any], part: str, took: Took) -> Callable[..., Any]:
    def timed(*args: Any, **kwargs: Any) -> Any:
        clock, processor = time.perf_counter(), time.process_time()
        found = call(*args, **kwargs)
        before = took.get(part, (0.0, 0.0))
        took[part] = before[0] + time.perf_counter() - clock, before[1] + time.process_time() - processor
        return found

    return timed


def parts(exports: Path, as_of: str, memory: str) -> Took:
    """Return what the parts took, and all of them `in all`, where the database may take so much memory."""
    project = Project(PACKAGED)
    agreement = load_agreement(project)
    drop = open_drop(exports, as_of, project, agreement.settings)
    took: Took = {}
    for part, names in _PARTS.items():
        for name in names:
            setattr(reading, name, _timed(getattr(reading, name), part, took))
    with open_engine(memory_limit=memory) as engine:
        _timed(read_exports, "in all", took)(drop, project, agreement, engine)
    return took


if __name__ == "__main__":
    folder, moment, most, out = sys.argv[1:]
    Path(out).write_text(json.dumps(parts(Path(folder), moment, most)), encoding="utf-8")
