"""Draws canonical tables, builds the facts and reads them back as drawn.

Cells are parted by two spaces or more; `-` is null; days and instants of 2026 stand without their year.
2026-11-02 is a Monday; the company works Monday to Friday, 09:00 to 17:00 UTC; the drop is of Friday 2026-11-20 18:00.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

import pandas as pd

from generator.agreement import Agreement, Commitment, Reviews, load_agreement
from generator.canonical import TABLES, Type
from generator.engine import DuckDbEngine
from generator.models import FACTS, build_facts
from generator.project import Project
from generator.sources.report import Finding, LoadReport, TableLoad

AS_OF = datetime(2026, 11, 20, 18)
_ROOT = Path(__file__).parents[2]
_READ = re.compile(r"\b(?:from|join) (\w+)")
_SHORT = re.compile(r"\d\d-\d\d( \d\d:\d\d(:\d\d)?)?")

#: What a drawing need not say: keys count up, and the rest is what makes the row count.
_KEYS = {
    "lifecycle_event": "event_id", "assignment": "assignment_id", "activity": "activity_id", "touch": "touch_id",
    "opportunity_stage_event": "event_id", "sla_pause": "pause_id", "spend": "spend_id", "target": "target_id",
    "subscription": "subscription_id",
}  # fmt: skip
_DEFAULTS = {
    "lead": {"created_at": "2026-11-01 08:00:00", "tier": "A"},
    "activity": {"owner_id": "rep", "type": "call", "direction": "outbound", "is_automated": "false"},
    "touch": {"channel": "email", "is_marketing": "true"},
    "opportunity": {
        "type": "new_business", "stage": "qualified", "is_closed": "false", "is_won": "false", "amount": "1000",
        "created_at": "2026-11-01 08:00:00",
    },
    "opportunity_stage_event": {"stage": "qualified"},
    "sla_pause": {"reason": "callback_requested"},
    "spend": {"team": "marketing", "category": "program", "purpose": "acquisition"},
    "revenue": {"kind": "recurring"},
    "target": {"version": "v1"},
    "owner": {"team": "sales"},
}  # fmt: skip


@cache
def packaged_agreement() -> Agreement:
    """Return the sample agreement without its targets."""
    return replace(load_agreement(Project(_ROOT)), targets=())


def drawn(text: str) -> tuple[list[str], list[list[str | None]]]:
    """Return header and cells of a drawing."""
    header, *lines = [re.split(r"\s{2,}", line.strip()) for line in text.strip().splitlines()]
    return header, [[None if cell == "-" else _long(cell) for cell in line] for line in lines]


def _long(cell: str) -> str:
    return f"2026-{cell}" if _SHORT.fullmatch(cell) else cell


def _shown(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, datetime):
        clock = "%H:%M:%S" if value.second else "%H:%M"
        return value.strftime(f"%Y-%m-%d {clock}").removeprefix("2026-")
    return str(value).removeprefix("2026-")


class Facts:
    """The facts of one drawing, each built when a test first asks for it: most tests ask for few."""

    _standing: Facts | None = None  # those whose tables lie in the engine that all drawings share

    def __init__(self, engine: DuckDbEngine, make: Callable[[Collection[str]], tuple[Finding, ...]]) -> None:
        self._engine, self._make = engine, make
        self._asked: set[str] = set()
        self._findings: tuple[Finding, ...] = ()

    def draw(self, fact: str, columns: str, where: str = "true") -> str:
        """Return the rows of a fact as a drawing, sorted."""
        rows = self.rows(f"select {', '.join(columns.split())} from {fact} where {where}")
        return "\n".join(sorted("  ".join(_shown(cell) for cell in row) for row in rows))

    def rows(self, sql: str) -> list[tuple]:
        """Return the rows of a query over facts."""
        return self.holding(_READ.findall(sql)).rows(sql)

    def found(self, check: str) -> int:
        """Return how many rows fail a check."""
        return sum(finding.failing for finding in self.findings if finding.id == check)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the facts found wrong with the data."""
        self.holding(["data_check"])
        return self._findings

    @property
    def engine(self) -> DuckDbEngine:
        """The engine with every fact."""
        return self.holding(FACTS)

    def holding(self, tables: Iterable[str]) -> DuckDbEngine:
        """Return the engine with these tables and what they stand on."""
        wanted = {"path_step" if table == "channel_credit" else table for table in tables}
        if Facts._standing is not self or not wanted <= self._asked:
            Facts._standing = None
            self._asked |= wanted
            self._findings = self._make(self._asked)
            Facts._standing = self
        return self._engine


