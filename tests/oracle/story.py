"""What happened, read from the canonical tables row by row: leads, their rounds, hand-overs and deals."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from .clock import WorkingCalendar, calendars, local_date, midnight

CONTACTS = ("call", "email", "sms", "social")
EXITS = ("recycled", "disqualified")
FORWARD = {"lead": 0, "mql": 1, "sal": 2, "sql": 3, "opportunity": 4, "customer": 5}


@dataclass
class Entry:
    """A counted entry into a stage."""

    stage: str
    at: datetime
    cycle: int
    reason: str | None = None
    reasoned_at: datetime | None = None
    came_from: str = "lead"


@dataclass
class Lead:
    """A surviving lead."""

    id: str
    row: dict
    created_at: datetime
    is_test: bool
    entries: list[Entry] = field(default_factory=list)
    activities: list[dict] = field(default_factory=list)  # on the lead itself
    deal_activities: list[dict] = field(default_factory=list)
    touches: list[dict] = field(default_factory=list)
    assignments: list[dict] = field(default_factory=list)
    deals: list[Deal] = field(default_factory=list)

    def first(self, stage: str) -> datetime | None:
        return min((entry.at for entry in self.entries if entry.stage == stage), default=None)


@dataclass
class Deal:
    """A deal that is no test."""

    id: str
    row: dict
    lead: Lead | None
    states: list[dict]

    @property
    def book_date(self) -> date | None:
        return self.row["close_date"] if self.row["is_closed"] else None

    def state_before(self, moment: datetime) -> dict | None:
        past = [state for state in self.states if state["occurred_at"] < moment]
        return past[-1] if past else None


@dataclass
class Handoff:
    """A lead in one round, from the moment it became an MQL."""

    lead: Lead
    cycle: int
    at: datetime
    later: list[Entry]  # counted entries of the same round after it
    calendar: WorkingCalendar
    response_at: datetime | None = None

    @property
    def exit(self) -> Entry | None:
        return next((entry for entry in self.later if entry.stage in EXITS), None)

    @property
    def accepted_at(self) -> datetime | None:
        for entry in self.later:
            if entry.stage in EXITS:
                return None
            if FORWARD[entry.stage] >= 2:
                return entry.at
        return None


class Rates:
    """Exchange rates into the reporting currency."""

    def __init__(self, rows: list[dict], home: str, max_age: int):
        self.home, self.max_age = home, timedelta(days=max_age)
        self.rates: dict[str, list[tuple[date, Fraction]]] = defaultdict(list)
        for row in sorted(rows, key=lambda row: row["rate_date"]):
            self.rates[row["currency"]].append((row["rate_date"], Fraction(row["rate"])))

    def convert(self, amount, currency: str | None, day: date) -> Fraction | None:
        """Return the amount in the reporting currency; None where no rate is valid on `day`."""
        if currency is None or currency == self.home:
            return Fraction(amount)
        rates = self.rates.get(currency, [])
        found = bisect_right([since for since, _ in rates], day)
        if not found or day - rates[found - 1][0] > self.max_age:
            return None
        return Fraction(amount) * rates[found - 1][1]


class Story:
    """Everything that happened until the drop was taken."""

    def __init__(self, tables: dict[str, list[dict]], agreement, as_of: datetime):
        self.tables, self.agreement, self.as_of = tables, agreement, as_of
        self.settings = agreement.settings
        self.zone = ZoneInfo(self.settings.reporting_timezone)
        self.calendars = calendars(tables, agreement)
        self.rates = Rates(tables["fx_rate"], self.settings.reporting_currency, self.settings.fx.max_age_days)
        self.owners = {row["owner_id"]: row for row in tables["owner"]}
        self.skew = timedelta(seconds=self.settings.clock_skew_seconds)
        self.reasons = {reason.code: reason for reason in agreement.lifecycle.reasons}
        self.ranks = {stage.id: stage for stage in agreement.pipeline.stages}
        self.survivor_of = self._survivors()
        self.leads = self._leads()
        self.deals = self._deals()
        self._gather()
        self._by_lead = self._events()
        for lead in self.leads.values():
            self._walk(lead)
        self.handoffs = [handoff for lead in self._counted() for handoff in self._handoffs(lead)]

    def _counted(self) -> list[Lead]:
        return [lead for lead in self.leads.values() if not lead.is_test]

    @property
    def known(self) -> list[Lead]:
        """The leads that count: merges resolved, test records out."""
        return self._counted()

    def day(self, moment: datetime) -> date:
        return local_date(moment, self.zone)

    def _survivors(self) -> dict[str, str]:
        into = {row["lead_id"]: row["merged_into_lead_id"] for row in self.tables["lead"]}
        found = {}
        for name in into:
            end = name
            while into.get(end):
                end = into[end]
            found[name] = end
        return found

    def _leads(self) -> dict[str, Lead]:
        rows = {row["lead_id"]: row for row in self.tables["lead"]}
        groups: dict[str, list[dict]] = defaultdict(list)
        for name, end in self.survivor_of.items():
            groups[end].append(rows[name])
        return {
            name: Lead(name, rows[name], min(row["created_at"] for row in group), bool(rows[name]["is_test"]))
            for name, group in groups.items()
            if name in rows
        }

    def _deals(self) -> list[Deal]:
        states = defaultdict(list)
        order = sorted(self.tables["opportunity_stage_event"], key=lambda row: (row["occurred_at"], row["event_id"]))
        for row in order:
            states[row["opportunity_id"]].append(row)
        deals = []
        for row in self.tables["opportunity"]:
            if row["is_test"]:
                continue
            lead = self.leads.get(self.survivor_of.get(row["primary_lead_id"], ""))
            deal = Deal(row["opportunity_id"], row, lead, states[row["opportunity_id"]])
            deals.append(deal)
            if lead:
                lead.deals.append(deal)
        return deals

    def _gather(self) -> None:
        deal_lead = {deal.id: deal.lead for deal in self.deals}
        for row in sorted(self.tables["activity"], key=lambda row: (row["occurred_at"], row["activity_id"])):
            own = self.leads.get(self.survivor_of.get(row["lead_id"], ""))
            if own:
                own.activities.append(row)
            elif (of_deal := deal_lead.get(row["opportunity_id"])) is not None:
                of_deal.deal_activities.append(row)
        for table in ("touch", "assignment"):
            for row in sorted(self.tables[table], key=lambda row: (row["occurred_at"], row[f"{table}_id"])):
                own = self.leads.get(self.survivor_of.get(row["lead_id"], ""))
                if own:
                    (own.touches if table == "touch" else own.assignments).append(row)

    # ------------------------------------------------------------------------------------ the way of a lead

    def _events(self) -> dict[str, list[tuple]]:
        """Return (instant, rank, id, stage, reason) by lead, each (instant, stage) once, in the order of ties."""
        found: dict[str, list[tuple]] = defaultdict(list)
        for row in self.tables["lifecycle_event"]:
            name = self.survivor_of.get(row["lead_id"])
            if name in self.leads:
                rank = FORWARD.get(row["to_stage"], 9)
                event = (row["occurred_at"], rank, row["event_id"], row["to_stage"], row["reason_code"])
                found[name].append(event)
        for deal in self.deals:
            if deal.lead is None:
                continue
            created = deal.row["created_at"]
            found[deal.lead.id].append((created, 4, f"deal {deal.id}", "opportunity", None))
            if deal.row["is_won"] and deal.row["type"] == "new_business":
                won_at = max(self.won_instant(deal), created)
                found[deal.lead.id].append((won_at, 5, f"won {deal.id}", "customer", None))
        return found

    def won_instant(self, deal: Deal) -> datetime:
        """Return when a closed deal was closed: its instant, else the beginning of its booking day."""
        return deal.row["closed_at"] or midnight(deal.row["close_date"], self.zone)

    def _walk(self, lead: Lead) -> None:
        at, cycle, left = "lead", 1, False
        seen = set()
        for moment, _, _, stage, reason in sorted(self._by_lead.get(lead.id, []), key=lambda event: event[:3]):
            if (moment, stage) in seen and reason is None:
                continue
            seen.add((moment, stage))
            if stage == at:
                self._late_reason(lead, stage, moment, reason)
                continue
            if stage in EXITS:
                if at == "customer":
                    continue
                lead.entries.append(Entry(stage, moment, cycle, reason, moment if reason else None, at))
                at, left = stage, True
            elif at in EXITS:
                if stage == "lead":
                    if at == "recycled" or reason == "reopened":
                        lead.entries.append(Entry(stage, moment, cycle, reason, None, at))
                        at = stage
                    continue
                if stage != "customer":
                    cycle, left = cycle + 1, False
                lead.entries.append(Entry(stage, moment, cycle, reason, None, at))
                at = stage
            elif FORWARD[stage] > FORWARD[at]:
                if left and stage == "mql":
                    cycle, left = cycle + 1, False
                lead.entries.append(Entry(stage, moment, cycle, reason, None, at))
                at = stage

    @staticmethod
    def _late_reason(lead: Lead, stage: str, moment: datetime, reason: str | None) -> None:
        last = next((entry for entry in reversed(lead.entries) if entry.stage == stage), None)
        if last is not None and stage in EXITS and reason and not last.reason:
            last.reason, last.reasoned_at = reason, moment

    # ------------------------------------------------------------------------------------------- hand-overs

    def _handoffs(self, lead: Lead) -> list[Handoff]:
        found = []
        for n, entry in enumerate(lead.entries):
            if entry.stage != "mql":
                continue
            later = [other for other in lead.entries[n + 1 :] if other.cycle == entry.cycle]
            handoff = Handoff(lead, entry.cycle, entry.at, later, self.calendar_of(lead, entry.at))
            handoff.response_at = self._response(handoff)
            found.append(handoff)
        return found

    def owner_at(self, lead: Lead, moment: datetime) -> str | None:
        given = [row["owner_id"] for row in lead.assignments if row["occurred_at"] <= moment]
        if given:
            return given[-1]
        return lead.row["owner_id"]

    def calendar_of(self, lead: Lead, moment: datetime) -> WorkingCalendar:
        owner = self.owners.get(self.owner_at(lead, moment) or "")
        if owner and owner["calendar_id"] in self.calendars:
            return self.calendars[owner["calendar_id"]]
        region = lead.row["region"]
        of_region = self.agreement.calendar_of_region(region) if region else None
        return self.calendars[of_region.id if of_region else "company"]

    def is_sales(self, owner_id: str | None) -> bool:
        owner = self.owners.get(owner_id or "")
        return owner is not None and owner["team"] == "sales"

    def is_response(self, row: dict) -> bool:
        """Whether a person of Sales was in contact, or tried to be."""
        if row["is_automated"] or not self.is_sales(row["owner_id"]):
            return False
        if row["type"] == "meeting":
            return True
        if row["direction"] == "inbound":
            return row["type"] == "call" and row["outcome"] == "connected"
        return row["type"] in CONTACTS

    def _response(self, handoff: Handoff) -> datetime | None:
        end = handoff.exit.at if handoff.exit else self.as_of
        for row in handoff.lead.activities:
            if handoff.at - self.skew <= row["occurred_at"] <= end and self.is_response(row):
                return max(row["occurred_at"], handoff.at)
        return None
