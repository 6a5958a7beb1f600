"""Several statements at once, each over a connection of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import TypeVar

from generator.engine.protocol import Engine

#: A statement over a small drop keeps one processor busy, and Python another.
_HANDS = 2
#: Beyond so many rows the engine uses all processors by itself, and two statements at once need twice the memory.
_MANY_ROWS = 2_000_000

Found = TypeVar("Found")


def hands_for(rows: int) -> int:
    """Return how many statements over a drop of so many rows are best run at once."""
    return 1 if rows > _MANY_ROWS else _HANDS


class Hands:
    """Threads with a connection each; who leaves with an error stops what runs, and what has not begun never does."""

    def __init__(self, engine: Engine, count: int) -> None:
        self._pool = ThreadPoolExecutor(count, "engine")
        self._free: SimpleQueue[Engine] = SimpleQueue()
        self._connections = [engine.beside() for _ in range(count)]
        for connection in self._connections:
            self._free.put(connection)

    def submit(self, task: Callable[[Engine], Found]) -> Future[Found]:
        """Begin `task` as soon as a connection is free."""
        return self._pool.submit(self._done, task)

    def _done(self, task: Callable[[Engine], Found]) -> Found:
        connection = self._free.get()
        try:
            return task(connection)
        finally:
            self._free.put(connection)

    def __enter__(self) -> Hands:
        return self

    def __exit__(self, problem: type[BaseException] | None, *_: object) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        if problem:
            for connection in self._connections:
                connection.interrupt()
        self._pool.shutdown()
        for connection in self._connections:
            connection.close()