def of_period(label: str) -> str:
    """Return the condition for rows of one period."""
    return f"period in (select period from period where label = '{label}' and role = 'own')"


def same(text: str) -> str:
    """Return a drawing as `Facts.draw` returns it: sorted, two spaces between cells."""
    lines = (re.sub(r"\s{2,}", "  ", line.strip()) for line in text.strip().splitlines())
    return "\n".join(sorted(lines))


class FactBench:
    """Builds facts in one engine, again and again."""

    def __init__(self, engine: DuckDbEngine) -> None:
        self.engine = engine

    def build(
        self,
        as_of: str = "2026-11-20 18:00",
        settings: Mapping[str, object] | None = None,
        commitments: tuple[Commitment, ...] | None = None,
        targets: tuple = (),
        reviews: Reviews | None = None,
        base: Agreement | None = None,
        **tables: str,
    ) -> Facts:
        """Return the facts of drawings of canonical tables, under the sample agreement or `base`."""
        frames = {name: _frame(name, text) for name, text in tables.items()}
        loads = {name: _load(name, frames.get(name)) for name in TABLES}
        if "lead_attribute" in frames:
            carried = frozenset(frames["lead_attribute"]["attribute"])
            loads["lead"] = replace(loads["lead"], columns=loads["lead"].columns | carried)
        agreement = replace(agreement_of(settings or {}, commitments, targets, base), reviews=reviews or Reviews())
        load, moment = LoadReport((), loads, (), (), ()), datetime.fromisoformat(_long(as_of))

        def make(wanted: Collection[str]) -> tuple[Finding, ...]:
            self._clear()
            for name in TABLES:
                _load_frame(self.engine, name, frames.get(name, pd.DataFrame()))
            return build_facts(self.engine, agreement, load, moment, wanted)

        return Facts(self.engine, make)

    def _clear(self) -> None:
        """Let the facts of other drawings go: none may answer for these."""
        found = "select table_name, table_type from information_schema.tables where table_schema = 'main'"
        for table, kind in self.engine.rows(found):
            if table in FACTS or table == "channel_credit":
                self.engine.run(f"drop {'view' if kind == 'VIEW' else 'table'} {table}")


def fill(engine: DuckDbEngine, name: str, text: str) -> None:
    """Fill one canonical table from a drawing."""
    _load_frame(engine, name, _frame(name, text))


def _load_frame(engine: DuckDbEngine, name: str, frame: pd.DataFrame) -> None:
    engine.load(f"canonical.{name}", frame, {column.name: column.type.value for column in TABLES[name].columns})


def _frame(name: str, text: str) -> pd.DataFrame:
    header, lines = drawn(text)
    frame = pd.DataFrame(lines, columns=header, dtype=object)
    frame.attrs["said"] = frozenset(header)
    for column, value in _DEFAULTS.get(name, {}).items():
        if column not in header:
            frame[column] = value
    if (key := _KEYS.get(name)) and key not in header:
        frame[key] = [f"{name}{number:03}" for number in range(len(frame))]
    for column in TABLES[name].columns:
        if column.type is Type.INSTANT and column.name in frame:
            frame[column.name] = [None if cell is None else pd.Timestamp(cell) for cell in frame[column.name]]
    return frame


def _load(name: str, frame: pd.DataFrame | None) -> TableLoad:
    if frame is None:
        return TableLoad(name, False, 0, frozenset())
    return TableLoad(name, True, len(frame), frame.attrs["said"])


def agreement_of(
    settings: Mapping[str, object],
    commitments: tuple[Commitment, ...] | None = None,
    targets: tuple = (),
    base: Agreement | None = None,
) -> Agreement:
    """Return the sample agreement, or `base`, with other settings, commitments and targets."""
    base = base or packaged_agreement()
    sla = base.sla if commitments is None else base.sla.model_copy(update={"commitments": commitments})
    return replace(base, settings=base.settings.model_copy(update=dict(settings)), sla=sla, targets=targets)


def promise(**said: object) -> Commitment:
    """Return a clock of Sales that starts at hand-over and stops at the first response within 60 minutes."""
    asked = {
        "id": "c.test", "title": "Test", "direction": "sales_to_marketing", "accountable": "sales", "kind": "clock",
        "promise": "As the test says.", "trigger": "mql", "stop": ["first_response"], "calendar": "company",
        "effective_from": "2024-01-01", "per_tier": [{"value": 60, "unit": "business_minutes"}],
    }  # fmt: skip
    return Commitment.model_validate({**asked, **said})
