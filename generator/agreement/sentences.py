"""English sentences made from the agreement, so that no rule is typed twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .agreement import Agreement
from .criteria import (
    ActivityCondition,
    AttributeCondition,
    Condition,
    Criteria,
    DealCondition,
    ManualCondition,
    ScoreCondition,
    TouchCondition,
)
from .lifecycle import Definition
from .scoring import Points, Score

_COMPARED = {
    "==": "is {}",
    "!=": "is not {}",
    ">=": "is at least {}",
    "<=": "is at most {}",
    ">": "is more than {}",
    "<": "is less than {}",
    "in": "is {}",
    "not_in": "is not {}",
    "is_null": "is unknown",
    "not_null": "is known",
}
_TEAM = {"marketing": "Marketing", "sales": "Sales", "joint": "both teams"}
_DEAL_TYPE = {"new_business": "new-business", "expansion": "expansion", "renewal": "renewal"}


#: Headings of groups.
ALL, ANY, NONE = "all of these", "one of these", "none of these"


@dataclass(frozen=True)
class Clause:
    """A statement, or a heading over the statements that it joins."""

    text: str
    parts: tuple[Clause, ...] = ()


def clauses(agreement: Agreement, condition: Condition) -> tuple[Clause, ...]:
    """Return `condition` as statements that must all hold, groups nested below a heading such as `one of these`."""
    if not isinstance(condition, Criteria):
        return (Clause(condition_text(agreement, condition)),)
    parts = [clause for part in condition.all for clause in clauses(agreement, part)]
    if condition.any:
        parts += _group(agreement, ANY, condition.any)
    if condition.none:
        parts += _group(agreement, NONE, condition.none)
    return tuple(parts)


def _group(agreement: Agreement, heading: str, members: Sequence[Condition]) -> list[Clause]:
    below = []
    for member in members:
        inner = clauses(agreement, member)
        below.append(inner[0] if len(inner) == 1 else Clause(ALL, inner))
    if len(below) == 1 and heading == ANY:
        return below
    return [Clause(heading, tuple(below))]


def bullets(parts: Sequence[Clause], escape: Callable[[str], str] = str, indent: int = 0) -> str:
    """Return `parts` as a nested Markdown list; `escape` is applied to every text that stems from the agreement."""
    lines = []
    for clause in parts:
        lines.append(f"{'    ' * indent}- {escape(clause.text)}{':' if clause.parts else ''}")
        if clause.parts:
            lines.append(bullets(clause.parts, escape, indent + 1))
    return "\n".join(lines)


def flat(parts: Sequence[Clause]) -> str:
    """Return `parts` as one phrase: a, and b, and one of (c; d together with e)."""
    return ", and ".join(_phrase(part) for part in parts)


def _phrase(clause: Clause) -> str:
    inner = [_phrase(part) for part in clause.parts]
    if clause.text == ALL:
        return " together with ".join(inner)
    return f"{clause.text.removesuffix(' these')} ({'; '.join(inner)})" if inner else clause.text


def definition_sentence(agreement: Agreement, definition: Definition) -> str:
    """Return the whole definition as one sentence."""
    stage = next((stage for stage in agreement.lifecycle.stages if stage.id == definition.id), None)
    name = stage.title if stage else definition.id
    return f"A lead enters the stage {name} when {flat(clauses(agreement, definition.criteria))}."


def tier_sentences(agreement: Agreement, definition: Definition) -> tuple[str, ...]:
    """Return one sentence per tier rule, in the order in which they are tried."""
    sentences = []
    for number, rule in enumerate(definition.tier_rules):
        title = next((tier.title for tier in agreement.sla.tiers if tier.id == rule.tier), rule.tier)
        if rule.when is None:
            sentences.append(f"{title}: every {'other ' if number else ''}lead.")
        else:
            otherwise = "otherwise, " if number else ""
            sentences.append(f"{title}: {otherwise}if {flat(clauses(agreement, rule.when))}.")
    return tuple(sentences)


def score_sentences(agreement: Agreement, score: Score) -> tuple[str, ...]:
    """Return how a computed score comes about, one sentence a rule."""
    said = [_points_text(agreement, rule) for rule in score.rules]
    if score.cap is not None:
        said.append(f"It never reads more than {score.cap}.")
    if score.decay is not None:
        lost = _several(score.decay.points, "point")
        said.append(f"Each {score.decay.idle_days} days without any of what it counts take {lost}, never below 0.")
    if score.reset_on:
        titles = {stage.id: stage.title for stage in agreement.lifecycle.stages}
        stages = listed([titles.get(stage, stage) for stage in score.reset_on], "or")
        said.append(f"What a lead did is forgotten when it enters the stage {stages}.")
    return tuple(said)


def _points_text(agreement: Agreement, rule: Points) -> str:
    given = f"{_several(abs(rule.points), 'point')}{'' if rule.points >= 0 else ' less'}"
    if isinstance(rule.when, AttributeCondition):
        return f"{given} while {condition_text(agreement, rule.when)}."
    what = condition_text(agreement, rule.when).removeprefix("at least one ")
    span = f" a {rule.per}" if rule.per else ""
    often = "" if rule.times is None else f", at most {'once' if rule.times == 1 else f'{rule.times} times'}{span}"
    cap = f", up to {_several(rule.cap, 'point')}" if rule.cap is not None else ""
    return f"{given} for each {what}{often}{cap}."


def _several(count: int, one: str) -> str:
    return f"{count} {one}{'' if count == 1 else 's'}"


def condition_text(agreement: Agreement, condition: Condition) -> str:
    """Return a single condition as a phrase without a full stop."""
    if isinstance(condition, (AttributeCondition, ScoreCondition)):
        return _comparison(agreement, condition)
    if isinstance(condition, TouchCondition):
        return _counted(condition.min, "touch", "touches", f"“{words(condition.touch)}”", condition.within_days)
    if isinstance(condition, ActivityCondition):
        outcome = f" ({_either(condition.outcome)})" if condition.outcome else ""
        kinds = f"“{_either(condition.activity)}”{outcome}"
        return _counted(condition.min, "activity", "activities", kinds, condition.within_days)
    if isinstance(condition, ManualCondition):
        return _decision(agreement, condition)
    if isinstance(condition, DealCondition):
        return _deal(condition)
    return flat(clauses(agreement, condition))


def _comparison(agreement: Agreement, condition: AttributeCondition | ScoreCondition) -> str:
    name = condition.attr if isinstance(condition, AttributeCondition) else condition.score
    attribute = next((one for one in agreement.lifecycle.attributes if one.id == name), None)
    computed = next((one.title for one in agreement.lifecycle.scores if one.id == name), None)
    title = attribute.title if attribute else computed or words(name)
    if attribute and attribute.type == "boolean" and condition.op in ("==", "!="):
        holds = (condition.value in (True, 1, "1", "true", "yes")) == (condition.op == "==")
        return f"{title}: {'yes' if holds else 'no'}"
    value = condition.value
    listed = _either(tuple(map(_plain, value))) if isinstance(value, tuple) else _plain(value)
    return f"{title} {_COMPARED[condition.op].format(listed)}"


def _plain(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _counted(least: int, one: str, many: str, which: str, within_days: int | None) -> str:
    times = f"at least one {one}" if least == 1 else f"at least {least} {many}"
    span = f" in the last {within_days} days" if within_days and within_days > 1 else " in the last day"
    return f"{times} {which}{span if within_days else ''}"


def _decision(agreement: Agreement, condition: ManualCondition) -> str:
    commitment = next((one for one in agreement.sla.commitments if one.id == condition.commitment), None)
    by_when = f", within the time of the commitment “{commitment.title}”" if commitment else ""
    return f"a person in {_TEAM[condition.manual]} decides so{by_when}"


def _deal(condition: DealCondition) -> str:
    kinds = _either(tuple(_DEAL_TYPE[kind] for kind in condition.type))
    if condition.deal == "exists":
        return f"{_article(kinds)} deal names the lead as its primary lead".replace("  ", " ")
    return f"the first {kinds} deal on the account is won".replace("  ", " ")


def _article(word: str) -> str:
    return f"{'an' if word[:1] in tuple('aeiou') else 'a'} {word}".rstrip()


def _either(names: Sequence[str]) -> str:
    return listed([words(name) for name in names], "or")


def listed(names: Sequence[str], last: str) -> str:
    """Return names as a list in words; `last` stands before the last one: a, b and c."""
    return f"{', '.join(names[:-1])} {last} {names[-1]}" if len(names) > 1 else "".join(names)


def words(name: str) -> str:
    """Return an id as words: demo_request → demo request."""
    return name.replace("_", " ")


def percent(share: float) -> str:
    """Return a share as a percentage without needless decimals: 0.95 → 95 %."""
    return f"{round(share * 100, 4):g} %"
