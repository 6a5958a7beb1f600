"""A second pen: a process of its own that draws into the cache, so that two processors draw at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import fields
from pathlib import Path
from typing import Any

from generator.charts.chart import Chart, Margin

_PACKAGES = Path(__file__).parents[2]


class Pen:
    """A process that waits for charts, its libraries loaded.

    It fills the folder `cache`, at first with the script that brings charts to life. Nobody relies on it: whoever wants
    drawings draws what is missing, and the bytes are the same whoever draws.
    """

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._orders: list[Path] = []
        self._ordered: set[str] = set()  # digests
        path = os.pathsep.join([str(_PACKAGES), *filter(None, [os.environ.get("PYTHONPATH")])])
        self._process = subprocess.Popen(
            [sys.executable, "-c", f"from {__name__} import serve; serve()", str(cache)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": path},
            text=True,
        )

    def draw(self, charts: Iterable[Chart]) -> None:
        """Begin to draw those of `charts` that were not asked for before; returns at once."""
        wanted = {chart.digest: chart for chart in charts if chart.digest not in self._ordered}
        self._ordered |= wanted.keys()
        self._cache.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", suffix=".part", dir=self._cache, delete=False, encoding="utf-8") as order:
            order.write(json.dumps([_told(chart) for chart in wanted.values()]))
        self._orders.append(Path(order.name))
        with suppress(OSError):  # where it is gone nobody misses it
            assert self._process.stdin is not None
            print(order.name, file=self._process.stdin, flush=True)

    def close(self) -> None:
        """End the process, done or not."""
        self._process.kill()
        self._process.communicate()
        for order in self._orders:
            order.unlink(missing_ok=True)


def _told(chart: Chart) -> dict[str, Any]:
    """Return a chart as JSON writes it; `asdict` would copy every row."""
    return {field.name: getattr(chart, field.name) for field in fields(chart)} | {"margin": vars(chart.margin)}


@contextmanager
def second_pen(cache: Path) -> Iterator[Pen | None]:
    """Yield a pen where there is a processor for it and nothing has been drawn yet, else None."""
    if (os.cpu_count() or 1) < 2 or any(cache.glob("*.json")):
        yield None
        return
    pen = Pen(cache)
    try:
        yield pen
    finally:
        pen.close()


def serve() -> None:
    """Be that process: draw what the lines of the standard input name, which are files of charts in the cache."""
    from generator.charts.bundle import kept_bundle
    from generator.charts.drawing import drawing_of, warm_up

    cache = Path(sys.argv[1])
    kept_bundle(cache)
    warm_up()
    for line in sys.stdin:
        for chart in json.loads(Path(line.rstrip("\n")).read_text(encoding="utf-8")):
            drawing_of(Chart(**chart | {"margin": Margin(**chart["margin"])}), cache)
