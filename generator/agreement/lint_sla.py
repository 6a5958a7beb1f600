"""Contradictions within sla.yml and of it with the other files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import combinations

from .findings import Files, Finding, unknown
from .sla import CLOCK_UNITS, SCOPES, Commitment, TierTarget, scope_of, until_the_next_version

FILE = "sla"
_OWN_CALENDARS = ("owner", "24x7")
_TRIGGERS = "Use mql, sal, sql, recycled or deal_stage."


def two_deadlines(files: Files) -> Iterator[Finding]:
    """One commitment has one value for a lead on any day."""
    for index, commitment in enumerate(files.sla.commitments):
        for number, target in enumerate(commitment.per_tier):
            for other in commitment.per_tier[:number]:
                if _meet(other, target):
                    what = f"{_name(commitment)} has two values for {_leads(other, target)}"
                    next_step = "Keep one." if scope_of(other) == scope_of(target) else "Name in each whom it is for."
                    yield Finding(FILE, ("commitments", index, "per_tier", number), what, next_step)
                    break


def _meet(one: TierTarget, other: TierTarget) -> bool:
    """Say whether one lead may fall under both."""
    pairs = [(getattr(one, name), getattr(other, name)) for name in SCOPES]
    return all(a is None or b is None or a.casefold() == b.casefold() for a, b in pairs)


def _leads(one: TierTarget, other: TierTarget) -> str:
    both = scope_of(one) | scope_of(other)
    return " and ".join(f"{name} {value}" for name, value in both.items()) or "every lead"


def versions_that_overlap(files: Files) -> Iterator[Finding]:
    """Versions of a commitment follow one another, and each ends after it began."""
    numbered = list(enumerate(files.sla.commitments))
    for index, commitment in numbered:
        if commitment.effective_to is not None and commitment.effective_to <= commitment.effective_from:
            what = f"{_name(commitment)} ends before it begins"
            yield Finding(FILE, ("commitments", index, "effective_to"), what, "Name the first day no longer in force.")
    for (_, one), (index, other) in combinations(numbered, 2):
        if one.id == other.id and one.version != other.version and _overlap(one, other):
            what = f"{_name(one)} and {_name(other)} are in force on the same days: two deadlines for one commitment"
            next_step = "Let one end (effective_to) where the next begins, or leave effective_to out."
            yield Finding(FILE, ("commitments", index, "effective_from"), what, next_step)


def _overlap(one: Commitment, other: Commitment) -> bool:
    first, second = sorted((one, other), key=lambda commitment: commitment.effective_from)
    if first.effective_from == second.effective_from:
        return True
    return first.effective_to is not None and first.effective_to > second.effective_from


def two_promises_of_one_thing(files: Files) -> Iterator[Finding]:
    """Two commitments that begin and end alike for the same leads, on the same days, allow the same time."""
    numbered = list(enumerate(until_the_next_version(files.sla.commitments)))
    for (_, one), (index, other) in combinations(numbered, 2):
        if one.id == other.id or not _alike(one, other) or not _together(one, other):
            continue
        for number, target in enumerate(other.per_tier):
            if any(_meet(target, rival) and _differ(target, rival) for rival in one.per_tier):
                what = f"{_name(one)} and {_name(other)} promise the same thing with different times"
                yield Finding(FILE, ("commitments", index, "per_tier", number), what, "Keep one of the two.")


def _together(one: Commitment, other: Commitment) -> bool:
    ends = [commitment.effective_to or date.max for commitment in (one, other)]
    return one.effective_from < ends[1] and other.effective_from < ends[0]


def _alike(one: Commitment, other: Commitment) -> bool:
    both_clocks = one.kind == other.kind == "clock"
    return both_clocks and (one.trigger, one.stage, {*one.stop}) == (other.trigger, other.stage, {*other.stop})


def _differ(one: TierTarget, other: TierTarget) -> bool:
    return (one.value, one.unit, one.attempts) != (other.value, other.unit, other.attempts)


def unknown_references(files: Files) -> Iterator[Finding]:
    """Commitments speak of tiers, reasons, calendars and fields that exist."""
    tiers = [tier.id for tier in files.sla.tiers]
    calendars = [*_OWN_CALENDARS, *(calendar.id for calendar in files.calendars.calendars)]
    for index, commitment in enumerate(files.sla.commitments):
        yield from unknown(FILE, ("commitments", index, "calendar"), "calendar", commitment.calendar, calendars)
        if commitment.stage is not None:
            deal_stages = [stage.id for stage in files.pipeline.stages]
            yield from unknown(FILE, ("commitments", index, "stage"), "deal stage", commitment.stage, deal_stages)
        for number, target in enumerate(commitment.per_tier):
            if target.tier is not None:
                yield from unknown(FILE, ("commitments", index, "per_tier", number, "tier"), "tier", target.tier, tiers)
        for number, reason in enumerate(commitment.cancel_on):
            yield from unknown(FILE, ("commitments", index, "cancel_on", number), "reason", reason, files.reasons)
        for number, text in enumerate(commitment.required_fields):
            name = text.partition("=")[0].strip()
            path = ("commitments", index, "required_fields", number)
            yield from unknown(FILE, path, "attribute", name, files.attributes)


def kinds_that_lack_something(files: Files) -> Iterator[Finding]:
    """Each kind of commitment says what it needs to be measured, and nothing that contradicts it."""
    for index, commitment in enumerate(files.sla.commitments):
        for key, what, next_step in _lacks(commitment):
            yield Finding(FILE, ("commitments", index, key), f"{_name(commitment)}: {what}", next_step)


def _lacks(commitment: Commitment) -> Iterator[tuple[str, str, str]]:
    is_clock = commitment.kind == "clock"
    if is_clock and not commitment.stop:
        yield "stop", "a clock that nothing stops", "Say under `stop` what fulfils it."
    if is_clock and commitment.trigger in ("week", "month", "quarter", "period", "rejection"):
        yield "trigger", f"a clock cannot begin with '{commitment.trigger}'", _TRIGGERS
    yield from _of_deals(commitment)
    if any((target.unit in CLOCK_UNITS) != is_clock for target in commitment.per_tier):
        allowed = ", ".join(CLOCK_UNITS) if is_clock else "ratio, of_target, count"
        yield "per_tier", f"the unit does not fit the kind '{commitment.kind}'", f"Allowed: {allowed}."
    if any(target.unit == "business_days" and target.value % 1 for target in commitment.per_tier):
        yield "per_tier", "business days are counted whole", "Use a whole number, or business_hours."
    if (commitment.kind == "metric") != (commitment.metric is not None):
        yield "metric", "`metric` goes with kind metric, and only with it", "Name the KPI, or change the kind."
    if commitment.kind != "metric" and any(target.unit == "of_target" for target in commitment.per_tier):
        yield "per_tier", "`of_target` goes with kind metric only", "Use ratio."
    if commitment.kind == "quality" and not commitment.required_fields:
        yield "required_fields", "a quality without fields", "List the fields under `required_fields`."
    if ("attempts" in commitment.stop) != all(target.attempts is not None for target in commitment.per_tier):
        yield "per_tier", "`attempts` under `stop` and in each value go together", "Say how many, or remove them."
    owed_by = {"marketing_to_sales": "marketing", "sales_to_marketing": "sales", "joint": "joint"}
    if commitment.accountable != owed_by[commitment.direction]:
        what = f"the direction {commitment.direction} is owed by {owed_by[commitment.direction]}"
        yield "accountable", what, f"Write accountable: {owed_by[commitment.direction]}, or turn the direction."


def _of_deals(commitment: Commitment) -> Iterator[tuple[str, str, str]]:
    is_of_deals = commitment.trigger == "deal_stage"
    if is_of_deals != (commitment.stage is not None):
        yield (
            "stage",
            "`stage` goes with the trigger deal_stage, and only with it",
            "Name the deal stage, or remove it.",
        )
    if is_of_deals != ("stage_left" in commitment.stop) or (is_of_deals and len(commitment.stop) > 1):
        yield (
            "stop",
            "`stage_left` goes with the trigger deal_stage, and with no other stop",
            "Write stop: [stage_left].",
        )
    if is_of_deals and commitment.restarts is not None:
        yield "restarts", "only the clock of a lead begins anew with a new owner", "Remove `restarts`."


def _name(commitment: Commitment) -> str:
    return f"{commitment.id} ({commitment.version})"
