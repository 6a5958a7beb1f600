"""Drafts of profiles for files that nobody knows: headers and values held against what other systems call things."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice
from pathlib import Path

from ..canonical import TABLES, Column, Table, Type
from ..errors import ExportError, Mistake
from ..project import PACKAGED, Project
from .containers import Form, Member, Unpacking
from .delimited import LeftOut, Reject, cells_of, records
from .layouts import Expected, layout_of
from .profile import MAPPED, Profile
from .profiles import load_profiles
from .workbook import read_sheet

_ROWS = 500  # looked at
_MOST_UNPACKED = 1 << 30
_MOST_COLUMNS, _LONGEST_NAME = 2_000, 1_000  # more is no header, and comparing names with names would never end
_LIKELY = 0.82  # how much alike two names must be to be worth a question
#: Tables that an unknown system may fill; others are made by hand.
_WANTED = (
    *("lead", "opportunity", "activity", "touch", "lifecycle_event", "opportunity_stage_event"),
    *("spend", "subscription", "revenue", "owner", "assignment", "fx_rate"),
)
#: What other systems call things, beside the names that the packaged profiles know.
_COMMON = {
    ("lead", "created_at"): ("First contact date", "Lead acquisition date", "Date added", "Signup date"),
    ("lead", "channel"): ("Origin", "Channel", "UTM source", "Acquisition channel"),
    ("opportunity", "amount"): ("Deal value", "Close value", "Total", "Price", "Contract value"),
    ("opportunity", "created_at"): ("Engage date", "Opened", "Open date", "Date opened"),
    ("opportunity", "closed_at"): ("Won date", "Date closed", "Actual close date"),
    ("opportunity", "stage"): ("Deal stage", "Sales stage", "Phase"),
    ("opportunity", "owner_id"): ("Sales agent", "Sales rep", "Account executive"),
    ("spend", "amount"): ("Spend", "Spent", "Costs", "Budget spent"),
    ("spend", "period_start"): ("Day", "Date", "Month", "Start"),
    ("subscription", "mrr"): ("Monthly amount", "Monthly price", "Recurring amount"),
    ("owner", "display_name"): ("Rep name", "Full name"),
}
#: What stands in for a required column that a system does not have.
_INSTEAD = {
    ("opportunity", "type"): "{default: new_business}",
    ("opportunity", "is_closed"): "{default: by_stage}",
    ("opportunity", "is_won"): "{default: by_stage}",
    ("touch", "is_marketing"): "{constant: true}",
    ("activity", "direction"): "{constant: outbound}",
    ("spend", "team"): "{constant: marketing}",
    ("spend", "category"): "{constant: program}",
    ("spend", "purpose"): "{constant: acquisition}",
    ("revenue", "kind"): "{constant: recurring}",
    ("owner", "team"): "{constant: sales}",
}
_ISO = r"\d{4}-\d{2}-\d{2}([T ]\d{1,2}:\d{2}.*)?"
_TWO_NUMBERS = r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}([ T,].*)?"
_NUMBER = r"[+-]?[\d.,]*\d"
_FORMS = {
    Type.INSTANT: f"{_ISO}|{_TWO_NUMBERS}",
    Type.DATE: f"{_ISO}|{_TWO_NUMBERS}",
    Type.BOOLEAN: r"(?i)0|1|true|false|yes|no",
    **dict.fromkeys((Type.INTEGER, Type.NUMBER, Type.MONEY, Type.RATE), _NUMBER),
}


@dataclass(frozen=True)
class _File:
    name: str
    header: tuple[str, ...]
    cells: dict[str, list[str]]  # header -> its first values that say something


@dataclass(frozen=True)
class _Guess:
    name: str
    likeness: float  # 1: another system calls it so

    @property
    def is_sure(self) -> bool:
        return self.likeness == 1


def draft_profile(paths: Iterable[Path], system: str) -> str:
    """Return YAML of a profile for these files; lines that need an answer are marked with `?`.

    ExportError lists the files that are no table. Nothing of what the files say about people is in it.
    """
    known = _known(load_profiles(Project(PACKAGED)))
    files = list(_files(paths))
    found = {file.name: _best(file, known) for file in files}
    tables: dict[str, list[str]] = {}
    for file in files:
        table, guesses = found[file.name]
        if table is not None:
            tables.setdefault(table.name, []).append(_block(file, table, guesses))
    unknown = [_on_one_line(file.name) for file in files if found[file.name][0] is None]
    return "".join((_head(system, files), _tables(tables), *(f"# ? nothing known in {name}\n" for name in unknown)))


def _files(paths: Iterable[Path]) -> Iterator[_File]:
    mistakes: list[Mistake] = []
    with tempfile.TemporaryDirectory(prefix="onefunnel-draft-") as scratch:
        for path in (one.resolve() for one in paths):  # where files lie is said from the folder of a whole drop
            for member in Unpacking(path.parent, Path(scratch), _MOST_UNPACKED).members(path):
                if member.form is Form.PARQUET or not member.size:
                    mistakes.append(Mistake(member.label, "cannot be drafted from", "Name a CSV or XLSX with rows."))
                else:
                    yield _read(member)
    if mistakes:
        raise ExportError("Some files are no tables.", mistakes)


def _read(member: Member) -> _File:
    if member.form is Form.SHEET:
        rows = [cells for _, cells in read_sheet(member.path, member.sheet, "point").rows[: _ROWS + 1]]
        header, body = (rows[0], rows[1:]) if rows else ((), [])
    else:
        layout = layout_of(member.path, Expected())
        read = (row for row in records(member.path, layout) if not isinstance(row, Reject | LeftOut))
        header, body = layout.header, [tuple(cells_of(row)) for row in islice(read, _ROWS)]
    if len(header) > _MOST_COLUMNS or max(map(len, header), default=0) > _LONGEST_NAME:
        what = f"its first row has {len(header):,} names, the longest of {max(map(len, header)):,} letters"
        raise ExportError("Some files are no tables.", [Mistake(member.label, what, "Name a file with a header.")])
    values = {name: [row[n].strip() for row in body if row[n].strip()] for n, name in enumerate(header) if name}
    return _File(member.names[0], tuple(values), values)


def _known(profiles: Iterable[Profile]) -> dict[tuple[str, str], set[str]]:
    """Return what the packaged profiles call each canonical column, by letters."""
    known = {
        (table.name, column.name): {
            _letters(name) for name in (column.name, *_COMMON.get((table.name, column.name), ()))
        }
        for table in TABLES.values()
        for column in table.columns
    }
    for profile in profiles:
        for table, block, _ in profile.blocks():
            offered = _offered(profile, block.from_ or "")
            for column, rule in block.columns.items():
                names = {other for name in rule.from_ for other in (name, *offered.get(name, ()))}
                known[table.name, column] |= {_letters(name) for name in names} - {""}
    return known


def _offered(profile: Profile, name: str) -> dict[str, tuple[str, ...]]:
    """Return the columns of the files behind a source, with their other spellings."""
    source = profile.sources[name]
    found = {column: offered.from_ for column, offered in source.columns.items()}
    for other in source.rows_of:
        found |= _offered(profile, other)
    return found


def _letters(name: str) -> str:
    return re.sub(r"[\W_]", "", name).casefold()


def _best(file: _File, known: dict[tuple[str, str], set[str]]) -> tuple[Table | None, dict[str, _Guess]]:
    """Return the table that a file fills most of, and which of its columns fill it."""
    drafts = [(TABLES[name], _guesses(file, TABLES[name], known)) for name in _WANTED]
    table, guesses = max(drafts, key=lambda draft: _worth(*draft))
    return (table, guesses) if len(guesses) > 1 else (None, {})


def _worth(table: Table, guesses: dict[str, _Guess]) -> float:
    required = [column.name for column in table.columns if column.required]
    told = sum(guess.likeness for guess in guesses.values())
    return told + 3 * sum(name in guesses for name in required) / len(required)


def _guesses(file: _File, table: Table, known: dict[tuple[str, str], set[str]]) -> dict[str, _Guess]:
    """Return for each canonical column the header that it most likely is; no header serves twice."""
    pairs = []
    for place, column in enumerate(table.columns):
        for name in file.header:
            likeness = max(_likeness(_letters(name), other) for other in known[table.name, column.name])
            if likeness >= _LIKELY and _fits(column, file.cells[name]):
                pairs.append((-likeness, place, column.name, name))
    found: dict[str, _Guess] = {}
    for negative, _, column_name, name in sorted(pairs):
        if column_name not in found and name not in {guess.name for guess in found.values()}:
            found[column_name] = _Guess(name, -negative)
    key = table.key[0]
    if key not in found and (name := _looks_like_key(file, {guess.name for guess in found.values()})):
        found[key] = _Guess(name, _LIKELY)
    return found


def _looks_like_key(file: _File, used: set[str]) -> str:
    """Return the first column that is called an id and has another value in every row, or ""."""
    most = max((len(cells) for cells in file.cells.values()), default=0)
    for name in file.header:
        is_unique = len(set(file.cells[name])) == most
        if name not in used and most > 1 and is_unique and re.search(r"(?:id|key|number|no\.?)$", name.strip(), re.I):
            return name
    return ""


def _likeness(name: str, other: str) -> float:
    return 1.0 if name == other else min(0.99, SequenceMatcher(None, name, other, autojunk=False).ratio())


def _fits(column: Column, values: list[str]) -> bool:
    """Whether nearly all values can be read as what the column holds."""
    form = _FORMS.get(column.type)
    return form is None or sum(bool(re.fullmatch(form, value)) for value in values) >= 0.9 * len(values)


def _head(system: str, files: list[_File]) -> str:
    values = [value for file in files for cells in file.cells.values() for value in cells]
    dates = "[iso, proven]" if any(re.fullmatch(_TWO_NUMBERS, value) for value in values) else "iso"
    return (
        f"# Drafted from {', '.join(_on_one_line(file.name) for file in files)}.\n"
        "# Lines with ? are guesses or questions: answer them, keep this as content/sources/<system>.yml,\n"
        "# then run `onefunnel check`.\n"
        f"system: {_scalar(system)}\ntitle: {_scalar(system.title())}\nencodings: [utf-8, cp1252]\n"
        f"dates: {dates}\nnumbers: proven\n"
    )


def _tables(tables: dict[str, list[str]]) -> str:
    return "tables:\n" + "".join(f"  {name}:\n{''.join(blocks)}" for name, blocks in tables.items()) if tables else ""


def _block(file: _File, table: Table, guesses: dict[str, _Guess]) -> str:
    lines = [f"    - files: [{_scalar(_pattern(file.name))}]", "      columns:"]
    for column in table.columns:
        if guess := guesses.get(column.name):
            mapped = MAPPED.get((table.name, column.name))
            name = _scalar(guess.name)
            rule = f"{{from: {name}, map: {mapped}}}" if mapped else name
            lines.append(f"        {column.name}: {rule}{_question(column, guess, file)}")
        elif instead := _INSTEAD.get((table.name, column.name)):
            lines.append(f"        {column.name}: {instead}  # ?")
        elif column.required:
            lines.append(f"        # ? {column.name}: no column is like it, and without it a row means nothing")
    used = {guess.name for guess in guesses.values()}
    if rest := [name for name in file.header if name not in used]:
        lines.append(f"      # not read: {', '.join(map(_on_one_line, rest))}")
    return "".join(f"{line}\n" for line in lines)


def _question(column: Column, guess: _Guess, file: _File) -> str:
    said = {value.casefold() for value in file.cells[guess.name]}
    if column.choices and not said <= set(column.choices):
        return f"  # ? say what its values mean: values: {{...}}, one of {', '.join(column.choices)}"
    return "" if guess.is_sure else "  # ?"


def _pattern(name: str) -> str:
    """Return a file name with its days and numbers left open."""
    stem, dot, ending = name.rpartition(".")
    return re.sub(r"\d[\d_-]*", "*", stem) + dot + ending


def _on_one_line(name: str) -> str:
    """Return a name as a comment can say it."""
    return " ".join(name.split())


def _scalar(text: str) -> str:
    is_plain = re.fullmatch(r"[A-Za-z][A-Za-z0-9_ ]*", text) and text.casefold() not in (
        "yes",
        "no",
        "on",
        "off",
        "null",
    )
    return text if is_plain else json.dumps(text, ensure_ascii=False)
