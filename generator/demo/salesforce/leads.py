"""Lead.csv and LeadHistory.csv."""

from __future__ import annotations

import numpy as np
import pandas as pd

from generator.demo.company import CHANNELS, PRODUCTS, REGIONS, SEGMENTS, Array
from generator.demo.handoffs import RECYCLED_REASONS
from generator.demo.people import AUTOMATION
from generator.demo.salesforce.ids import ids_or_empty, record_ids
from generator.demo.salesforce.links import Links
from generator.demo.salesforce.scores import score_changes
from generator.demo.salesforce.spelling import QUEUE, STATUS, days, flags, instants, joined
from generator.demo.story import Story

#: Statuses in the order in which equal instants are read.
_RANK = {stage: rank for rank, stage in enumerate(STATUS)}
_INTEREST = ("High", "Medium", "Low")
_TIMEFRAME = ("0-3 months", "3-6 months", "6-12 months")


def lead_tables(story: Story, links: Links) -> dict[str, pd.DataFrame]:
    """Return Lead and LeadHistory."""
    moves = _moves(story)
    owners = _assignments(story)
    history = _history(links, moves, owners)
    history = pd.concat([history, score_changes(story, links, moves)[history.columns]], ignore_index=True)
    return {"Lead": _leads(story, links, moves, owners), "LeadHistory": history}


def _moves(story: Story) -> pd.DataFrame:
    """Return every change of a lead's status up to the drop: lead, at, stage, reason, actor; in order."""
    table = story.handoffs
    out = np.where(table["reason"].isin(RECYCLED_REASONS), "recycled", "disqualified")
    parts = []
    for stage, column in (("mql", "given_at"), ("sal", "sal_at"), ("sql", "sql_at"), ("opportunity", "converted_at")):
        rows = table[column].notna() & ~((stage == "mql") & table["own"])
        parts.append(table.loc[rows, ["lead", "owner"]].assign(at=table.loc[rows, column], stage=stage, reason=""))
    gone = table["exit_at"].notna().to_numpy()
    parts.append(table.loc[gone, ["lead", "owner", "reason"]].assign(at=table.loc[gone, "exit_at"], stage=out[gone]))
    moves = pd.concat(parts, ignore_index=True)
    moves["actor"] = np.where(moves["stage"] == "mql", AUTOMATION, moves["owner"])
    moves["rank"] = moves["stage"].map(_RANK)
    moves = moves[moves["at"] <= story.plan.as_of].sort_values(["lead", "at", "rank"], kind="stable", ignore_index=True)
    before = moves.groupby("lead")["stage"].shift().fillna("lead")
    return moves.assign(before=before)


def _assignments(story: Story) -> pd.DataFrame:
    """Return every time a lead was given to a rep up to the drop: lead, at, owner."""
    table = story.handoffs.loc[~story.handoffs["own"], ["lead", "assigned_at", "owner"]]
    table = table.rename(columns={"assigned_at": "at"})
    return table[table["at"] <= story.plan.as_of].sort_values(["lead", "at"], kind="stable", ignore_index=True)


def _history(links: Links, moves: pd.DataFrame, owners: pd.DataFrame) -> pd.DataFrame:
    parts = [
        _rows(links, moves, "Status", moves["before"].map(STATUS), moves["stage"].map(STATUS), 0),
        _rows(links, moves[moves["reason"] != ""], "Rejection_Reason__c", "", moves["reason"], 1),
        _rows(links, moves[moves["stage"] == "opportunity"], "leadConverted", "", "", 2),
        _rows(links, owners.assign(actor=AUTOMATION), "Owner", QUEUE, pd.Series(links.staff[owners["owner"]]), 3),
    ]
    history = pd.concat(parts, ignore_index=True).sort_values(
        ["at", "LeadId", "order"], kind="stable", ignore_index=True
    )
    history.insert(0, "Id", record_ids("LeadHistory", np.arange(len(history))))
    history["CreatedDate"] = instants(history["at"])
    return history.drop(columns=["at", "order"])


def _rows(
    links: Links, table: pd.DataFrame, name: str, old: pd.Series | str, new: pd.Series | str, order: int
) -> pd.DataFrame:
    def cell(value: pd.Series | str) -> Array | str:
        return value if isinstance(value, str) else value.loc[table.index].to_numpy()

    columns = {"LeadId": links.lead[table["lead"]], "CreatedDate": "", "CreatedById": links.staff[table["actor"]]}
    columns |= {"Field": name, "DataType": "Text", "OldValue": cell(old), "NewValue": cell(new)}
    return pd.DataFrame(columns).assign(IsDeleted="false", at=table["at"].to_numpy(), order=order)


