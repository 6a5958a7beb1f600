"""Promises that are sound in form and yet nobody can keep: no mistake that stops a build, but worth a word."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from .agreement import Agreement
from .calendars import Calendar
from .sla import WALL_UNITS, Commitment, TierTarget

_DAY, _WEEK = 24 * 60, 7 * 24 * 60
#: What only people do, in their working hours.
_BY_PEOPLE = frozenset(
    {"first_response", "attempts", "connected", "decision", "sal", "sql", "opportunity", "reasoned_exit", "stage_left"}
)
_MINUTES = {"minutes": 1, "hours": 60, "days": _DAY, "business_minutes": 1, "business_hours": 60}


def doubts(agreement: Agreement, day: date) -> Iterator[str]:
    """Yield a sentence for each commitment in force on `day` that cannot be kept as it is written."""
    for commitment in agreement.commitments_at(day):
        if commitment.kind == "clock":
            for target in commitment.per_tier:
                yield from _inside_closed_hours(agreement, commitment, target)
                yield from _too_many_attempts(agreement, commitment, target)
            if commitment.grace and any(commitment.grace >= target.value for target in commitment.per_tier):
                yield f"“{commitment.title}” forgives as much delay as it allows time."


def _inside_closed_hours(agreement: Agreement, commitment: Commitment, target: TierTarget) -> Iterator[str]:
    """A clock that runs round the clock, for something people do, can begin and end while everybody is away."""
    runs_at_night = target.unit in WALL_UNITS or commitment.calendar == "24x7"
    if target.unit not in _MINUTES or not runs_at_night or not _BY_PEOPLE.issuperset(commitment.stop):
        return
    allowed = float(target.value) * _MINUTES[target.unit]
    away = [(longest_closed(one), one.title) for one in agreement.calendars if one.windows]
    closed, title = max(away, default=(0, ""))
    if allowed <= closed:
        yield (
            f"“{commitment.title}” runs round the clock, and {title} is closed for {closed // 60} hours at a stretch: "
            "what begins as it closes cannot be kept."
        )


def longest_closed(calendar: Calendar) -> int:
    """Return the longest stretch of an ordinary week in which `calendar` is closed, in minutes."""
    spans = sorted((_minute(w.weekday, w.open), _minute(w.weekday, w.close)) for w in calendar.windows)
    following = [*(start for start, _ in spans[1:]), spans[0][0] + _WEEK]
    return max(start - end for (_, end), start in zip(spans, following, strict=True))


def _minute(weekday: int, clock: str) -> int:
    hours, minutes = clock.split(":")
    return weekday * _DAY + int(hours) * 60 + int(minutes)


def _too_many_attempts(agreement: Agreement, commitment: Commitment, target: TierTarget) -> Iterator[str]:
    """Attempts close to one another count once, so only so many fit into a time."""
    if target.attempts is None or target.unit not in _MINUTES:
        return
    apart = agreement.settings.attempt_dedupe_minutes
    if (target.attempts - 1) * apart > float(target.value) * _MINUTES[target.unit]:
        yield (
            f"“{commitment.title}” asks for {target.attempts} attempts in less time than it takes to make them "
            f"{apart} minutes apart, closer than which they count once."
        )
