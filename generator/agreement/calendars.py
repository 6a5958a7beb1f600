"""calendars.yml: opening hours and holidays by place."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from .forms import AgreementFile, Clock, Day, Frozen, Id, Text, Zone, folded, mistake

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Window(Frozen):
    """One opening window of a weekday, local time; 0 is Monday."""

    weekday: int = Field(ge=0, le=6)
    open: Clock
    close: Clock


class Holiday(Frozen):
    """A day that is closed, or short where times are given; the times replace that day's windows."""

    date: Day = Field(description="The day.")
    name: Text | None = Field(None, description="Its name.")
    open: Clock | None = Field(None, description="Opening time of a short day.")
    close: Clock | None = Field(None, description="Closing time of a short day.")


class Calendar(Frozen):
    """When a place is open."""

    id: Id
    title: Text
    timezone: Zone
    windows: tuple[Window, ...]
    holidays: tuple[Holiday, ...] = ()
    regions: tuple[str, ...] = ()  # regions in the data whose leads without an owner follow it; no two fold alike


def _days(text: str) -> str:
    weekdays_of(text)
    return text


def weekdays_of(days: str) -> tuple[int, ...]:
    """Read `mon-fri`, `sat`, `mon,wed` or `daily` as weekday numbers, 0 for Monday; an unreadable text is a mistake."""
    if days.strip().casefold() == "daily":
        return tuple(range(7))
    found: set[int] = set()
    for part in days.casefold().split(","):
        first, _, last = (word.strip()[:3] for word in part.partition("-"))
        if (
            first not in WEEKDAYS
            or (last and last not in WEEKDAYS)
            or WEEKDAYS.index(last or first) < WEEKDAYS.index(first)
        ):
            raise mistake(f"'{days}' are not weekdays", "Write mon-fri, sat, mon,wed or daily.")
        found.update(range(WEEKDAYS.index(first), WEEKDAYS.index(last or first) + 1))
    return tuple(sorted(found))


class Hours(Frozen):
    """Opening hours on some weekdays."""

    days: Annotated[Text, AfterValidator(_days)] = Field(description="mon-fri, sat, mon,wed or daily.")
    open: Clock = Field(description="Opening time, local.")
    close: Clock = Field(description='Closing time, local; "24:00" is midnight at the end of the day.')


class CalendarEntry(Frozen):
    """A calendar as the file writes it."""

    id: Id = Field(description="Name in the data.")
    title: Text = Field(description="Name on pages.")
    timezone: Zone = Field(description="IANA name of the time zone.")
    regions: tuple[Text, ...] = Field(
        (), description="Regions in the data that follow it, where a lead has no owner; its id always counts."
    )
    hours: tuple[Hours, ...] = Field((), description="Opening hours; several lines for split days.")
    holidays: tuple[Holiday, ...] = Field((), description="Closed and short days.")

    def value(self) -> Calendar:
        """Return the calendar with one window per weekday and line, sorted."""
        windows = [Window(weekday=day, open=h.open, close=h.close) for h in self.hours for day in weekdays_of(h.days)]
        return Calendar(
            id=self.id,
            title=self.title,
            timezone=self.timezone,
            windows=tuple(sorted(windows, key=lambda window: (window.weekday, window.open))),
            holidays=tuple(sorted(self.holidays, key=lambda holiday: holiday.date)),
            regions=tuple({folded(region): region for region in (self.id, *self.regions)}.values()),
        )


class CalendarsFile(AgreementFile):
    """calendars.yml as written."""

    identity: ClassVar[dict[str, tuple[str, ...]]] = {"calendars": ("id",)}

    calendars: tuple[CalendarEntry, ...] = Field((), description="Opening hours and holidays by place.")
