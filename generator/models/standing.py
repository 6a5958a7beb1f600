"""Which facts stand in a database and what they were made from, so that an edit builds only what it reaches."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, TypeVar

from generator.engine import Engine

Made = TypeVar("Made")


class Standing:
    """The facts over one reading of a drop, whose canonical tables stay as they are.

    Content tells: a fact stands as long as its query and the rows of all tables that it reads are what they were.
    One that `keeps` nothing has everything made, and what nothing reads any more may go.
    """

    def __init__(self, *, keeps: bool = False) -> None:
        self.keeps = keeps
        self._made: dict[str, tuple[object, Any]] = {}  # by name: what it was made from, and what making it gave
        self._filled: set[str] = set()  # the tables that were
        self._prints: dict[str, str] = {}  # table -> fingerprint of its rows

    def begin(self) -> None:
        """Forget what other tables held: each build of the facts fills them anew."""
        self._prints = {table: known for table, known in self._prints.items() if table in self._filled}

    def make(
        self, name: str, of: Callable[[], object], create: Callable[[], Made], tables: Collection[str] = ()
    ) -> Made:
        """Return what `create` gives, or gave when `of` gave the same; `tables` are those that it fills: else `name`.

        Threads may make different things at once.
        """
        if not self.keeps:
            return create()
        stands_on = of()
        if name in self._made and self._made[name][0] == stands_on:
            known: Made = self._made[name][1]
            return known
        self._made.pop(name, None)  # whatever stands where making it fails, nobody knows
        for table in tables or (name,):
            self._prints.pop(table, None)
        given = create()
        self._made[name] = (stands_on, given)
        self._filled.update(tables or (name,))
        return given

    def fingerprint(self, engine: Engine, table: str) -> str:
        """Return what `Engine.fingerprint` says of a table, which is asked once for the same rows."""
        if table not in self._prints:
            self._prints[table] = engine.fingerprint(table)
        return self._prints[table]
