"""Contradictions within targets.yml: nobody carries it, it covers nothing, or two values stand for one thing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from .findings import Files, Finding, unknown
from .targets import SAMPLE, Target, TargetEntry, whole_periods

FILE = "targets"


def targets_without_team(files: Files) -> Iterator[Finding]:
    """A target that nobody carries is a wish."""
    for index, target in enumerate(files.targets.targets):
        if target.team is None:
            next_step = "Add team: marketing, sales, or all where both carry it together."
            yield Finding(FILE, ("targets", index, "team"), f"the target '{target.id}' has no owner team", next_step)


def targets_without_a_period(files: Files) -> Iterator[Finding]:
    """A target covers at least one period."""
    month = files.settings.fiscal_year_start_month
    for index, target in enumerate(files.targets.targets):
        if target.end <= target.start:
            what = f"the target '{target.id}' ends before it begins"
            yield Finding(FILE, ("targets", index, "to"), what, "`to` is the first day after the span.")
            continue
        for grain in target.every:
            if not whole_periods(target.start, target.end, grain, month):
                what = f"the target '{target.id}' holds no whole {grain} between {target.start} and {target.end}"
                next_step = f"Begin and end at the first day of a {grain} (fiscal year from month {month})."
                yield Finding(FILE, ("targets", index, "every"), what, next_step)


def overlapping_targets(files: Files) -> Iterator[Finding]:
    """One metric, team, scope and version has one value for a period; longer and shorter periods may both have one."""
    month = files.settings.fiscal_year_start_month
    by_scope: dict[tuple[object, ...], list[tuple[int, Target]]] = defaultdict(list)
    for index, entry in enumerate(files.targets.targets):
        if entry.end > entry.start:
            for target in entry.values(month):
                by_scope[(*_scope(entry), _grain(target, month))].append((index, target))
    said = set()
    for held in by_scope.values():
        held.sort(key=lambda pair: (pair[1].period_start, pair[1].period_end, pair[0]))
        for (first, one), (second, other) in pairwise(held):
            if other.period_start < one.period_end and (first, second) not in said:
                said.add((first, second))
                what = (
                    f"the targets '{one.plan}' and '{other.plan}' overlap from {other.period_start}: same metric, "
                    f"team, scope and version ({other.version})"
                )
                yield Finding(FILE, ("targets", second), what, "Keep one, or give the newer plan another version.")


def targets_out_of_order(files: Files) -> Iterator[Finding]:
    """A target that follows from another is agreed no earlier than that one, and not in a circle."""
    by_id = {target.id: target for target in files.targets.targets}
    for index, target in enumerate(files.targets.targets):
        if target.follows is None or (target.version == SAMPLE and target.follows not in by_id):
            continue  # of the samples, a company may have taken the first away
        path = ("targets", index, "follows")
        yield from unknown(FILE, path, "target", target.follows, [name for name in by_id if name != target.id])
        if target.id in _leading_to(target, by_id):
            what = f"the target '{target.id}' follows from itself"
            yield Finding(FILE, path, what, "Let the first target of the plan follow none.")
        first = by_id.get(target.follows)
        if first and target.agreed_on and first.agreed_on and target.agreed_on < first.agreed_on:
            what = f"the target '{target.id}' was agreed before '{first.id}', which it follows from"
            yield Finding(FILE, ("targets", index, "agreed_on"), what, "Agree on it anew, or correct the day.")


def _leading_to(target: TargetEntry, by_id: dict[str, TargetEntry]) -> list[str]:
    """Return the ids that one meets going from a target to the ones it follows from, as far as they are new."""
    met: list[str] = []
    here = target.follows
    while here in by_id and here not in met:
        met.append(here)
        here = by_id[here].follows
    return met


def _scope(entry: TargetEntry) -> tuple[object, ...]:
    return entry.metric, entry.team, entry.region, entry.segment, entry.owner, entry.version


def _grain(target: Target, fiscal_year_start_month: int) -> str:
    for grain in ("month", "quarter", "year"):
        span = (target.period_start, target.period_end)
        if whole_periods(*span, grain, fiscal_year_start_month) == [span]:
            return grain
    return "span"
