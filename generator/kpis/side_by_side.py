"""Counts several KPIs at once, each over a connection of its own, and gives them in the order of asking."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Protocol

from generator.engine import Engine, Hands
from generator.kpis.kpi import Kpi
from generator.measures import Measured


class Counting(Protocol):
    """Counts the figures of one KPI that have SQL, over the connection it is given."""

    def __call__(self, kpi: Kpi, *, engine: Engine) -> Iterable[Measured]:
        """Yield the cells of each figure."""


def side_by_side(kpis: Sequence[Kpi], engine: Engine, counting: Counting, hands: int) -> Iterator[tuple[Measured, ...]]:
    """Yield what `counting` gives for each of `kpis`; the first of them that fails ends it."""
    with Hands(engine, hands) as connections:
        for found in [connections.submit(partial(_counted, counting, kpi)) for kpi in kpis]:
            yield found.result()


def _counted(counting: Counting, kpi: Kpi, connection: Engine) -> tuple[Measured, ...]:
    return tuple(counting(kpi, engine=connection))
