"""Builds facts as soon as what they read stands, and lets go of what nothing reads any more."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from functools import partial
from itertools import accumulate

from generator.engine import Engine, Hands
from generator.models.standing import Standing

_READ = re.compile(r"\b(?:from|join) ((?:canonical\.)?\w+)")

Names = frozenset[str]


def closure(scripts: Mapping[str, str], wanted: Collection[str]) -> dict[str, str]:
    """Return `wanted` and every fact that they stand on, with their scripts, in the order of `scripts`."""
    needed: set[str] = set(wanted)
    for fact in reversed(list(scripts)):  # what a fact reads was named before it
        if fact in needed:
            needed.update(_READ.findall(scripts[fact]))
    return {fact: script for fact, script in scripts.items() if fact in needed}


def build_all(
    engine: Engine,
    scripts: Mapping[str, str],
    views: Collection[str],
    steps: Collection[str],
    hands: int,
    standing: Standing | None = None,
) -> None:
    """Create every fact of `scripts` (name -> select, each reading only earlier ones), `hands` of them at once.

    Canonical tables and `steps` are gone as soon as their last reader stands, unless a view reads them. With one
    hand the facts are built in their order. Where `standing` keeps facts, all tables stay, and those that no change
    reaches stand as they are.
    """
    standing = standing or Standing()
    read = {fact: frozenset(_READ.findall(sql)) for fact, sql in scripts.items()}
    passing = {} if standing.keeps else _passing(read, views, steps)

    def create(fact: str, connection: Engine) -> None:
        sql = f"create or replace {'view' if fact in views else 'table'} {fact} as {scripts[fact]}"
        filled = sorted(table for table in needs[fact] | (read[fact] - scripts.keys()) if "." not in table)
        standing.make(
            fact,
            lambda: (sql, [(table, standing.fingerprint(connection, table)) for table in filled]),
            lambda: connection.run(sql),
        )

    # A step of a query may bear the name of a later fact; what a fact reads was named before it.
    earlier = accumulate(([fact] for fact in scripts), initial=[])
    needs = {fact: read[fact].intersection(names) for fact, names in zip(scripts, earlier, strict=False)}
    built: set[str] = set()
    for fact in _in_turn(needs, create, engine, hands):
        built.add(fact)
        for table in sorted(read[fact] & passing.keys()):
            if passing[table] <= built:
                engine.run(f"drop table {table}")


def _passing(read: Mapping[str, Names], views: Collection[str], steps: Collection[str]) -> dict[str, Names]:
    """Return table -> the facts that read it, for the canonical tables and steps that need not stay."""
    every = {table for tables in read.values() for table in tables}
    kept = {table for view in views for table in read[view]}
    return {
        table: frozenset(fact for fact, tables in read.items() if table in tables)
        for table in every - kept
        if table in steps or table.startswith("canonical.")
    }


def _in_turn(
    needs: Mapping[str, Names], create: Callable[[str, Engine], None], engine: Engine, hands: int
) -> Iterator[str]:
    """Yield each fact once it is created; no more are begun at once than there are hands, so that memory is let go."""
    waiting = dict(needs)
    built: set[str] = set()
    begun: dict[Future[None], str] = {}
    with Hands(engine, hands) as connections:
        while waiting or begun:
            ready = [fact for fact, wanted in waiting.items() if wanted <= built]
            for fact in ready[: hands - len(begun)]:
                del waiting[fact]
                begun[connections.submit(partial(create, fact))] = fact
            for future in wait(begun, return_when=FIRST_COMPLETED).done:
                future.result()
                fact = begun.pop(future)
                built.add(fact)
                yield fact
