"""The books of a drop: what was read, kept, excluded and quarantined, by file and table, and that the sums agree."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ..canonical import TABLES, UNDATED
from ..engine import Engine
from ..errors import ExportError, Mistake
from .once import ROW
from .outcomes import CELL_REASONS, code_of, meaning_of, outcome_of
from .raw import RawFile
from .report import UNREADABLE_REASONS, Finding, LedgerLine, Outcome, Quarantined, Reason, Severity

#: The table under which the ledger lists files that only help to read others.
LOOK_UP = "look-up"
#: Lines remembered for one file, table, reason and column; the ledger counts all.
_MOST_LINES = 10_000


@dataclass(frozen=True)
class Carried:
    """How one canonical table was filled."""

    table: str
    files: tuple[RawFile, ...]  # whose rows it carries
    copies: Mapping[int, int]  # file number -> rows that gave way to another of their key
    is_one_to_one: bool  # every row of a file gives at most one row here


@dataclass
class Accounts:
    """Everything counted while reading."""

    ledger: list[LedgerLine] = field(default_factory=list)
    quarantine: list[Quarantined] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    dropped: set[str] = field(default_factory=set)  # tables with rows that do not stay
    home: dict[int, str] = field(default_factory=dict)  # file number -> the first table that carries its rows
    newest: dict[str, datetime] = field(default_factory=dict)
    kept: dict[str, int] = field(default_factory=dict)
    unreadable: Counter[int] = field(default_factory=Counter)  # file number -> rows


class ReadingStopped(ExportError):
    """Why reading stopped after rows were set aside, and where these stand; never what they say."""

    def __init__(self, problem: ExportError, set_aside: Iterable[Quarantined]) -> None:
        super().__init__(problem.summary, problem.mistakes)
        self.set_aside = tuple(sorted(set_aside, key=place_of))


def place_of(row: Quarantined) -> tuple[str, int, str, str]:
    """Return by what rows that were set aside are sorted."""
    return row.file, row.line, row.table, row.column


def account(engine: Engine, carried: Iterable[Carried], files: tuple[RawFile, ...]) -> Accounts:
    """Return the books."""
    accounts = Accounts()
    for part in carried:
        for file in part.files:
            accounts.home.setdefault(file.number, part.table)
        _account_table(engine, part, accounts)
    for file in files:
        if file.number not in accounts.home:
            _account_look_up(file, accounts)
        accounts.unreadable[file.number] += len(file.rejects)
    _assert_sums(accounts.ledger)
    return accounts


def _account_table(engine: Engine, part: Carried, accounts: Accounts) -> None:
    table = TABLES[part.table]
    judged: dict[int, Counter[tuple[Reason, str]]] = defaultdict(Counter)
    rows = engine.rows(
        f"select _file, _out, count(*) from canonical.{part.table} group by _file, _out order by _file, _out"
    )
    for number, code, count in rows:
        judged[int(number)][meaning_of(table, int(code))] += int(count)
        if code:
            accounts.dropped.add(part.table)
    seen = _distinct(engine, part, judged)
    broken = _unreadable(engine, part, judged)
    undated = _undated(engine, part.table)
    for file in part.files:
        counts = Counter[Reason]()
        for (reason, _), count in judged[file.number].items():
            counts[reason] += count
        counts[Reason.DUPLICATE_KEY] += part.copies.get(file.number, 0)
        counts[Reason.NOT_SELECTED] += file.rows - part.copies.get(file.number, 0) - seen.get(file.number, 0)
        counts[Reason.NONE] -= undated[file.number]
        counts[Reason.UNDATED] = undated[file.number]
        if accounts.home[file.number] == part.table:
            counts += Counter(reject.reason for reject in file.rejects)
            counts[Reason.NOT_SELECTED] += file.left_out
            _remember_rejects(file, part.table, accounts)
        _write(file, part.table, counts, accounts)
        accounts.unreadable[file.number] = max(accounts.unreadable[file.number], broken.get(file.number, 0))
    _remember_rows(engine, part, judged, accounts)
    _note_times(engine, part.table, accounts)
    accounts.kept[part.table] = sum(counts[Reason.NONE, ""] for counts in judged.values())
    if table.moment:
        newest = engine.rows(f"select max({table.moment}) from canonical.{part.table} where _out = 0")[0][0]
        if newest is not None:
            accounts.newest[part.table] = newest


def _distinct(engine: Engine, part: Carried, judged: Mapping[int, Counter[tuple[Reason, str]]]) -> dict[int, int]:
    """Return how many rows of each file gave at least one row of the table."""
    if part.is_one_to_one:
        return {number: sum(counts.values()) for number, counts in judged.items()}
    rows = engine.rows(f"select _file, count(distinct {ROW}) from canonical.{part.table} group by _file")
    return {int(number): int(count) for number, count in rows}


def _undated(engine: Engine, table: str) -> Counter[int]:
    """Return by file how many rows only say where a record stands; they go when the drop was compared with others."""
    if table != "lifecycle_event":
        return Counter()
    rows = engine.rows(
        f"select _file, count(*) from canonical.lifecycle_event where _out = 0 and {UNDATED} group by _file"
    )
    return Counter({int(number): int(count) for number, count in rows})


def _unreadable(engine: Engine, part: Carried, judged: Mapping[int, Counter[tuple[Reason, str]]]) -> dict[int, int]:
    codes = _codes(part.table, UNREADABLE_REASONS)
    if not any(reason in UNREADABLE_REASONS for counts in judged.values() for reason, _ in counts):
        return {}
    rows = engine.rows(
        f"select _file, count(distinct {ROW}) from canonical.{part.table} where _out in ({codes}) group by _file"
    )
    return {int(number): int(count) for number, count in rows}


def _codes(table: str, reasons: Iterable[Reason]) -> str:
    wanted = [reason for reason in CELL_REASONS if reason in set(reasons)]
    columns = TABLES[table].columns
    return ", ".join(str(code_of(TABLES[table], reason, column.name)) for column in columns for reason in wanted)


def _write(file: RawFile, table: str, counts: Counter[Reason], accounts: Accounts) -> None:
    label = file.member.label
    accounts.ledger.append(LedgerLine(label, table, Outcome.READ, Reason.NONE, sum(counts.values())))
    accounts.ledger.append(LedgerLine(label, table, Outcome.KEPT, Reason.NONE, counts[Reason.NONE]))
    for reason in Reason:
        if reason is not Reason.NONE and counts[reason]:
            accounts.ledger.append(LedgerLine(label, table, outcome_of(reason), reason, counts[reason]))


def _account_look_up(file: RawFile, accounts: Accounts) -> None:
    counts = Counter({Reason.NONE: file.rows, Reason.NOT_SELECTED: file.left_out})
    counts += Counter(reject.reason for reject in file.rejects)
    _remember_rejects(file, LOOK_UP, accounts)
    _write(file, LOOK_UP, counts, accounts)


def _remember_rejects(file: RawFile, table: str, accounts: Accounts) -> None:
    accounts.quarantine += rejected(file, table)


def rejected(file: RawFile, table: str = "") -> list[Quarantined]:
    """Return where the records stand that could not be split into cells; they may not be headed for a table yet."""
    return [Quarantined(file.member.label, reject.line, table, reject.reason) for reject in file.rejects[:_MOST_LINES]]


def _remember_rows(
    engine: Engine, part: Carried, judged: Mapping[int, Counter[tuple[Reason, str]]], accounts: Accounts
) -> None:
    table = TABLES[part.table]
    if all(outcome_of(reason) is not Outcome.QUARANTINED for counts in judged.values() for reason, _ in counts):
        return
    rows = engine.rows(
        "select _file, _row, _out from"
        f" (select *, row_number() over (partition by _file, _out order by _row) as _n"
        f" from (select _file, {ROW} as _row, _out from canonical.{part.table} where _out <> 0))"
        f" where _n <= {_MOST_LINES} order by _file, _row, _out"
    )
    found: dict[int, list[tuple[int, Reason, str]]] = defaultdict(list)
    for number, row, code in rows:
        reason, column = meaning_of(table, int(code))
        if outcome_of(reason) is Outcome.QUARANTINED:
            found[int(number)].append((int(row), reason, column))
    for file in part.files:
        lines = file.lines({row for row, _, _ in found[file.number]}) if found[file.number] else {}
        accounts.quarantine += [
            Quarantined(file.member.label, lines[row], part.table, reason, column)
            for row, reason, column in found[file.number]
        ]


def _note_times(engine: Engine, table: str, accounts: Accounts) -> None:
    total, naive, odd = engine.rows(
        "select count(*), coalesce(sum(case when _naive > 0 then 1 else 0 end), 0),"
        f" coalesce(sum(case when _odd > 0 then 1 else 0 end), 0) from canonical.{table} where _out = 0"
    )[0]
    if naive:
        text = f"{int(naive):,} rows of {table} carry a time without a zone, read in the zone of profile or settings."
        accounts.findings.append(Finding("naive_time", Severity.NOTES, text, int(naive), int(total), (table,)))
    if odd:
        text = f"{int(odd):,} rows of {table} carry a local time that the change of clocks made twice or never."
        accounts.findings.append(Finding("ambiguous_time", Severity.NOTES, text, int(odd), int(total), (table,)))


def _assert_sums(ledger: Iterable[LedgerLine]) -> None:
    """Hold every file and table to read = kept + excluded + quarantined; a difference is a fault of this program."""
    balance: Counter[tuple[str, str]] = Counter()
    for line in ledger:
        balance[line.file, line.table] += line.rows if line.outcome is Outcome.READ else -line.rows
        if line.rows < 0:
            raise AssertionError(f"the ledger counts {line.rows} rows of {line.file} as {line.reason or line.outcome}")
    wrong = sorted(key for key, rest in balance.items() if rest)
    if wrong:
        raise AssertionError(f"the load ledger does not add up for {wrong}")


def stop_above(files: tuple[RawFile, ...], accounts: Accounts, most: float) -> None:
    """ExportError where a file holds more unreadable rows than `most` (a share)."""
    mistakes = []
    for file in files:
        count = accounts.unreadable[file.number]
        if not count or count <= most * file.records:
            continue
        first = [q for q in accounts.quarantine if q.file == file.member.label and q.reason in UNREADABLE_REASONS][:3]
        places = "; ".join(f"line {q.line}: {q.column + ' ' if q.column else ''}{q.reason}" for q in first)
        what = f"{count:,} of {file.records:,} rows cannot be read, above max_quarantine_share ({most:.2%}): {places}"
        hint = "Correct the export, declare its form in the profile, or raise max_quarantine_share."
        hint += " `onefunnel check --quarantine FILE` lists the rows."
        if len(file.rejects) == file.records:
            hint = "No row has as many cells as the header: are both written with one delimiter?"
        mistakes.append(Mistake(file.member.label, what, hint))
    if mistakes:
        raise ExportError("Too many rows cannot be read.", mistakes)
