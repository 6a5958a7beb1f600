"""The made-up company: what it sells, where, through whom, and how its channels differ."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

#: A numpy array of any kind; its docstring says which.
Array = npt.NDArray[Any]

#: From this day on marketing hands over demo requests that fit, where a webinar alone was enough before.
DEFINITION_CHANGE = date(2026, 5, 1)
#: Volume by calendar month: a dip in summer and over the holidays, a push towards the year's end.
SEASON = (0.98, 1.00, 1.08, 1.02, 1.03, 0.98, 0.80, 0.74, 1.08, 1.14, 1.16, 0.84)
WEEKDAY = (1.06, 1.12, 1.10, 1.05, 0.88, 0.22, 0.26)
YEARLY_GROWTH = 0.22
#: Of the many ways in which luck could have fallen, one in which the default seed tells a plain story.
_TELLING = 177


@dataclass(frozen=True)
class Plan:
    """How large the drop is, and the instant at which it is taken."""

    leads: int
    seed: int
    months: int
    end: date

    @property
    def as_of(self) -> np.datetime64:
        """The last instant the drop knows, naive UTC."""
        return np.datetime64(datetime(self.end.year, self.end.month, self.end.day, 18), "s")

    @property
    def start(self) -> date:
        """The first day of the first of `months` calendar months, the one of `end` being the last."""
        index = self.end.year * 12 + self.end.month - self.months
        return date(index // 12, index % 12 + 1, 1)

    @property
    def scale(self) -> float:
        """Leads a month in multiples of what the company's headcount and customer base were drawn for."""
        return (self.leads / self.months) / (5000 / 24)

    def stream(self, part: str) -> np.random.Generator:
        """Return the random numbers of one part of the story, so that changing one part leaves the others alone."""
        return np.random.default_rng([self.seed, _TELLING, zlib.crc32(part.encode())])

    def first_days(self) -> list[date]:
        """Return the first day of each month from `start` to the month of `end`."""
        first = self.start.year * 12 + self.start.month - 1
        return [date((first + n) // 12, (first + n) % 12 + 1, 1) for n in range(self.months)]


def next_month(first: date) -> date:
    """Return the first day of the month after the one that `first` begins."""
    return (first + timedelta(days=32)).replace(day=1)


@dataclass(frozen=True)
class Channel:
    """Where leads come from, with what quality and at what cost."""

    id: str
    source: str  # LeadSource as the CRM spells it
    campaign_type: str  # Campaign.Type as the CRM spells it
    team: str  # who produces the first record
    share: float  # of all leads
    fit: float  # share that fits the ideal customer
    intent: float  # how ready the buyers are, 0-1
    mql_before: float  # share that becomes an MQL under the old definition
    mql_after: float  # share of those that fit, under the new one
    win: float  # share of decided deals that are won
    cost: float  # programme money a lead, USD


CHANNELS = (
    Channel("paid_search", "Paid Search", "Paid Search", "marketing", 0.17, 0.58, 0.60, 0.44, 0.66, 0.28, 135),
    Channel("paid_social", "Paid Social", "Paid Social", "marketing", 0.14, 0.38, 0.32, 0.30, 0.40, 0.20, 98),
    Channel("organic_search", "Organic Search", "Organic Search", "marketing", 0.20, 0.60, 0.58, 0.42, 0.62, 0.30, 26),
    Channel("webinar", "Webinar", "Webinar", "marketing", 0.14, 0.42, 0.36, 0.74, 0.42, 0.24, 78),
    Channel("event", "Event", "Event", "marketing", 0.08, 0.52, 0.44, 0.50, 0.52, 0.27, 370),
    Channel("email", "Email", "Email", "marketing", 0.08, 0.55, 0.46, 0.38, 0.52, 0.26, 22),
    Channel("referral", "Referral", "Referral", "marketing", 0.05, 0.78, 0.76, 0.62, 0.76, 0.40, 60),
    Channel("partner", "Partner", "Partner", "partner", 0.06, 0.72, 0.66, 0.56, 0.70, 0.34, 165),
    Channel("outbound", "Outbound", "Outbound", "sales", 0.08, 0.84, 0.40, 0.0, 0.0, 0.23, 80),
)
CHANNEL_INDEX = {channel.id: index for index, channel in enumerate(CHANNELS)}


@dataclass(frozen=True)
class Segment:
    """A size of customer."""

    id: str
    share: float
    size: float  # median first deal, USD a year
    days: float  # median days from deal to close
    churn: float  # share that leaves at a renewal
    employees: tuple[int, int]


SEGMENTS = (
    Segment("SMB", 0.52, 5200, 20, 0.335, (8, 90)),
    Segment("MID", 0.36, 11500, 31, 0.21, (100, 900)),
    Segment("ENT", 0.12, 27000, 50, 0.09, (1000, 12000)),
)

REGIONS = ("Americas", "EMEA")
REGION_SHARE = (0.58, 0.42)
REGION_ZONE = ("America/New_York", "Europe/Berlin")
REGION_CALENDAR = ("americas", "emea")
COUNTRIES = (("US", "US", "US", "CA", "BR"), ("DE", "DE", "FR", "GB", "NL"))
#: Share of a region's deals in euros, the rest being in dollars.
EURO_SHARE = (0.0, 0.66)

PRODUCTS = ("Core", "Plus", "Analytics")
PRODUCT_SHARE = (0.60, 0.28, 0.12)
INDUSTRIES = ("Software", "Manufacturing", "Retail", "Logistics", "Health Care", "Finance", "Education", "Media")


def pick(rng: np.random.Generator, shares: Array | tuple[float, ...], size: int) -> Array:
    """Return `size` indices drawn by `shares`, which need not add up to one."""
    weights = np.asarray(shares, dtype=float)
    return rng.choice(len(weights), size=size, p=weights / weights.sum())


def of_channel(field: str) -> Array:
    """Return one number of every channel, in the order of `CHANNELS`."""
    return np.array([getattr(channel, field) for channel in CHANNELS])


def of_segment(field: str) -> Array:
    """Return one number of every segment, in the order of `SEGMENTS`."""
    return np.array([getattr(segment, field) for segment in SEGMENTS])
