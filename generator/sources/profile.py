"""Source profiles: YAML that says which files a system exports and how they become canonical tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from ..canonical import TABLES, Column, Table, Type

NumberForm = Literal["point", "comma", "grouped_point", "grouped_comma", "proven"]
DateForm = Literal["iso", "dayfirst", "monthfirst", "proven"]
Kind = Literal[
    "text", "instant", "date", "boolean", "integer", "number", "money", "rate", "salesforce_id", "keyed_hash"
]
MapName = Literal["channel", "stage", "reason", "deal_stage"]

#: Which list of the agreement a canonical column is read against.
MAPPED: dict[tuple[str, str], MapName] = {
    **{
        (name, "channel"): "channel"
        for name, table in TABLES.items()
        if any(c.name == "channel" for c in table.columns)
    },
    ("lifecycle_event", "to_stage"): "stage",
    ("lifecycle_event", "reason_code"): "reason",
    ("opportunity", "loss_reason"): "reason",
    ("opportunity", "stage"): "deal_stage",
    ("opportunity_stage_event", "stage"): "deal_stage",
}


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _written(value: Any) -> Any:
    """Return a YAML scalar as exports would spell it: `true` for True, text for numbers."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else "" if value is None else value


def _spellings(value: Any) -> Any:
    return {_written(key): _written(part) for key, part in value.items()} if isinstance(value, Mapping) else value


def _allowed(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    listed = {key: parts if isinstance(parts, list | tuple) else [parts] for key, parts in value.items()}
    return {key: tuple(text for part in parts for text in _as_exported(part)) for key, parts in listed.items()}


def _as_exported(value: Any) -> tuple[str, ...]:
    """Return the spellings that a YAML value stands for: systems write true and false in several ways."""
    if isinstance(value, bool):
        return ("true", "1", "yes") if value else ("false", "0", "no")
    return (_written(value),)


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        raise ValueError(f"'{name}' is not a time zone; use an IANA name such as UTC or Europe/Berlin") from None
    return name


Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]
Scalar = Annotated[str, BeforeValidator(_written)]
Values = Annotated[dict[str, str], BeforeValidator(_spellings)]
Where = Annotated[dict[str, tuple[str, ...]], BeforeValidator(_allowed)]
Zone = Annotated[str, AfterValidator(_zone)]


class Offered(_Frozen):
    """A column that a source offers to SQL, read from the first of these names that the header has."""

    from_: Names = Field((), alias="from")
    as_: Literal["text", "instant", "date", "boolean", "number", "salesforce_id", "keyed_hash"] = Field(
        "text", alias="as"
    )


def _grouped(value: Any) -> Any:
    """Accept a list of names, or of names with their other spellings."""
    return [part if isinstance(part, list | tuple) else (part,) for part in value] if isinstance(value, list) else value


def _pattern(text: str) -> str:
    try:
        groups = re.compile(text, re.IGNORECASE).groups
    except re.error as problem:
        raise ValueError(f"'{text}' is not a pattern: {problem}") from None
    if groups > 1:
        raise ValueError(f"'{text}' has {groups} groups; write (?: ) for those that only hold together")
    return text


Pattern = Annotated[str, AfterValidator(_pattern)]
Patterns = Annotated[tuple[Pattern, ...], BeforeValidator(_listed)]
Groups = Annotated[tuple[tuple[str, ...], ...], BeforeValidator(_grouped)]


def _offered(value: Any) -> Any:
    """Accept a plain list of names, or names with their details."""
    if isinstance(value, list):
        return {str(name): {} for name in value}
    if isinstance(value, Mapping):
        return {
            name: part if isinstance(part, Mapping | Offered) else {"from": part or ()} for name, part in value.items()
        }
    return value


class Written(_Frozen):
    """How a file is written; what is left out follows the profile."""

    encodings: Names | None = None  # tried in order; a byte order mark in the file decides by itself
    delimiter: str | None = Field(None, min_length=1, max_length=1)  # None: the header line tells
    numbers: NumberForm | None = None
    dates: Annotated[tuple[DateForm, ...], BeforeValidator(_listed)] | None = None
    zone: Zone | None = None  # of stamps without one; None: the setting `source_timezone`
    nulls: tuple[Scalar, ...] | None = None  # texts that mean "nothing here"
    names: Literal["letters"] | None = None  # headers compared by letters and digits only; None: as they stand
    prefixes: Names | None = None  # beginnings of headers that do not count, with `names: letters`
    # Of several columns with one name the first is read, or the second is called `name 2` and so on; None: a mistake.
    repeated: Literal["first", "numbered"] | None = None
    totals: Patterns | None = None  # lines whose first cell fits are sums of others, not rows
    copied_by: Names | None = None  # columns that a warehouse's copy adds; its times without a zone are UTC
    current: Names | None = None  # columns that say whether a row is what its record is now; earlier versions are left
    ends: Literal["blank_line"] | None = None  # where the rows end and a footer begins; None: with the file


class Source(Written):
    """Rows with named columns: files, or a select over other sources of the profile."""

    files: Names = ()
    known_by: Groups = ()  # columns by which a file is known, whatever its name; each with its other spellings
    families: dict[str, Patterns] = Field(default_factory=dict)  # many columns whose headers fit, read as one
    sql: str | None = None
    rows_of: Names = ()  # with `sql`: the sources whose rows the select yields (it carries _file and _row)
    columns: Annotated[dict[str, Offered], BeforeValidator(_offered)] = Field(default_factory=dict)
    required: Names = ()
    needs: Names = ()  # with `sql`: sources without whose files the select has nothing to say
    key: Names = ()
    latest_by: Names = ()  # the first of these that the header has decides between rows of one key


