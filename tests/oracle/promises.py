"""Obligations a second time: each promise, hand-over by hand-over, with its deadline and its stop."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction

from .clock import WorkingCalendar
from .figures import Unit
from .story import EXITS, FORWARD, Entry, Handoff, Lead


class Promises:
    """All obligations of a drop; `units` are those whose deadline has passed: dated by it, hit where they were met."""

    def __init__(self, oracle):
        self.oracle, self.story, self.as_of = oracle, oracle.story, oracle.as_of
        self.sla = self.story.agreement.sla
        self.units: list[Unit] = []
        for handoff in self.story.handoffs:
            self._of_handoff(handoff)

    def _of_handoff(self, handoff: Handoff) -> None:
        at, lead = handoff.at, handoff.lead
        valid = self._valid_decision(handoff.later)
        clock = self._clock
        clock("c.sm.first_response", lead, at, handoff.later, lambda _: handoff.response_at, handoff.calendar)
        clock("c.sm.disposition", lead, at, handoff.later, lambda _: valid, handoff.calendar)
        clock("c.sm.attempts", lead, at, handoff.later, lambda one: self._tried(handoff, valid, one), handoff.calendar)
        clock("c.ms.delivery", lead, at, handoff.later, lambda _: self._delivered(handoff), handoff.calendar)
        if promise := self._promise("c.ms.quality", at):
            self._at_once("c.ms.quality", promise, lead, at, handoff.later, self._has_fields(lead, promise))
        self._after(handoff)
        left = handoff.exit
        if left and handoff.accepted_at is None and (promise := self._promise("c.sm.feedback", left.at)):
            good = left.reason is not None and left.reason in self.story.reasons and left.reason != "other"
            self._at_once("c.sm.feedback", promise, lead, left.at, [], good)

    def _after(self, handoff: Handoff) -> None:
        """What is owed once a handed-over lead was accepted, or was sent back."""
        lead = handoff.lead
        for n, entry in enumerate(handoff.later):
            later = handoff.later[n + 1 :]
            if entry.stage == "sal" or (entry.at == handoff.accepted_at and entry.stage not in EXITS):
                stops = [self._exit_stop(one) for one in later if one.stage in EXITS]
                stops += [one.at for one in [entry, *later] if FORWARD.get(one.stage, 0) >= 3]
                stop = min((one for one in stops if one), default=None)
                self._clock("c.sm.outcome", lead, entry.at, later, lambda _, stop=stop: stop, handoff.calendar)
            if entry.stage == "recycled":
                touched = next((row["occurred_at"] for row in lead.touches
                                if row["is_marketing"] and row["occurred_at"] > entry.at), None)  # fmt: skip
                self._clock("c.ms.nurture", lead, entry.at, [entry], lambda _, at=touched: at, handoff.calendar)

    # ------------------------------------------------------------------------------------------------ stops

    @staticmethod
    def _exit_stop(entry: Entry) -> datetime | None:
        return entry.reasoned_at if entry.reason else None

    def _valid_decision(self, later: list[Entry]) -> datetime | None:
        stops = [self._exit_stop(one) if one.stage in EXITS else one.at
                 for one in later if one.stage in EXITS or FORWARD[one.stage] >= 2]  # fmt: skip
        return min((one for one in stops if one), default=None)

    def _tried(self, handoff: Handoff, valid: datetime | None, tier) -> datetime | None:
        tries = [row["occurred_at"] for row in self.oracle.attempts(handoff.lead)
                 if row["occurred_at"] >= handoff.at and self.story.is_sales(row["owner_id"])]  # fmt: skip
        enough = tries[tier.attempts - 1] if len(tries) >= tier.attempts else None
        spoke = next(
            (row["occurred_at"] for row in handoff.lead.activities
             if row["occurred_at"] >= handoff.at and self.story.is_sales(row["owner_id"])
             and not row["is_automated"] and row["outcome"] in ("connected", "held", "replied")),
            None,
        )  # fmt: skip
        return min((one for one in (enough, spoke, valid) if one), default=None)

    def _delivered(self, handoff: Handoff) -> datetime | None:
        # A lead that a seller owns already need not be brought; one that was sent back must be brought again.
        back = [one.at for one in handoff.lead.entries if one.stage in EXITS and one.at <= handoff.at]
        stops = [
            max(row["occurred_at"], handoff.at)
            for row in handoff.lead.assignments
            if row["occurred_at"] >= handoff.at
            or (self.story.is_sales(row["owner_id"]) and (not back or row["occurred_at"] > max(back)))
        ]
        stops += [one.at for one in handoff.later]
        return min(stops, default=None)

    @staticmethod
    def _has_fields(lead: Lead, promise) -> bool:
        for wanted in promise.required_fields:
            name, _, value = wanted.partition("=")
            given = lead.row[name]
            if given is None or given == "":
                return False
            if value and str(int(given) if isinstance(given, bool) else given) != value:
                return False
        return True

    # ----------------------------------------------------------------------------------------------- clocks

    def _promise(self, name: str, at: datetime):
        return self.story.agreement.commitment_at(name, self.story.day(at))

    def _clock(self, name: str, lead: Lead, at: datetime, later: list[Entry], stop_of, calendar) -> None:
        promise = self._promise(name, at)
        if promise is None:
            return
        fitting = [one for one in promise.per_tier if one.tier in (None, lead.row["tier"])]
        if not fitting:
            return
        tier = fitting[0]
        if promise.calendar != "owner":
            calendar = self.story.calendars[promise.calendar]
        deadline = self.deadline(promise, tier, lead, at, calendar)
        stop = stop_of(tier)
        if self._withdrawn(promise, later, deadline) or deadline > self.as_of:
            return
        self._unit(promise, lead, deadline, stop is not None and stop <= deadline)

    def deadline(self, promise, tier, lead: Lead, at: datetime, calendar: WorkingCalendar) -> datetime:
        if tier.unit == "business_days":
            bare = calendar.close_of_day(at, int(tier.value))
        elif tier.unit == "hours":
            bare = at + timedelta(hours=float(tier.value))
        else:
            bare = calendar.after(at, int(Fraction(tier.value) * 60))
        deadline = bare
        while True:
            paused = self._paused(promise, lead, at, deadline, calendar)
            longer = calendar.after(bare, paused) if paused else bare
            if longer == deadline:
                return deadline
            deadline = longer

    def _paused(self, promise, lead: Lead, at: datetime, end: datetime, calendar: WorkingCalendar) -> int:
        """Return the business seconds in [at, end) for which the clock stood still, each second once."""
        pauses = sorted(
            (max(row["start_at"], at), min(row["end_at"] or self.as_of, end))
            for row in self.story.tables["sla_pause"]
            if self.story.survivor_of.get(row["lead_id"]) == lead.id
            and row["reason"] in self.sla.pause_reasons
            and row["commitment_id"] in (None, promise.id)
        )
        total, until = 0, at
        for start, stop in pauses:
            if stop > max(start, until):
                total += calendar.seconds(max(start, until), stop)
                until = stop
        return total

    @staticmethod
    def _withdrawn(promise, later: list[Entry], deadline: datetime) -> bool:
        return any(one.stage in EXITS and one.reason in promise.cancel_on and one.at <= deadline for one in later)

    def _at_once(self, name: str, promise, lead: Lead, at: datetime, later: list[Entry], good: bool) -> None:
        if not self._withdrawn(promise, later, at):
            self._unit(promise, lead, at, good)

    def _unit(self, promise, lead: Lead, deadline: datetime, met: bool) -> None:
        dims = self.oracle._lead_dims(lead) | {"commitment": promise.id, "direction": promise.direction}
        self.units.append(Unit(self.story.day(deadline), dims, hit=met))
