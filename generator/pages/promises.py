"""The service level agreement: what each team promised the other, in one form for both, and how it is kept now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from urllib.parse import quote

from generator.agreement import Agreement, Calendar, Commitment, TierTarget
from generator.pages import formats
from generator.pages.attention import SLA, commitment_goals
from generator.pages.cells import Cell
from generator.pages.context import Context, kpi_page
from generator.pages.definitions import agreed_text, field_title
from generator.pages.headline import chip as cell_chip
from generator.pages.headline import headline, paced, period_text, printed
from generator.pages.words import Chip

DIRECTIONS = {
    "marketing_to_sales": "What Marketing owes Sales",
    "sales_to_marketing": "What Sales owes Marketing",
    "joint": "What both owe each other",
}
_UNITS = {
    "business_minutes": "business minute",
    "business_hours": "business hour",
    "business_days": "business day",
    "minutes": "minute",
    "hours": "hour",
    "days": "day",
}
_TRIGGERS = {
    "mql": "the lead becomes an MQL",
    "recycled": "the lead is recycled",
    "sal": "Sales accepts the lead",
    "sql": "Sales qualifies the lead",
    "rejection": "Sales rejects a lead",
    "week": "each week",
    "month": "each month",
    "quarter": "each quarter",
    "period": "each period",
}
_STOPS = {
    "first_response": "a first contact by a person",
    "assignment": "the lead has an owner",
    "crm_event": "the lead shows in the sales system",
    "decision": "a decision",
    "attempts": "the promised number of attempts",
    "connected": "the buyer is reached",
    "sal": "acceptance",
    "sql": "qualification",
    "reasoned_exit": "a rejection with a reason",
    "marketing_touch": "a touch by Marketing",
    "review_held": "the review is held",
}
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class Kept:
    """How a commitment is kept in one period."""

    period: str
    value: str
    base: str
    chip: Chip | None


@dataclass(frozen=True)
class Line:
    """A commitment as the reference shows it."""

    commitment: Commitment
    anchor: str
    sentence: str
    levels: tuple[tuple[str, str, str], ...]  # tier, what is promised, goal
    facts: tuple[tuple[str, str], ...]
    agreed: str
    since: str
    earlier: tuple[str, ...]
    kept: tuple[Kept, ...]  # newest first
    metric_page: str


def write_promises(context: Context) -> None:
    """Write sla.md."""
    agreement = context.report.agreement
    day = context.report.drop.as_of.date()
    lines = [line(context, commitment) for commitment in agreement.commitments_at(day)]
    context.write(
        "sla.md",
        "sla.md.j2",
        {
            "directions": [
                (title, [line for line in lines if line.commitment.direction == name])
                for name, title in DIRECTIONS.items()
            ],
            "tiers": agreement.sla.tiers,
            "calendars": [(calendar, hours(calendar), list(closed(calendar, day))) for calendar in agreement.calendars],
            "sla": agreement.sla,
            "has_kpi": SLA in context.kpis,
        },
    )


def line(context: Context, commitment: Commitment) -> Line:
    """Return a commitment with its levels, its clock and how it is kept now."""
    agreement = context.report.agreement
    shown = commitment.metric if commitment.metric in context.kpis else None
    return Line(
        commitment=commitment,
        anchor=commitment.id.replace(".", "-").replace("_", "-"),
        sentence=sentence(agreement, commitment),
        levels=tuple(_level(agreement, commitment, target) for target in commitment.per_tier),
        facts=tuple(_facts(agreement, commitment)),
        agreed=agreed_text(commitment.agreed.sales, commitment.agreed.marketing, commitment.agreed.on),
        since=formats.day(commitment.effective_from),
        earlier=tuple(_earlier(agreement, commitment)),
        kept=tuple(_kept_metric(context, shown) if shown else _kept(context, commitment)),
        metric_page=kpi_page(shown) if shown else kpi_page(SLA) if SLA in context.kpis else "",
    )


def sentence(agreement: Agreement, commitment: Commitment) -> str:
    """Return the promise with its levels: `... Tier A: within 60 business minutes, 95 % of the time.`"""
    told = []
    for target in commitment.per_tier:
        tier, what, goal = _level(agreement, commitment, target)
        head = f"{tier}: " if target.tier else ""
        phrase = f"{head}{what}{f', in {goal} of cases' if goal and goal != '100 %' else ''}"
        told.append(f"{phrase[0].upper()}{phrase[1:]}.")
    return " ".join([commitment.promise, *told])


def _level(agreement: Agreement, commitment: Commitment, target: TierTarget) -> tuple[str, str, str]:
    tiers = {tier.id: tier.title for tier in agreement.sla.tiers}
    goal = _share(Decimal(str(target.goal))) if target.goal is not None else ""
    return tiers.get(target.tier or "", "Every lead"), _promised(commitment, target), goal


def _promised(commitment: Commitment, target: TierTarget) -> str:
    if target.unit in _UNITS:
        time = f"within {formats.several(float(target.value), _UNITS[target.unit])}"
        return f"{formats.several(target.attempts, 'attempt')} {time}" if target.attempts else time
    if commitment.kind == "metric" and target.unit == "ratio" and target.value == 1:
        return "the agreed target is reached"
    if commitment.kind == "quality":
        return "all agreed fields are filled"
    if commitment.kind == "reason":
        return "every rejection says why"
    if target.unit == "ratio":
        return f"at least {_share(target.value)}"
    return f"at least {formats.counted(float(target.value))}"


def _share(share: Decimal) -> str:
    """Return an agreed share without needless decimals: 0.95 gives `95 %`."""
    return f"{(share * 100).normalize():f} %"


def _facts(agreement: Agreement, commitment: Commitment) -> Iterator[tuple[str, str]]:
    clock = commitment.kind == "clock"
    yield ("Clock starts" if clock else "Applies to", _TRIGGERS[commitment.trigger])
    if commitment.stop:
        yield ("Clock stops with", formats.listed([_STOPS[stop] for stop in commitment.stop], "or"))
    if clock:
        yield ("Hours that count", _calendar_words(agreement, commitment.calendar))
    if commitment.grace:
        unit = _UNITS.get(commitment.per_tier[0].unit, "")
        yield ("Grace, shown apart", formats.several(float(commitment.grace), unit))
    if commitment.required_fields:
        yield ("Agreed fields", formats.listed([field_title(agreement, name) for name in commitment.required_fields]))
    if commitment.cancel_on:
        titles = {reason.code: reason.title for reason in agreement.lifecycle.reasons}
        yield ("Withdrawn for", formats.listed([titles.get(code, code) for code in commitment.cancel_on], "or"))


def _calendar_words(agreement: Agreement, calendar: str) -> str:
    if calendar == "24x7":
        return "around the clock"
    if calendar == "owner":
        return "the opening hours of the lead's owner, else of the region, else of the company"
    known = agreement.calendar(calendar)
    return f"the opening hours of {known.title}" if known else calendar


def _earlier(agreement: Agreement, commitment: Commitment) -> Iterator[str]:
    versions = [one for one in agreement.sla.commitments if one.id == commitment.id]
    for version in sorted(versions, key=lambda one: one.effective_from, reverse=True):
        if version.effective_from < commitment.effective_from:
            levels = "; ".join(
                f"{tier}: {what}{f' ({goal})' if goal else ''}"
                for tier, what, goal in (_level(agreement, version, target) for target in version.per_tier)
            )
            yield f"{version.version}, from {formats.day(version.effective_from)}: {levels}"


def _kept(context: Context, commitment: Commitment) -> Iterator[Kept]:
    """Yield the newest two periods that have obligations."""
    scope = f"commitment={quote(commitment.id, safe='._-')}"
    goal = commitment_goals(context.report.agreement).get(commitment.id)
    run = [cell for cell in context.cells.run(SLA, "month", scope) if cell.value is not None]
    for cell in reversed(run[-2:]):
        row = context.cells.periods[cell.period]
        base = formats.of(cell.numerator or 0, cell.denominator or cell.n)
        value = printed(context, context.figure(SLA), cell)
        yield Kept(period_text(row), value, "" if value == base else base, _chip(context, cell, goal))


def _chip(context: Context, cell: Cell, goal: float | None) -> Chip | None:
    if goal is None:
        return None
    if cell.n < context.min_n:
        return Chip("small sample", "none")
    return Chip("kept", "good") if (cell.value or 0) >= goal else Chip("under the goal", "bad")


def _kept_metric(context: Context, metric: str) -> Iterator[Kept]:
    kpi = context.kpis[metric]
    stand = None if context.is_missing(kpi) else headline(context, kpi)
    if stand is None or stand.cell.value is None:
        return
    pace = paced(context, stand.cell)
    attained = pace.value if pace and pace.value is not None and stand.period.is_part else stand.cell.attainment
    told = "" if attained is None else f"{formats.percent(attained)} of {'pace' if stand.period.is_part else 'target'}"
    value = printed(context, kpi.headline, stand.cell)
    state = cell_chip(context, kpi.headline, stand.cell) if stand.cell.target is not None else None
    yield Kept(period_text(stand.period), value, told, state)


def hours(calendar: Calendar) -> list[str]:
    """Return the opening hours with days of equal hours together: `Mon–Fri 09:00–17:00`."""
    by_day = {day: [f"{w.open}–{w.close}" for w in calendar.windows if w.weekday == day] for day in range(7)}
    runs: list[tuple[int, int, str]] = []
    for day, windows in by_day.items():
        text = ", ".join(windows)
        if text and runs and runs[-1][1] == day - 1 and runs[-1][2] == text:
            runs[-1] = (runs[-1][0], day, text)
        elif text:
            runs.append((day, day, text))
    return [f"{_DAYS[first]}{f'–{_DAYS[last]}' if last > first else ''} {text}" for first, last, text in runs]


def closed(calendar: Calendar, day: date) -> Iterator[tuple[str, str, str]]:
    """Yield the holidays of the year of `day` and the next: day, name, and the hours of a short day."""
    for holiday in calendar.holidays:
        if day.year <= holiday.date.year <= day.year + 1:
            times = f"open {holiday.open}–{holiday.close}" if holiday.open and holiday.close else "closed"
            yield formats.day(holiday.date), holiday.name or "", times
