"""What KPIs gave earlier in this process, recalled only where nothing that it depends on has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from generator.agreement import Settings
from generator.engine import Engine
from generator.kpis.checking import tables_of
from generator.kpis.kpi import Kpi
from generator.measures import Measured

#: What counting reads beside the tables of a query.
_CALENDAR = ("period", "period_before", "period_day", "local_slot")
#: What else results depend on: their targets, and what tells that nothing can be said.
_BESIDE = ("target", "lead", "earlier_version")

Types = Mapping[str, Mapping[str, str]]  # SQL as the files have it -> column -> type
Count = Callable[[Sequence[Kpi]], Iterable[tuple[Measured, ...]]]  # the figures of each KPI that have SQL, counted
Print = Callable[[Engine, str], str]  # what `Engine.fingerprint` says of a table, for who knows it already


class Memory:
    """Keeps the figures that have SQL, by KPI; what the last whole round did not ask for is forgotten."""

    def __init__(self, fingerprint: Print = lambda engine, table: engine.fingerprint(table)) -> None:
        self._fingerprint = fingerprint
        self._kept: dict[str, tuple[Measured, ...]] = {}

    def round(self, engine: Engine, settings: Settings, missing: Iterable[str], types: Types, count: Count) -> Count:
        """Return `count` for these facts and settings, or what it gave before; this takes the place of the last round.

        missing: the metric ids that the drop cannot answer for. types: the columns of every query.
        """
        begun = _Round(engine, settings, frozenset(missing), types, count, self._kept, self._fingerprint)

        def recalled(kpis: Sequence[Kpi]) -> Iterator[tuple[Measured, ...]]:
            yield from begun.measured(kpis)
            self._kept = begun.used  # one that a mistake broke off forgets nothing

        return recalled

    def stands_on(self, kpis: Sequence[Kpi], engine: Engine, settings: Settings) -> object:
        """Return what the results of `kpis` over one reading depend on: equal, and they are what they were."""
        read = {*_CALENDAR, *_BESIDE, *(table for kpi in kpis for table in tables_of(kpi))}
        prints = [(table, self._fingerprint(engine, table)) for table in sorted(read)]
        return [kpi.as_counted for kpi in kpis], settings, prints


class _Round:
    """One measuring of all KPIs."""

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        missing: frozenset[str],
        types: Types,
        count: Count,
        known: Mapping[str, tuple[Measured, ...]],
        fingerprint: Print,
    ) -> None:
        self.used: dict[str, tuple[Measured, ...]] = {}
        self._fingerprint = fingerprint
        self._engine, self._missing, self._types, self._count, self._known = engine, missing, types, count, known
        self._settings = settings.model_dump_json()
        self._prints: dict[str, str] = {}

    def measured(self, kpis: Sequence[Kpi]) -> Iterator[tuple[Measured, ...]]:
        """Yield what each of `kpis` gives, or gave when everything was the same."""
        keys = {kpi.id: self._key(kpi) for kpi in kpis}
        unknown = [kpi for kpi in kpis if keys[kpi.id] not in self._known]
        counted = {kpi.id: found for kpi, found in zip(unknown, self._count(unknown), strict=True)}
        for kpi in kpis:
            self.used[keys[kpi.id]] = counted[kpi.id] if kpi.id in counted else self._known[keys[kpi.id]]
            yield self.used[keys[kpi.id]]

    def _key(self, kpi: Kpi) -> str:
        figures = [replace(figure, line=0) for figure in kpi.figures]
        depends = (
            kpi.id,
            repr(figures),
            [name for name in sorted(self._missing) if name.partition(".")[0] == kpi.id],
            [sorted(self._types.get(figure.sql, {}).items()) for figure in figures],
            self._settings,
            [self._print(table) for table in sorted({*tables_of(kpi), *_CALENDAR})],
        )
        return hashlib.sha256(repr(depends).encode()).hexdigest()

    def _print(self, table: str) -> str:
        """Return what tells the rows of a table apart from any others; steps of a query have none of their own."""
        if table not in self._prints:
            self._prints[table] = f"{table} {self._fingerprint(self._engine, table)}"
        return self._prints[table]
