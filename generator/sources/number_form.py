"""Numbers whose decimal mark depends on where the export was made: what the file itself proves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..engine import Engine
from ..errors import Mistake
from .cells import quoted

#: Numbers that can be read in one way only, with `.` for the decimal mark and `,` between thousands.
_CERTAIN = r"^[+-]?(?:\d{1,3}(?:,\d{3})+\.\d+|\d{1,3}(?:,\d{3}){2,}|\d*\.\d{1,2}|\d*\.\d{4,}|0\d*\.\d+|\d{4,}\.\d+)$"
#: Thousands or thousandths?
_OPEN = r"^[+-]?\d{1,3}[.,]\d{3}$"
_NUMBER = r"^[+-]?[\d.,]*\d[\d.,]*$"


def _mirrored(pattern: str) -> str:
    return pattern.replace(r"\.", "POINT").replace(",\\d{3}", "\\.\\d{3}").replace("POINT", ",")


def decimal_mark(
    engine: Engine, label: str, parts: Mapping[str, Iterable[str]], columns: Iterable[str], mistakes: list[Mistake]
) -> str:
    """Return `.` or `,`: which of them the numbers of a source prove to be their decimal mark; `.` where none has any.

    `parts` are the raw tables of the source with their text columns. Adds to `mistakes` where the numbers leave it
    open or contradict each other.
    """
    found = [_seen(engine, part, [name for name in columns if name in there]) for part, there in parts.items()]
    point, comma, is_open = (any(flags) for flags in zip(*found, strict=True)) if found else (False, False, False)
    if point and comma:
        what = "some numbers have a decimal point, others a decimal comma"
        mistakes.append(Mistake(label, what, "Export again with one form of numbers."))
    elif is_open and not point and not comma:
        what = f"it is not certain whether 1,234 is more than a thousand: no number in {', '.join(columns)} proves it"
        mistakes.append(
            Mistake(label, what, "Say `numbers: grouped_point` or `numbers: grouped_comma` in the profile.")
        )
    return "," if comma else "."


def _seen(engine: Engine, table: str, columns: list[str]) -> tuple[bool, bool, bool]:
    """Return whether a table has numbers that prove a point, a comma, and numbers that leave it open."""
    if not columns:
        return False, False, False
    cells = ", ".join(quoted(column) for column in columns)
    flags = ", ".join(
        f"coalesce(bool_or(regexp_matches(c, '{form}')), false)" for form in (_CERTAIN, _mirrored(_CERTAIN), _OPEN)
    )
    point, comma, is_open = engine.rows(
        f"select {flags} from (select clean_cell(c) as c from (select unnest([{cells}]) as c from {table})) texts"
    )[0]
    return bool(point), bool(comma), bool(is_open)


def as_point(column: str, mark: str) -> str:
    """Return SQL that writes such numbers with a decimal point and nothing between thousands; other texts stay."""
    cell = f"clean_cell({column})"
    plain = f"replace({cell}, ',', '')" if mark == "." else f"replace(replace({cell}, '.', ''), ',', '.')"
    return f"case when regexp_matches({cell}, '{_NUMBER}') then {plain} else {column} end"
