"""The reporting periods as arrays: own ones, their like-for-like twins, and what each is compared with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from generator.engine import Engine

Indices: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]

OWN = "own"
#: The comparison that `prior` means, by grain.
PRIOR = {"week": "wow", "month": "mom", "quarter": "qoq", "year": "yoy"}
NO_DAY = -(10**9)  # a day that lies in no period
_PUBLISHED = ["period", "grain", "starts_on", "ends_on", "cut_on", "is_part", "days_done", "days_total"]
_GRAINS = ("week", "month", "quarter", "year", "all")
_EPOCH = pd.Timestamp("1970-01-01")


@dataclass(frozen=True, eq=False)
class LocalDays:
    """The local day of every 15-minute slot, as a dense array."""

    first_slot: int
    days: Indices  # since 1970-01-01; NO_DAY for a slot that the calendar does not know

    def of(self, slots: Indices) -> Indices:
        """Return the local day of each slot; NO_DAY outside the calendar."""
        at = slots - self.first_slot
        inside = (at >= 0) & (at < len(self.days))
        if inside.all():
            return self.days[at]
        return np.where(inside, self.days[np.where(inside, at, 0)], NO_DAY) if len(self.days) else slots * 0 + NO_DAY


@dataclass(frozen=True, eq=False)
class Periods:
    """The calendar tables of one drop that measuring needs. A period's position is its row in `frame`.

    frame: indexed by period id; the columns of table `period`, days as timestamps, sorted by id. `cut` is the last
        completed day of a part period as ISO text, else "".
    before: period, comparison, before_period (ids).
    local_days: the local day of an instant's slot.
    """

    frame: pd.DataFrame
    before: pd.DataFrame
    local_days: LocalDays

    @cached_property
    def ids(self) -> Indices:
        """The id of each period."""
        return self.frame.index.to_numpy(dtype="int64")

    @cached_property
    def starts(self) -> Indices:
        """The first day of each period, since 1970-01-01."""
        return day_numbers(self.frame["starts_on"])

    @cached_property
    def ends(self) -> Indices:
        """The day after the last of each period."""
        return day_numbers(self.frame["ends_on"])

    @cached_property
    def cuts(self) -> Indices:
        """The day after the last that counts of each period."""
        return day_numbers(self.frame["cut_on"])

    @cached_property
    def instants(self) -> Indices:
        """The instants of snapshots, ascending, each once: microseconds since 1970-01-01."""
        return np.unique(self._instants)

    @cached_property
    def snapshots(self) -> Indices:
        """The position of each period's snapshot among `instants`."""
        return np.searchsorted(self.instants, self._instants)

    @property
    def _instants(self) -> Indices:
        return self.frame["instant"].to_numpy(dtype="datetime64[us]").astype("int64")

    @cached_property
    def is_own(self) -> Flags:
        """Whether a period is published, not the twin of one that is."""
        return (self.frame["role"] == OWN).to_numpy(dtype=bool)

    @cached_property
    def grains(self) -> npt.NDArray[np.object_]:
        """The grain of each period."""
        return self.frame["grain"].to_numpy(dtype=object)

    @cached_property
    def labels(self) -> npt.NDArray[np.object_]:
        """The label of each period."""
        return self.frame["label"].to_numpy(dtype=object)

    @cached_property
    def shown(self) -> Indices:
        """The position of the period that results print: a twin stands under the part period that it is the twin of."""
        of_period = self.frame["of_period"].fillna(-1).to_numpy(dtype="int64")
        return np.where(self.is_own, np.arange(len(self.ids)), self.position(of_period))

    @cached_property
    def label_ranks(self) -> Indices:
        """The place of each period's label among all labels, as text."""
        return np.unique(self.labels.astype(str), return_inverse=True)[1].astype("int64")

    @cached_property
    def published(self) -> pd.DataFrame:
        """The own periods as the results publish them."""
        own = self.frame[self.is_own].drop(columns="period", errors="ignore").rename(columns={"label": "period"})
        order = own["grain"].map({grain: number for number, grain in enumerate(_GRAINS)})
        own = own.assign(order=order).sort_values(["order", "starts_on"])
        return own[_PUBLISHED].reset_index(drop=True)

    @property
    def as_of(self) -> pd.Timestamp:
        """The instant of the drop, naive UTC."""
        return pd.Timestamp(self.frame["instant"].iloc[self.whole])

    @property
    def as_of_day(self) -> pd.Timestamp:
        """The local day on which the drop was taken."""
        return pd.Timestamp(self.frame["cut_on"].iloc[self.whole]) - pd.Timedelta(days=1)

    @cached_property
    def whole(self) -> int:
        """The position of the period that holds everything."""
        return int(np.flatnonzero(self.is_own & (self.grains == "all"))[0])

    def of_grains(self, grains: Iterable[str]) -> Indices:
        """Return the positions of periods of these grains, twins too."""
        return np.flatnonzero(np.isin(self.grains.astype(str), list(grains)))

    def layers(self, wanted: Indices) -> Iterator[Indices]:
        """Yield the positions `wanted` in parts whose periods do not overlap: of one grain, own or twins of a kind."""
        keys = (self.frame["role"] + self.frame["grain"]).to_numpy(dtype=object)[wanted]
        for key in sorted(set(keys)):
            yield wanted[keys == key]

    def position(self, ids: npt.ArrayLike) -> Indices:
        """Return the position of each period id; -1 for one that there is not."""
        asked = np.asarray(ids, dtype="int64")
        at = np.minimum(np.searchsorted(self.ids, asked), len(self.ids) - 1)
        return np.where(self.ids[at] == asked, at, -1).astype("int64")

    def before_of(self, comparison: str) -> Indices:
        """Return, for each position, that of the period to compare with; -1 without one."""
        return self._before.get(comparison, np.full(len(self.ids), -1, dtype="int64"))

    @cached_property
    def _before(self) -> dict[str, Indices]:
        found: dict[str, Indices] = {}
        for comparison, steps in self.before.groupby("comparison", sort=True):
            earlier = np.full(len(self.ids), -1, dtype="int64")
            earlier[self.position(steps["period"])] = self.position(steps["before_period"])
            found[str(comparison)] = earlier
        return found

    def looking_back(self, before: Indices) -> Indices:
        """Return, for each position, that of the period whose `before` it is; -1 for none."""
        later = np.full(len(self.ids), -1, dtype="int64")
        looking = np.flatnonzero(before >= 0)
        later[before[looking]] = looking
        return later

    @cached_property
    def is_exhausted(self) -> Flags:
        """Whether a twin ended before it had come as far as the part period that it is the twin of."""
        return self.frame["exhausted"].astype("boolean").fillna(False).to_numpy(dtype=bool)

    @cached_property
    def prior(self) -> Indices:
        """For each position, that of the period before of the same grain, or of its like-for-like twin; -1: none."""
        earlier = np.full(len(self.ids), -1, dtype="int64")
        for grain, comparison in PRIOR.items():
            of_grain = self.grains == grain
            earlier[of_grain] = self.before_of(comparison)[of_grain]
        return earlier


