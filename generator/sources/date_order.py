"""Dates written day first or month first: what a profile declares, or what the file itself proves."""

from __future__ import annotations

from collections.abc import Mapping

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
    engine: Engine, label: str, relation: str, columns: Mapping[str, tuple[DateForm, ...]], mistakes: list[Mistake]
) -> dict[str, DateForm]:
    """Return for each text column whether its day or its month comes first; columns of ISO dates are left out.

    Adds to `mistakes` where the file is asked to prove its order and cannot, or contradicts itself.
    """
    orders: dict[str, DateForm] = {
        column: form for column, forms in columns.items() for form in forms if form in ("dayfirst", "monthfirst")
    }
    open_ones = [column for column, forms in columns.items() if "proven" in forms and column not in orders]
    if not open_ones:
        return orders
    spoken = _largest(engine, relation, open_ones)
    if spoken is None:
        return orders
    first, second = spoken
    if first > 12 and second > 12:
        what = "some dates have the day first, others the month"
        mistakes.append(Mistake(label, what, "Export again with one order of dates, best YYYY-MM-DD."))
    elif first <= 12 and second <= 12:
        what = f"the order of day and month is not certain: no date in {', '.join(open_ones)} has a day above 12"
        mistakes.append(Mistake(label, what, "Say `dates: dayfirst` or `dates: monthfirst` in the profile."))
    order: DateForm = "dayfirst" if first > 12 else "monthfirst"
    return orders | dict.fromkeys(open_ones, order)


def _largest(engine: Engine, relation: str, columns: list[str]) -> tuple[int, int] | None:
    """Return the largest first and second number of all such dates; None where there are none."""
    texts = " union all ".join(f"select clean_cell({quoted(column)}) as c from {relation}" for column in columns)
    rows = engine.rows(
        f"select max(cast(regexp_extract(c, '{_TWO_NUMBERS}', 1) as integer)),"
        f" max(cast(regexp_extract(c, '{_TWO_NUMBERS}', 2) as integer))"
        f" from ({texts}) where regexp_matches(c, '{_TWO_NUMBERS}')"
    )
    first, second = rows[0]
    return None if first is None else (int(first), int(second))


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
