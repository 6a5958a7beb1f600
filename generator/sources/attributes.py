"""Attributes that the agreement declares: columns of leads beyond the canonical ones, one row for each filled cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pandas as pd

from ..canonical import TABLES
from ..engine import Engine
from ..errors import ExportError, Mistake, with_hint
from .cells import Cell, literal, nulled, parsed, quoted
from .filling import ATTRIBUTE
from .members import WITHHELD, looks_personal, tidied
from .number_form import as_point, decimal_mark
from .profile import Names, NumberForm, Profile
from .raw import RawFile, rows_of
from .relations import conflict
from .report import Finding, Severity, TableLoad
from .terms import Terms

TABLE = "lead_attribute"
#: System and source of files -> attribute -> the names that its column may have there.
Wanted = Mapping[tuple[str, str], Mapping[str, Names]]
_NOT = {"number": "no number", "boolean": "neither yes nor no", "date": "no ISO date", "text": "no text"}


def attribute_columns(profiles: tuple[Profile, ...], terms: Terms) -> Wanted:
    """Return the columns in which the files that leads come from may carry attributes.

    A profile's word goes before the name of the attribute. ExportError where a profile names what is not declared.
    """
    wanted: dict[tuple[str, str], dict[str, Names]] = {}
    mistakes: list[Mistake] = []
    for profile in profiles:
        for block in profile.tables.get("lead", ()):
            for name in sorted(block.attributes.keys() - terms.attributes.keys()):
                where = f"profile '{profile.system}', tables.lead.attributes"
                hint = "Declare it in `attributes` of lifecycle.yml; canonical columns stand in `columns`."
                mistakes.append(Mistake(where, f"unknown attribute {with_hint(name, terms.attributes)}", hint))
            usual = {name: _names(name, profile) for name in terms.attributes}
            for source in _files_of(profile, block.from_ or ""):
                wanted.setdefault((profile.system, source), {}).update({**usual, **block.attributes})
    if mistakes:
        raise ExportError("The source profiles need mending.", mistakes)
    return wanted


def _names(attribute: str, profile: Profile) -> Names:
    return (attribute, attribute + profile.custom) if profile.custom else (attribute,)


def _files_of(profile: Profile, name: str) -> Iterator[str]:
    """Yield the sources of files whose rows a source carries."""
    source = profile.sources[name]
    if source.sql is None:
        yield name
    for carrier in source.rows_of:
        yield from _files_of(profile, carrier)


def hold_attributes(engine: Engine, files: tuple[RawFile, ...], terms: Terms) -> bool:
    """Fill `canonical.lead_attribute` for the leads just read, and return whether any file carries an attribute.

    Cells that cannot be read stand there as null, until they are counted. ExportError where numbers prove no form, or
    where one system says two things of a lead.
    """
    mistakes: list[Mistake] = []
    selects = [select for file in files for select in _cells(engine, file, terms, mistakes)]
    if mistakes:
        raise ExportError("Some dates or numbers cannot be read with certainty.", mistakes)
    if not selects:
        return False
    engine.run(
        f"create or replace table canonical.{TABLE} as"
        " select cell._file, cell._row, cast(0 as smallint) as _out, cell._system, lead.lead_id, cell.attribute,"
        f" cell.value, cell.number from ({' union all '.join(selects)}) as cell"
        " inner join canonical.lead as lead on lead._file = cell._file and lead._row = cell._row where lead._out = 0"
    )
    if not terms.takes_first and (found := _conflicting(engine, files)):
        raise ExportError("Some rows contradict one another.", [found])
    return True


def _cells(engine: Engine, file: RawFile, terms: Terms, mistakes: list[Mistake]) -> Iterator[str]:
    """Yield a select for each attribute that the file carries: its filled cells, read as what is declared."""
    profile = file.claim.profile
    source = profile.sources[file.claim.source]
    nulls = profile.written(source, "nulls") or ()
    numbers: NumberForm = profile.written(source, "numbers") or "point"
    there = {name: ATTRIBUTE + name for name in terms.attributes if ATTRIBUTE + name in file.columns}
    open_ = [column for name, column in there.items() if terms.attributes[name] == "number" and numbers == "proven"]
    mark = decimal_mark(engine, file.member.label, {f"raw.f{file.number}": open_}, open_, mistakes) if open_ else ""
    for name, column in there.items():
        told = as_point(quoted(column), mark) if column in open_ and file.columns[column] == "VARCHAR" else None
        cell = Cell(told or quoted(column), file.columns[column])
        text = nulled(cell.as_text().sql, nulls)
        value, number = _read(terms.attributes[name], cell, text, numbers, profile.strict)
        yield (
            f"select {file.number} as _file, {rows_of(file)} as _row, {literal(profile.system)} as _system,"
            f" {literal(name)} as attribute, {value} as value, {number} as number"
            f" from raw.f{file.number} where {text} is not null"
        )


def _read(kind: str, cell: Cell, text: str, numbers: NumberForm, strict: bool) -> tuple[str, str]:
    """Return SQL for the value of a cell as text, and as a number where it is one; yes is 1 and no is 0."""
    nothing = "cast(null as double)"
    if kind == "number":
        number = parsed("number", cell, numbers, strict)
        # As criteria write it: 12, not 12.0.
        whole = f"{number} = floor({number}) and abs({number}) < 1e15"
        text = f"case when {whole} then cast(cast({number} as bigint) as varchar) else cast({number} as varchar) end"
        return text, number
    if kind == "boolean":
        flag = parsed("boolean", cell, numbers, strict)
        return f"case when {flag} then '1' when not {flag} then '0' end", f"cast(cast({flag} as integer) as double)"
    if kind == "date":
        return f"cast({parsed('date', cell, numbers, strict)} as varchar)", nothing
    return text, nothing


def _conflicting(engine: Engine, files: tuple[RawFile, ...]) -> Mistake | None:
    rows = engine.rows(
        "select _file, _row from (select *, min(value) over same as low, max(value) over same as high"
        f" from canonical.{TABLE} window same as (partition by _system, lead_id, attribute))"
        " where low <> high group by _file, _row order by _file, _row"
    )
    return conflict(files, [(int(file), int(row)) for file, row in rows], "lead: lead_id") if rows else None


def settle_attributes(engine: Engine, terms: Terms) -> list[Finding]:
    """Leave one value for each kept lead and attribute, and say what could not be read or is not shown.

    The system whose record counts goes first; what it does not say is filled from the others.
    """
    findings = list(_unreadable(engine, terms))
    columns = ", ".join(column.name for column in TABLES[TABLE].columns)
    engine.run(
        f"create or replace table canonical.{TABLE} as select {columns} from ("
        f"select said.*, row_number() over (partition by said.lead_id, said.attribute"
        " order by case when said._system = home._system then 0 else 1 end, said._system, said.value) as place"
        f" from canonical.{TABLE} as said inner join canonical.lead as lead on lead.lead_id = said.lead_id"
        f" left join (select distinct _file, _system from canonical.{TABLE}) as home on home._file = lead._file"
        " where lead._out = 0 and said.value is not null) where place = 1"
    )
    return [*findings, *_withheld(engine, terms)]


def _unreadable(engine: Engine, terms: Terms) -> Iterator[Finding]:
    rows = engine.rows(
        f"select attribute, count(*), sum(case when value is null then 1 else 0 end) from canonical.{TABLE}"
        " group by attribute order by attribute"
    )
    for name, total, failing in rows:
        if failing:
            what = _NOT[terms.attributes[name]]
            text = f"Leads whose attribute {name} holds what is {what}: {int(failing):,}; it counts as not known."
            yield Finding("unreadable_attribute", Severity.TAINTS, text, int(failing), int(total), ("lead",))


def _withheld(engine: Engine, terms: Terms) -> Iterator[Finding]:
    """Give texts one form, and take those away that look like a person's."""
    for name in sorted(name for name, kind in terms.attributes.items() if kind == "text"):
        found = engine.rows(
            f"select value, count(*) from canonical.{TABLE} where attribute = {literal(name)} group by value"
        )
        shown = {raw: WITHHELD if looks_personal(tidied(raw)) else tidied(raw) for raw, _ in found}
        changed = sorted((raw, now) for raw, now in shown.items() if now != raw)
        if changed:
            frame = pd.DataFrame(changed, columns=["loaded", "now"])
            engine.load("raw.spelled", frame, {"loaded": "varchar", "now": "varchar"})
            engine.run(
                f"update canonical.{TABLE} set value = now from raw.spelled"
                f" where attribute = {literal(name)} and value = loaded"
            )
        if total := sum(count for raw, count in found if shown[raw] == WITHHELD):
            text = (
                f"Leads whose attribute {name} looks like an e-mail address, a phone number or free text: {total:,};"
                " it is not shown."
            )
            yield Finding("withheld_member", Severity.TAINTS, text, int(total), tables=("lead",))


def with_attributes(
    engine: Engine, files: tuple[RawFile, ...], tables: Mapping[str, TableLoad]
) -> dict[str, TableLoad]:
    """Return what became of each table, with the attributes that files carry among the columns of leads."""
    carried = {
        column.removeprefix(ATTRIBUTE) for file in files for column in file.columns if column.startswith(ATTRIBUTE)
    }
    rows = int(engine.rows(f"select count(*) from canonical.{TABLE}")[0][0])
    lead, own = tables["lead"], frozenset(column.name for column in TABLES[TABLE].columns)
    return {
        **tables,
        "lead": replace(lead, columns=lead.columns | carried),
        TABLE: TableLoad(TABLE, bool(carried), rows, own if carried else frozenset()),
    }
