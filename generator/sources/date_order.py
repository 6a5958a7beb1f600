"""Dates written day first or month first: what a profile declares, or what the file itself proves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..engine import Engine
from ..errors import Mistake
from .cells import quoted
from .profile import DateForm

#: Two numbers, a year, and perhaps a time; which of the two is the day is the question.
_TWO_NUMBERS = (
    r"^(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})"
    r"(?:,?[ T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(?: ?([AaPp])\.?[Mm]\.?)?)?$"
)


def order_of(
    engine: Engine,
    label: str,
    parts: Mapping[str, Iterable[str]],
    columns: Mapping[str, tuple[DateForm, ...]],
    mistakes: list[Mistake],
) -> dict[str, DateForm]:
    """Return for each text column whether its day or its month comes first; columns of ISO dates are left out.

    `parts` are the raw tables of a source with their columns. Adds to `mistakes` where they are asked to prove their
    order and cannot, or contradict themselves.
    """
    orders: dict[str, DateForm] = {
        column: form for column, forms in columns.items() for form in forms if form in ("dayfirst", "monthfirst")
    }
    open_ones = [column for column, forms in columns.items() if "proven" in forms and column not in orders]
    spoken = [_largest(engine, part, [name for name in open_ones if name in there]) for part, there in parts.items()]
    first, second = max((a for a, _ in spoken), default=0), max((b for _, b in spoken), default=0)
    if not first:
        return orders
    if first > 12 and second > 12:
        what = "some dates have the day first, others the month"
        mistakes.append(Mistake(label, what, "Export again with one order of dates, best YYYY-MM-DD."))
    elif first <= 12 and second <= 12:
        what = f"the order of day and month is not certain: no date in {', '.join(open_ones)} has a day above 12"
        mistakes.append(Mistake(label, what, "Say `dates: dayfirst` or `dates: monthfirst` in the profile."))
    order: DateForm = "dayfirst" if first > 12 else "monthfirst"
    return orders | dict.fromkeys(open_ones, order)


def _largest(engine: Engine, table: str, columns: list[str]) -> tuple[int, int]:
    """Return the largest first and second number of all such dates; zeros where there are none."""
    if not columns:
        return 0, 0
    cells = ", ".join(quoted(column) for column in columns)
    first, second = engine.rows(
        f"select max(cast(regexp_extract(c, '{_TWO_NUMBERS}', 1) as integer)),"
        f" max(cast(regexp_extract(c, '{_TWO_NUMBERS}', 2) as integer))"
        f" from (select clean_cell(c) as c from (select unnest([{cells}]) as c from {table})"
        # Nearly all dates are ISO dates, and a look at two signs is cheaper than a trim and a pattern.
        " where c is not null and (c[5] <> '-' or c[8] <> '-' or length(c) < 10)) texts"
        f" where regexp_matches(c, '{_TWO_NUMBERS}')"
    )[0]
    return (0, 0) if first is None else (int(first), int(second))


def as_iso(column: str, order: DateForm) -> str:
    """Return SQL that writes such dates as ISO text and leaves every other text as it is."""
    cell = f"clean_cell({column})"

    def part(n: int) -> str:
        return f"regexp_extract({cell}, '{_TWO_NUMBERS}', {n})"

    day, month = (part(1), part(2)) if order == "dayfirst" else (part(2), part(1))
    year = f"case when length({part(3)}) = 2 then '20' else '' end || {part(3)}"
    # 12 AM is the first hour of the day, 12 PM the thirteenth.
    hour = (
        f"case lower({part(7)}) when 'a' then cast(cast({part(4)} as integer) % 12 as varchar)"
        f" when 'p' then cast(cast({part(4)} as integer) % 12 + 12 as varchar) else {part(4)} end"
    )
    second = f"coalesce(nullif({part(6)}, ''), '00')"
    time = (
        f"case when {part(4)} = '' then '' else ' ' || lpad({hour}, 2, '0') || ':' || {part(5)} || ':' || {second} end"
    )
    iso = f"{year} || '-' || lpad({month}, 2, '0') || '-' || lpad({day}, 2, '0') || {time}"
    return f"case when regexp_matches({cell}, '{_TWO_NUMBERS}') then {iso} else {column} end"
