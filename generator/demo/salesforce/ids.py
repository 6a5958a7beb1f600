"""Record ids as Salesforce prints them: three letters of prefix, fifteen characters, three of checksum."""

from __future__ import annotations

import numpy as np
import pandas as pd

from generator.demo.company import Array

_BASE62 = np.frombuffer(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", dtype="uint8")
_BASE32 = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345", dtype="uint8")
_POD = b"Hs00"  # which server made the record; the same for the whole company

PREFIX = {
    "Lead": "00Q",
    "Contact": "003",
    "Account": "001",
    "Opportunity": "006",
    "OpportunityHistory": "008",
    "LeadHistory": "017",
    "Campaign": "701",
    "CampaignMember": "00v",
    "Task": "00T",
    "Event": "00U",
    "User": "005",
}


def record_ids(kind: str, numbers: Array) -> Array:
    """Return the 18-character ids of the records of `kind` numbered `numbers` (whole, not negative)."""
    numbers = np.asarray(numbers, dtype="int64")
    letters = np.empty((len(numbers), 18), dtype="uint8")
    letters[:, :7] = np.frombuffer(PREFIX[kind].encode() + _POD, dtype="uint8")
    # Whole tables start away from zero and step by 37, so that ids use upper and lower case early on.
    rest = 1_000_003 + numbers * 37
    for place in range(14, 6, -1):
        letters[:, place] = _BASE62[rest % 62]
        rest = rest // 62
    upper = (letters[:, :15] >= ord("A")) & (letters[:, :15] <= ord("Z"))
    letters[:, 15:] = _BASE32[upper.reshape(-1, 3, 5) @ np.array([1, 2, 4, 8, 16])]
    return letters.reshape(-1).view("S18").astype("U18")


def record_id(kind: str, number: int) -> str:
    """Return the id of one record."""
    return str(record_ids(kind, np.array([number]))[0])


def ids_or_empty(kind: str, numbers: Array | pd.Series) -> Array:
    """Return ids where the number is not negative, and the empty text where it is."""
    numbers = np.asarray(numbers)
    return np.where(numbers >= 0, record_ids(kind, np.maximum(numbers, 0)), "")


def checksum(fifteen: str) -> str:
    """Return the three letters that make a 15-character id safe where case is lost."""
    groups = (fifteen[:5], fifteen[5:10], fifteen[10:15])
    return "".join(
        chr(_BASE32[sum(2**i for i, letter in enumerate(group) if "A" <= letter <= "Z")]) for group in groups
    )
