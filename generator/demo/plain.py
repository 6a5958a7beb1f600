"""The tables that no CRM holds, in the plain canonical shape: spend, subscriptions, ledger, targets and the rest."""

from __future__ import annotations

import numpy as np
import pandas as pd

from generator.demo.company import PRODUCTS, REGIONS, SEGMENTS, Array
from generator.demo.money import money_text
from generator.demo.salesforce.ids import record_ids
from generator.demo.salesforce.spelling import days
from generator.demo.story import Story


def plain_tables(story: Story) -> dict[str, pd.DataFrame]:
    """Return each plain table by its canonical name; all cells text, empty ones empty texts."""
    return {
        "forecast_snapshot": _forecasts(story),
        "fx_rate": story.rates.assign(rate_date=days(story.rates["rate_date"])),
        "revenue": _revenue(story),
        "review_log": _reviews(story),
        "sla_pause": pd.DataFrame(columns=["pause_id", "lead_id", "commitment_id", "start_at", "end_at", "reason"]),
        "spend": _spend(story),
        "subscription": _subscriptions(story),
        "target": _targets(story),
        "vendor_invoice": _invoices(story),
    }


def _numbered(letter: str, count: int) -> Array:
    return np.array([f"{letter}{number:06}" for number in range(1, count + 1)], dtype="U7")


def _spend(story: Story) -> pd.DataFrame:
    table = story.spend.sort_values(
        ["period_start", "team", "category", "purpose", "channel", "region"], kind="stable", ignore_index=True
    )
    names = ["team", "category", "purpose", "channel", "region", "currency"]
    out = table[names].assign(
        spend_id=_numbered("S", len(table)),
        period_start=table["period_start"].astype(str),
        period_end=table["period_end"].astype(str),
        campaign_id="",
        segment="",
        amount=money_text(table["amount"]),
    )
    order = "spend_id period_start period_end team category purpose channel campaign_id region segment amount currency"
    return out[order.split()]


def _invoices(story: Story) -> pd.DataFrame:
    """Return what vendors billed for closed months: what was spent on them, but for the last month's events."""
    spent = story.spend[~story.spend["category"].isin(["people", "commission"])]
    spent = spent[spent["period_end"] <= story.plan.end]
    of_one = ["period_start", "period_end", "team", "category", "channel", "currency"]
    # To the cent, as the rows of spend are printed.
    printed = spent.assign(amount=np.array(money_text(spent["amount"]), dtype=float))
    table = printed.groupby(of_one, as_index=False, sort=True)["amount"].sum()
    # Whoever runs events sends the bill late.
    table = table[(table["channel"] != "event") | (table["period_start"] != table["period_start"].max())]
    return pd.DataFrame(
        {
            "invoice_id": _numbered("V", len(table)),
            "period_start": table["period_start"].astype(str),
            "period_end": table["period_end"].astype(str),
            "team": table["team"],
            "category": table["category"],
            "channel": table["channel"],
            "amount": money_text(table["amount"]),
            "currency": table["currency"],
        }
    ).reset_index(drop=True)


def _subscriptions(story: Story) -> pd.DataFrame:
    table = story.customers.subscriptions
    account = story.customers.accounts.iloc[table["customer"]]
    return pd.DataFrame(
        {
            "subscription_id": np.char.add("SUB", np.char.zfill((table["customer"] + 1).to_numpy().astype("U7"), 6)),
            "account_id": record_ids("Account", account["account"].to_numpy()),
            "product": np.array(PRODUCTS)[account["product"]],
            "segment": np.array([item.id for item in SEGMENTS])[account["segment"]],
            "region": np.array(REGIONS)[account["region"]],
            "start_date": days(table["start"]),
            "end_date": days(table["end"]),
            "mrr": money_text(table["mrr"]),
            "currency": np.where(account["euro"], "EUR", "USD"),
            "end_reason": table["reason"].to_numpy(),
        }
    )


def _revenue(story: Story) -> pd.DataFrame:
    table = story.ledger
    return pd.DataFrame(
        {
            "account_id": "*",
            "segment": table["segment"],
            "month": table["month"].astype(str),
            "kind": table["kind"],
            "amount": money_text(table["amount"]),
            "cogs": money_text(table["cogs"]),
            "currency": "USD",
        }
    )


def _targets(story: Story) -> pd.DataFrame:
    table = story.targets
    years = pd.to_datetime(table["period_start"]).dt.year.astype(str)
    return pd.DataFrame(
        {
            "target_id": _numbered("T", len(table)),
            "metric_id": table["metric_id"],
            "period_start": table["period_start"].astype(str),
            "period_end": table["period_end"].astype(str),
            "team": table["team"],
            "region": table["region"],
            "segment": "",
            "owner_id": "",
            "value": table["value"],
            "currency": table["currency"],
            "version": "plan " + years,
            "agreed_on": table["agreed_on"].astype(str),
        }
    )


def _forecasts(story: Story) -> pd.DataFrame:
    table = story.forecasts
    return pd.DataFrame(
        {
            "snapshot_at": table["at"].astype(str) + "T06:00:00Z",
            "period_start": table["period_start"].astype(str),
            "period_end": table["period_end"].astype(str),
            "team": "sales",
            "category": table["category"],
            "amount": money_text(table["amount"]),
            "currency": "USD",
        }
    )


def _reviews(story: Story) -> pd.DataFrame:
    table = story.reviews.astype(str)
    table.insert(0, "review_id", _numbered("R", len(table)))
    return table
