"""How this company's Salesforce spells stages, statuses and moments."""

from __future__ import annotations

import numpy as np
import pandas as pd

from generator.demo.company import Array

STATUS = {
    "lead": "Open - Not Contacted",
    "mql": "Marketing Qualified",
    "sal": "Working - Contacted",
    "sql": "Sales Qualified",
    "opportunity": "Closed - Converted",
    "recycled": "Nurture",
    "disqualified": "Disqualified",
}
#: By the numbers in `demo.deals`.
DEAL_STAGES = (
    "Prospecting",
    "Qualification",
    "Proposal/Price Quote",
    "Negotiation/Review",
    "Closed Won",
    "Closed Lost",
)
PROBABILITY = (10, 25, 50, 75, 100, 0)
FORECAST = ("Pipeline", "Pipeline", "BestCase", "Forecast", "Closed", "Omitted")
DEAL_TYPES = ("New Business", "Existing Business", "Renewal")
#: By the numbers in `demo.activities`.
OUTCOMES = ("Connected", "Replied", "No Answer", "Left Voicemail", "Held", "No Show", "")
QUEUE = "00GHs00000MKTGQMA5"  # new leads wait here for their owner


def instants(at: Array | pd.Series) -> Array:
    """Return moments (datetime64, UTC) as Salesforce prints them; empty text for none."""
    moments = np.asarray(at, dtype="datetime64[ms]")
    text = np.char.add(np.datetime_as_string(moments, unit="ms"), "Z")
    return np.where(np.isnat(moments), "", text)


def days(at: Array | pd.Series) -> Array:
    """Return the dates (UTC) of moments as `YYYY-MM-DD`; empty text for none."""
    moments = np.asarray(at, dtype="datetime64[D]")
    return np.where(np.isnat(moments), "", np.datetime_as_string(moments, unit="D"))


def flags(values: Array | pd.Series) -> Array:
    """Return booleans as `true` and `false`."""
    return np.where(np.asarray(values, dtype=bool), "true", "false")


def joined(*parts: Array | pd.Series | str) -> Array:
    """Return texts put together row by row."""
    out: Array = np.asarray(parts[0], dtype=str)
    for part in parts[1:]:
        out = np.char.add(out, np.asarray(part, dtype=str))
    return out
