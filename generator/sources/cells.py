"""SQL that reads one cell: trimmed text, or whatever type it came with, into the type of its column.

Every expression yields null for a cell that it cannot read, so that "there is a cell but no value" finds it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .profile import Kind, NumberForm

#: Functions that profiles may use in their SQL, and that the reading uses itself. Cells without blanks at their ends
#: skip the trim, which costs several times what the look at two signs does.
MACROS = r"""
create or replace macro clean_cell(c) as case
    when c[-1] between '!' and '~' and c between '!' and '~' then c
    else nullif(trim(c, ' ' || chr(9) || chr(10) || chr(13) || chr(160)), '') end;
create or replace macro clean_flag(c) as case
    when lower(c) in ('1', 'true', 'yes') then true when lower(c) in ('0', 'false', 'no') then false end;
create or replace macro flag(c) as clean_flag(trim(c, ' ' || chr(9) || chr(10) || chr(13) || chr(160)));
create or replace macro is_iso(c) as regexp_full_match(c, '\d{4}-\d{2}-\d{2}'
    || '(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?: ?(?:Z|z|UTC|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?))?)?');
create or replace macro plain_moment(c) as case when strlen(c) = 19 then try_cast(c as timestamp) end;
create or replace macro local_part(c) as case
    when strlen(c) in (20, 24) and suffix(c, 'Z') and c[5] = '-' and c[14] = ':' then try_cast(c as timestamp)
    when cast(try_cast(c as date) as varchar) = c and strlen(c) = 10 then cast(try_cast(c as date) as timestamp)
    when is_iso(c) then try_cast(replace(regexp_extract(c,
        '^(\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,6})?)?)?)', 1), ',', '.')
        || case when length(c) >= 16 and (length(c) = 16 or c[17] <> ':') then ':00' else '' end as timestamp) end;
create or replace macro told_offset(c, sign, hours, minutes) as (case when sign = '-' then -1 else 1 end)
    * (3600 * try_cast(hours as integer) + 60 * try_cast(minutes as integer));
create or replace macro offset_part(c) as case
    when strlen(c) <= 16 then null
    when right(c, 1) in ('Z', 'z', 'C') then 0
    when c[-6] in ('+', '-') then told_offset(c, c[-6], c[-5:-4], c[-2:])
    when c[-5] in ('+', '-') then told_offset(c, c[-5], c[-4:-3], c[-2:])
    when c[-3] in ('+', '-') then told_offset(c, c[-3], c[-2:], '0') end;
create or replace macro clean_instant(c) as make_timestamp(epoch_us(local_part(c))
    - 1000000 * cast(coalesce(offset_part(c), 0) as bigint));
create or replace macro instant(c) as clean_instant(trim(c, ' ' || chr(9) || chr(10) || chr(13) || chr(160)));
create or replace macro is_day(c) as coalesce(length(clean_cell(c)) = 10, false);
create or replace macro letter_bits(c) as
    substr('ABCDEFGHIJKLMNOPQRSTUVWXYZ012345', 1
        + case when ascii(substr(c, 1, 1)) between 65 and 90 then 1 else 0 end
        + case when ascii(substr(c, 2, 1)) between 65 and 90 then 2 else 0 end
        + case when ascii(substr(c, 3, 1)) between 65 and 90 then 4 else 0 end
        + case when ascii(substr(c, 4, 1)) between 65 and 90 then 8 else 0 end
        + case when ascii(substr(c, 5, 1)) between 65 and 90 then 16 else 0 end, 1);
create or replace macro zoned(c) as
    case when regexp_full_match(trim(c), '\d{4}-\d{2}-\d{2}[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?')
    then regexp_replace(trim(c), '[T ](\d):', ' 0\1:') || 'Z' else c end;
create or replace macro zoned_values(c) as
    regexp_replace(c, '"(\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)"', '"\1Z"', 'g');
