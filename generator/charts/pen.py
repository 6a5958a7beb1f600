"""A second pen: a process of its own that draws into the cache, so that two processors draw at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

from generator.charts.chart import Chart, Margin

_PACKAGES = Path(__file__).parents[2]


class Pen:
    """A process that waits for charts, its libraries loaded.

    Nobody relies on it: whoever wants drawings draws what is missing, and the bytes are the same whoever draws.
    """

    def __init__(self) -> None:
        self._orders: list[Path] = []
        path = os.pathsep.join([str(_PACKAGES), *filter(None, [os.environ.get("PYTHONPATH")])])
        self._process = subprocess.Popen(
            [sys.executable, "-c", f"from {__name__} import serve; serve()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": path},
            text=True,
        )

    def draw(self, charts: Iterable[Chart], cache: Path) -> None:
        """Begin to draw those of `charts` that the folder `cache` does not hold; returns at once."""
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", suffix=".part", dir=cache, delete=False, encoding="utf-8") as order:
            json.dump([asdict(chart) for chart in charts], order)
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


@contextmanager
def second_pen(cache: Path) -> Iterator[Pen | None]:
    """Yield a pen where there is a processor for it and nothing has been drawn yet, else None."""
    if (os.cpu_count() or 1) < 2 or any(cache.glob("*.json")):
        yield None
        return
    pen = Pen()
    try:
        yield pen
    finally:
        pen.close()


def serve() -> None:
    """Be that process: draw what the lines of the standard input name, which are files of charts in their cache."""
    from generator.charts.drawing import drawing_of, warm_up

    warm_up()
    for line in sys.stdin:
        order = Path(line.rstrip("\n"))
        for chart in json.loads(order.read_text(encoding="utf-8")):
            drawing_of(Chart(**chart | {"margin": Margin(**chart["margin"])}), order.parent)
