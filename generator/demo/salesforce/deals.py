"""Opportunity.csv, OpportunityHistory.csv, Account.csv and Contact.csv."""

from __future__ import annotations

import numpy as np
import pandas as pd

from generator.demo.company import CHANNELS, PRODUCTS, REGIONS, SEGMENTS
from generator.demo.deals import LOST, NEW, WON
from generator.demo.salesforce.ids import ids_or_empty, record_ids
from generator.demo.salesforce.links import Links
from generator.demo.salesforce.spelling import (
    DEAL_STAGES,
    DEAL_TYPES,
    FORECAST,
    PROBABILITY,
    days,
    flags,
    instants,
    joined,
)
from generator.demo.story import Story


def deal_tables(story: Story, links: Links) -> dict[str, pd.DataFrame]:
    """Return Opportunity, OpportunityHistory, Account and Contact."""
    last = story.changes.drop_duplicates("deal", keep="last").set_index("deal").sort_index()
    accounts = _accounts(story)
    return {
        "Opportunity": _opportunities(story, links, last),
        "OpportunityHistory": _history(story, links),
        "Account": _account_table(story, links, accounts),
        "Contact": _contact_table(story, links, accounts),
    }


def _opportunities(story: Story, links: Links, last: pd.DataFrame) -> pd.DataFrame:
    deals, count = story.deals, len(story.deals)
    stage, lead, channel = last["stage"].to_numpy(), deals["lead"].to_numpy(), deals["channel"].to_numpy()
    team = np.array([item.team for item in CHANNELS])[channel]
    source = np.array([item.source for item in CHANNELS])[channel]
    kind = np.array(DEAL_TYPES)[deals["kind"]]
    company = story.buyers["company"].to_numpy()[deals["account"]]
    amount = last["amount"].to_numpy()
    list_amount = np.where(stage >= WON, deals["list_amount"], np.maximum(amount, deals["list_amount"]))
    return pd.DataFrame(
        {
            "Id": links.deal,
            "IsDeleted": "false",
            "AccountId": record_ids("Account", deals["account"].to_numpy()),
            "Name": joined(company, " - ", kind),
            "Description": story.buyers["note"].to_numpy()[deals["account"]],
            "StageName": np.array(DEAL_STAGES)[stage],
            "Amount": amount.astype(str),
            "CurrencyIsoCode": np.where(deals["euro"], "EUR", "USD"),
            "Probability": np.array(PROBABILITY)[stage].astype(str),
            "CloseDate": days(last["due"]),
            "Type": kind,
            "NextStep": np.where(stage >= WON, "", "Call the buyer"),
            "LeadSource": np.where(lead >= 0, source, ""),
            "IsClosed": flags(stage >= WON),
            "IsWon": flags(stage == WON),
            "ForecastCategory": np.array(FORECAST)[stage],
            "OwnerId": links.staff[deals["owner"]],
            "ContactId": record_ids("Contact", deals["account"].to_numpy()),
            "CreatedDate": instants(deals["created"]),
            "LastModifiedDate": instants(last["at"]),
            "SystemModstamp": instants(last["at"].to_numpy() + np.timedelta64(5, "s")),
            "Region__c": np.array(REGIONS)[deals["region"]],
            "Segment__c": np.array([item.id for item in SEGMENTS])[deals["segment"]],
            "Product__c": np.array(PRODUCTS)[deals["product"]],
            "Source_Team__c": np.where(deals["kind"] == NEW, team, "customer_success"),
            "List_Amount__c": list_amount.astype(str),
            "Contract_Months__c": np.full(count, "12"),
            "Loss_Reason__c": np.where(stage == LOST, deals["loss"], ""),
            "Is_Test__c": "false",
        }
    )


def _history(story: Story, links: Links) -> pd.DataFrame:
    changes = story.changes.sort_values(["at", "deal", "stage"], kind="stable", ignore_index=True)
    stage, deal = changes["stage"].to_numpy(), changes["deal"].to_numpy()
    return pd.DataFrame(
        {
            "Id": record_ids("OpportunityHistory", np.arange(len(changes))),
            "OpportunityId": links.deal[deal],
            "CreatedById": links.staff[story.deals["owner"].to_numpy()[deal]],
            "CreatedDate": instants(changes["at"]),
            "StageName": np.array(DEAL_STAGES)[stage],
            "Amount": changes["amount"].astype(str),
            "CurrencyIsoCode": np.where(story.deals["euro"].to_numpy()[deal], "EUR", "USD"),
            "CloseDate": days(changes["due"]),
            "Probability": np.array(PROBABILITY)[stage].astype(str),
            "ForecastCategory": np.array(FORECAST)[stage],
            "SystemModstamp": instants(changes["at"]),
            "IsDeleted": "false",
        }
    )


def _accounts(story: Story) -> pd.DataFrame:
    """Return the accounts that exist: converted leads and customers of old; account, region, segment, made."""
    base = story.customers.accounts[story.customers.accounts["is_base"]]
    old = base[["account", "region", "segment"]].assign(made=base["start"].to_numpy().astype("datetime64[s]"))
    first = story.deals[story.deals["kind"] == NEW]
    new = first[["account", "region", "segment"]].assign(made=first["created"].to_numpy())
    return pd.concat([new, old], ignore_index=True).sort_values("account", ignore_index=True)


def _account_table(story: Story, links: Links, accounts: pd.DataFrame) -> pd.DataFrame:
    buyer = story.buyers.iloc[accounts["account"]]
    return pd.DataFrame(
        {
            "Id": record_ids("Account", accounts["account"].to_numpy()),
            "IsDeleted": "false",
            "Name": buyer["company"].to_numpy(),
            "Phone": buyer["phone"].to_numpy(),
            "Website": joined("https://", buyer["domain"].to_numpy()),
            "CreatedDate": instants(accounts["made"]),
            "Region__c": np.array(REGIONS)[accounts["region"]],
            "Segment__c": np.array([item.id for item in SEGMENTS])[accounts["segment"]],
        }
    )


def _contact_table(story: Story, links: Links, accounts: pd.DataFrame) -> pd.DataFrame:
    buyer = story.buyers.iloc[accounts["account"]]
    return pd.DataFrame(
        {
            "Id": ids_or_empty("Contact", accounts["account"]),
            "IsDeleted": "false",
            "AccountId": record_ids("Account", accounts["account"].to_numpy()),
            "LastName": buyer["last"].to_numpy(),
            "FirstName": buyer["first"].to_numpy(),
            "Title": buyer["title"].to_numpy(),
            "Email": buyer["email"].to_numpy(),
            "Phone": buyer["phone"].to_numpy(),
            "Description": buyer["note"].to_numpy(),
            "CreatedDate": instants(accounts["made"]),
        }
    )
