"""Leads as they come in: when, through which channel, how well they fit, and which become MQLs."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd

from generator.demo.company import (
    CHANNEL_INDEX,
    COUNTRIES,
    DEFINITION_CHANGE,
    INDUSTRIES,
    PRODUCT_SHARE,
    REGION_SHARE,
    SEASON,
    SEGMENTS,
    WEEKDAY,
    YEARLY_GROWTH,
    Array,
    Plan,
    of_channel,
    of_segment,
    pick,
)

DAY = 86_400
#: Trade fairs: (month, day) of the first of two days on which most leads of the event channel are scanned.
_FAIRS = ((2, 18), (5, 20), (9, 16), (11, 4))


def make_leads(plan: Plan) -> pd.DataFrame:
    """Return the leads in order of creation, one a row.

    created, mql_at: datetime64[s] UTC (mql_at NaT where never); region, segment, channel, product: indices;
    fit: boolean; intent: 0-1; demo: asked for contact; score_fit, score_engagement: 0-100; tier: A, B or C;
    version: 1 or 2, the definition in force at mql_at.
    """
    rng = plan.stream("leads")
    count = plan.leads
    channel = pick(rng, of_channel("share"), count)
    region = pick(rng, REGION_SHARE, count)
    leads = pd.DataFrame({"created": _creation(plan, rng, channel, region), "channel": channel, "region": region})
    leads = leads.sort_values("created", kind="stable", ignore_index=True)
    leads["segment"] = pick(rng, of_segment("share"), count)
    leads["product"] = pick(rng, PRODUCT_SHARE, count)
    return _qualified(plan, rng, _described(rng, leads))


def _creation(plan: Plan, rng: np.random.Generator, channel: Array, region: Array) -> Array:
    days = [plan.start + timedelta(days=n) for n in range((plan.end - plan.start).days + 1)]
    weights = np.array(
        [
            SEASON[day.month - 1] * WEEKDAY[day.weekday()] * (1 + YEARLY_GROWTH * (day - plan.start).days / 365)
            for day in days
        ]
    )
    day = pick(rng, weights, len(channel))
    fairs = [
        n for n, when in enumerate(days) if any((when - timedelta(days=k)).timetuple()[1:3] in _FAIRS for k in (0, 1))
    ]
    if fairs:
        at_fair = (channel == CHANNEL_INDEX["event"]) & (rng.random(len(channel)) < 0.8)
        day = np.where(at_fair, np.array(fairs)[pick(rng, weights[fairs], len(channel))], day)
    # People browse from morning to late evening of their own day; the Americas lie about six hours behind.
    hour = np.clip(rng.normal(13.5, 3.6, len(channel)), 0.2, 23.5) + np.where(region == 0, 5, -1)
    second = (np.clip(hour, 0, 23.9) * 3600).astype("int64") + rng.integers(0, 240, len(channel))
    created = np.datetime64(plan.start, "s") + (day * DAY + second).astype("timedelta64[s]")
    late = created > plan.as_of
    return np.asarray(created - np.where(late, DAY, 0).astype("timedelta64[s]"))


def _described(rng: np.random.Generator, leads: pd.DataFrame) -> pd.DataFrame:
    count, channel = len(leads), leads["channel"].to_numpy()
    fit = rng.random(count) < of_channel("fit")[channel]
    intent = np.clip(rng.normal(of_channel("intent")[channel], 0.2), 0.02, 0.98)
    demo = (rng.random(count) < 0.06 + 0.42 * intent) & ~np.isin(channel, [CHANNEL_INDEX["outbound"]])
    score_fit = np.where(fit, rng.integers(50, 99, count), rng.integers(8, 49, count))
    low, high = np.array([segment.employees for segment in SEGMENTS])[leads["segment"]].T
    country = np.array(COUNTRIES)[leads["region"], rng.integers(0, 5, count)]
    return leads.assign(
        fit=fit,
        intent=intent,
        demo=demo,
        score_fit=score_fit,
        score_engagement=np.clip(100 * intent + rng.normal(0, 12, count), 1, 99).astype("int64"),
        tier=np.where(demo & fit, "A", np.where(score_fit >= 70, "B", "C")),
        employees=rng.integers(low, high),
        industry=np.array(INDUSTRIES)[rng.integers(0, len(INDUSTRIES), count)],
        country=country,
        asked=rng.random(count) < 0.955,  # whether the form's qualifying questions were answered
        decides=rng.random(count) < np.where(fit, 0.94, 0.55),  # whether the decision maker is within reach
    )


def _qualified(plan: Plan, rng: np.random.Generator, leads: pd.DataFrame) -> pd.DataFrame:
    """Add mql_at and version: before the change a webinar is enough, afterwards a lead must fit and ask."""
    count, channel = len(leads), leads["channel"].to_numpy()
    quick = leads["demo"].to_numpy()
    wait = np.where(quick, rng.lognormal(6.2, 1.0, count), rng.lognormal(11.2, 1.3, count))
    at = leads["created"].to_numpy() + np.minimum(wait, 26 * DAY).astype("timedelta64[s]")
    new = at >= np.datetime64(DEFINITION_CHANGE, "s")
    fit = leads["fit"].to_numpy()
    before = of_channel("mql_before")[channel] * np.where(fit, 1.12, 0.85)
    after = of_channel("mql_after")[channel] * fit
    chance = np.where(new, after, before) * (0.75 + 0.5 * leads["intent"].to_numpy())
    qualifies = (rng.random(count) < chance) & (at <= plan.as_of)
    return leads.assign(mql_at=np.where(qualifies, at, np.datetime64("NaT", "s")), version=np.where(new, 2, 1))
