"""The life of one made-up lead with every clock that runs: deadlines from the agreement's own numbers and calendar."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from generator.agreement import Agreement, Commitment, TierTarget
from generator.agreement.promises import tier_target_text
from generator.calendar.business_time import OpenTime, open_time
from generator.calendar.calendars import AROUND_THE_CLOCK, agreed_hours
from generator.calendar.deadlines import close_after, due_after
from generator.calendar.zones import local_date
from generator.pages import formats
from generator.pages.context import Context

PAGE = "guide/one-lead.md"
_SECONDS = {"business_minutes": 60, "business_hours": 3600, "minutes": 60, "hours": 3600, "days": 86400}
_WALL = frozenset({"minutes", "hours", "days"})
#: How long before the close the lead is handed over: late enough for the night to come in between.
_BEFORE_CLOSE = timedelta(minutes=30)
#: How far ahead calendars are looked at.
_SPAN = timedelta(days=120)
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class Clock:
    """A promise whose clock begins with an event of the lead's life."""

    commitment: Commitment
    owed_by: str
    allowed: str
    due: str
    due_at: datetime  # naive UTC


@dataclass(frozen=True)
class Event:
    """Something that happens to the lead, and the clocks that it starts."""

    when: str
    what: str
    clocks: tuple[Clock, ...]


@dataclass(frozen=True)
class Life:
    """One lead from the day it asks for contact."""

    tier: str
    calendar: str  # whose hours count
    zone: str
    events: tuple[Event, ...]
    by_tier: tuple[tuple[str, str, str], ...]  # tier, allowed, due: the first answer to the same hand-over
    first_due: str  # of the first answer; empty where nobody promised one


@dataclass(frozen=True)
class _Watch:
    """Calendars around the days of the story, and how instants are told."""

    agreement: Agreement
    day: date
    zone: str

    def times(self, calendar_id: str) -> OpenTime:
        return open_time(agreed_hours(self.agreement, calendar_id), self.day - timedelta(days=7), self.day + _SPAN)

    def told(self, moment: datetime) -> str:
        local = moment.replace(tzinfo=UTC).astimezone(ZoneInfo(self.zone))
        return f"{_DAYS[local.weekday()]} {formats.day(local.date())}, {local:%H:%M}"


def life_of_a_lead(context: Context) -> Life | None:
    """Return the worked example, or None where the calendar never opens or nothing starts at a hand-over."""
    agreement = context.report.agreement
    calendar = agreement.settings.reporting_calendar
    hours = agreed_hours(agreement, calendar)
    today = local_date(context.report.drop.as_of, hours.timezone)
    watch = _Watch(agreement, today, hours.timezone)
    handed = _hand_over(watch.times(calendar), today)
    tier = agreement.sla.tiers[0].id if agreement.sla.tiers else ""
    if handed is None:
        return None
    first = list(_clocks(context, watch, "mql", tier, handed))
    if not first:
        return None
    titles = {one.id: one.title for one in agreement.sla.tiers}
    answer = next((one for one in first if "first_response" in one.commitment.stop), None)
    held = agreement.calendar(calendar)
    return Life(
        tier=titles.get(tier, ""),
        calendar=held.title if held else calendar,
        zone=watch.zone,
        events=tuple(_story(context, watch, tier, handed, first)),
        by_tier=tuple(_by_tier(context, watch, answer.commitment, handed)) if answer else (),
        first_due=answer.due if answer else "",
    )


def _hand_over(time: OpenTime, today: date) -> datetime | None:
    """Return half an hour before the close of the next business day that a closed day follows."""
    after = (today - date(1970, 1, 1)).days
    days = [int(day) for day in time.days]
    gaps = [place for place, day in enumerate(days[:-1]) if day > after and days[place + 1] - day > 1]
    place = gaps[0] if gaps else next((place for place, day in enumerate(days) if day > after), None)
    if place is None:
        return None
    return datetime(1970, 1, 1) + timedelta(seconds=int(time.day_closes[place])) - _BEFORE_CLOSE


def _story(context: Context, watch: _Watch, tier: str, handed: datetime, first: list[Clock]) -> Iterator[Event]:
    """Yield what happens: hand-over, answer, decision, result; and what a rejection would start instead."""
    yield Event(watch.told(handed), "The lead asks for contact, meets the criteria and is handed over.", tuple(first))
    answer = next((one for one in first if "first_response" in one.commitment.stop), None)
    if answer:
        called = answer.due_at - timedelta(minutes=5)
        yield Event(
            watch.told(called), "A seller calls, five minutes before the time is over: the promise is kept.", ()
        )
    decision = next((one for one in first if "sal" in one.commitment.stop), None)
    decided = decision.due_at - timedelta(hours=1) if decision else handed + timedelta(days=1)
    accepted = tuple(_clocks(context, watch, "sal", tier, decided))
    yield Event(watch.told(decided), "Sales takes the lead on, an hour before it has to decide.", accepted)
    if back := tuple(_clocks(context, watch, "recycled", tier, decided)):
        yield Event(watch.told(decided), "Had Sales sent the lead back instead, it would be Marketing's turn.", back)
    if accepted:
        last = min(one.due_at for one in accepted)
        yield Event(watch.told(last), "By now Sales has qualified the lead, or let it go with a reason.", ())


def _clocks(context: Context, watch: _Watch, trigger: str, tier: str, at: datetime) -> Iterator[Clock]:
    """Yield the clocks that begin at an instant, the shortest first."""
    agreement = context.report.agreement
    found = []
    for commitment in agreement.commitments_at(watch.day):
        target = _target(commitment, tier)
        if commitment.kind != "clock" or commitment.trigger != trigger or target is None:
            continue
        due = _due(watch, commitment, target, at)
        if due is not None:
            team = context.label("team", commitment.accountable)
            found.append(Clock(commitment, team, tier_target_text(commitment, target), watch.told(due), due))
    yield from sorted(found, key=lambda one: (one.due_at, one.commitment.id))


def _target(commitment: Commitment, tier: str) -> TierTarget | None:
    """Return what is promised to a lead of the tier, else to every lead."""
    own = next((one for one in commitment.per_tier if one.tier == tier), None)
    return own or next((one for one in commitment.per_tier if one.tier is None), None)


def _due(watch: _Watch, commitment: Commitment, target: TierTarget, at: datetime) -> datetime | None:
    name = watch.agreement.settings.reporting_calendar if commitment.calendar == "owner" else commitment.calendar
    if target.unit in _WALL or name == AROUND_THE_CLOCK:
        seconds = _SECONDS.get(target.unit, 86400)
        return at + timedelta(seconds=int(target.value * seconds))
    time = watch.times(name)
    if target.unit == "business_days":
        return close_after(time, at, int(target.value))
    return due_after(time, at, int(target.value * _SECONDS[target.unit]))


def _by_tier(context: Context, watch: _Watch, commitment: Commitment, at: datetime) -> Iterator[tuple[str, str, str]]:
    titles = {one.id: one.title for one in context.report.agreement.sla.tiers}
    for target in commitment.per_tier:
        due = _due(watch, commitment, target, at)
        if due is not None and target.tier is not None:
            yield titles.get(target.tier, target.tier), tier_target_text(commitment, target), watch.told(due)
