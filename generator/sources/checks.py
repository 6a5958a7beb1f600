"""What is wrong with whole rows: contradictions inside one, copies of one, rows without the parent they need."""

from __future__ import annotations

from ..canonical import TABLES
from ..engine import Engine
from ..errors import Mistake
from .cells import quoted
from .once import ROW
from .outcomes import code_of
from .raw import RawFile
from .relations import conflict
from .report import Reason

#: What contradicts itself within a row, by table. An empty span of money or targets would count nowhere.
_CONTRADICTIONS = {
    "opportunity": "is_won and not is_closed",
    "fx_rate": "rate <= 0",
    "spend": "period_end <= period_start",
    "vendor_invoice": "period_end <= period_start",
    "target": "period_end <= period_start",
    "forecast_snapshot": "period_end <= period_start",
    "subscription": "end_date < start_date",
    "sla_pause": "end_at < start_at",
    "owner": "active_to < active_from",
}

#: Rows that mean nothing without their parent: table -> (column, table of the parent).
_NEEDS_PARENT = {
    "lifecycle_event": ("lead_id", "lead"),
    "assignment": ("lead_id", "lead"),
    "sla_pause": ("lead_id", "lead"),
    "opportunity_stage_event": ("opportunity_id", "opportunity"),
    "contact_role": ("opportunity_id", "opportunity"),
}


def mark_contradictions(engine: Engine, table: str) -> None:
    """Quarantine rows that contradict themselves."""
    if table in _CONTRADICTIONS:
        _mark(engine, table, Reason.INCONSISTENT, _CONTRADICTIONS[table])


def mark_orphans(engine: Engine, loaded: frozenset[str]) -> None:
    """Exclude rows that need a parent which is not in the drop; where its whole table is absent they stay."""
    for table, (column, parent) in _NEEDS_PARENT.items():
        if table in loaded and parent in loaded:
            known = f"select {column} from canonical.{parent} where _out = 0"
            _mark(engine, table, Reason.ORPHAN, f"{column} not in ({known})")


def _mark(engine: Engine, table: str, reason: Reason, condition: str) -> None:
    code = code_of(TABLES[table], reason)
    engine.run(f"update canonical.{table} set _out = {code} where _out = 0 and {condition}")


def mark_duplicates(engine: Engine, table: str, files: tuple[RawFile, ...], first_sorted: bool) -> Mistake | None:
    """Collapse identical rows of one key; rows that differ are a mistake, or the first sorted one stays."""
    key = f"hash({', '.join(quoted(column) for column in TABLES[table].key)})"
    if not _is_repeated(engine, f"select {key} as hash from canonical.{table} where _out = 0"):
        return None
    # Two keys may share a hash: what is found is looked at again.
    repeated = f"select {key} from canonical.{table} where _out = 0 group by {key} having count(*) > 1"
    names = ", ".join(quoted(column) for column in TABLES[table].key)
    content = ", ".join(quoted(column.name) for column in TABLES[table].columns)
    engine.run(
        f"create or replace table raw.twice as select rowid as _id, _file, {ROW} as _row, {content},"
        f" md5(cast(({content}, '') as varchar)) as _content,"
        f" row_number() over (partition by {names} order by {content}, _file, {ROW}) as _rank"
        f" from canonical.{table} where _out = 0 and {key} in ({repeated})"
    )
    if not first_sorted and (found := _conflicting(engine, table, names, files)):
        return found
    _mark(engine, table, Reason.DUPLICATE_KEY, "rowid in (select _id from raw.twice where _rank > 1)")
    return None


def _is_repeated(engine: Engine, hashes: str) -> bool:
    """Whether two rows of a query say the same `hash`; to sort so many numbers is far cheaper than to group them."""
    found = engine.frame(hashes)["hash"].to_numpy(dtype="uint64", copy=True)
    found.sort()
    return bool((found[1:] == found[:-1]).any())


def _conflicting(engine: Engine, table: str, names: str, files: tuple[RawFile, ...]) -> Mistake | None:
    rows = engine.rows(
        f"select _file, _row from (select *, min(_content) over (partition by {names}) as _low,"
        f" max(_content) over (partition by {names}) as _high from raw.twice) where _low <> _high order by _file, _row"
    )
    key = ", ".join(TABLES[table].key)
    return conflict(files, [(int(file), int(row)) for file, row in rows], f"{table}: {key}") if rows else None
