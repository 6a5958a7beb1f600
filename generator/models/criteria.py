"""Criteria as rows, so that SQL judges them by joins: alternatives, of each of which every condition must hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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

#: The definitions that are judged: who is marketing qualified, and who fits.
MQL, ICP = "mql", "icp"
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


def criteria_rows(agreement: Agreement) -> CriteriaRows:
    """Return every version of the MQL definition, and the rule of the ideal customer, as rows.

    What the rule itself says of icp_fit is what the lead says.
    """
    rows, numbers = CriteriaRows(), dict[Condition, int]()
    for name, version, criteria, since, until in _definitions(agreement):
        rows.definition.append((name, version, since, until))
        rule = agreement.settings.icp_rule if name != ICP else None
        for place, literals in enumerate(alternatives(criteria, rule)):
            for literal in literals:
                number = numbers.setdefault(literal.condition, len(numbers) + 1)
                rows.alternative.append((name, version, place + 1, number, literal.is_refused))
    for condition, number in numbers.items():
        rows.criterion.append((number, *_criterion(condition)))
        rows.criterion_value += [(number, part, _text(value)) for part, value in _values(condition)]
    return rows


def _definitions(agreement: Agreement) -> Iterator[tuple[str, str, Criteria, date, date | None]]:
    versions = agreement.versions_of(MQL)
    ends = [*(version.effective_from for version in versions[1:]), None]
    for version, end in zip(versions, ends, strict=True):
        yield MQL, version.version, version.criteria, version.effective_from, end
    if agreement.settings.icp_rule is not None:
        yield ICP, "rule", agreement.settings.icp_rule, _ALWAYS, None


def _criterion(condition: Condition) -> tuple[Any, ...]:
    """Return kind, name, op, value, number, at_least, within_s."""
    match condition:
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