def _leads(story: Story, links: Links, moves: pd.DataFrame, owners: pd.DataFrame) -> pd.DataFrame:
    leads, count = story.leads, len(story.leads)
    rng = story.plan.stream("lead answers")
    buyer = story.buyers.iloc[:count]
    channel = leads["channel"].to_numpy()
    answered = leads["asked"].to_numpy()
    last = moves.drop_duplicates("lead", keep="last").set_index("lead")
    status = last["stage"].reindex(range(count)).fillna("lead").map(STATUS)
    touched = np.maximum(leads["created"].to_numpy(), last["at"].reindex(range(count)).fillna(leads["created"]))
    converted = links.converted
    conversion = np.full(count, np.datetime64("NaT", "s"))
    conversion[converted >= 0] = story.deals["created"].to_numpy()[converted[converted >= 0]]
    interest = np.digitize(-leads["intent"].to_numpy(), (-0.62, -0.4))
    campaigns = story.touches.members.drop_duplicates("lead").set_index("lead")["campaign"]
    number = np.where(converted >= 0, np.arange(count), -1)
    return pd.DataFrame(
        {
            "Id": links.lead,
            "IsDeleted": "false",
            "MasterRecordId": "",
            "LastName": buyer["last"],
            "FirstName": buyer["first"],
            "Name": joined(buyer["first"], " ", buyer["last"]),
            "Title": buyer["title"],
            "Company": buyer["company"],
            "Country": leads["country"],
            "Phone": buyer["phone"],
            "Email": buyer["email"],
            "Website": joined("https://", buyer["domain"]),
            "Description": buyer["note"],
            "LeadSource": np.array([item.source for item in CHANNELS])[channel],
            "Status": status,
            "Industry": leads["industry"],
            "NumberOfEmployees": leads["employees"].astype(str),
            "OwnerId": _owner_ids(story, links, owners),
            "IsConverted": flags(converted >= 0),
            "ConvertedDate": days(conversion),
            "ConvertedAccountId": ids_or_empty("Account", number),
            "ConvertedContactId": links.contact_of_lead,
            "ConvertedOpportunityId": np.where(converted >= 0, links.deal[converted], ""),
            "CreatedDate": instants(leads["created"]),
            "LastModifiedDate": instants(touched),
            "SystemModstamp": instants(touched + np.timedelta64(5, "s")),
            "Region__c": np.array(REGIONS)[leads["region"]],
            "Segment__c": np.array([item.id for item in SEGMENTS])[leads["segment"]],
            "Product__c": np.array(PRODUCTS)[leads["product"]],
            "Tier__c": leads["tier"],
            "Fit_Score__c": leads["score_fit"].astype(str),
            "Engagement_Score__c": leads["score_engagement"].astype(str),
            "ICP_Fit__c": flags(leads["fit"]),
            "Interest_Level__c": np.where(answered, np.array(_INTEREST)[interest], ""),
            "Timeframe__c": np.where(answered, np.array(_TIMEFRAME)[rng.integers(0, 3, count)], ""),
            "Decision_Maker_Access__c": np.where(answered, flags(leads["decides"]), ""),
            "Origin_Team__c": np.array([item.team for item in CHANNELS])[channel],
            "Account__c": "",
            "Campaign__c": ids_or_empty("Campaign", campaigns.reindex(range(count)).fillna(-1).astype("int64")),
            "Rejection_Reason__c": last["reason"].reindex(range(count)).fillna(""),
            "Is_Test__c": "false",
        }
    )


def _owner_ids(story: Story, links: Links, owners: pd.DataFrame) -> Array:
    """Return who owns each lead: the rep of the last assignment, the finder of an outbound lead, else the queue."""
    found = story.handoffs.loc[story.handoffs["own"], ["lead", "owner"]]
    latest = (
        pd.concat([found, owners[["lead", "owner"]]]).drop_duplicates("lead", keep="last").set_index("lead")["owner"]
    )
    number = latest.reindex(range(len(story.leads))).fillna(-1).astype("int64").to_numpy()
    return np.where(number >= 0, links.staff[number], QUEUE)
