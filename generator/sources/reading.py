"""Reading a drop: files in, canonical tables and a report of everything that was found out."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import date
from functools import lru_cache
from pathlib import Path

import pandas as pd

from ..agreement import Agreement
from ..canonical import TABLES, Table
from ..engine import Engine
from ..errors import ExportError, Mistake
from ..project import Project
from .accounts import Accounts, Carried, account
from .cells import MACRO_NAMES, MACROS, literal, quoted
from .checks import mark_contradictions, mark_duplicates, mark_orphans
from .claims import Claim, claims_of, settle
from .containers import Member, Unpacking, drop_files
from .contradictions import contradictions
from .mapping import Context, Mapped, folded, map_block
from .members import Settled, native_names, settle_members
from .outcomes import code_of
from .profile import Loss, Profile
from .profiles import AGREED, load_profiles
from .raw import RawFile, header_of, load_file
from .relations import Relation, Relations
from .report import Drop, Finding, LoadReport, Reason, Severity, SourceFile, TableLoad
from .zones import ZoneDay, zone_days

#: Rows above which a table is not copied without need.
_WORTH_SPARING = 200_000


@dataclass(frozen=True)
class _Source:
    """A block ready to run."""

    profile: Profile
    table: Table
    relation: Relation
    mapped: Mapped
    present: str  # whether the block answers for its table: always, rows (when it has any) or never
    defaults: Mapping[str, str]  # column -> what the profile assumes


@dataclass(frozen=True)
class _Work:
    """Everything that the files of a drop turned into before rows were judged."""

    sources: tuple[_Source, ...]  # in the order of the canonical tables
    names: Mapping[str, Mapping[str, str]]  # dimension -> id -> readable name
    losses: tuple[Loss, ...]

    @property
    def loaded(self) -> tuple[str, ...]:
        """The canonical tables that some file was read into, in their order."""
        return tuple(dict.fromkeys(source.table.name for source in self.sources))

    def of(self, table: str) -> tuple[_Source, ...]:
        """Return the blocks that fill a table."""
        return tuple(source for source in self.sources if source.table.name == table)


def read_exports(drop: Drop, project: Project, agreement: Agreement, engine: Engine) -> LoadReport:
    """Create all canonical tables from the files of a drop and say what became of every row.

    ExportError lists what stops the build: unreadable files, two profiles that claim one, missing columns,
    conflicting keys, too many unreadable rows, calendars or targets that contradict one another.
    """
    profiles = load_profiles(project)
    with _workbench(engine) as scratch:
        members = _members(drop, agreement, scratch)
        claims = {member.label: _claim(engine, member, profiles, agreement) for member in members}
        files = _load(engine, members, claims, scratch)
        work = _work(engine, profiles, files, _context(engine, drop, agreement, profiles), agreement)
        _create_tables(engine, work)
        settled = _judge(engine, work, files, agreement)
        accounts = account(engine, _carried(work), files, agreement.settings.max_quarantine_share)
        findings = (
            *_losses(work),
            *accounts.findings,
            *_assumed(engine, work),
            *_about_files(files),
            *settled.findings,
        )
        for table in work.loaded:
            _finish(engine, table, accounts.kept[table], table in accounts.dropped, settled)
    if wrong := contradictions(engine, frozenset(work.loaded)):
        raise ExportError("Some tables contradict themselves.", wrong)
    return LoadReport(
        _files(members, claims, files, accounts),
        {table: _table_load(table, work, accounts) for table in TABLES},
        tuple(sorted(accounts.ledger, key=lambda line: (line.file, line.table))),
        tuple(sorted(accounts.quarantine, key=lambda row: (row.file, row.line, row.table, row.column))),
        findings,
    )


@contextmanager
def _workbench(engine: Engine) -> Iterator[Path]:
    """Give a scratch folder and the schema `raw`; both go away with everything in them."""
    engine.run("drop schema if exists raw cascade; create schema raw; create schema if not exists canonical")
    engine.run(MACROS)
    # Without the key the hashes of a drop cannot be compared with anything; it lives in this memory only.
    engine.run(f"create table raw.secret as select '{secrets.token_hex(32)}' as k")
    engine.run(
        "create or replace macro keyed_hash(c) as sha256((select k from raw.secret)"
        " || sha256((select k from raw.secret) || lower(clean_cell(c))))"
    )
    try:
        with tempfile.TemporaryDirectory(prefix="onefunnel-drop-") as folder:
            yield Path(folder)
    finally:
        engine.run("drop schema if exists raw cascade")
        engine.run("; ".join(f"drop macro if exists {name}" for name in (*MACRO_NAMES, "keyed_hash")))


def _members(drop: Drop, agreement: Agreement, scratch: Path) -> tuple[Member, ...]:
    unpacking = Unpacking(drop.path, scratch, agreement.settings.max_unpacked_bytes)
    found = [m for path in drop_files(drop.path) if path.name != "manifest.json" for m in unpacking.members(path)]
    return tuple(sorted(found, key=lambda member: member.label))


def _claim(engine: Engine, member: Member, profiles: tuple[Profile, ...], agreement: Agreement) -> Claim | None:
    claims = claims_of(member, profiles)
    header = header_of(engine, member) if len(claims) > 1 else ()
    return settle(member, claims, header, agreement.settings.sources)


def _load(
    engine: Engine, members: tuple[Member, ...], claims: Mapping[str, Claim | None], scratch: Path
) -> tuple[RawFile, ...]:
    mistakes: list[Mistake] = []
    files = []
    for number, member in enumerate(members, 1):
        claim = claims[member.label]
        if claim and (file := load_file(engine, number, member, claim, scratch, mistakes)):
            files.append(file)
    if mistakes:
        raise ExportError("Some exports cannot be read.", mistakes)
    return tuple(files)


def _context(engine: Engine, drop: Drop, agreement: Agreement, profiles: tuple[Profile, ...]) -> Context:
    settings = agreement.settings
    native = native_names(agreement)
    zones = {settings.source_timezone, settings.reporting_timezone}
    for profile in profiles:
        blocks = [block for _, block, _ in profile.blocks()]
        rules = [rule for block in blocks for rule in block.columns.values()]
        written = [profile, *profile.sources.values(), *blocks]
        named = [*(part.zone for part in written), *(rule.zone for rule in rules)]
        zones |= {zone for zone in named if zone}
    outcomes = {stage.id: stage.outcome for stage in agreement.pipeline.stages}
    _agreed(engine, "stage_spelling", [(folded(text), ident) for text, ident in native["stage"].items()])
    deal_stages = [(folded(text), ident, outcomes[ident]) for text, ident in native["deal_stage"].items()]
    _agreed(engine, "deal_stage_spelling", deal_stages)
    return Context(
        f"timestamp '{drop.as_of:%Y-%m-%d %H:%M:%S.%f}'",
        settings.source_timezone,
        settings.reporting_timezone,
        {zone: _zone_table(engine, n, zone) for n, zone in enumerate(sorted(zones)) if zone not in ("UTC", "Etc/UTC")},
        {name: frozenset(folded(text) for text in known) for name, known in native.items()},
        {folded(text): outcomes[ident] for text, ident in native["deal_stage"].items()},
    )


def _agreed(engine: Engine, name: str, rows: Sequence[tuple[str, ...]]) -> None:
    """Give profiles a list of the agreement to read in their SQL."""
    columns = AGREED[name]
    frame = pd.DataFrame(sorted(set(rows)), columns=list(columns))
    engine.load(f"raw.{name}", frame, dict.fromkeys(columns, "varchar"))


def _zone_table(engine: Engine, number: int, zone: str) -> str:
    table = f"raw.zone{number}"
    types = {"local_date": "date", "is_twice": "boolean"}
    types |= dict.fromkeys(("before_s", "switch_s", "after_s", "odd_from_s", "odd_to_s"), "integer")
    engine.load(table, _zone_frame(zone), types)
    return table


@lru_cache(maxsize=32)
def _zone_frame(zone: str) -> pd.DataFrame:
    # Moments outside of these years are read as UTC; no export of a funnel has any.
    days = zone_days(zone, date(1990, 1, 1), date(2059, 12, 31))
    names = [field.name for field in fields(ZoneDay)]
    frame = pd.DataFrame({name: [getattr(day, name) for day in days] for name in names})
    frame["local_date"] = pd.to_datetime(frame["local_date"])
    return frame


def _work(
    engine: Engine, profiles: tuple[Profile, ...], files: tuple[RawFile, ...], context: Context, agreement: Agreement
) -> _Work:
    """Return the blocks that have files to read; ExportError for uncertain dates and conflicting keys."""
    mistakes: list[Mistake] = []
    conflicts: list[Mistake] = []
    found: list[_Source] = []
    losses: list[Loss] = []
    names: dict[str, dict[str, str]] = {}
    for number, profile in enumerate(profiles):
        own = tuple(file for file in files if file.claim.profile is profile)
        if not own:
            continue
        relations = Relations(engine, profile, number, own, agreement.settings.on_conflict == "first_sorted")
        for table, block, _ in profile.blocks():
            relation = relations.build(block.from_ or "")
            if relation.files:
                mapped = map_block(profile, table, block, relation, context)
                defaults = {name: rule.default for name, rule in block.columns.items() if rule.default is not None}
                found.append(_Source(profile, table, relation, mapped, block.present, defaults))
        for dimension, members in profile.members.items():
            known = _readable(engine, relations.build(members.from_), members.key, members.name)
            names[dimension] = names.get(dimension, {}) | known
        losses += [loss for loss in profile.loses if not any(relations.build(name).files for name in loss.without)]
        mistakes += relations.mistakes
        conflicts += relations.conflicts
    if mistakes:
        raise ExportError("Some dates cannot be read with certainty.", mistakes)
    if conflicts:
        raise ExportError("Some rows contradict one another.", conflicts)
    order = list(TABLES)
    return _Work(tuple(sorted(found, key=lambda source: order.index(source.table.name))), names, tuple(losses))


def _readable(engine: Engine, relation: Relation, key: str, name: str) -> dict[str, str]:
    """Return the readable names that a look-up file gives to ids."""
    columns = relation.column(key), relation.column(name)
    if not relation.files or None in columns:
        return {}
    cells = ", ".join(f"clean_cell({quoted(str(column))})" for column in columns)
    return {
        ident: text
        for ident, text in engine.rows(f"select {cells} from {relation.name} order by all")
        if ident and text
    }


def _create_tables(engine: Engine, work: _Work) -> None:
    for name, table in TABLES.items():
        selects = [source.mapped.select for source in work.of(name)]
        columns = ", ".join(f"{quoted(column.name)} {column.type.value}" for column in table.columns)
        if selects:
            engine.run(f"create or replace table canonical.{name} as {' union all '.join(selects)}")
        else:
            engine.run(f"create or replace table canonical.{name} ({columns})")


def _judge(engine: Engine, work: _Work, files: tuple[RawFile, ...], agreement: Agreement) -> Settled:
    """Mark every row that cannot stay, and settle the spelling of members; ExportError where rows of one key differ."""
    first_sorted = agreement.settings.on_conflict == "first_sorted"
    conflicts: list[Mistake] = []
    for table in work.loaded:
        mark_contradictions(engine, table)
        if found := mark_duplicates(engine, table, files, first_sorted):
            conflicts.append(found)
    if conflicts:
        raise ExportError("Some rows contradict one another.", conflicts)
    settled = settle_members(engine, work.loaded, native_names(agreement), work.names)
    for (table, column), unknown in settled.unknown_stages.items():
        if unknown:
            code = code_of(TABLES[table], Reason.UNMAPPED_STAGE, column)
            listed = ", ".join(map(literal, unknown))
            engine.run(f"update canonical.{table} set _out = {code} where _out = 0 and {quoted(column)} in ({listed})")
    mark_orphans(engine, frozenset(work.loaded))
    return settled


def _carried(work: _Work) -> list[Carried]:
    found = []
    for table in work.loaded:
        sources = work.of(table)
        files = {file.number: file for source in sources for file in source.relation.files}
        copies = {number: count for source in sources for number, count in source.relation.copies.items()}
        # Two blocks over one file may each yield a row for one of its rows.
        shared = sum(len(source.relation.files) for source in sources) > len(files)
        one_to_one = not shared and not any(source.relation.is_derived for source in sources)
        found.append(Carried(table, tuple(files[number] for number in sorted(files)), copies, one_to_one))
    return found


def _finish(engine: Engine, table: str, rows: int, has_dropped: bool, settled: Settled) -> None:
    """Leave only the canonical columns of the rows that stay, with their settled members."""
    changes = {name: change for (owner, name), change in settled.changes.items() if owner == table and change}
    if not has_dropped and not changes and rows > _WORTH_SPARING:
        # Dropping columns copies nothing, but costs five statements.
        for control in ("_file", "_row", "_out", "_naive", "_odd"):
            engine.run(f"alter table canonical.{table} drop column {control}")
        return
    cells, joins = [], []
    for column in TABLES[table].columns:
        name = quoted(column.name)
        if column.name in changes:
            spelled = f"raw.spelled_{column.name}"
            frame = pd.DataFrame(sorted(changes[column.name].items()), columns=["loaded", "now"])
            engine.load(spelled, frame, {"loaded": "varchar", "now": "varchar"})
            joins.append(
                f" left join {spelled} {quoted('s_' + column.name)} on t.{name} = {quoted('s_' + column.name)}.loaded"
            )
            cells.append(f"coalesce({quoted('s_' + column.name)}.now, t.{name}) as {name}")
        else:
            cells.append(f"t.{name}")
    engine.run(
        f"create or replace table canonical.{table} as select {', '.join(cells)}"
        f" from canonical.{table} t{''.join(joins)} where t._out = 0"
    )


def _losses(work: _Work) -> Iterator[Finding]:
    for loss in work.losses:
        if loss.without or set(loss.tables) & set(work.loaded):
            severity = Severity.TAINTS if loss.without else Severity.NOTES
            yield Finding("source_loss", severity, loss.says, tables=loss.tables)


def _assumed(engine: Engine, work: _Work) -> Iterator[Finding]:
    for source in work.sources:
        for column, condition in source.mapped.assumed.items():
            total, count = engine.rows(
                f"select count(*), coalesce(sum(case when {condition} then 1 else 0 end), 0)"
                f" from {source.relation.name} where {source.mapped.file_filter}"
            )[0]
            if count:
                table, value = source.table.name, source.defaults[column]
                text = f"{int(count):,} of {int(total):,} rows of {table} say no {column}; '{value}' is assumed."
                yield Finding("assumed_default", Severity.TAINTS, text, int(count), int(total), (table,))


def _about_files(files: tuple[RawFile, ...]) -> Iterator[Finding]:
    for file in files:
        if file.records == 0:
            yield Finding("empty_table", Severity.NOTES, f"{file.member.label} holds a header and no rows.")
        if file.is_encoding_assumed:
            text = f"{file.member.label} is not UTF-8; it is read in another encoding that its profile allows."
            yield Finding("assumed_encoding", Severity.NOTES, text, file.records, file.records)


def _files(
    members: tuple[Member, ...], claims: Mapping[str, Claim | None], files: tuple[RawFile, ...], accounts: Accounts
) -> tuple[SourceFile, ...]:
    loaded = {file.member.label: file for file in files}
    found = []
    for member in members:
        claim, file = claims[member.label], loaded.get(member.label)
        table = accounts.home.get(file.number) if file else None
        profile = claim.profile.system if claim else None
        found.append(SourceFile(member.label, member.sha256, member.size, profile, table, file.records if file else 0))
    return tuple(found)


def _table_load(table: str, work: _Work, accounts: Accounts) -> TableLoad:
    sources = work.of(table)
    filled = frozenset(column for source in sources for column in source.mapped.filled)
    if sources and any(column.name == "precision" for column in TABLES[table].columns):
        filled |= {"precision"}  # known from the form of the moment where the export does not say it
    rows = accounts.kept.get(table, 0)
    present = any(
        source.present == "always" or (source.present == "rows" and source.relation.has_rows) for source in sources
    )
    return TableLoad(table, present, rows, filled, accounts.newest.get(table))
