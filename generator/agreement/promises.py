"""Sentences about the SLA: commitments, opening hours, targets; and what changed between two definitions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby

from .agreement import Agreement
from .calendars import Calendar, Window
from .criteria import LEADING_KEYS, Condition, Criteria
from .lifecycle import Definition
from .sentences import condition_text, listed, percent, tier_sentences, words
from .sla import WALL_UNITS, Commitment, TierTarget, scope_of
from .targets import SAMPLE, Target

_OWES = {
    "marketing_to_sales": "Marketing owes Sales",
    "sales_to_marketing": "Sales owes Marketing",
    "joint": "Both teams owe each other",
}
_TRIGGER = {
    "mql": "the handover",
    "sal": "the acceptance",
    "sql": "the qualification",
    "recycled": "the day a lead is recycled",
}
_STOP = {
    "first_response": "the first human response",
    "assignment": "the assignment to an owner",
    "crm_event": "the first event in the CRM",
    "decision": "a valid decision",
    "attempts": "the promised attempts",
    "connected": "a conversation",
    "sal": "the acceptance",
    "sql": "the qualification",
    "reasoned_exit": "an exit with a reason",
    "opportunity": "the opening of a deal",
    "marketing_touch": "a touch by Marketing",
    "stage_left": "the move beyond it",
    "review_held": "the review",
}
_EVERY = {"week": "each week", "month": "each month", "quarter": "each quarter", "period": "each period"}
_WHOLE = {"quality": "all of them", "reason": "on every rejection", "review": "every one"}
_WEEKDAY = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def commitment_sentence(agreement: Agreement, commitment: Commitment, titles: Mapping[str, str] | None = None) -> str:
    """Return the whole commitment in words: who owes it, from when to when, how much by tier, in whose hours.

    `titles` are the KPIs' names by id, for commitments that a KPI shows.
    """
    values = "; ".join(tier_target_text(commitment, target) for target in commitment.per_tier)
    rule = _rule(agreement, commitment, titles or {})
    return f"{_OWES[commitment.direction]}: {commitment.promise.rstrip('.')}. {rule}{values}."


def _rule(agreement: Agreement, commitment: Commitment, titles: Mapping[str, str]) -> str:
    if commitment.kind == "clock":
        stops = [_STOP[stop] for stop in commitment.stop]
        span = f"From {_start(agreement, commitment)} to {listed(stops, 'or')}"
        return f"{span}, {calendar_text(agreement, commitment)}{_timers(commitment)}: "
    if commitment.kind == "quality":
        fields = {attribute.id: attribute.title for attribute in agreement.lifecycle.attributes}
        return f"Filled at {_TRIGGER.get(commitment.trigger, commitment.trigger)}: {_fields(commitment, fields)}: "
    if commitment.kind == "metric":
        shown = titles.get(commitment.metric or "", str(commitment.metric).replace("_", " "))
        return f"Shown by “{shown}”, {_EVERY.get(commitment.trigger, commitment.trigger)}: "
    return "A reason from the closed list, " if commitment.kind == "reason" else "Held: "


def _start(agreement: Agreement, commitment: Commitment) -> str:
    if commitment.trigger != "deal_stage":
        return _TRIGGER[commitment.trigger]
    stage = next((one for one in agreement.pipeline.stages if one.id == commitment.stage), None)
    return f"a deal's entry into the stage {stage.title if stage else commitment.stage}"


def _timers(commitment: Commitment) -> str:
    if commitment.restarts is None:
        return ""
    if commitment.restarts == 0:
        return ", a new owner takes over the deadline"
    return f", with a new timer for each change of owner ({commitment.restarts} at most)"


def _fields(commitment: Commitment, titles: dict[str, str]) -> str:
    said = []
    for field in commitment.required_fields:
        name, _, value = (part.strip() for part in field.partition("="))
        wanted = {"1": "yes", "0": "no"}.get(value, value)
        said.append(titles.get(name, words(name)) + (f" ({wanted})" if wanted else ""))
    return ", ".join(said)


def tier_target_text(commitment: Commitment, target: TierTarget) -> str:
    """Return what is promised for one tier, with its goal: 60 business minutes for tier A (goal 95 %)."""
    amount = _amount(commitment, target)
    named = [f"{name} {value}" for name, value in scope_of(target).items()]
    scope = f" for {listed(named, 'and')}" if named else ""
    goal = f" (goal {percent(target.goal)})" if target.goal is not None else " (no goal agreed)"
    return amount + scope + goal


def _amount(commitment: Commitment, target: TierTarget) -> str:
    if target.unit == "of_target":
        return f"{percent(float(target.value))} of its target"
    if target.unit == "ratio":
        whole = _WHOLE.get(commitment.kind) if target.value == 1 else None
        return whole or percent(float(target.value))
    unit = words(target.unit)
    time = f"{_number(target.value)} {unit[:-1] if target.value == 1 and unit.endswith('s') else unit}"
    return f"{target.attempts} attempts within {time}" if target.attempts is not None else time


def calendar_text(agreement: Agreement, commitment: Commitment) -> str:
    """Return whose hours a commitment counts."""
    if runs_round_the_clock(commitment):
        return "around the clock"
    if commitment.calendar == "owner":
        return "in the opening hours of the lead's owner"
    calendar = agreement.calendar(commitment.calendar)
    return f"in the opening hours of {calendar.title if calendar else commitment.calendar}"


def runs_round_the_clock(commitment: Commitment) -> bool:
    """Whether closed hours count: by its calendar, or because plain minutes, hours and days are promised."""
    return commitment.calendar == "24x7" or all(one.unit in WALL_UNITS for one in commitment.per_tier)


def opening_hours(calendar: Calendar) -> str:
    """Return opening hours as people write them: Monday to Friday 08:30–17:00 (Europe/Berlin)."""
    by_day = [(day, _windows_text([w for w in calendar.windows if w.weekday == day])) for day in range(7)]
    spans = []
    for hours, days in groupby(by_day, key=lambda pair: pair[1]):
        held = [day for day, _ in days]
        if hours:
            last = f" to {_WEEKDAY[held[-1]]}" if len(held) > 1 else ""
            spans.append(f"{_WEEKDAY[held[0]]}{last} {hours}")
    return f"{', '.join(spans)} ({calendar.timezone})"


def _windows_text(windows: list[Window]) -> str:
    return " and ".join(f"{w.open}–{w.close}" for w in sorted(windows, key=lambda window: window.open))


def _number(value: Decimal) -> str:
    whole, _, decimals = f"{value:,f}".partition(".")
    return f"{whole}.{decimals.rstrip('0')}" if decimals.strip("0") else whole


def target_sentences(agreement: Agreement, shown: Callable[[Target], str] | None = None) -> tuple[str, ...]:
    """Return one sentence per target as the file lists them; `shown` prints a value with its unit."""
    show = shown or (lambda target: _number(target.value))
    plans = [list(group) for _, group in groupby(agreement.targets, key=lambda target: target.plan)]
    return tuple(_target_text(held, show(held[0])) for held in plans)


def _target_text(held: list[Target], value: str) -> str:
    first = held[0]
    carrier = "Both teams" if first.team == "all" else first.team.capitalize()
    scopes = (("region", first.region), ("segment", first.segment), ("owner", first.owner))
    scope = "".join(f", {key} {text}" for key, text in scopes if text)
    grains = list(dict.fromkeys(target.every for target in held if target.every))
    every = f" each {listed(grains, 'and')}" if grains else ""
    last = max(target.period_end for target in held) - timedelta(days=1)
    version = "a sample" if first.version == SAMPLE else first.version
    start = min(target.period_start for target in held)
    return f"{carrier}{scope}: {first.metric} {value}{every}, {start} to {last} ({version})."


def definition_changes(agreement: Agreement, old: Definition, new: Definition) -> tuple[str, ...]:
    """Return what is different in `new`, one sentence a difference; empty where only the wording of `why` differs."""
    before, after = _roles(agreement, old.criteria), _roles(agreement, new.criteria)
    gone = {text: part for text, part in before.items() if text not in after}
    said = []
    for text, part in after.items():
        twin = next((other for other, its in gone.items() if its.subject == part.subject), None)
        if text in before:
            if before[text].role != part.role:
                said.append(f"Changed: {text} was {before[text].role}, now it is {part.role}.")
        elif twin is not None:
            said.append(f"Changed: {twin} ({gone.pop(twin).role}) became {text} ({part.role}).")
        else:
            said.append(f"New: {text} ({part.role}).")
    said += [f"No longer asked: {text} ({part.role})." for text, part in gone.items()]
    said += _field_changes(agreement, old.required_fields, new.required_fields)
    rules_before, rules_after = tier_sentences(agreement, old), tier_sentences(agreement, new)
    said += [f"Tier rule dropped: {rule}" for rule in rules_before if rule not in rules_after]
    return (*said, *(f"Tier rule new: {rule}" for rule in rules_after if rule not in rules_before))


def _field_changes(agreement: Agreement, old: tuple[str, ...], new: tuple[str, ...]) -> list[str]:
    titles = {attribute.id: attribute.title for attribute in agreement.lifecycle.attributes}
    gone = [f"No longer required at handover: {titles.get(name, words(name))}." for name in old if name not in new]
    return gone + [f"Newly required at handover: {titles.get(name, words(name))}." for name in new if name not in old]


@dataclass(frozen=True)
class _Part:
    """What a condition speaks of, and the part it plays."""

    subject: tuple[str, str]
    role: str


def _roles(agreement: Agreement, criteria: Criteria) -> dict[str, _Part]:
    """Return the part of each single condition by its words."""
    return {condition_text(agreement, leaf): _Part(_subject(leaf), _role(path)) for path, leaf in _leaves(criteria, ())}


def _subject(condition: Condition) -> tuple[str, str]:
    key = next(key for key in LEADING_KEYS if hasattr(condition, key))
    return key, str(getattr(condition, key))


def _leaves(condition: Condition, path: tuple[str, ...]) -> list[tuple[tuple[str, ...], Condition]]:
    if not isinstance(condition, Criteria):
        return [(path, condition)]
    groups = (("all", condition.all), ("any", condition.any), ("none", condition.none))
    return [leaf for name, group in groups for part in group for leaf in _leaves(part, (*path, name))]


def _role(path: tuple[str, ...]) -> str:
    if "none" in path:
        return "a reason to stay out"
    if "any" not in path:
        return "a must"
    return "one way in" if path[-1] == "any" else "part of one way in"


def in_force(first: date, end: date | None) -> str:
    """Return a span of validity: from 2026-05-01, or 2024-10-01 to 2026-04-30."""
    return f"from {first}" if end is None else f"{first} to {end - timedelta(days=1)}"
