"""What changed from one version to the next, as one value: what the page, the digest and `compare` all tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from generator.agreement import Settings
from generator.history.causes import Cause
from generator.history.parts import Split
from generator.history.sentence import Difference
from generator.history.tolerance import counts

Key = tuple[str, str, str]  # metric, period, scope


class Version(NamedTuple):
    """One of the two versions."""

    version: str  # name of its folder where it has one, else the id of its drop
    drop: str
    as_of: str  # ISO, UTC
    generator: str


class Entry(NamedTuple):
    """What one version restated, as the ledger of restatements keeps it."""

    version: str  # the one that was restated
    drop: str  # the one that restated it
    figures: int  # closed headline figures that moved further than is tolerated
    kpis: int
    differences: int  # things that were agreed otherwise
    foremost: str  # id of the KPI that moved most, "" for none
    period: str
    effect: float  # of it: the share of the larger value that moved


class Named(NamedTuple):
    """A metric by its name."""

    title: str
    unit: str


@dataclass(frozen=True)
class Changes:
    """Everything that is different from the version before.

    splits: every headline cell that differs, by metric, period and scope. told: keys of those closed ones whose
    history or rules moved them further than tolerated, the largest effect first. causes: by key, of those.
    """

    before: Version | None  # None: there is no earlier version
    now: Version
    splits: tuple[Split, ...] = ()
    told: tuple[Key, ...] = ()
    causes: Mapping[Key, tuple[Cause, ...]] = field(default_factory=dict)
    differences: tuple[Difference, ...] = ()
    named: Mapping[str, Named] = field(default_factory=dict)
    rows_kept: bool = False  # whether the rows of the earlier drop were at hand for causes
    remarks: tuple[str, ...] = ()  # limits of what can be told, as sentences
    ledger: tuple[Entry, ...] = ()  # of this version and those before it, oldest first

    @cached_property
    def by_key(self) -> Mapping[Key, Split]:
        """The splits by metric, period and scope."""
        return {key_of(split): split for split in self.splits}

    @property
    def is_quiet(self) -> bool:
        """Whether no closed figure moved and nothing was agreed otherwise."""
        return not self.told and not self.differences


def entry_of(changes: Changes) -> Entry:
    """Return the line of the ledger that `changes` add; there must be a version before."""
    assert changes.before is not None
    most = changes.told[0] if changes.told else ("", "", "")
    return Entry(
        changes.before.version,
        changes.now.drop,
        len(changes.told),
        len({metric for metric, _, _ in changes.told}),
        len(changes.differences),
        most[0],
        most[1],
        round(effect(changes.by_key[most]), 4) if changes.told else 0.0,
    )


def key_of(split: Split) -> Key:
    """Return by what a split is known."""
    return split.metric, split.period, split.scope


def worth_telling(split: Split, unit: str, settings: Settings) -> bool:
    """Whether history or rules moved a closed figure further than is tolerated."""
    if not split.is_closed:
        return False
    if split.turn is not None:
        return split.turn != "new_activity"
    before, now = split.before.value, split.now.value
    if before is None or now is None:
        return before is not None  # a value that came and was not there before is no change of history
    if split.restated is None or split.definition is None:
        return counts(before, now, unit, settings)
    return any(counts(before, before + part, unit, settings) for part in (split.restated, split.definition))


def effect(split: Split) -> float:
    """Return how large a share of the larger value history and rules moved; 1 where a value came or went."""
    before, now = split.before.value, split.now.value
    if before is None or now is None:
        return 1.0
    if split.restated is None or split.definition is None:
        moved, largest = abs(now - before), max(abs(before), abs(now))
    else:
        moved = abs(split.restated) + abs(split.definition)
        largest = max(abs(before), abs(now), abs(before + split.restated))
    return float(moved / largest) if largest else 0.0


def ranked(splits: Iterable[Split], named: Mapping[str, Named], fewest: int) -> tuple[Key, ...]:
    """Return the keys of `splits`, the largest effect first, among equals in the order of `named`.

    Weeks come after longer periods, which the same rows move; levels over fewer than `fewest` units after all others:
    one case moves them far.
    """
    order = {metric: place for place, metric in enumerate(named)}

    def place(split: Split) -> tuple[bool, bool, float, int, float, Key]:
        adds_up = split.metric in named and named[split.metric].unit in ("count", "currency")
        is_small = not adds_up and max(split.before.n, split.now.n) < fewest
        size = effect(split)
        return (
            is_small,
            "-W" in split.period,
            -round(size, 2),
            order.get(split.metric, len(order)),
            -size,
            key_of(split),
        )

    return tuple(key_of(split) for split in sorted(splits, key=place))