create or replace macro person_id(c) as
    case when c is null or regexp_matches(c, '^[0-9]+$') then c else 'u' || left(md5(lower(c)), 12) end;
create or replace macro nameless_id(c) as
    case when contains(trim(c), ' ') or contains(c, '@') then person_id(trim(c)) else c end;
create or replace macro short_label(c) as
    case when length(clean_cell(c)) > 40 or contains(c, chr(10)) then '(free text)' else clean_cell(c) end;
create or replace macro entries(c) as
    case when c is null then [] else list_filter(map_entries(cast(cast(c as json) as map(varchar, varchar))),
        lambda e: e.value is not null) end;
create or replace macro attribute(c, name) as
    case when json_valid(c) then json_extract_string(c, '$."' || name || '"') end;
create or replace macro wide_id(c) as case
    when length(c) = 15 and regexp_full_match(c, '[0-9A-Za-z]{15}')
    then c || letter_bits(substr(c, 1, 5)) || letter_bits(substr(c, 6, 5)) || letter_bits(substr(c, 11, 5))
    else c end;
"""

MACRO_NAMES = tuple(re.findall(r"macro (\w+)\(", MACROS))

_NUMBER = {
    "point": (r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)", ""),
    "comma": (r"[+-]?(?:\d+(?:,\d*)?|,\d+)", ""),
    "grouped_point": (r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?", ","),
    "grouped_comma": (r"[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d*)?", "."),
}
# Such columns have been written with a point before their cells are read.
_NUMBER["proven"] = _NUMBER["point"]


@dataclass(frozen=True)
class Cell:
    """A raw column in the engine: the SQL that yields it, and the engine's type of it."""

    sql: str
    type: str = "VARCHAR"
    is_clean: bool = False  # text that is trimmed already

    @property
    def is_text(self) -> bool:
        """Whether the cell has to be read from text."""
        return self.type == "VARCHAR"

    def as_text(self) -> Cell:
        """Return the cell as trimmed text, null where it is empty."""
        if not self.is_text:
            return Cell(f"cast({self.sql} as varchar)", is_clean=True)
        return self if self.is_clean else Cell(f"clean_cell({self.sql})", is_clean=True)


def quoted(name: str) -> str:
    """Return `name` as a SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return `text` as a SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def nulled(cell: str, nulls: Iterable[str]) -> str:
    """Return SQL that reads the profile's words for nothing as null."""
    words = sorted({word.strip().lower() for word in nulls} - {""})
    return f"case when lower({cell}) not in ({', '.join(map(literal, words))}) then {cell} end" if words else cell


def worded(cell: str, values: dict[str, str], otherwise: str | None) -> str:
    """Return SQL that replaces the spellings in `values`, compared without case."""
    if not values and otherwise is None:
        return cell
    rest = cell if otherwise is None else f"nullif({literal(otherwise)}, '')"
    cases = " ".join(
        f"when {literal(spelling.strip().lower())} then nullif({literal(value)}, '')"
        for spelling, value in values.items()
    )
    return f"case lower({cell}) {cases} else {rest} end" if cases else f"case when {cell} is not null then {rest} end"


def parsed(kind: Kind, cell: Cell, numbers: NumberForm, strict: bool) -> str:
    """Return SQL for the value of a cell of any kind but an instant."""
    if kind in ("number", "integer", "money", "rate"):
        return _number(kind, cell, numbers)
    if kind == "boolean":
        return cell.sql if cell.type == "BOOLEAN" else f"clean_flag({cell.as_text().sql})"
    if kind == "date":
        return _date(cell, strict)
    if kind == "salesforce_id":
        return f"wide_id({cell.as_text().sql})"
    return cell.as_text().sql


