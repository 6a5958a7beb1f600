"""Where the history of a drop begins: a few stray rows of long ago must not ask for years of empty months."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple

from generator.engine import Engine

#: A drop in which a whole year is silent did not begin before that year ...
_SILENT_MONTHS = 12
#: ... if what lies before it is no more than this share of its rows.
_STRAY = 0.01
#: More years than these are not told apart; they would only stretch every calendar.
_MOST_YEARS = 15

_MONTHS = """
    select cast(date_trunc('month', day) as date) as month, min(day) as first_day, count(*) as n
    from (
        select cast(created_at as date) as day from canonical.lead
        union all select cast(occurred_at as date) from canonical.lifecycle_event
        union all select cast(created_at as date) from canonical.opportunity
        union all select close_date from canonical.opportunity where is_closed
        union all select period_start from canonical.spend
        union all select month from canonical.revenue
        union all select start_date from canonical.subscription
    ) as known
    where day <= cast('{latest}' as date)
    group by 1
    order by 1
"""


class History(NamedTuple):
    """Which days a drop speaks of."""

    begins: date  # from here on there are weeks, months, quarters and years
    earliest: date  # no later; the days in between count in `all` only
    stray: int  # rows before `begins`


def history_of(engine: Engine, as_of: datetime) -> History:
    """Return where the history of the loaded drop begins; an empty one begins on the day of `as_of`."""
    latest = as_of.date()
    months = engine.rows(_MONTHS.format(latest=latest))
    if not months:
        return History(latest, latest, 0)
    total = sum(count for _, _, count in months)
    start = _begin([_number(month) for month, _, _ in months], [count for _, _, count in months], _STRAY * total)
    begins = max(months[start][1], latest - timedelta(days=366 * _MOST_YEARS))
    stray = sum(count for month, _, count in months if _number(month) < _number(begins))
    return History(begins, months[0][1], stray)


def _begin(months: list[int], counts: list[int], most: float) -> int:
    """Return the place of the first month after the last long silence before which no more than `most` rows lie."""
    start, before = 0, 0
    for place in range(1, len(months)):
        before += counts[place - 1]
        if before > most:
            break
        if months[place] - months[place - 1] > _SILENT_MONTHS:
            start = place
    return start


def _number(day: date) -> int:
    return 12 * day.year + day.month
