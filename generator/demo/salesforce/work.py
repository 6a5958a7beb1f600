"""Task.csv, Event.csv, Campaign.csv and CampaignMember.csv."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from generator.demo.activities import CALL, MEETING
from generator.demo.company import CHANNELS, Array
from generator.demo.salesforce.ids import record_ids
from generator.demo.salesforce.links import Links
from generator.demo.salesforce.spelling import OUTCOMES, days, flags, instants, joined
from generator.demo.story import Story
from generator.demo.touches import TYPES

_SLICE = 100_000
_SUBJECTS = ("Call", "Email: following up", "Meeting")
_MEMBER_STATUS = {"webinar_attended": "Attended", "event_visit": "Visited", "demo_request": "Requested"}


def work_tables(story: Story, links: Links) -> dict[str, pd.DataFrame]:
    """Return Task, Event, Campaign and CampaignMember."""
    activities = story.activities
    meets = (activities["kind"] == MEETING).to_numpy()
    return {
        "Task": _sliced(activities[~meets], lambda part: _tasks(story, links, part)),
        "Event": _sliced(activities[meets], lambda part: _events(story, links, part)),
        "Campaign": _campaigns(story),
        "CampaignMember": _sliced(story.touches.members, lambda part: _members(story, links, part)),
    }


def _sliced(table: pd.DataFrame, build: Callable[[pd.DataFrame], pd.DataFrame]) -> pd.DataFrame:
    """Return what `build` makes of `table`, slice by slice: fixed-width text is bulky while it is being made."""
    table = table.reset_index(drop=True)
    starts = range(0, max(len(table), 1), _SLICE)
    return pd.concat([build(table.iloc[start : start + _SLICE]) for start in starts], ignore_index=True)


def _who(story: Story, links: Links, table: pd.DataFrame) -> Array:
    """Return the person spoken to: the lead or its contact; on a customer's deal, the contact of the account."""
    deal = table["deal"].to_numpy()
    account = links.account_of_deal[deal]
    return np.where(deal >= 0, record_ids("Contact", account), links.who(table["lead"].to_numpy()))


def _tasks(story: Story, links: Links, table: pd.DataFrame) -> pd.DataFrame:
    kind, deal = table["kind"].to_numpy(), table["deal"].to_numpy()
    at = table["at"].to_numpy()
    outcome = np.array(OUTCOMES)[table["outcome"]]
    automated = table["automated"].to_numpy()
    buyer = story.buyers["first"].to_numpy()[np.maximum(table["lead"].to_numpy(), 0)]
    return pd.DataFrame(
        {
            "Id": record_ids("Task", table.index.to_numpy()),
            "WhoId": _who(story, links, table),
            "WhatId": np.where(deal >= 0, links.deal[deal], ""),
            "Subject": np.where(automated, "Thank you for your interest", np.array(_SUBJECTS)[kind]),
            "Description": joined("Talked with ", buyer, " about next steps"),
            "ActivityDate": days(at),
            "Status": "Completed",
            "IsClosed": "true",
            "OwnerId": links.staff[table["owner"]],
            "TaskSubtype": np.where(kind == CALL, "Call", "Email"),
            "Type": np.where(kind == CALL, "Call", "Email"),
            "CallType": np.where(kind == CALL, "Outbound", ""),
            "CallDisposition": np.where(kind == CALL, outcome, ""),
            "Outcome__c": outcome,
            "Is_Automated__c": flags(automated),
            "CreatedDate": instants(at),
            "CompletedDateTime": instants(at),
            "SystemModstamp": instants(at),
            "IsDeleted": "false",
        }
    )


def _events(story: Story, links: Links, table: pd.DataFrame) -> pd.DataFrame:
    deal, at = table["deal"].to_numpy(), table["at"].to_numpy()
    return pd.DataFrame(
        {
            "Id": record_ids("Event", table.index.to_numpy()),
            "WhoId": _who(story, links, table),
            "WhatId": np.where(deal >= 0, links.deal[deal], ""),
            "Subject": "Meeting",
            "Location": "Online",
            "Description": "Agenda and notes",
            "StartDateTime": instants(at),
            "EndDateTime": instants(at + np.timedelta64(1800, "s")),
            "DurationInMinutes": "30",
            "OwnerId": links.staff[table["owner"]],
            "Outcome__c": np.array(OUTCOMES)[table["outcome"]],
            "IsChild": "false",
            "CreatedDate": instants(at - np.timedelta64(86_400, "s")),
            "SystemModstamp": instants(at),
            "IsDeleted": "false",
        }
    )


def _campaigns(story: Story) -> pd.DataFrame:
    table = story.touches.campaigns
    return pd.DataFrame(
        {
            "Id": record_ids("Campaign", np.arange(len(table))),
            "IsDeleted": "false",
            "Name": table["name"],
            "Type": np.array([item.campaign_type for item in CHANNELS])[table["channel"]],
            "Status": np.where(table["end"] < story.plan.end, "Completed", "In Progress"),
            "StartDate": table["start"].astype(str),
            "EndDate": table["end"].astype(str),
            "Description": "Planned with the field team",
        }
    )


def _members(story: Story, links: Links, table: pd.DataFrame) -> pd.DataFrame:
    lead, at = table["lead"].to_numpy(), table["at"].to_numpy()
    answered = table["answered"].to_numpy()
    kind = np.array(TYPES)[table["type"]]
    status = np.array([_MEMBER_STATUS.get(name, "Responded") for name in TYPES])[table["type"]]
    buyer, contact = story.buyers, links.contact_of_lead[lead]
    stamp = instants(at)
    return pd.DataFrame(
        {
            "Id": record_ids("CampaignMember", table.index.to_numpy()),
            "CampaignId": record_ids("Campaign", table["campaign"].to_numpy()),
            "LeadId": np.where(contact == "", links.lead[lead], ""),
            "ContactId": contact,
            "Status": np.where(answered, status, "Sent"),
            "HasResponded": flags(answered),
            "FirstRespondedDate": np.where(answered, days(at), ""),
            "FirstName": buyer["first"].to_numpy()[lead],
            "LastName": buyer["last"].to_numpy()[lead],
            "Email": buyer["email"].to_numpy()[lead],
            "Responded_At__c": np.where(answered, stamp, ""),
            "Touch_Type__c": np.where(answered, kind, ""),
            "CreatedDate": stamp,
            "SystemModstamp": stamp,
            "IsDeleted": "false",
        }
    )