class Rule(_Frozen):
    """How one canonical column is filled."""

    from_: Names = Field((), alias="from")
    as_: Kind | None = Field(None, alias="as")
    form: Annotated[tuple[DateForm, ...], BeforeValidator(_listed)] | None = None
    numbers: NumberForm | None = None
    zone: Zone | None = None
    map: MapName | None = None
    values: Values = Field(default_factory=dict)  # spelling (any case) -> canonical value
    otherwise: Scalar | None = None  # for spellings that `values` does not list
    blank: Scalar | None = None  # what an empty cell means in this system
    default: Scalar | None = (
        None  # where nothing is given: counted as assumed; `by_stage` asks the agreement's deal stages
    )
    constant: Scalar | None = None
    optional: bool = False  # an absent column is not an error; what needs it is not answered


def _rules(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    return {name: {"from": rule} if isinstance(rule, str | list) else rule for name, rule in value.items()}


class Block(Written):
    """One way by which rows come into a canonical table."""

    files: Names = ()
    known_by: Groups = ()
    from_: str | None = Field(None, alias="from")
    columns: Annotated[dict[str, Rule], BeforeValidator(_rules)] = Field(default_factory=dict)
    where: Where = Field(default_factory=dict)  # column -> spellings that are read; "" is an empty cell
    latest_by: Names = ()
    attributes: dict[str, Names] = Field(default_factory=dict)  # leads only: attribute -> names of its column
    present: Literal["always", "rows", "never"] = "always"  # whether reading this answers for the table by itself


class Loss(_Frozen):
    """Something the system does not export, said to readers wherever it matters."""

    says: str
    tables: Names = ()
    without: Names = ()  # said only when none of these sources has a file
    given: Names = ()  # said only when a file has one of these columns
    lacks: Names = ()  # said only when no file has any of these columns


class Members(_Frozen):
    """Readable names for the ids of a dimension."""

    from_: str = Field(alias="from")
    key: str
    name: str


def _blocks(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    return {name: part if isinstance(part, list | tuple) else (part or {},) for name, part in value.items()}


class Profile(Written):
    """One source system: its files and how they fill canonical tables."""

    system: str
    title: str
    strict: bool = False  # ISO dates and nothing else, even in date columns that carry a time
    role: Literal["crm", "marketing", "both"] | None = None  # whose word counts where several systems know a person
    custom: str = ""  # what the system puts behind the names of a company's own columns
    signs: Patterns = ()  # what names or first cells of its files look like in any language
    own_names: bool = False  # canonical columns are read under their own names unless a rule says otherwise
    sources: dict[str, Source] = Field(default_factory=dict)
    tables: Annotated[dict[str, tuple[Block, ...]], BeforeValidator(_blocks)] = Field(default_factory=dict)
    members: dict[str, Members] = Field(default_factory=dict)  # dimension -> where its names stand
    loses: tuple[Loss, ...] = ()

    @model_validator(mode="after")
    def _complete(self) -> Profile:
        """Give every block a source of its own where it names files, and every bare rule its column name."""
        sources, tables = dict(self.sources), {}
        for table, blocks in self.tables.items():
            tables[table] = tuple(self._completed(table, n, block, sources) for n, block in enumerate(blocks))
        # Frozen against everybody else; the validator is part of making the value.
        object.__setattr__(self, "sources", sources)
        object.__setattr__(self, "tables", tables)
        return self

    def _completed(self, table: str, n: int, block: Block, sources: dict[str, Source]) -> Block:
        columns = dict(block.columns)
        if self.own_names and table in TABLES:
            for column in TABLES[table].columns:
                rule = columns.get(column.name, Rule())
                if not rule.from_ and rule.constant is None:
                    columns[column.name] = rule.model_copy(update={"from_": (column.name,)})
        name = block.from_
        if name is None:
            name = table if n == 0 else f"{table} {n + 1}"
            written = {key: getattr(block, key) for key in Written.model_fields}
            files = block.files or ((table,) if self.own_names else ())
            keys = [columns[key].from_ for key in TABLES[table].key if key in columns] if table in TABLES else []
            # The latest row of a key is told before canonical columns exist, by the columns that fill its key.
            named = {names[0]: Offered(**{"from": names}) for names in keys if names} if block.latest_by else {}
            told = {"files": files, "known_by": block.known_by, "columns": named, "latest_by": block.latest_by}
            sources[name] = Source(key=tuple(named), **told, **written)
        return block.model_copy(update={"columns": columns, "from_": name})

    def blocks(self) -> Iterator[tuple[Table, Block, Source]]:
        """Yield every block with its table and its source, in the order of the file."""
        for table, blocks in self.tables.items():
            for block in blocks:
                yield TABLES[table], block, self.sources[block.from_ or ""]

    def written(self, source: Source, key: str) -> Any:
        """Return how `source` is written: its own word, else the profile's, else None."""
        own = getattr(source, key)
        return getattr(self, key) if own is None else own


#: What a rule reads unless it says `as`.
KIND: dict[Type, Kind] = {
    Type.TEXT: "text",
    Type.INSTANT: "instant",
    Type.DATE: "date",
    Type.BOOLEAN: "boolean",
    Type.INTEGER: "integer",
    Type.NUMBER: "number",
    Type.MONEY: "money",
    Type.RATE: "rate",
}


def kind_of(rule: Rule, column: Column) -> Kind:
    """Return how the cells of `column` are read."""
    return rule.as_ or KIND[column.type]
