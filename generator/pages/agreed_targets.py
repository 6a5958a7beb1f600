"""Whether both teams have agreed on their own target before a period begins: Sales first, then Marketing's from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from generator.agreement.targets import SAMPLE, Target
from generator.calendar.zones import local_date
from generator.models.agreed import AgreedTarget
from generator.pages import formats
from generator.pages.context import Context
from generator.pages.definitions import agreed_text
from generator.pages.words import Chip

REVENUE = "revenue_won"
#: In this order the teams agree: what Marketing has to bring follows from what Sales has to win.
TEAMS = ("sales", "marketing")
NAMES = {"sales": "Sales", "marketing": "Marketing"}
#: So long before a period begins, what is missing for it is said on the home page.
AHEAD = timedelta(days=45)


@dataclass(frozen=True)
class Side:
    """One team's revenue target for a period, and how it came about."""

    team: str
    value: str  # empty where there is none
    agreed: str  # who and when, as far as it is known
    chip: Chip
    fault: str  # what is wrong with it, in a sentence without its end; empty where nothing is


@dataclass(frozen=True)
class Ahead:
    """Both teams' targets for a period."""

    label: str  # Q1 2027
    starts_on: date
    sides: tuple[Side, ...]

    @property
    def faults(self) -> list[str]:
        """What is missing or came too late, the first step first."""
        if not any(side.value for side in self.sides):
            return ["neither Sales nor Marketing has a revenue target"]
        return [side.fault for side in self.sides if side.fault]


def running(context: Context) -> Ahead | None:
    """Return both targets of the newest quarter, or None where the drop holds none."""
    rows = context.cells.of_grain("quarter")
    if not rows or REVENUE not in context.kpis:
        return None
    row = rows[-1]
    return _ahead(context, row.label, date.fromisoformat(row.starts_on), date.fromisoformat(row.ends_on))


def following(context: Context) -> Ahead | None:
    """Return both targets of the quarter after the newest one."""
    now = running(context)
    if now is None:
        return None
    start = date.fromisoformat(context.cells.of_grain("quarter")[-1].ends_on)
    return _ahead(context, _next_label(context.cells.of_grain("quarter")[-1].label), start, _months_on(start, 3))


def _next_label(label: str) -> str:
    year, quarter = map(int, label.split("Q"))
    return f"{year + quarter // 4}Q{quarter % 4 + 1}"


def _months_on(day: date, months: int) -> date:
    month = day.year * 12 + day.month - 1 + months
    return date(month // 12, month % 12 + 1, 1)


def _ahead(context: Context, label: str, start: date, end: date) -> Ahead:
    held = {team: agreed_for(context, REVENUE, team, start, end) for team in TEAMS}
    sides = tuple(_side(context, team, held) for team in TEAMS)
    return Ahead(formats.period(label), start, sides)


def agreed_for(context: Context, metric: str, team: str, start: date, end: date) -> tuple[AgreedTarget, ...]:
    """Return the target of a team for exactly this span: one, or the shorter ones that add up to it."""
    inside = [
        one
        for one in context.report.targets
        if (one.metric, one.team) == (metric, team) and start <= one.period_start and one.period_end <= end
    ]
    newest = {(one.period_start, one.period_end): one for one in inside}  # of two, the one agreed last
    if whole := newest.get((start, end)):
        return (whole,)
    tiles = [newest[span] for span in sorted(newest)]
    covered = sum((one.period_end - one.period_start).days for one in tiles)
    return tuple(tiles) if covered == (end - start).days else ()


def _side(context: Context, team: str, held: dict[str, tuple[AgreedTarget, ...]]) -> Side:
    name, targets = NAMES[team], held[team]
    if not targets:
        follows = " (it follows from that of Sales)" if team == "marketing" and held["sales"] else ""
        return Side(team, "", "", Chip("missing", "bad"), f"{name} has no revenue target{follows}")
    value = _value(context, targets)
    days = [one.agreed_on for one in targets]
    agreed = _who(context, targets, max((day for day in days if day), default=None))
    if any(one.version == SAMPLE for one in targets):
        return Side(team, value, "", Chip("sample", "warn"), f"{name} has a sample target that nobody agreed on")
    if None in days:
        return Side(team, value, agreed, Chip("no day", "warn"), f"the target of {name} says not when it was agreed")
    last = max(day for day in days if day)
    if any(one.agreed_on and one.agreed_on > one.period_start for one in targets):
        late = f"the target of {name} was agreed on {formats.day(last)}, after its period began"
        return Side(team, value, agreed, Chip("late", "warn"), late)
    before = [one.agreed_on for one in held["sales"] if one.agreed_on] if team == "marketing" else []
    if before and last < max(before):
        early = f"the target of {name} was agreed on {formats.day(last)}, before that of Sales which it follows from"
        return Side(team, value, agreed, Chip("out of order", "warn"), early)
    return Side(team, value, agreed, Chip("agreed", "good"), "")


def _value(context: Context, targets: tuple[AgreedTarget, ...]) -> str:
    currencies = {one.currency or context.currency for one in targets}
    total = sum((one.value for one in targets), Decimal(0))
    return formats.money(float(total), currencies.pop()) if len(currencies) == 1 else "several currencies"


def _who(context: Context, targets: tuple[AgreedTarget, ...], on: date | None) -> str:
    """Return who agreed and when; the drop knows the day alone, the agreement may name the roles."""
    written: dict[str, Target] = {one.id: one for one in context.report.agreement.targets}
    named = [written[one.id].agreed_by for one in targets if one.id in written]
    roles = next((one for one in named if one.sales or one.marketing), None)
    if roles:
        return agreed_text(roles.sales, roles.marketing, on)
    when = "month by month, the last on" if len(targets) > 1 else "on"
    return f"{when} {formats.day(on)}" if on else ""


def told_at_home(context: Context) -> Iterator[str]:
    """Yield a sentence for the running quarter, and for the next one once it is near, where something is missing."""
    today = local_date(context.report.drop.as_of, context.report.agreement.settings.reporting_timezone)
    now, soon = running(context), following(context)
    if now and now.faults and not _only_samples(now):
        yield f"{now.label}: {'; '.join(now.faults)}."
    if soon and soon.faults and today >= soon.starts_on - AHEAD:
        days = (soon.starts_on - today).days
        begins = f"begins in {formats.several(days, 'day')}" if days > 0 else "begins now"
        yield f"{soon.label} {begins}: {'; '.join(soon.faults)}."


def _only_samples(ahead: Ahead) -> bool:
    """Whether nothing but samples is there, which every figure held against them says already."""
    return all(side.chip.word == "sample" for side in ahead.sides)
