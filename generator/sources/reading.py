"""Reading a drop: files in, canonical tables and a report of everything that was found out."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from ..agreement import Agreement
from ..canonical import TABLES, Table
from ..engine import Engine
from ..errors import EngineError, ExportError, Mistake
from ..project import Project
from .accounts import Accounts, Carried, ReadingStopped, account, place_of, rejected, stop_above
from .attributes import TABLE as ATTRIBUTES
from .attributes import Wanted, attribute_columns, hold_attributes, settle_attributes, with_attributes
from .cells import MACRO_NAMES, MACROS, literal, quoted
from .checks import mark_contradictions, mark_duplicates, mark_orphans
from .claims import Claim, claims_of, encodings_of, settle
from .containers import Form, Member, Unpacking, drop_files
from .contents import fault_of
from .contradictions import contradictions
from .findings import about_files, absent, almost_read, assumed, losses
from .identity import join_systems
from .members import Settled, settle_members
from .once import read_once
from .outcomes import code_of
from .profile import Profile
from .profiles import load_profiles
from .raw import RawFile, headers_of, load_file
from .report import Drop, LoadReport, Quarantined, Reason, SourceFile, TableLoad
from .terms import Terms, terms_of
from .work import Work, context_of, prepare

#: Endings of files that mean to be tables: where nobody knows one, it may be for what it became on its way.
_TABLES = (".csv", ".tsv", ".psv")
#: What rows carry beside the columns of their table until they are judged.
_CONTROLS = ("_file", "_row", "_out", "_naive", "_odd")


def read_exports(drop: Drop, project: Project, agreement: Agreement, engine: Engine) -> LoadReport:
    """Create all canonical tables from the files of a drop and say what became of every row.

    ExportError lists what stops the build: unreadable files, two profiles that claim one, missing columns,
    conflicting keys, too many unreadable rows, calendars or targets that contradict one another.
    """
    profiles = load_profiles(project)
    terms = terms_of(agreement)
    with _workbench(engine) as scratch:
        mistakes: list[Mistake] = []
        members = _members(drop, terms, scratch, mistakes)
        claims = _claims(engine, members, profiles, terms, mistakes)
        wanted = attribute_columns(profiles, terms)
        files = _load(engine, members, claims, wanted, scratch, mistakes)
        if not files:
            unread = [finding.text for finding in almost_read(engine, members, claims, profiles)]
            raise ExportError("There is nothing to read.", [_nothing(members, unread)])
        with _telling(lambda: [row for file in files for row in rejected(file)]):
            work = prepare(engine, profiles, files, context_of(engine, drop, terms, profiles), terms)
            _create_tables(engine, work)
        with _telling(lambda: account(engine, _carried(work), files).quarantine):
            settled = _judge(engine, work, files, terms)
        accounts = account(engine, _carried(work), files)
        with _telling(lambda: accounts.quarantine):
            stop_above(files, accounts, terms.most_unreadable)
        findings = (
            *losses(work),
            *accounts.findings,
            *assumed(engine, work),
            *absent(work),
            *about_files(files),
            *almost_read(engine, members, claims, profiles),
            *settled.findings,
        )
        for table in work.loaded:
            _finish(engine, table, table in accounts.dropped, settled)
    with _telling(lambda: accounts.quarantine):
        if wrong := contradictions(engine, frozenset(work.loaded)):
            raise ExportError("Some tables contradict themselves.", wrong)
    return LoadReport(
        _files(members, claims, files, accounts),
        with_attributes(engine, files, {table: _table_load(table, work, accounts) for table in TABLES}),
        tuple(sorted(accounts.ledger, key=lambda line: (line.file, line.table))),
        tuple(sorted(accounts.quarantine, key=place_of)),
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


@contextmanager
def _telling(set_aside: Callable[[], Iterable[Quarantined]]) -> Iterator[None]:
    """Let whoever learns that reading stopped know as well where the rows stand that were set aside until then."""
    try:
        yield
    except ExportError as problem:
        raise ReadingStopped(problem, set_aside()) from problem


def _members(drop: Drop, terms: Terms, scratch: Path, mistakes: list[Mistake]) -> tuple[Member, ...]:
    unpacking = Unpacking(drop.path, scratch, terms.most_unpacked)
    found: list[Member] = []
    for path in drop_files(drop.path):
        with _noted(mistakes):
            found += unpacking.members(path) if path.name != "manifest.json" else ()
    return tuple(sorted(found, key=lambda member: member.label))


@contextmanager
def _noted(mistakes: list[Mistake]) -> Iterator[None]:
    """Keep what is wrong with one file for later, so that the others are looked at as well."""
    try:
        yield
    except ExportError as problem:
        mistakes += problem.mistakes


def _claims(
    engine: Engine,
    members: tuple[Member, ...],
    profiles: tuple[Profile, ...],
    terms: Terms,
    mistakes: list[Mistake],
) -> dict[str, Claim | None]:
    """Return who claims each file; a file that is no table, or that two profiles claim, is a mistake and nobody's."""
    found: dict[str, Claim | None] = {}
    for member in members:
        found[member.label] = None
        with _noted(mistakes):
            headers = headers_of(engine, member)
            claims = claims_of(member, headers, profiles)
            if not claims and not member.names[0].casefold().endswith(_TABLES):
                continue
            if member.form is Form.TEXT and (fault := fault_of(member.label, member.path, encodings_of(claims))):
                mistakes.append(fault)
                continue
            found[member.label] = settle(member, claims, headers, terms.claims) if claims else None
    return found


