"""Finding, reading and checking the profiles of a project: every mistake in every file, listed at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlglot
from pydantic import BaseModel, ValidationError
from sqlglot import expressions as exp

from ..canonical import TABLES
from ..errors import ExportError, Mistake, with_hint
from ..project import Project
from ..texts import text_of, yaml_of
from .profile import KIND, MAPPED, Block, Offered, Profile, Rule, Source

_PACKAGED = Path(__file__).parent
#: What profiles may read beside their own sources: spellings that the agreement knows -> what they stand for.
AGREED = {"stage_spelling": ("spelling", "stage"), "deal_stage_spelling": ("spelling", "stage", "outcome")}
_MODELS: dict[str, type[BaseModel]] = {"sources": Source, "tables": Block, "columns": Rule}


def load_profiles(project: Project) -> tuple[Profile, ...]:
    """Return the packaged profiles and the project's own, by system name.

    A project's file replaces the packaged one of the same name. ExportError lists every mistake of every file.
    """
    profiles: dict[str, Profile] = {}
    mistakes: list[Mistake] = []
    for _, path in sorted(_files(project).items()):
        profile = read_profile(path, project.shown(path), mistakes)
        if profile is None:
            continue
        if profile.system in profiles:
            mistakes.append(
                Mistake(project.shown(path), f"a second profile for system '{profile.system}'", "Rename one of them.")
            )
        profiles[profile.system] = profile
    if mistakes:
        raise ExportError("The source profiles need mending.", mistakes)
    return tuple(profiles.values())


def profile_texts(project: Project) -> dict[str, str]:
    """Return the text of each profile by its file name; ValueError where one cannot be read."""
    return {name: text_of(path) for name, path in sorted(_files(project).items())}


def _files(project: Project) -> dict[str, Path]:
    files = {path.name: path for path in sorted(_PACKAGED.glob("*.yml"))}
    return files | {Path(name).name: path for name, path in project.files("content/sources", "*.yml").items()}


def read_profile(path: Path, shown: str, mistakes: list[Mistake]) -> Profile | None:
    """Return the checked profile of one YAML file, or None after adding what is wrong to `mistakes`."""
    try:
        text = text_of(path)
    except ValueError as problem:
        mistakes.append(Mistake(shown, str(problem), "A profile is UTF-8 text."))
        return None
    profile, found = _checked(shown, text, with_lint=path.parent != _PACKAGED)
    mistakes.extend(found)
    return profile


@lru_cache(maxsize=64)
def _checked(shown: str, text: str, *, with_lint: bool) -> tuple[Profile | None, tuple[Mistake, ...]]:
    """Return the profile that a text says, or its mistakes; the same text is checked once.

    The lint reads every select, a quarter of a second for the packaged profiles; a test does so for them instead.
    """
    try:
        data = yaml_of(text)
    except ValueError as problem:
        return None, (Mistake(shown, str(problem), "Correct the indentation or the quotes there."),)
    if not isinstance(data, dict):
        return None, (Mistake(shown, "a profile is a mapping", "Begin with `system:` and `title:`."),)
    try:
        profile = Profile.model_validate(data)
    except ValidationError as problem:
        return None, tuple(_from_pydantic(shown, problem))
    lint = _lint(profile) if with_lint else ()
    found = tuple(Mistake(f"{shown}: {where}", what, hint) for where, what, hint in lint)
    return (None if found else profile), found


def _from_pydantic(shown: str, problem: ValidationError) -> Iterator[Mistake]:
    for error in problem.errors(include_url=False):
        place = ".".join(str(part) for part in error["loc"])
        if error["type"] == "extra_forbidden":
            name = str(error["loc"][-1])
            yield Mistake(
                f"{shown}: {place}", f"unknown key {with_hint(name, _keys_at(error['loc']))}", "Remove or correct it."
            )
        else:
            yield Mistake(f"{shown}: {place}", str(error["msg"]))


def _keys_at(loc: tuple[int | str, ...]) -> list[str]:
    """Return the keys that may stand where an unknown one was found."""
    models: list[type[BaseModel]] = [Profile]
    if len(loc) > 1:
        models = [_MODELS[str(part)] for part in loc[:-1] if str(part) in _MODELS][-1:] or [Profile]
        if models == [Rule] and loc[0] == "sources":
            models = [Offered]
    return sorted({info.alias or name for model in models for name, info in model.model_fields.items()})


def _lint(profile: Profile) -> Iterator[tuple[str, str, str]]:
    """Yield where, what and the next step of everything that is wrong in a well-formed profile."""
    for name, source in profile.sources.items():
        yield from _lint_source(profile, name, source)
    for table, blocks in profile.tables.items():
        if table not in TABLES:
            yield f"tables.{table}", f"unknown table {with_hint(table, TABLES)}", "Tables: " + ", ".join(TABLES)
            continue
        for block in blocks:
            yield from _lint_block(profile, table, block)
    for dimension, members in profile.members.items():
        if members.from_ not in profile.sources:
            hint = with_hint(members.from_, profile.sources)
            yield f"members.{dimension}", f"unknown source {hint}", "Name one of `sources`."


def _lint_source(profile: Profile, name: str, source: Source) -> Iterator[tuple[str, str, str]]:
    place = f"sources.{name}" if name not in profile.tables else f"tables.{name}"
    if bool(source.files or source.known_by) == (source.sql is not None):
        hint = "Name the files, or columns to know them by, or write a select over other sources."
        yield place, "needs either `files` or `known_by`, or `sql`", hint
    for family, patterns in source.families.items():
        if any(not re.compile(pattern).groups for pattern in patterns):
            hint = "Put the part that differs in ( )."
            yield f"{place}.families.{family}", "a pattern has no group that says which column it is", hint
    for encoding in source.encodings or ():
        try:
            b"".decode(encoding)
        except LookupError:
            yield f"{place}.encodings", f"unknown encoding '{encoding}'", "Use names such as utf-8, cp1252, latin-1."
    for other in source.needs:
        if other not in profile.sources:
            yield f"{place}.needs", f"unknown source {with_hint(other, profile.sources)}", "Name one of `sources`."
    if source.sql is not None:
        for other in source.rows_of or ("",):
            if other not in profile.sources:
                hint = with_hint(other, profile.sources)
                yield f"{place}.rows_of", f"unknown source {hint}", "Name the source whose rows the select yields."
        yield from _lint_sql(profile, place, source.sql)


def _lint_sql(profile: Profile, place: str, sql: str) -> Iterator[tuple[str, str, str]]:
    try:
        statements = sqlglot.parse(sql, read="duckdb")
    except sqlglot.errors.SqlglotError as problem:
        yield f"{place}.sql", f"cannot be read as SQL: {str(problem).splitlines()[0]}", "Write one select."
        return
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        yield f"{place}.sql", "is not one select", "Write one select over the profile's sources."
        return
    own = {cte.alias for cte in statements[0].find_all(exp.CTE)}
    for table in statements[0].find_all(exp.Table):
        name = table.name
        if not isinstance(table.this, exp.Identifier) or table.db or name not in {*profile.sources, *AGREED, *own}:
            hint = "Read sources of this profile only, spelled as there."
            yield f"{place}.sql", f"reads unknown source {with_hint(name or table.sql(), profile.sources)}", hint


def read_by(sql: str) -> set[str]:
    """Return the names that a checked select reads, its own steps among them."""
    return {table.name for table in sqlglot.parse_one(sql, read="duckdb").find_all(exp.Table)}


def _lint_block(profile: Profile, table: str, block: Block) -> Iterator[tuple[str, str, str]]:
    place = f"tables.{table}"
    if block.files and block.from_ in profile.sources and block.from_ != table and " " not in (block.from_ or ""):
        yield place, "has both `files` and `from`", "Keep one of them."
    if block.from_ not in profile.sources:
        yield (
            f"{place}.from",
            f"unknown source {with_hint(block.from_ or '', profile.sources)}",
            "Name one of `sources`.",
        )
    if block.attributes and table != "lead":
        yield f"{place}.attributes", "only leads have attributes", "Move it to tables.lead."
    columns = {column.name: column for column in TABLES[table].columns}
    for name, rule in block.columns.items():
        where = f"{place}.columns.{name}"
        if name not in columns:
            yield where, f"unknown column {with_hint(name, columns)}", "Columns: " + ", ".join(columns)
            continue
        yield from _lint_rule(where, table, name, rule)
    for name, column in columns.items():
        if column.required and name not in block.columns:
            yield f"{place}.columns", f"says nothing about the required column '{name}'", "Add a rule for it."


def _lint_rule(where: str, table: str, name: str, rule: Rule) -> Iterator[tuple[str, str, str]]:
    column = TABLES[table].column(name)
    if rule.from_ and rule.constant is not None:
        yield where, "has both `from` and `constant`", "Keep one of them."
    elif not rule.from_ and rule.constant is None and rule.default is None:
        yield where, "needs `from` or `constant`", "Name the column of the export, or give one value."
    if rule.as_ not in (None, "salesforce_id", "keyed_hash", KIND[column.type]):
        yield f"{where}.as", f"is '{rule.as_}', but the column holds {KIND[column.type]}", "Leave `as` out."
    if rule.map is not None and MAPPED.get((table, name)) != rule.map:
        known = MAPPED.get((table, name))
        yield (
            f"{where}.map",
            f"the column is not read against '{rule.map}'",
            f"Use `map: {known}`." if known else "Leave `map` out.",
        )
    if rule.default == "by_stage" and name not in ("is_closed", "is_won"):
        yield f"{where}.default", "`by_stage` answers for is_closed and is_won only", "Give a value."
    given = {*rule.values.values(), rule.otherwise, rule.constant, rule.default, rule.blank} - {None, "", "by_stage"}
    for value in sorted(str(part) for part in given):
        if column.choices and value not in column.choices:
            yield where, f"gives {with_hint(value, column.choices)}", "Allowed: " + ", ".join(column.choices)


def raw_columns(profile: Profile, name: str) -> dict[str, tuple[str, ...]]:
    """Return the columns that are read from a file source: its own name for each -> names it may have in a header."""
    source = profile.sources[name]
    wanted: dict[str, tuple[str, ...]] = {offered: (offered, *rule.from_) for offered, rule in source.columns.items()}
    known = {spelling.casefold() for names in wanted.values() for spelling in names}
    known |= {family.casefold() for family in source.families}
    extra: list[Any] = [*source.key, *source.latest_by, *source.required, *(profile.written(source, "current") or ())]
    for _, block, _ in profile.blocks():
        if block.from_ == name:
            extra += [*block.where, *(spelling for rule in block.columns.values() for spelling in rule.from_)]
    for members in profile.members.values():
        if members.from_ == name:
            extra += [members.key, members.name]
    for spelling in extra:
        if spelling.casefold() not in known:
            known.add(spelling.casefold())
            wanted[spelling] = (spelling,)
    # Many columns of the file, told by their patterns.
    return wanted | dict.fromkeys(source.families, ())
