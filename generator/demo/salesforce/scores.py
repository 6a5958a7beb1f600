"""The score that a lead had when it was handed over, as the history of the lead tells it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from generator.demo.people import AUTOMATION
from generator.demo.salesforce.ids import record_ids
from generator.demo.salesforce.links import Links
from generator.demo.salesforce.spelling import instants
from generator.demo.story import Story

_FIRST_NUMBER = 5_000_000  # above the numbers of the other changes
_MISSING = 0.04  # hand-overs whose score nobody kept


def score_changes(story: Story, links: Links, moves: pd.DataFrame) -> pd.DataFrame:
    """Return rows of LeadHistory: the score that was written at the moment of each hand-over.

    It goes by how well the company fits and how keen the buyer is, and is off by some; a few are missing.
    """
    rng = story.plan.stream("scores at hand-over")
    handed = moves[moves["stage"] == "mql"]
    lead = story.leads.loc[handed["lead"]]
    true = 0.45 * lead["score_fit"].to_numpy() + 0.55 * 100 * lead["intent"].to_numpy()
    score = np.clip(true + rng.normal(0, 9, len(handed)), 1, 99).round().astype("int64")
    kept = rng.random(len(handed)) >= _MISSING
    rows = pd.DataFrame(
        {
            "Id": record_ids("LeadHistory", _FIRST_NUMBER + np.arange(len(handed))),
            "LeadId": links.lead[handed["lead"]],
            "CreatedDate": instants(handed["at"]),
            "CreatedById": links.staff[np.full(len(handed), AUTOMATION)],
            "Field": "Lead_Score__c",
            "DataType": "Double",
            "OldValue": "",
            "NewValue": score.astype(str),
            "IsDeleted": "false",
        }
    )
    return rows[kept].reset_index(drop=True)