def _load(
    engine: Engine,
    members: tuple[Member, ...],
    claims: Mapping[str, Claim | None],
    wanted: Wanted,
    scratch: Path,
    mistakes: list[Mistake],
) -> tuple[RawFile, ...]:
    """Load every claimed file; ExportError with `mistakes` and what is wrong with these files."""
    files = []
    once = read_once(claims)
    for number, member in enumerate(members, 1):
        claim = claims[member.label]
        if claim is None:
            continue
        with _noted(mistakes):
            attributes = wanted.get((claim.profile.system, claim.source), {})
            if file := load_file(engine, number, member, claim, attributes, scratch, mistakes, member.label in once):
                files.append(file)
    if mistakes:
        raise ExportError("Some exports cannot be read.", mistakes)
    return tuple(files)


def _nothing(members: tuple[Member, ...], unread: list[str]) -> Mistake:
    if not members:
        return Mistake("the drop", "holds no file", "Put the exports of your systems into it.")
    labels = ", ".join(member.label for member in members[:5]) + (" ..." if len(members) > 5 else "")
    hint = (
        "Describe them in content/sources/ (onefunnel profile drafts it), or name them as a profile expects"
        " (lead.csv, Lead.csv)."
    )
    return Mistake(labels, "no profile claims any of these files", " ".join(unread[:3]) or hint)


def _create_tables(engine: Engine, work: Work) -> None:
    # Rows that nobody numbers keep their order through the joins with the days of a zone, unless those change sides.
    engine.run("set disabled_optimizers = 'build_side_probe_side'")
    try:
        for table in TABLES.values():
            _create_table(engine, table, work)
    finally:
        engine.run("reset disabled_optimizers")


def _create_table(engine: Engine, table: Table, work: Work) -> None:
    parts = work.of(table.name)
    if not parts:
        columns = ", ".join(f"{quoted(column.name)} {column.type.value}" for column in table.columns)
        engine.run(f"create or replace table canonical.{table.name} ({columns})")
        return
    selects = " union all ".join(part.mapped.select for part in parts)
    try:
        engine.run(f"create or replace table canonical.{table.name} as {selects}")
    except EngineError:
        passing = [file.member.label for part in parts for file in part.relation.files if file.is_passing]
        if not passing:
            raise
        # It was well-formed a moment ago. The engine's words would quote the line.
        mistake = Mistake(passing[0], "cannot be read any more", "Build again when nothing writes to the drop.")
        raise ExportError("The drop cannot be read.", [mistake]) from None


def _judge(engine: Engine, work: Work, files: tuple[RawFile, ...], terms: Terms) -> Settled:
    """Mark every row that cannot stay, and settle the spelling of members; ExportError where rows of one key differ."""
    conflicts: list[Mistake] = []
    for table in work.loaded:
        mark_contradictions(engine, table)
    has_attributes = "lead" in work.loaded and hold_attributes(engine, files, terms)
    joined = join_systems(engine, files, (*work.loaded, ATTRIBUTES) if has_attributes else work.loaded)
    for table in work.loaded:
        if found := mark_duplicates(engine, table, files, terms.takes_first):
            conflicts.append(found)
    if conflicts:
        raise ExportError("Some rows contradict one another.", conflicts)
    settled = settle_members(engine, work.loaded, terms.native, work.names)
    for (table, column), unknown in settled.unknown_stages.items():
        if unknown:
            code = code_of(TABLES[table], Reason.UNMAPPED_STAGE, column)
            listed = ", ".join(map(literal, unknown))
            engine.run(f"update canonical.{table} set _out = {code} where _out = 0 and {quoted(column)} in ({listed})")
    mark_orphans(engine, frozenset(work.loaded))
    settled.findings[:0] = joined
    if has_attributes:
        settled.findings += settle_attributes(engine, terms)
    return settled


def _carried(work: Work) -> list[Carried]:
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


def _finish(engine: Engine, table: str, has_dropped: bool, settled: Settled) -> None:
    """Leave only the canonical columns of the rows that stay, with their settled members.

    In place: a large table written anew would stand there twice.
    """
    name = f"canonical.{table}"
    if has_dropped:
        engine.run(f"delete from {name} where _out <> 0")
    for (owner, column), change in settled.changes.items():
        if owner == table and change:
            frame = pd.DataFrame(sorted(change.items()), columns=["loaded", "now"])
            engine.load("raw.spelled", frame, {"loaded": "varchar", "now": "varchar"})
            engine.run(f"update {name} set {quoted(column)} = now from raw.spelled where {quoted(column)} = loaded")
    engine.run("; ".join(f"alter table {name} drop column {control}" for control in _CONTROLS))


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


def _table_load(table: str, work: Work, accounts: Accounts) -> TableLoad:
    sources = work.of(table)
    filled = frozenset(column for source in sources for column in source.mapped.filled)
    if sources and any(column.name == "precision" for column in TABLES[table].columns):
        filled |= {"precision"}  # known from the form of the moment where the export does not say it
    rows = accounts.kept.get(table, 0)
    present = any(
        source.present == "always" or (source.present == "rows" and source.relation.has_rows) for source in sources
    )
    return TableLoad(table, present, rows, filled, accounts.newest.get(table))
