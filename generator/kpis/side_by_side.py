"""Counts several KPIs at once, each over a connection of its own, and gives them in the order of asking."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from queue import SimpleQueue
from typing import Protocol

from generator.engine import Engine
from generator.kpis.kpi import Kpi
from generator.measures import Measured
from generator.sources.report import LoadReport

#: One query of a small drop keeps one processor busy, and adding up its rows another.
_HANDS = 2
#: Beyond so many rows the engine uses all processors by itself, and two queries at once need twice the memory.
_MANY_ROWS = 2_000_000


class Counting(Protocol):
    """Counts the figures of one KPI that have SQL, over the connection it is given."""

    def __call__(self, kpi: Kpi, *, engine: Engine) -> Iterable[Measured]:
        """Yield the cells of each figure."""


def hands_for(load: LoadReport) -> int:
    """Return how many KPIs of a drop are best counted at once."""
    return 1 if load.rows > _MANY_ROWS else _HANDS


def side_by_side(kpis: Sequence[Kpi], engine: Engine, counting: Counting, hands: int) -> Iterator[tuple[Measured, ...]]:
    """Yield what `counting` gives for each of `kpis`; the first of them that fails ends it."""
    connections: SimpleQueue[Engine] = SimpleQueue()

    def counted(kpi: Kpi) -> tuple[Measured, ...]:
        connection = connections.get()
        try:
            return tuple(counting(kpi, engine=connection))
        finally:
            connections.put(connection)

    with ExitStack() as opened, ThreadPoolExecutor(hands, "kpi") as pool:
        for _ in range(hands):
            connections.put(opened.enter_context(closing(engine.beside())))
        yield from pool.map(counted, kpis)