def _number(kind: Kind, cell: Cell, numbers: NumberForm) -> str:
    target = {"number": "double", "integer": "bigint", "money": "decimal(18,6)", "rate": "decimal(18,9)"}[kind]
    if not cell.is_text:
        exact = any(word in cell.type for word in ("INT", "DECIMAL"))
        if kind == "number" or (kind != "integer" and exact) or (kind == "integer" and "INT" in cell.type):
            finite = (
                f"case when isfinite({cell.sql}) then {cell.sql} end" if cell.type in ("DOUBLE", "FLOAT") else cell.sql
            )
            return f"try_cast({finite} as {target})"
        numbers = "point"  # what the engine itself prints
    text = cell.as_text().sql
    pattern, grouping = _NUMBER[numbers]
    if kind == "number" and numbers == "point":
        pattern += r"(?:[eE][+-]?\d{1,3})?"
    plain = f"replace({text}, '{grouping}', '')" if grouping else text
    plain = f"replace({plain}, ',', '.')" if numbers in ("comma", "grouped_comma") else plain
    value = f"case when regexp_full_match({text}, '{pattern}') then try_cast({plain} as {target}) end"
    if kind != "integer":
        return value
    # A cast would round 12.5 up without a word.
    whole = f"regexp_full_match({plain}, '[+-]?\\d+(?:\\.0*)?')"
    return f"case when {whole} then try_cast(regexp_extract({plain}, '^[+-]?\\d+') as bigint) end"


def _date(cell: Cell, strict: bool) -> str:
    if cell.type == "DATE":
        return cell.sql
    if cell.type.startswith("TIMESTAMP"):
        midnight = f"cast(make_timestamp(epoch_us({cell.sql})) as date)"
        same = f"make_timestamp(epoch_us({cell.sql})) = cast({midnight} as timestamp)"
        return f"case when {same} then {midnight} end" if strict else midnight
    text = cell.as_text().sql
    day = f"try_cast(left({text}, 10) as date)"
    # What the engine writes again as it stands needs no pattern.
    plain = f"cast(try_cast({text} as date) as varchar) = {text} and strlen({text}) = 10"
    form = rf"regexp_full_match({text}, '\d{{4}}-\d{{2}}-\d{{2}}')" if strict else f"is_iso({text})"
    return f"case when {plain} then try_cast({text} as date) when {form} then {day} end"


@dataclass(frozen=True)
class Stamp:
    """SQL for the three things an instant's cell says: local time, seconds east of UTC if told, whether it is a day."""

    local: str
    offset: str
    is_day: str


def stamp(cell: Cell, plain: str = "") -> Stamp:
    """Return how an instant is read from a cell; `plain` is SQL of its moment where it is in the engine's own form."""
    if cell.type == "DATE":
        return Stamp(f"cast({cell.sql} as timestamp)", "cast(null as integer)", f"({cell.sql} is not null)")
    if cell.type == "TIMESTAMP WITH TIME ZONE":
        return Stamp(f"make_timestamp(epoch_us({cell.sql}))", "0", "false")
    if cell.type.startswith("TIMESTAMP"):
        return Stamp(f"cast({cell.sql} as timestamp)", "cast(null as integer)", "false")
    text = cell.as_text().sql
    if not plain:
        return Stamp(f"local_part({text})", f"offset_part({text})", f"coalesce(strlen({text}) = 10, false)")
    return Stamp(
        f"coalesce({plain}, local_part({text}))",
        f"case when {plain} is null then offset_part({text}) end",
        f"({plain} is null and coalesce(strlen({text}) = 10, false))",
    )


def plainly(origin: str, names: Sequence[str]) -> str:
    """Return `origin` with those moments (`p_`) that the engine would write as they stand; others are null.

    Most are, and the patterns that read every other form cost many times as much. In steps, so that each is done once.
    """
    if not names:
        return origin
    read, same = [], []
    for name in names:
        cell, moment, plain = (quoted(prefix + name) for prefix in ("c_", "t_", "p_"))
        read.append(f"plain_moment({cell}) as {moment}")
        same.append(f"case when cast({moment} as varchar) = {cell} then {moment} end as {plain}")
    return f"select *, {', '.join(same)} from (select *, {', '.join(read)} from ({origin}) cells) read"
