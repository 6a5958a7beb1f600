"""Criteria as rows, so that SQL judges them by joins: alternatives, of each of which every condition must hold."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from typing import Any

from generator.agreement import Agreement
from generator.agreement.criteria import (
    ActivityCondition,
    AttributeCondition,
    Condition,
    Criteria,
    DealCondition,
    ManualCondition,
    ScoreCondition,
    TouchCondition,
)
from generator.agreement.scoring import Score
from generator.agreement.sla import Commitment, rule_id

#: The definitions that are judged: who is marketing qualified, and who fits. Tier rules are judged at hand-over only.
MQL, ICP = "mql", "icp"
#: What a hand-over itself knows of its lead; every other field that it must carry is an attribute of the lead.
HANDED_OVER = (
    "interest_level", "timeframe", "decision_maker_access", "icp_fit", "tier", "owner", "region", "segment",
)  # fmt: skip
_ALWAYS = date(1, 1, 1)
_EQUAL = {"==": True, "!=": False}


@dataclass(frozen=True)
class Literal:
    """A single condition that must hold, or must not."""

    condition: Condition
    is_refused: bool


Alternative = tuple[Literal, ...]


def alternatives(condition: Condition, icp_rule: Criteria | None = None, *, wanted: bool = True) -> list[Alternative]:
    """Return the ways in which `condition` holds (or, not `wanted`, fails): in each of them every literal is so.

    With an `icp_rule`, a condition on `icp_fit` also asks the rule where the lead itself does not say.
    """
    if icp_rule is not None and isinstance(condition, AttributeCondition) and condition.attr == "icp_fit":
        return alternatives(_by_rule(condition, icp_rule), wanted=wanted)
    if not isinstance(condition, Criteria):
        return [(Literal(condition, is_refused=not wanted),)]
    parts = [alternatives(part, icp_rule, wanted=wanted) for part in condition.all]
    parts += [alternatives(part, icp_rule, wanted=not wanted) for part in condition.none]
    choices = [alternatives(part, icp_rule, wanted=wanted) for part in condition.any]
    if wanted:
        return _together([*parts, _either(choices)] if choices else parts)
    return _either([*parts, _together(choices)] if choices else parts)


def _together(parts: Iterable[list[Alternative]]) -> list[Alternative]:
    """Return the ways in which all parts hold."""
    return _each_once(tuple(dict.fromkeys(literal for one in some for literal in one)) for some in product(*parts))


def _either(parts: Iterable[list[Alternative]]) -> list[Alternative]:
    """Return the ways in which any part holds."""
    return _each_once(one for part in parts for one in part)


def _each_once(found: Iterable[Alternative]) -> list[Alternative]:
    return list(dict.fromkeys(found))


def _by_rule(condition: AttributeCondition, rule: Criteria) -> Condition:
    fits = _EQUAL.get(condition.op)
    if fits is None:
        return condition
    fits = fits == bool(condition.value)
    silent = AttributeCondition(attr="icp_fit", op="is_null", value=None)
    judged = Criteria(all=(silent, rule)) if fits else Criteria(all=(silent,), none=(rule,))
    return Criteria(any=(condition, judged))


@dataclass
class CriteriaRows:
    """The rows of the tables that hold criteria, by table."""

    definition: list[tuple[Any, ...]] = field(default_factory=list)
    alternative: list[tuple[Any, ...]] = field(default_factory=list)
    criterion: list[tuple[Any, ...]] = field(default_factory=list)
    criterion_value: list[tuple[Any, ...]] = field(default_factory=list)
    tier_rule: list[tuple[Any, ...]] = field(default_factory=list)
    scoring: list[tuple[Any, ...]] = field(default_factory=list)
    score_rule: list[tuple[Any, ...]] = field(default_factory=list)
    score_reset: list[tuple[Any, ...]] = field(default_factory=list)
    commitment_field: list[tuple[Any, ...]] = field(default_factory=list)
    numbers: dict[Condition, int] = field(default_factory=dict)

    def number(self, condition: Condition) -> int:
        """Return the number of a condition, the same wherever it is asked."""
        return self.numbers.setdefault(condition, len(self.numbers) + 1)


def criteria_rows(agreement: Agreement) -> CriteriaRows:
    """Return every version of the MQL definition with its tiers, the rule of the ideal customer and scores, as rows.

    What the rule itself says of icp_fit is what the lead says.
    """
    rows = CriteriaRows()
    for name, version, criteria, since, until in _definitions(agreement):
        rows.definition.append((name, version, since, until, name not in (MQL, ICP)))
        rule = agreement.settings.icp_rule if name != ICP else None
        for place, literals in enumerate(alternatives(criteria, rule)):
            for literal in literals:
                rows.alternative.append((name, version, place + 1, rows.number(literal.condition), literal.is_refused))
    for definition in agreement.versions_of(MQL):
        for place, tier in enumerate(definition.tier_rules):
            judged = None if tier.when is None else _tier(place)
            rows.tier_rule.append((definition.version, place, tier.tier, judged))
    _add_scores(rows, agreement.lifecycle.scores)
    _add_fields(rows, agreement.sla.commitments)
    computed = {score.id for score in agreement.lifecycle.scores}
    for condition, number in rows.numbers.items():
        rows.criterion.append((number, *_criterion(condition, computed)))
        rows.criterion_value += [(number, part, _text(value)) for part, value in _values(condition)]
    return rows


def _add_scores(rows: CriteriaRows, scores: Iterable[Score]) -> None:
    for score in scores:
        stands = any(isinstance(rule.when, AttributeCondition) for rule in score.rules)
        lost, idle = (score.decay.points, score.decay.idle_days) if score.decay else (0, 1)
        rows.scoring.append((score.id, score.cap, lost, _seconds(idle), stands))
        rows.score_reset += [(score.id, stage) for stage in score.reset_on]
        rows.score_rule += [
            (score.id, place, rows.number(rule.when), rule.points, rule.cap, rule.times, rule.per)
            for place, rule in enumerate(score.rules)
        ]


def _add_fields(rows: CriteriaRows, commitments: Iterable[Commitment]) -> None:
    for commitment in commitments:
        for text in commitment.required_fields:
            name, _, value = (part.strip() for part in text.partition("="))
            number = None if name in HANDED_OVER else rows.number(_filled(name, value))
            rows.commitment_field += [
                (rule_id(commitment, target), name, value or None, number) for target in commitment.per_tier
            ]


def _filled(name: str, value: str) -> AttributeCondition:
    if not value:
        return AttributeCondition(attr=name, op="not_null", value=None)
    return AttributeCondition(attr=name, op="==", value=float(value) if value.isdigit() else value)


def _tier(place: int) -> str:
    return f"tier {place}"


def _definitions(agreement: Agreement) -> Iterator[tuple[str, str, Criteria, date, date | None]]:
    versions = agreement.versions_of(MQL)
    ends = [*(version.effective_from for version in versions[1:]), None]
    for version, end in zip(versions, ends, strict=True):
        yield MQL, version.version, version.criteria, version.effective_from, end
        for place, rule in enumerate(version.tier_rules):
            if rule.when is not None:
                yield _tier(place), version.version, Criteria(all=(rule.when,)), version.effective_from, end
    if agreement.settings.icp_rule is not None:
        yield ICP, "rule", agreement.settings.icp_rule, _ALWAYS, None


def _criterion(condition: Condition, computed: Collection[str]) -> tuple[Any, ...]:
    """Return kind, name, op, value, number, at_least, within_s."""
    match condition:
        case ScoreCondition(score=name) if name in computed:
            return "score", name, condition.op, None, _number(condition.value), None, None
        case AttributeCondition() | ScoreCondition():
            name = condition.attr if isinstance(condition, AttributeCondition) else condition.score
            value = None if isinstance(condition.value, tuple) else condition.value
            return "known", name, condition.op, _text(value), _number(value), None, None
        case TouchCondition():
            return "touch", condition.touch, None, None, None, condition.min, _seconds(condition.within_days)
        case ActivityCondition():
            return "activity", None, None, None, None, condition.min, _seconds(condition.within_days)
        case ManualCondition():
            return "manual", condition.manual, None, None, None, None, None
        case DealCondition():
            return "deal", condition.deal, None, None, None, None, None
    raise AssertionError(f"no criterion: {condition}")


def _values(condition: Condition) -> Iterator[tuple[str, Any]]:
    match condition:
        case AttributeCondition(value=tuple() as values) | ScoreCondition(value=tuple() as values):
            yield from (("value", value) for value in values)
        case ActivityCondition():
            yield from (("type", one) for one in condition.activity)
            yield from (("outcome", one) for one in condition.outcome)
        case DealCondition():
            yield from (("type", one) for one in condition.type)


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return str(int(value)) if isinstance(value, bool) else str(value).casefold()


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, (bool, int, float)) else None


def _seconds(days: int | None) -> int | None:
    return None if days is None else days * 86_400
