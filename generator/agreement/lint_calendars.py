"""Contradictions within calendars.yml, and calendars that owners name.

The reporting calendar may come with a drop, so the calendar room asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from .calendars import WEEKDAYS, CalendarEntry, weekdays_of
from .findings import Files, Finding, unknown
from .forms import folded, minutes_of

FILE = "calendars"


def calendars_without_hours(files: Files) -> Iterator[Finding]:
    """A clock in a calendar that never opens would never run."""
    for index, calendar in enumerate(files.calendars.calendars):
        if not calendar.hours:
            what = f"the calendar '{calendar.id}' has no opening hours"
            next_step = 'Add hours, such as {days: mon-fri, open: "09:00", close: "17:00"}.'
            yield Finding(FILE, ("calendars", index, "hours"), what, next_step)
        if calendar.id in ("owner", "24x7"):
            what = f"'{calendar.id}' has a meaning of its own in sla.yml"
            yield Finding(FILE, ("calendars", index, "id"), what, "Choose another id.")


def windows_over_midnight(files: Files) -> Iterator[Finding]:
    """A window opens before it closes, on one day."""
    next_step = 'Split it at midnight: one window to "24:00", the other from "00:00" of the next day.'
    for index, calendar in enumerate(files.calendars.calendars):
        for number, hours in enumerate(calendar.hours):
            if minutes_of(hours.open) >= minutes_of(hours.close):
                what = f"the window {hours.open} to {hours.close} does not close on the day it opens"
                yield Finding(FILE, ("calendars", index, "hours", number), what, next_step)


def overlapping_windows(files: Files) -> Iterator[Finding]:
    """No minute of a weekday is open twice."""
    for index, calendar in enumerate(files.calendars.calendars):
        for number, day in _overlaps(calendar):
            what = f"two windows of {WEEKDAYS[day].capitalize()} overlap"
            yield Finding(FILE, ("calendars", index, "hours", number), what, "Join them, or let one end earlier.")


def _overlaps(calendar: CalendarEntry) -> Iterator[tuple[int, int]]:
    """Return the number of each window that overlaps an earlier one, with the first weekday on which it does."""
    for (_, one), (number, other) in combinations(enumerate(calendar.hours), 2):
        days = sorted(set(weekdays_of(one.days)) & set(weekdays_of(other.days)))
        if days and one.open < other.close and other.open < one.close:
            yield number, days[0]


def holidays(files: Files) -> Iterator[Finding]:
    """A holiday stands once, and a short day has both times in order."""
    for index, calendar in enumerate(files.calendars.calendars):
        seen = set()
        for number, holiday in enumerate(calendar.holidays):
            path = ("calendars", index, "holidays", number)
            if holiday.date in seen:
                yield Finding(FILE, path, f"{holiday.date} stands twice in '{calendar.id}'", "Keep one of them.")
            seen.add(holiday.date)
            if (holiday.open is None) != (holiday.close is None):
                yield Finding(FILE, path, "a short day needs both `open` and `close`", "Add the other, or remove both.")
            elif holiday.open and holiday.close and minutes_of(holiday.open) >= minutes_of(holiday.close):
                yield Finding(FILE, path, "the short day does not close after it opens", "Correct the times.")


def regions_of_two_calendars(files: Files) -> Iterator[Finding]:
    """A region follows one calendar."""
    claimed: dict[str, str] = {}
    for index, calendar in enumerate(files.calendars.calendars):
        for region in dict.fromkeys(folded(text) for text in (calendar.id, *calendar.regions)):
            holder = claimed.setdefault(region, calendar.id)
            if holder != calendar.id:
                what = f"'{calendar.id}' and '{holder}' both claim the region '{region}'"
                yield Finding(FILE, ("calendars", index, "regions"), what, "Keep it with one of them.")


def owners_without_ground(files: Files) -> Iterator[Finding]:
    """Owners name calendars and managers that exist, and leave after they came."""
    known = [calendar.id for calendar in files.calendars.calendars]
    owners = [owner.id for owner in files.owners.owners]
    for index, owner in enumerate(files.owners.owners):
        if owner.calendar is not None:
            yield from unknown("owners", ("owners", index, "calendar"), "calendar", owner.calendar, known)
        if owner.manager is not None:
            yield from unknown("owners", ("owners", index, "manager"), "owner", owner.manager, owners)
        if owner.active_from and owner.active_to and owner.active_to <= owner.active_from:
            path = ("owners", index, "active_to")
            yield Finding("owners", path, f"'{owner.id}' leaves before the first day of work", "Correct the dates.")
