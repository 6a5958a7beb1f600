"""A drop before it is written: its tables, with the means to add a lead or a deal by hand."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd

from generator.demo.answers import Defect
from generator.demo.company import PRODUCTS, REGIONS, SEGMENTS, Plan
from generator.demo.people import REPS
from generator.demo.salesforce.ids import record_id
from generator.demo.salesforce.spelling import STATUS

#: Planted records are numbered from here, far above what the story itself numbers.
_FIRST_NUMBER = 20_000_000
_SOURCES = ("Paid Search", "Paid Social", "Organic Search", "Webinar", "Email", "Referral")
#: What a planted row holds where nothing else is said.
_USUAL = {
    "Lead": {"Is_Test__c": "false", "IsConverted": "false", "Status": STATUS["lead"], "Title": "Analyst"},
    "LeadHistory": {"DataType": "Text"},
    "Task": {"Status": "Completed", "IsClosed": "true", "Subject": "Call", "Is_Automated__c": "false"},
    "CampaignMember": {"HasResponded": "true", "Status": "Responded"},
    "Opportunity": {"Is_Test__c": "false", "Type": "New Business", "Contract_Months__c": "12"},
}


@dataclass
class Draft:
    """The tables of a drop by object name; what is added here is listed in `defects`."""

    plan: Plan
    tables: dict[str, pd.DataFrame]
    defects: dict[str, Defect] = field(default_factory=dict)
    raw: dict[str, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    _rows: dict[str, list[dict[str, str]]] = field(default_factory=lambda: defaultdict(list))
    _count: int = 0

    def __post_init__(self) -> None:
        """Open the planted rows' own stream of random numbers."""
        self.rng = self.plan.stream("defects")

    # ------------------------------------------------------------------ moments

    def moment(self, earliest: int = 45, latest: int = 640) -> datetime:
        """Return a weekday at 15:00 UTC, when both regions work, so many days before the drop (at random)."""
        most = min(latest, max((self.plan.end - self.plan.start).days - 5, earliest + 1))
        day = self.plan.end - timedelta(days=int(self.rng.integers(earliest, most)))
        while day.weekday() > 4:
            day -= timedelta(days=1)
        return datetime(day.year, day.month, day.day, 15, int(self.rng.integers(0, 40)), tzinfo=UTC)

    @property
    def as_of(self) -> datetime:
        """The instant of the drop."""
        end = self.plan.end
        return datetime(end.year, end.month, end.day, 18, tzinfo=UTC)

    # ------------------------------------------------------------------ rows

    def new_id(self, kind: str) -> str:
        """Return an id of `kind` that nobody has yet."""
        self._count += 1
        return record_id(kind, _FIRST_NUMBER + self._count)

    def add(self, kind: str, **cells: str) -> str:
        """Add a row to the table of `kind` and return its id; cells that are not given are usual or empty."""
        columns = self.tables[kind].columns
        if unknown := cells.keys() - set(columns):
            raise KeyError(f"{kind} has no column {sorted(unknown)}")
        row = dict.fromkeys(columns, "") | _USUAL.get(kind, {}) | cells
        if "IsDeleted" in row:
            row["IsDeleted"] = row["IsDeleted"] or "false"
        if "Id" in row:
            row["Id"] = row["Id"] or self.new_id(kind)
        self._rows[kind].append(row)
        return row.get("Id", "")

    def row(self, kind: str, id: str) -> dict[str, str]:
        """Return the planted row of `kind` that has this id, to be changed in place."""
        return next(row for row in self._rows[kind] if row["Id"] == id)

    def planted(self, kind: str) -> int:
        """Return how many rows of `kind` were planted so far."""
        return len(self._rows[kind])

    def copy(self, kind: str, row: dict[str, str], **cells: str) -> None:
        """Add `row` of `kind` once more, with `cells` changed."""
        self._rows[kind].append(row | cells)

    def plant(self, name: str, rule: str, file: str, ids: list[str], note: str) -> None:
        """List what was planted under `name`."""
        self.defects[name] = Defect(name, rule, file, tuple(sorted(ids)), len(ids), note)

    def parts(self, kind: str) -> tuple[pd.DataFrame, ...]:
        """Return the rows of `kind`: those of the story, then those planted."""
        table = self.tables[kind]
        planted = pd.DataFrame(self._rows[kind], columns=table.columns)
        return (table, planted) if len(planted) else (table,)

    # ------------------------------------------------------------------ people and deals

    def lead(self, created: datetime, *moves: tuple[timedelta, str, str], **cells: str) -> str:
        """Add a lead that makes `moves` (time since creation, status, reason) and return its id."""
        number, region = self._count + 1, int(self.rng.integers(0, 2))
        owner = record_id("User", int(self.rng.choice([rep.number for rep in REPS if rep.region == region][:4])))
        status = moves[-1][1] if moves else STATUS["lead"]
        last = created + (moves[-1][0] if moves else timedelta())
        row = {
            "FirstName": "Robin",
            "LastName": f"Sample{number}",
            "Name": f"Robin Sample{number}",
            "Company": f"Sample Works {number}",
            "Email": f"robin.sample{number}@sample{number}.example.com",
            "Phone": f"+1 555 0199{number:04d}",
            "Description": "Met at the stand, call back",
            "LeadSource": _SOURCES[int(self.rng.integers(0, len(_SOURCES)))],
            "Origin_Team__c": "marketing",
            "Status": status,
            "OwnerId": owner,
            "CreatedDate": stamp(created),
            "LastModifiedDate": stamp(last),
            "SystemModstamp": stamp(last),
            "Region__c": REGIONS[region],
            "Segment__c": SEGMENTS[int(self.rng.integers(0, 2))].id,
            "Product__c": PRODUCTS[0],
            "Tier__c": "C",
            "Fit_Score__c": "64",
            "Engagement_Score__c": "52",
            "ICP_Fit__c": "true",
            "Interest_Level__c": "Medium",
            "Timeframe__c": "3-6 months",
            "Decision_Maker_Access__c": "true",
            "Rejection_Reason__c": moves[-1][2] if moves else "",
        }
        lead = self.add("Lead", **(row | cells))
        self._history(lead, created, moves, (row | cells)["OwnerId"])
        return lead

    def _history(self, lead: str, created: datetime, moves: tuple[tuple[timedelta, str, str], ...], owner: str) -> None:
        before, actor = STATUS["lead"], owner or record_id("User", 20)
        for after, status, reason in moves:
            at = stamp(created + after)
            self.change(lead, at, "Status", before, status, actor)
            if reason:
                self.change(lead, at, "Rejection_Reason__c", "", reason, actor)
            before = status

    def change(self, lead: str, at: str, name: str, old: str, new: str, actor: str = "") -> str:
        """Add a row to the history of `lead` and return its id."""
        who = actor or record_id("User", 20)
        return self.add(
            "LeadHistory", LeadId=lead, CreatedDate=at, CreatedById=who, Field=name, OldValue=old, NewValue=new
        )

    def deal(self, created: datetime, *moves: tuple[timedelta, str], lead: str = "", **cells: str) -> str:
        """Add a deal with its account that takes `moves` (time since creation, stage); `lead` is converted to it."""
        from_lead = self.row("Lead", lead) if lead else {}
        account, contact = self.new_id("Account"), self.new_id("Contact")
        person = {"FirstName": "Robin", "LastName": f"Sample{self._count}", "CreatedDate": stamp(created)}
        self.add("Account", Id=account, Name=f"Sample Works {self._count}", CreatedDate=stamp(created))
        self.add("Contact", Id=contact, AccountId=account, Email=f"robin{self._count}@sample.example.com", **person)
        stage, closed = moves[-1][1], created + moves[-1][0]
        is_won, is_lost = stage == "Closed Won", stage == "Closed Lost"
        due = closed.date() if is_won or is_lost else self.plan.end + timedelta(days=20)
        row = {
            "AccountId": account,
            "ContactId": contact,
            "Name": f"Sample Works {self._count} - New Business",
            "Description": "Asked for a quote",
            "StageName": stage,
            "Amount": "9000",
            "List_Amount__c": "9000",
            "CurrencyIsoCode": "USD",
            "CloseDate": due.isoformat(),
            "IsClosed": "true" if is_won or is_lost else "false",
            "IsWon": "true" if is_won else "false",
            "OwnerId": from_lead.get("OwnerId") or record_id("User", 4),
            "CreatedDate": stamp(created),
            "LastModifiedDate": stamp(closed),
            "SystemModstamp": stamp(closed),
            "Region__c": from_lead.get("Region__c", REGIONS[0]),
            "Segment__c": from_lead.get("Segment__c", "SMB"),
            "Product__c": PRODUCTS[0],
            "Source_Team__c": "marketing",
            "Loss_Reason__c": "price" if is_lost else "",
            "ForecastCategory": "Closed" if is_won else "Omitted" if is_lost else "Pipeline",
        }
        deal = self.add("Opportunity", **(row | cells))
        for after, name in moves:
            self.state(deal, created + after, name, (row | cells)["Amount"], (row | cells)["CurrencyIsoCode"], due)
        if lead:
            self._convert(lead, deal, account, contact, created)
        return deal

    def state(self, deal: str, at: datetime, stage: str, amount: str, currency: str, due: date) -> str:
        """Add a row to the history of `deal` and return its id."""
        return self.add(
            "OpportunityHistory",
            OpportunityId=deal,
            CreatedDate=stamp(at),
            SystemModstamp=stamp(at),
            StageName=stage,
            Amount=amount,
            CurrencyIsoCode=currency,
            CloseDate=due.isoformat(),
        )

    def _convert(self, lead: str, deal: str, account: str, contact: str, at: datetime) -> None:
        row = self.row("Lead", lead)
        self.change(lead, stamp(at), "Status", row["Status"], STATUS["opportunity"])
        self.change(lead, stamp(at), "leadConverted", "", "")
        row |= {
            "Status": STATUS["opportunity"],
            "IsConverted": "true",
            "ConvertedDate": at.date().isoformat(),
            "ConvertedAccountId": account,
            "ConvertedContactId": contact,
            "ConvertedOpportunityId": deal,
        }

    def touch(self, lead: str, at: datetime, kind: str = "content_download", campaign: str = "") -> str:
        """Add a response of `lead` and return its id; without `campaign` it goes to the first one of the drop."""
        campaign = campaign or str(self.tables["Campaign"]["Id"].iloc[0])
        day, when = at.date().isoformat(), stamp(at)
        return self.add(
            "CampaignMember",
            LeadId=lead,
            CampaignId=campaign,
            FirstRespondedDate=day,
            Responded_At__c=when,
            Touch_Type__c=kind,
            CreatedDate=when,
            SystemModstamp=when,
            FirstName="Robin",
            LastName="Sample",
            Email="robin.sample@sample.example.com",
        )

    def call(self, lead: str, at: datetime, outcome: str = "No Answer", **cells: str) -> str:
        """Add a call to `lead` by its owner and return its id."""
        usual = {
            "WhoId": lead,
            "OwnerId": self.row("Lead", lead)["OwnerId"] or record_id("User", 4),
            "TaskSubtype": "Call",
            "Type": "Call",
            "CallType": "Outbound",
            "CallDisposition": outcome,
            "Outcome__c": outcome,
            "Description": "Talked with Robin about next steps",
            "ActivityDate": at.date().isoformat(),
            "CreatedDate": stamp(at),
            "CompletedDateTime": stamp(at),
            "SystemModstamp": stamp(at),
        }
        return self.add("Task", **(usual | cells))


def stamp(at: datetime) -> str:
    """Return an instant as Salesforce prints it."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def hours(count: float) -> timedelta:
    """Return so many hours."""
    return timedelta(hours=count)


def days(count: float) -> timedelta:
    """Return so many days."""
    return timedelta(days=count)


def first_of(rng: np.random.Generator, table: pd.DataFrame, count: int) -> list[dict[str, str]]:
    """Return `count` rows of `table`, drawn without putting back, in table order."""
    rows = np.sort(rng.choice(len(table), size=min(count, len(table)), replace=False))
    return [{str(name): str(value) for name, value in row.items()} for row in table.iloc[rows].to_dict("records")]
