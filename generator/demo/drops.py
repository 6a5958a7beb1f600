"""One company, several drops a week apart: between them rows come late, leads merge, a deal reopens, a rate changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd

from generator.demo.company import Plan
from generator.demo.defects.deals import OFFER, OPENED, TALKS, WON
from generator.demo.defects.draft import Draft, days, hours, stamp
from generator.demo.drop import END, drafted, sheets_of, sign
from generator.demo.salesforce.spelling import STATUS
from generator.demo.writing import Sheet, write_sheets

#: From which drop on (counted from 0) each change is in the exports.
LATE, MERGED, REOPENED, RATE = 1, 2, 3, 5
#: The month that the changes are about; every drop is taken long after it.
MONTH = date(2026, 8, 1)

Tables = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Planted:
    """The records between drops."""

    late: tuple[str, ...]  # rows of LeadHistory
    survivor: str
    absorbed: str
    deal: str
    reopened_at: datetime


def make_drops(folder: Path, drops: int = 6, leads: int = 600, seed: int = 7, months: int = 15) -> tuple[Path, ...]:
    """Write `drops` drops, one folder each by its day, the last taken on the day of `END`; return the folders.

    The second has three MQLs of August that the first had not yet, in the third two leads of August are one, in the
    fourth a deal won in August is open again, in the sixth the rate of August is another. The same arguments give the
    same bytes.
    """
    draft = drafted(Plan(leads, seed, months, END))
    taken = [END - timedelta(weeks=drops - 1 - nth) for nth in range(drops)]
    planted = _plant(draft, taken)
    tables = {name: pd.concat(draft.parts(name), ignore_index=True) for name in draft.tables}
    folders = []
    for nth, day in enumerate(taken):
        exported = _as_exported(tables, planted, nth)
        known = {name: _known(table, day) for name, table in exported.items()}
        known["Lead"] = _as_it_stood(known["Lead"], exported["LeadHistory"], day)
        written = write_sheets(folder / day.isoformat(), [_sheet(sheet, known) for sheet in sheets_of(draft)])
        sign(written, day)
        folders.append(written.folder)
    return tuple(folders)


def _plant(draft: Draft, taken: list[date]) -> Planted:
    """Add the records that change between drops; the story itself stays as it is."""
    begun = datetime(MONTH.year, MONTH.month, 4, 15, tzinfo=UTC)
    slow = [draft.lead(begun + hours(nth), (days(2), STATUS["mql"], "")) for nth in range(3)]
    twins = [draft.lead(begun + hours(5 + nth), (days(3), STATUS["mql"], "")) for nth in range(2)]
    moves = ((days(0), OPENED), (days(6), OFFER), (days(15), WON))
    deal = draft.deal(begun, *moves, Amount="48000", List_Amount__c="48000")
    draft.deal(begun + hours(1), *moves, Amount="30000", List_Amount__c="30000", CurrencyIsoCode="EUR")
    third = taken[min(REOPENED, len(taken) - 1)]
    reopened_at = datetime(third.year, third.month, third.day, 9, tzinfo=UTC) - days(2)
    due = END + timedelta(days=30)
    draft.state(deal, reopened_at, TALKS, "48000", "USD", due)
    history = pd.concat(draft.parts("LeadHistory"), ignore_index=True)
    is_late = history["LeadId"].isin(slow) & (history["Field"] == "Status")
    return Planted(tuple(history.loc[is_late, "Id"]), twins[0], twins[1], deal, reopened_at)


def _as_exported(tables: Tables, planted: Planted, nth: int) -> Tables:
    """Return the tables as the drop of that number has them, later rows still among them."""
    changes: list[tuple[bool, str, Callable[[pd.DataFrame], pd.DataFrame]]] = [
        (nth < LATE, "LeadHistory", lambda table: table[~table["Id"].isin(planted.late)]),
        (nth < LATE, "Lead", lambda table: _untouched(table, tables["LeadHistory"], planted)),
        (nth >= MERGED, "Lead", lambda table: _with(table, planted.absorbed, _merged(planted))),
        (nth >= REOPENED, "Opportunity", lambda table: _with(table, planted.deal, _REOPENED)),
        (nth < REOPENED, "OpportunityHistory", lambda table: _not_yet(table, planted)),
        (nth >= RATE, "fx_rate", _other_rate),
    ]
    found = dict(tables)
    for happens, name, change in changes:
        if happens:
            found[name] = change(found[name])
    return found


_REOPENED = {
    "StageName": TALKS,
    "IsClosed": "false",
    "IsWon": "false",
    "CloseDate": (END + timedelta(days=30)).isoformat(),
    "ForecastCategory": "Pipeline",
}


def _merged(planted: Planted) -> Mapping[str, str]:
    return {"IsDeleted": "true", "MasterRecordId": planted.survivor}


def _untouched(leads: pd.DataFrame, history: pd.DataFrame, planted: Planted) -> pd.DataFrame:
    """Return `leads` with those whose history is late as if nobody had handed them over."""
    slow = set(history.loc[history["Id"].isin(planted.late), "LeadId"])
    return leads.assign(Status=leads["Status"].where(~leads["Id"].isin(slow), STATUS["lead"]))


def _not_yet(states: pd.DataFrame, planted: Planted) -> pd.DataFrame:
    is_later = (states["OpportunityId"] == planted.deal) & (states["CreatedDate"] >= stamp(planted.reopened_at))
    return states[~is_later]


def _with(table: pd.DataFrame, record: str, cells: Mapping[str, str]) -> pd.DataFrame:
    """Return `table` with the cells of one record replaced."""
    changed = table.copy()
    for name, value in cells.items():
        changed.loc[changed["Id"] == record, name] = value
    return changed


def _other_rate(rates: pd.DataFrame) -> pd.DataFrame:
    of_month = rates["rate_date"] == MONTH.isoformat()
    return rates.assign(rate=rates["rate"].where(~of_month, "1.2500"))


def _known(table: pd.DataFrame, day: date) -> pd.DataFrame:
    """Return the rows that were there at 18:00 UTC on `day`."""
    return table[table["CreatedDate"] <= _taken(day)] if "CreatedDate" in table else table


def _taken(day: date) -> str:
    return f"{day.isoformat()}T18:00:00.000Z"


#: The cell of a lead that a field of its history is about.
_CELLS = {"Status": "Status", "Owner": "OwnerId", "Rejection_Reason__c": "Rejection_Reason__c"}


def _as_it_stood(leads: pd.DataFrame, history: pd.DataFrame, day: date) -> pd.DataFrame:
    """Return `leads` with what the first change after `day` found in their cells: the export of that day had no other.

    Otherwise a status of next week is read as the one that a lead without history was created with, and the drop
    after it corrects that. Conversions stay: contacts already carry what their leads did.
    """
    later = history[history["CreatedDate"] > _taken(day)].sort_values("CreatedDate", kind="stable")
    found = leads.copy()
    for field, cell in _CELLS.items():
        before = later[later["Field"] == field].drop_duplicates("LeadId").set_index("LeadId")["OldValue"]
        found[cell] = found["Id"].map(before).fillna(found[cell])
    return found


def _sheet(sheet: Sheet, tables: Tables) -> Sheet:
    return Sheet(sheet.name, (tables[sheet.name.removesuffix(".csv")],), sheet.bom)
