"""The snapshots of a project over one build: what changed between drops is dated by them, and this drop is kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pandas as pd

from generator.agreement import Agreement
from generator.calendar.zones import local_date, start_of_day
from generator.canonical import TABLES, UNDATED
from generator.engine import Engine
from generator.errors import PublishError, told
from generator.history.dating import CHANGES, EVENTS, OBJECTS, OWNERS, SEEN, STATES
from generator.history.rows import keep_secret, known_secret, load_key, new_secret
from generator.history.snapshots import COLUMNS, Album, Snapshot, keep_snapshot, read_album
from generator.sources.report import Drop, Finding, LoadReport, Severity, TableLoad

#: What is kept in a snapshot, the table that its changes are written to, and how both are called.
_TABLES = {"lead": "lifecycle_event", "deal": "opportunity_stage_event", "owner": "assignment"}
_WORDS = {"lead": "the stages of leads", "deal": "how deals stood", "owner": "the owners of leads"}
#: Columns that a comparison cannot tell.
_UNTOLD = frozenset({"actor_owner_id", "reason_code", "score", "definition_version"})


@dataclass
class Snapshots:
    """Dates the changes of a drop by the snapshots of a private folder."""

    private: Path
    keeps: bool = False  # whether this drop will be kept for the next one
    _taken: Snapshot | None = field(default=None, init=False)
    _secret: str = field(default="", init=False)

    def date(self, engine: Engine, drop: Drop, load: LoadReport, agreement: Agreement) -> LoadReport:
        """Add to the canonical tables what changed between drops, where no export of the drop tells it.

        Rows that say where a lead stands and not since when are gone afterwards: no fact could place them. PublishError
        where the private folder cannot be read.
        """
        wanted = _wanted(engine, load)
        if not wanted:
            return load
        with told(PublishError, "The snapshots of earlier drops cannot be read."):
            self._secret = known_secret(self.private) or new_secret()
            album = read_album(self.private, drop.taken, self._secret)
        load_key(engine, self._secret)
        # Looked back at from a later day, a drop lacks what came since: it is not what there was to see.
        is_kept = self.keeps and drop.taken == drop.as_of
        taken = _snapshot(engine, drop, wanted) if is_kept or album.kept else None
        self._taken = taken if is_kept else None
        engine.run(f"delete from canonical.lifecycle_event where {UNDATED}")
        exported = {table: load.tables[table].present and _rows(engine, table) > 0 for table in _TABLES.values()}
        begun = _compared(engine, (*album.kept, taken), drop, wanted, agreement) if taken and album.kept else {}
        tables = {
            table: _dated(engine, load.tables[table], exported[table] or table in begun)
            for table in map(_TABLES.__getitem__, wanted)
        }
        engine.run("drop table row_secret")
        findings = (*_findings(engine, wanted, tables, begun, exported), *_spoilt(album))
        known = {table: seen for table, seen in begun.items() if not exported[table] and tables[table].present}
        return replace(load, tables={**load.tables, **tables}, findings=(*load.findings, *findings), compared=known)

    def keep(self) -> None:
        """Leave a snapshot of this drop behind."""
        if self._taken is not None:
            with told(PublishError, "The snapshot of this drop cannot be written."):
                keep_secret(self.private, self._secret)
                keep_snapshot(self.private, self._taken, self._secret)


def _snapshot(engine: Engine, drop: Drop, wanted: list[str]) -> Snapshot:
    rows = pd.concat([engine.frame(STATES[name]) for name in wanted], ignore_index=True)
    return Snapshot(drop.taken, rows.sort_values(["object", "key"]))


def _wanted(engine: Engine, load: LoadReport) -> list[str]:
    """Return what the exports tell the present state of, and no history."""
    undated = load.tables["lifecycle_event"].rows and engine.rows(
        f"select 1 from canonical.lifecycle_event where {UNDATED} limit 1"
    )
    asked = {
        "lead": bool(undated),
        "deal": load.tables["opportunity"].rows > 0 and not load.tables["opportunity_stage_event"].present,
        "owner": load.has("lead", "owner_id")
        and load.tables["lead"].rows > 0
        and not load.tables["assignment"].present,
    }
    return [name for name, is_wanted in asked.items() if is_wanted]


def _compared(
    engine: Engine, snapshots: tuple[Snapshot, ...], drop: Drop, wanted: list[str], agreement: Agreement
) -> dict[str, tuple[datetime, ...]]:
    """Write what changed between `snapshots` to the canonical tables.

    Return by table when the drops were taken that were compared, up to the instant of this one; at least two.
    """
    zone = agreement.settings.reporting_timezone
    parts = [
        one.rows[one.rows["object"].isin(wanted)].assign(as_of=one.as_of, day_at=_day_begins(one.as_of, zone))
        for one in snapshots
    ]
    states = pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)
    begun = states.groupby("object")["as_of"].min()
    edge = pd.DataFrame(
        {
            "object": begun.index,
            "begun_at": begun.array,
            "known_at": drop.as_of,
            "first_stage": agreement.lifecycle.first_stage,
        }
    )
    texts = dict.fromkeys(COLUMNS, "varchar")
    engine.load("snapshot_state", states, texts | {"as_of": "timestamp", "day_at": "timestamp"})
    engine.load(
        "snapshot_edge",
        edge,
        {"object": "varchar", "begun_at": "timestamp", "known_at": "timestamp", "first_stage": "varchar"},
    )
    made = {"object": OBJECTS, "owner": OWNERS, "seen": SEEN, "change": CHANGES}
    for name, sql in made.items():
        engine.run(f"create table snapshot_{name} as {sql}")
    for name in wanted:
        engine.run(EVENTS[name])
    engine.run("; ".join(f"drop table snapshot_{name}" for name in (*made, "state", "edge")))
    seen = states[states["as_of"] <= drop.as_of].groupby("object")["as_of"].unique()
    moments = {_TABLES[str(name)]: tuple(sorted(pd.to_datetime(days).to_pydatetime())) for name, days in seen.items()}
    return {table: days for table, days in moments.items() if len(days) > 1}


def _day_begins(instant: datetime, zone: str) -> datetime:
    return start_of_day(local_date(instant, zone), zone)


def _dated(engine: Engine, load: TableLoad, is_told: bool) -> TableLoad:
    """Return what a table holds now; owners are told for those leads alone that changed theirs, so no KPI asks them."""
    rows = _rows(engine, load.name)
    if load.name == "assignment":
        return replace(load, rows=rows)
    columns = frozenset(column.name for column in TABLES[load.name].columns) - _UNTOLD
    return replace(load, rows=rows, present=is_told, columns=load.columns | (columns if is_told else frozenset()))


def _rows(engine: Engine, table: str) -> int:
    return int(engine.rows(f"select count(*) from canonical.{table}")[0][0])


def _findings(
    engine: Engine,
    wanted: list[str],
    tables: dict[str, TableLoad],
    begun: dict[str, tuple[datetime, ...]],
    exported: dict[str, bool],
) -> Iterator[Finding]:
    for name in wanted:
        table = _TABLES[name]
        made = int(engine.rows(f"select count(*) from canonical.{table} where {_ours(name)}")[0][0])
        if exported[table] and not made:
            continue  # exports tell the rest, and comparing adds nothing to it
        if table not in begun:
            text = f"No export tells when {_WORDS[name]} changed. This drop is kept; the next one is compared with it."
            yield Finding("snapshot_begun", Severity.NOTES, text, tables=(table,))
            continue
        seen = begun[table]
        gap = max(then - now for now, then in pairwise(seen))
        text = (
            f"Changes of {_WORDS[name]} are known by comparing {len(seen)} drops since {_day(seen[0])}: each is"
            f" dated with the drop that shows it, which may be {max(1, gap.days)} days late; nothing is known of before"
        )
        yield Finding("snapshot_history", Severity.TAINTS, text, made, tables[table].rows, (table,))


def _ours(name: str) -> str:
    return "assignment_id like 'snapshot %'" if name == "owner" else "provenance = 'snapshot_diff'"


def _day(instant: datetime) -> date:
    """Return the last day before an instant at which a drop was taken (UTC)."""
    return (instant - timedelta(microseconds=1)).date()


def _spoilt(album: Album) -> Iterator[Finding]:
    if album.spoilt:
        text = (
            f"Snapshots of earlier drops that cannot be read are left out: {', '.join(album.spoilt)}. Restore them"
            " below .onefunnel/snapshots with the key beside that folder, or build those drops again"
        )
        yield Finding("snapshot_spoilt", Severity.TAINTS, text, len(album.spoilt), tables=tuple(_TABLES.values()))
