"""Which opening hours hold: the drop's, by calendar id, over those of the agreement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from generator.agreement import Agreement
from generator.calendar.hours import WEEKDAYS, HolidayRow, Hours, WindowRow, around_the_clock, read_hours
from generator.engine import Engine
from generator.errors import AgreementError, ExportError, Mistake, with_hint

AGREED = "calendars.yml"
DROPPED = "the drop's calendar and holiday tables"

#: Always there, in the reporting zone unless somebody defines it: promises in plain hours run on it.
AROUND_THE_CLOCK = "24x7"


@dataclass(frozen=True)
class Chosen:
    """The calendars that hold, by id, and what readers should know about the choice."""

    calendars: tuple[Hours, ...]
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class _Rows:
    """Calendars as written in one place, by calendar id."""

    windows: Mapping[str, list[WindowRow]]
    holidays: Mapping[str, list[HolidayRow]]

    def over(self, below: _Rows) -> _Rows:
        """Return these rows laid over those `below`, windows and holidays each by calendar id."""
        return _Rows({**below.windows, **self.windows}, {**below.holidays, **self.holidays})

    def read(self, calendar_id: str, where: str) -> tuple[Hours, tuple[Mistake, ...]]:
        return read_hours(calendar_id, self.windows.get(calendar_id, ()), self.holidays.get(calendar_id, ()), where)


def choose_calendars(engine: Engine, agreement: Agreement) -> Chosen:
    """Return every calendar of the agreement and of the drop, the drop's rows first.

    Raises ExportError with every mistake in the drop's calendars, AgreementError with those of the agreement's, and
    AgreementError when the reporting calendar is none of them.
    """
    dropped, agreed = _dropped(engine), _agreed(agreement)
    both = dropped.over(agreed)
    hours: list[Hours] = []
    mistakes: dict[bool, list[Mistake]] = {True: [], False: []}  # in the drop's rows, in the agreement's
    for calendar_id in sorted(both.windows):
        touched = calendar_id in dropped.windows or calendar_id in dropped.holidays
        one, wrong = both.read(calendar_id, DROPPED if touched else AGREED)
        hours.append(one)
        mistakes[touched].extend(wrong)
    _raise(agreed=mistakes[False], dropped=mistakes[True])
    if AROUND_THE_CLOCK not in both.windows:
        hours.append(around_the_clock(AROUND_THE_CLOCK, agreement.settings.reporting_timezone))
    _check_reporting_calendar(agreement.settings.reporting_calendar, [one.id for one in hours])
    return Chosen(tuple(hours), (*_differences(hours, agreed), *_strays(dropped, both)))


def agreed_hours(agreement: Agreement, calendar_id: str) -> Hours:
    """Return the hours of a calendar as the agreement says them; what it does not know never closes."""
    agreed = _agreed(agreement)
    if calendar_id not in agreed.windows:
        return around_the_clock(calendar_id, agreement.settings.reporting_timezone)
    return agreed.read(calendar_id, AGREED)[0]


def _dropped(engine: Engine) -> _Rows:
    windows, holidays = defaultdict(list), defaultdict(list)
    for calendar_id, timezone, weekday, opens, closes in engine.rows(
        'select calendar_id, timezone, weekday, "open", "close" from canonical.calendar'
    ):
        windows[calendar_id].append(WindowRow(timezone, weekday, opens or "", closes or ""))
    for calendar_id, day, opens, closes in engine.rows(
        'select calendar_id, "date", "open", "close" from canonical.holiday'
    ):
        holidays[calendar_id].append(HolidayRow(day, opens or "", closes or ""))
    return _Rows(windows, holidays)


def _agreed(agreement: Agreement) -> _Rows:
    return _Rows(
        {
            one.id: [WindowRow(one.timezone, window.weekday, window.open, window.close) for window in one.windows]
            for one in agreement.calendars
        },
        {
            one.id: [HolidayRow(day.date, day.open or "", day.close or "") for day in one.holidays]
            for one in agreement.calendars
        },
    )


def _raise(*, agreed: list[Mistake], dropped: list[Mistake]) -> None:
    if agreed:
        raise AgreementError("The agreement's calendars cannot be used.", agreed)
    if dropped:
        raise ExportError("The drop's calendars cannot be used.", dropped)


def _check_reporting_calendar(name: str, known: list[str]) -> None:
    if name not in known:
        what = f"unknown calendar {with_hint(name, known)}"
        mistake = Mistake("settings.yml, reporting_calendar", what, f"Calendars: {', '.join(sorted(known))}.")
        raise AgreementError("The reporting calendar is missing.", [mistake])


def _differences(hours: list[Hours], agreed: _Rows) -> list[str]:
    """Say of each calendar that stands in both places what the drop changed."""
    sentences = []
    for held in hours:
        if held.id in agreed.windows:
            written, mistakes = agreed.read(held.id, AGREED)
            changed = [] if mistakes else _changed(held, written)
            if changed:
                sentences.append(
                    f"Calendar '{held.id}' differs between the drop and the agreement ({', '.join(changed)});"
                    " the drop's is used."
                )
    return sentences


def _changed(held: Hours, written: Hours) -> list[str]:
    changed = [f"time zone {held.timezone} instead of {written.timezone}"] if held.timezone != written.timezone else []
    changed += [WEEKDAYS[day] for day in range(7) if held.week[day] != written.week[day]]
    dates = [
        day.isoformat()
        for day in sorted({*held.special, *written.special})
        if held.special.get(day) != written.special.get(day)
    ]
    return changed + dates if len(dates) <= 3 else [*changed, f"{len(dates)} holidays"]


def _strays(dropped: _Rows, both: _Rows) -> list[str]:
    return [
        f"The drop's holidays name calendar '{calendar_id}', which has no opening hours; they count for nothing."
        for calendar_id in sorted(dropped.holidays)
        if calendar_id not in both.windows
    ]
