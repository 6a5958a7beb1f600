"""Local time to UTC as a table of local days, so that no engine needs to know time zones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_DAY = 86_400


@dataclass(frozen=True)
class ZoneDay:
    """A local day of a zone: local seconds before `switch_s` lie `before_s` east of UTC, the others `after_s`.

    Seconds within [odd_from_s, odd_to_s) exist twice (`is_twice`; read as the earlier) or never (moved forward).
    """

    local_date: date
    before_s: int
    switch_s: int
    after_s: int
    odd_from_s: int
    odd_to_s: int
    is_twice: bool


@dataclass(frozen=True)
class _Change:
    odd_from: datetime  # local
    switch: datetime  # local
    before_s: int
    after_s: int


def zone_days(zone: str, first: date, last: date) -> tuple[ZoneDay, ...]:
    """Return one row for every local day from `first` to `last`, both inclusive."""
    changes = _changes(ZoneInfo(zone), first - timedelta(days=2), last + timedelta(days=2))
    offset = changes[0].before_s if changes else _offset(ZoneInfo(zone), _midnight(first))
    days, upcoming = [], 0
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        end = datetime(day.year, day.month, day.day) + timedelta(days=1)
        before = offset
        switch = _DAY
        while upcoming < len(changes) and changes[upcoming].switch < end:
            change = changes[upcoming]
            if change.switch <= end - timedelta(days=1):
                before = change.after_s  # it took effect before this day began, or just as it does
            else:
                switch = _second_of(change.switch, day)
            offset = change.after_s
            upcoming += 1
        near = changes[max(0, upcoming - 2) : upcoming + 2]
        odd = next((c for c in near if c.odd_from < end and c.switch > end - timedelta(days=1)), None)
        days.append(
            ZoneDay(
                day,
                before,
                switch,
                offset,
                max(0, _second_of(odd.odd_from, day)) if odd else 0,
                min(_DAY, _second_of(odd.switch, day)) if odd else 0,
                bool(odd and odd.after_s < odd.before_s),
            )
        )
    return tuple(days)


def _changes(zone: ZoneInfo, first: date, last: date) -> list[_Change]:
    """Return the moments at which the zone's offset changes, found by halving the days on which it does."""
    found = []
    here = _midnight(first)
    after = _offset(zone, here)
    for _ in range((last - first).days + 1):
        there = here + timedelta(days=1)
        before, after = after, _offset(zone, there)
        if before != after:
            low, high = 0, _DAY
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (
                    (middle, high) if _offset(zone, here + timedelta(seconds=middle)) == before else (low, middle)
                )
            instant = (here + timedelta(seconds=high)).replace(tzinfo=None)
            early, late = sorted((before, after))
            found.append(_Change(instant + timedelta(seconds=early), instant + timedelta(seconds=late), before, after))
        here = there
    return found


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _offset(zone: ZoneInfo, instant: datetime) -> int:
    offset = instant.astimezone(zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0


def _second_of(moment: datetime, day: date) -> int:
    return int((moment - datetime(day.year, day.month, day.day)).total_seconds())


def to_utc(local: datetime, zone: str) -> datetime:
    """Return the naive UTC instant of a local one: twice-lived times are the earlier, skipped ones move forward."""
    # For a skipped time zoneinfo's fold 0 answers with the offset before the gap, which moves it forward by the gap.
    return local.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC).replace(tzinfo=None)


def to_local(instant: datetime, zone: str) -> datetime:
    """Return the naive local time of a naive UTC instant."""
    return instant.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