def day_numbers(days: pd.Series) -> Indices:
    """Return days since 1970-01-01."""
    return np.asarray((days - _EPOCH).dt.days, dtype="int64")


def load_periods(engine: Engine) -> Periods:
    """Read the periods of the drop from the calendar tables."""
    frame = engine.frame("select * from period order by period").set_index("period")
    for column in ("starts_on", "ends_on", "cut_on", "instant"):
        frame[column] = pd.to_datetime(frame[column])
    shown = frame["is_part"] & (frame["grain"] != "all")
    last = (frame["cut_on"] - pd.Timedelta(days=1)).dt.strftime("%Y-%m-%d")
    frame["cut"] = last.where(shown, "")
    before = engine.frame("select period, comparison, before_period from period_before order by period, comparison")
    return Periods(frame, before, _local_days(engine))


def _local_days(engine: Engine) -> LocalDays:
    days = "cast(floor(epoch(cast(local_date as timestamp)) / 86400) as bigint)"
    parts = [
        [column.to_numpy() for column in batch.columns]
        for batch in engine.batches(f"select slot, {days} as day from local_slot")
    ]
    if not sum(len(slots) for slots, _ in parts):
        return LocalDays(0, np.zeros(0, dtype="int64"))
    slots, dates = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    first = int(slots.min())
    dense = np.full(int(slots.max()) - first + 1, NO_DAY, dtype="int64")
    dense[slots - first] = dates
    return LocalDays(first, dense)
