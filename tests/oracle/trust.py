"""Definitions, systems and scores, a second time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from generator.agreement.criteria import (
    ActivityCondition,
    AttributeCondition,
    Criteria,
    ManualCondition,
    ScoreCondition,
    TouchCondition,
)

from . import figures as fig
from .clock import Span, midnight
from .figures import Cell, Unit
from .story import FORWARD, Lead

if TYPE_CHECKING:
    from .oracle import Oracle

#: What is compared, by the names of the results.
METRICS: list[str] = [
    "criteria_conformance", "criteria_conformance.not_evaluable", "criteria_conformance.missed", "system_conflict",
]  # fmt: skip


def add(oracle: Oracle) -> None:
    """Add the figures of this file to `oracle.figures`."""
    _conformance(oracle)
    _conflicts(oracle)


# --------------------------------------------------------------------------------------------------- criteria


class Judge:
    """Holds leads against criteria: True, False, or None where what must hold is not known."""

    def __init__(self, oracle: Oracle):
        self.oracle = oracle
        self.gap = timedelta(minutes=oracle.settings.touch_dedupe_minutes)

    def touches(self, lead: Lead, kind: str) -> list[datetime]:
        """Return the touches of one type, each burst on one channel and campaign once."""
        kept, last = [], {}
        for row in lead.touches:
            if (row["type"] or "").lower() != kind:
                continue
            place = (row["channel"], row["campaign_id"], row["is_marketing"])
            if place not in last or row["occurred_at"] - last[place] > self.gap:
                last[place] = row["occurred_at"]
                kept.append(row["occurred_at"])
        return kept

    def holds(self, condition, lead: Lead, at: datetime, recorded: bool) -> bool | None:
        match condition:
            case Criteria():
                found = [self.holds(part, lead, at, recorded) for part in condition.all]
                if condition.any:
                    found.append(_any([self.holds(part, lead, at, recorded) for part in condition.any]))
                # What nobody knows refuses no lead.
                found += [self.holds(part, lead, at, recorded) is not True for part in condition.none]
                return _all(found)
            case TouchCondition():
                return self._enough(self.touches(lead, condition.touch), condition, at)
            case ActivityCondition():
                made = [row["occurred_at"] for row in lead.activities + lead.deal_activities
                        if row["type"] in condition.activity and not row["is_automated"]
                        and (not condition.outcome or row["outcome"] in condition.outcome)]  # fmt: skip
                return self._enough(made, condition, at)
            case ManualCondition():
                return recorded
            case AttributeCondition() | ScoreCondition():
                name = condition.attr if isinstance(condition, AttributeCondition) else condition.score
                return _compared(condition, lead.row.get(name))
        raise AssertionError(condition)

    @staticmethod
    def _enough(events: list[datetime], condition, at: datetime) -> bool:
        since = at - timedelta(days=condition.within_days) if condition.within_days else datetime.min
        return sum(since < one <= at for one in events) >= condition.min


def _all(found: list[bool | None]) -> bool | None:
    return False if False in found else None if None in found else True


def _any(found: list[bool | None]) -> bool | None:
    return True if True in found else None if None in found else False


def _compared(condition, value) -> bool | None:
    if condition.op in ("is_null", "not_null"):
        return (value is None) == (condition.op == "is_null")
    if value is None:
        return None
    if isinstance(condition.value, tuple):
        listed = str(value).lower() in [str(one).lower() for one in condition.value]
        return listed == (condition.op == "in")
    if isinstance(value, str):
        value, wanted = value.lower(), str(condition.value).lower()
    else:
        value, wanted = float(value), float(condition.value)
    return {
        "==": value == wanted, "!=": value != wanted, ">=": value >= wanted, "<=": value <= wanted,
        ">": value > wanted, "<": value < wanted,
    }[condition.op]  # fmt: skip


def _conformance(oracle: Oracle) -> None:
    story, judge = oracle.story, Judge(oracle)
    judged, unknown, missed = [], [], []
    for one in story.handoffs:
        day, dims = story.day(one.at), oracle._handoff_dims(one)
        version = story.agreement.definition_at("mql", day)
        verdict = judge.holds(version.criteria, one.lead, one.at, True) if version else None
        unknown.append(Unit(day, dims, hit=verdict is None))
        if verdict is not None:
            judged.append(Unit(day, dims, hit=verdict))
    for lead in story.known:
        met = _first_met(oracle, judge, lead)
        mql = lead.first("mql")
        if met is None or (mql and mql <= met + timedelta(hours=24)) or met + timedelta(hours=24) > oracle.as_of:
            continue
        missed.append(Unit(story.day(met), oracle._lead_dims(lead)))
    oracle._add("criteria_conformance", judged, "channel tier", fig.rate)
    oracle._add("criteria_conformance.not_evaluable", unknown, "channel tier", fig.rate)
    oracle._add("criteria_conformance.missed", missed, "channel tier", fig.count)


def _first_met(oracle: Oracle, judge: Judge, lead: Lead) -> datetime | None:
    """Return the first instant at which a lead that was still one met the criteria in force."""
    story = oracle.story
    moved = min((entry.at for entry in lead.entries if entry.stage != "lead"), default=datetime.max)
    starts = [midnight(version.effective_from, oracle.zone) for version in story.agreement.versions_of("mql")]
    moments = [lead.created_at, *(row["occurred_at"] for row in lead.touches)]
    moments += [start for start in starts if start > lead.created_at]
    for at in sorted(one for one in moments if one < moved and one <= oracle.as_of):
        version = story.agreement.definition_at("mql", story.day(at))
        if version and judge.holds(version.criteria, lead, at, False):
            return at
    return None


# --------------------------------------------------------------------------------------------------- systems


def _conflicts(oracle: Oracle) -> None:
    """Add the conflicts of a drop with one system: SQLs without an MQL, and stages in the wrong order."""
    found = {
        (lead.id, kind): (lead, min(at for at, other in conflicts_of(oracle, lead) if other == kind))
        for lead in oracle.story.known
        for _, kind in conflicts_of(oracle, lead)
    }
    grace = timedelta(hours=oracle.settings.conflict_grace_hours)

    def figure(span: Span) -> dict[str, Cell]:
        instant = min(midnight(span.cut, oracle.zone), oracle.as_of)
        units = [
            Unit(span.start, oracle._lead_dims(lead) | {"type": kind})
            for (_, kind), (lead, at) in found.items()
            if at + grace < instant and at + grace <= oracle.as_of
        ]
        return {scope: fig.count(some) for scope, some in fig.by_scope(units, ["type", "region", "channel"]).items()}

    oracle.figures["system_conflict"] = figure


def conflicts_of(oracle: Oracle, lead: Lead) -> list[tuple[datetime, str]]:
    """Return since when, and how, what systems say of a lead does not fit together."""
    found = []
    for cycle in {entry.cycle for entry in lead.entries}:
        mine = [entry for entry in lead.entries if entry.cycle == cycle]
        forward = [entry for entry in mine if entry.stage in FORWARD]
        until = min((one.at for one in lead.entries if one.cycle > cycle), default=datetime.max)
        since = min((one.at for one in mine), default=datetime.min) if cycle > 1 else datetime.min
        # Everything that was said of the round, counted or not.
        said = [(at, rank, stage) for at, rank, _, stage, _ in oracle.story._by_lead.get(lead.id, [])
                if since <= at < until and stage in FORWARD]  # fmt: skip
        sql = next((entry.at for entry in forward if entry.stage == "sql"), None)
        if sql and not any(stage == "mql" for _, _, stage in said):
            found.append((sql, "sql_without_mql"))
        for at, rank, stage in said:
            earlier = [one for one, _, other in said if other == stage and one < at]
            passed = [entry.at for entry in forward]
            above = any(FORWARD[entry.stage] > rank and entry.at < at for entry in forward)
            if (
                rank > 0 and not earlier and above and stage not in ("opportunity", "customer")
                and at - min(passed) > oracle.story.skew
                and not any(entry.stage == stage and entry.at == at for entry in forward)
            ):  # fmt: skip
                found.append((at, "out_of_order"))
    return found
