"""Campaigns, and the responses of buyers to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from generator.demo.company import CHANNEL_INDEX, CHANNELS, DEFINITION_CHANGE, Array, Plan, next_month, pick

MINUTE, HOUR, DAY = 60, 3600, 86_400
TYPES = (
    "ad_click",
    "site_visit",
    "content_download",
    "webinar_attended",
    "event_visit",
    "email_click",
    "referral",
    "demo_request",
    "pricing_page",
)
#: What a response on each channel usually is.
_USUAL = {
    "paid_search": "ad_click",
    "paid_social": "ad_click",
    "organic_search": "content_download",
    "webinar": "webinar_attended",
    "event": "event_visit",
    "email": "email_click",
    "referral": "referral",
    "partner": "referral",
    "outbound": "email_click",
}
_THEMES = {
    "paid_search": ("Brand keywords", "Category keywords", "Competitor keywords"),
    "paid_social": ("Operations leaders", "Lookalike audience", "Retargeting"),
    "organic_search": ("Website", "Benchmark report", "Buyer's guide"),
    "webinar": ("Forecasting basics", "Customer stories", "Live demo"),
    "event": ("Spring fair", "Field breakfast", "Autumn fair"),
    "email": ("Newsletter", "Nurture track", "Product news"),
    "referral": ("Customer referral",),
    "partner": ("Reseller programme", "Joint webinar"),
    "outbound": ("Named accounts",),
}
#: Later responses come through other doors than the first: mostly mail, webinars and the site.
_LATER_SHARE = (0.07, 0.09, 0.17, 0.13, 0.05, 0.42, 0.02, 0.04, 0.01)


@dataclass(frozen=True)
class Touches:
    """Campaigns and the responses to them."""

    campaigns: pd.DataFrame  # channel, name, start, end (dates)
    members: pd.DataFrame  # lead, campaign, at, type (index into TYPES), channel, answered; in order of time


def make_touches(plan: Plan, leads: pd.DataFrame, handoffs: pd.DataFrame, deals: pd.DataFrame) -> Touches:
    """Return about ten responses a lead: the first makes the lead, one qualifies it, the rest come later."""
    rng = plan.stream("touches")
    campaigns, lookup = _campaigns(plan)
    first = _first(rng, leads)
    drawn = pd.concat([first, _later(plan, rng, leads, deals)], ignore_index=True)
    drawn["campaign"] = _campaign_of(plan, rng, lookup, drawn)
    # A person is a member of a campaign once.
    drawn = drawn.sort_values(["at", "lead", "channel"], kind="stable").drop_duplicates(["lead", "campaign"])
    fixed = pd.concat([_qualifying(rng, leads), _nurture(rng, handoffs)], ignore_index=True)
    fixed["campaign"] = _campaign_of(plan, rng, lookup, fixed)
    members = pd.concat([drawn, fixed], ignore_index=True)
    members = members[members["at"] <= plan.as_of]
    unread = (members["type"] == TYPES.index("email_click")) & (rng.random(len(members)) < 0.12)
    members["answered"] = ~unread
    members = members.sort_values(["at", "lead", "channel", "type"], kind="stable", ignore_index=True)
    return Touches(campaigns, members)


def _campaigns(plan: Plan) -> tuple[pd.DataFrame, Array]:
    """Return the campaigns, and their numbers by [quarter since the start, channel, theme]."""
    quarters = sorted({(day.year, (day.month + 2) // 3) for day in plan.first_days()})
    rows: list[tuple[int, str, date, date]] = []
    lookup = np.zeros((len(quarters), len(CHANNELS), 3), dtype="int64")
    for nth, (year, quarter) in enumerate(quarters):
        begin = date(year, 3 * quarter - 2, 1)
        end = next_month(begin + timedelta(days=65)) - timedelta(days=1)
        for index, channel in enumerate(CHANNELS):
            themes = _THEMES[channel.id]
            for theme in range(3):
                lookup[nth, index, theme] = len(rows) + theme % len(themes)
            name = channel.id.replace("_", " ").capitalize()
            rows += [(index, f"{name}: {theme} {year} Q{quarter}", begin, end) for theme in themes]
    return pd.DataFrame(rows, columns=["channel", "name", "start", "end"]), lookup


def _campaign_of(plan: Plan, rng: np.random.Generator, lookup: Array, table: pd.DataFrame) -> Array:
    first = (plan.start.year * 12 + plan.start.month - 1) // 3
    months = table["at"].to_numpy().astype("datetime64[M]").astype("int64") + 1970 * 12
    quarter = np.clip(months // 3 - first, 0, len(lookup) - 1)
    return np.asarray(lookup[quarter, table["channel"].to_numpy(), rng.integers(0, 3, len(table))])


def _usual_type(channel: Array) -> Array:
    return np.array([TYPES.index(_USUAL[item.id]) for item in CHANNELS])[channel]


def _first(rng: np.random.Generator, leads: pd.DataFrame) -> pd.DataFrame:
    """The response that made each lead, seconds before the record."""
    before = rng.integers(1, 90, len(leads)).astype("timedelta64[s]")
    channel = leads["channel"].to_numpy()
    columns = {"lead": np.arange(len(leads)), "at": leads["created"] - before, "channel": channel}
    return pd.DataFrame(columns).assign(type=_usual_type(channel))


def _later(plan: Plan, rng: np.random.Generator, leads: pd.DataFrame, deals: pd.DataFrame) -> pd.DataFrame:
    """Responses over the following months; leads that become deals respond more, and while the deal is open."""
    has_deal = np.zeros(len(leads), dtype=bool)
    has_deal[deals.loc[deals["lead"] >= 0, "lead"]] = True
    times = rng.negative_binomial(3, 3 / (3 + 11.0 + 9.0 * has_deal), len(leads))
    lead = np.repeat(np.arange(len(leads)), times)
    wait = (rng.exponential(np.where(has_deal, 50, 85)[lead]) * DAY).astype("int64") + HOUR
    channel = pick(rng, _LATER_SHARE, len(lead))
    kind = _usual_type(channel)
    kind = np.where(
        (channel == CHANNEL_INDEX["organic_search"]) & (rng.random(len(lead)) < 0.5), TYPES.index("site_visit"), kind
    )
    at = leads["created"].to_numpy()[lead] + wait.astype("timedelta64[s]")
    return pd.DataFrame({"lead": lead, "at": at, "channel": channel, "type": kind})


def _qualifying(rng: np.random.Generator, leads: pd.DataFrame) -> pd.DataFrame:
    """The response on which a lead was called qualified under the definition then in force."""
    mql = leads[leads["mql_at"].notna()]
    new = mql["mql_at"].to_numpy() >= np.datetime64(DEFINITION_CHANGE, "s")
    before = rng.integers(40, 300, len(mql)).astype("timedelta64[s]")
    demo = mql["demo"].to_numpy()
    webinar = mql["channel"].to_numpy() == CHANNEL_INDEX["webinar"]
    at = mql["mql_at"].to_numpy() - before
    organic = CHANNEL_INDEX["organic_search"]

    def rows(which: Array, kind: str, earlier: int = 0) -> pd.DataFrame:
        moment = at[which] - np.timedelta64(earlier, "s")
        channel = CHANNEL_INDEX["webinar"] if kind == "webinar_attended" else organic
        table = pd.DataFrame({"lead": mql.index.to_numpy()[which], "at": moment, "channel": channel})
        return table.assign(type=TYPES.index(kind))

    visits = [rows(~demo & new, "pricing_page", earlier) for earlier in (0, 2 * HOUR, 26 * HOUR)]
    attended = rows(~demo & ~new & ~webinar & (rng.random(len(mql)) < 0.8), "webinar_attended")
    return pd.concat([rows(demo, "demo_request"), attended, *visits], ignore_index=True)


def _nurture(rng: np.random.Generator, handoffs: pd.DataFrame) -> pd.DataFrame:
    """Mails that marketing sends to leads that came back from sales, nearly always within the week."""
    gone = handoffs[handoffs["exit_at"].notna() & handoffs["reason"].isin(("no_timing", "no_budget", "no_intent"))]
    gone = gone[rng.random(len(gone)) < 0.93]
    wait = np.minimum(rng.exponential(2.2 * DAY, len(gone)), 16 * DAY).astype("int64") + HOUR
    at = gone["exit_at"].to_numpy() + wait.astype("timedelta64[s]")
    return pd.DataFrame(
        {
            "lead": gone["lead"].to_numpy(),
            "at": at,
            "channel": CHANNEL_INDEX["email"],
            "type": TYPES.index("email_click"),
        }
    )
