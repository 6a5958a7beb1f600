"""How numbers, dates and periods are printed: exact until here, rounded half to even, grouped as in en_US."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from generator.canonical import MOMENTS
from generator.kpis.vocabulary import EARLIER_VERSION

NOT_AVAILABLE = "n/a"
#: Fewer units than this and a share is said as "k of n".
SMALL = 5
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
#: Between a figure and its unit: neither breaks nor stretches.
_GAP = "\u202f"
MINUS = "\u2212"


@lru_cache(maxsize=16384)
def rounded(value: float, places: int) -> str:
    """Return `value` with exactly `places` decimals, grouped by thousands: 1234.5 with 1 gives `1,234.5`."""
    return _rounded(Decimal(repr(float(value))), places)


def _rounded(exact: Decimal, places: int) -> str:
    kept = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
    return f"{MINUS if kept < 0 else ''}{abs(kept):,.{places}f}"


@lru_cache(maxsize=16384)
def percent(share: float, places: int = 1) -> str:
    """Return a share of 0 to 1 as a percentage: 0.556 gives `55.6 %`."""
    return f"{_rounded(Decimal(repr(float(share))) * 100, places)}{_GAP}%"


def money(amount: float, currency: str) -> str:
    """Return an amount with its currency code: no decimals from 1,000 on, else two."""
    text = rounded(amount, 0 if abs(amount) >= 1000 else 2)
    return f"{MINUS if text.startswith(MINUS) else ''}{currency}{_GAP}{text.removeprefix(MINUS)}"


def counted(value: float) -> str:
    """Return a count; an average of counts keeps one decimal."""
    return rounded(value, 0 if float(value).is_integer() else 1)


def number(value: float | None, unit: str, currency: str) -> str:
    """Return `value` as its unit (a KPI's `unit`) is printed, or `n/a` when there is none."""
    if value is None or not math.isfinite(value):
        return NOT_AVAILABLE
    match unit:
        case "ratio":
            return percent(value)
        case "ratio_x":
            return f"{rounded(value, 2)}×"
        case "currency":
            return money(value, currency)
        case "currency_per_day":
            return f"{money(value, currency)} per day"
        case "days" | "hours" | "months":
            return f"{rounded(value, 1)}{_GAP}{unit}"
        case "minutes":
            return f"{rounded(value, 0)}{_GAP}min"
    return counted(value)


def small_percent(share: float) -> str:
    """Return a share that may be tiny: what is more than nothing is never printed as 0.0 %."""
    return f"under{_GAP}{percent(0.001)}" if 0 < share < 0.0005 else percent(share)


def difference(change: float | None, *, of_rates: bool) -> str:
    """Return a change with its sign: percentage points between rates, a percentage of the earlier value elsewhere."""
    if change is None or not math.isfinite(change):
        return NOT_AVAILABLE
    text = rounded(change * 100, 1)
    sign = "" if text.startswith(MINUS) else "±" if text == "0.0" else "+"
    return f"{sign}{text}{_GAP}{'pts' if of_rates else '%'}"


def of(part: float, whole: float) -> str:
    """Return `3 of 4`."""
    return f"{counted(part)} of {counted(whole)}"


def day(value: date | str) -> str:
    """Return a day as pages print it: 2026-04-30 gives `30 Apr 2026`."""
    moment = date.fromisoformat(value[:10]) if isinstance(value, str) else value
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def instant(value: datetime) -> str:
    """Return a naive UTC instant: `30 Apr 2026, 22:00 UTC`."""
    return f"{day(value.date())}, {value:%H:%M} UTC"


def moment(value: datetime, zone: str) -> str:
    """Return a naive UTC instant where `zone` is: `20 Nov 2026, 18:00 UTC`; a midnight ends the day before it."""
    local = value.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
    if local.time() == time():
        return f"the end of {day(local.date() - timedelta(days=1))}"
    return f"{day(local.date())}, {local:%H:%M} {zone}"


def period(label: str) -> str:
    """Return a period's label in words: `Apr 2026`, `Q2 2026`, `week 45 of 2026`, `2026`, `all time`."""
    if label == "all":
        return "all time"
    if "-W" in label:
        year, week = label.split("-W")
        return f"week {int(week)} of {year}"
    if "Q" in label:
        year, quarter = label.split("Q")
        return f"Q{quarter} {year}"
    if len(label) == 7:
        return f"{_MONTHS[int(label[5:]) - 1]} {label[:4]}"
    return day(label) if len(label) == 10 else label


def several(count: float, singular: str, plural: str = "") -> str:
    """Return `1 row` or `2 rows`."""
    return f"{counted(count)} {singular if count == 1 else plural or singular + 's'}"


def listed(words: list[str] | tuple[str, ...], joint: str = "and") -> str:
    """Return `a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {joint} {words[-1]}"


def sentence(text: str) -> str:
    """Return a phrase as a sentence: with a capital at its beginning and a full stop at its end."""
    phrase = text.strip()
    return f"{phrase[:1].upper()}{phrase[1:]}{'' if phrase.endswith(('.', '!', '?')) or not phrase else '.'}"


def lacks(missing: tuple[str, ...]) -> str:
    """Return in words what a drop lacks: `the tables spend and touch, and the column lead.tier`."""
    tables = [need for need in missing if "." not in need and need != EARLIER_VERSION]
    columns = [need for need in missing if "." in need and not need.endswith(f".{MOMENTS}")]
    named = [
        f"the {kind}{'s' if len(needs) > 1 else ''} {listed(needs)}"
        for kind, needs in (("table", tables), ("column", columns))
        if needs
    ]
    dated = [need.partition(".")[0] for need in missing if need.endswith(f".{MOMENTS}")]
    named += [f"the time of day in {listed(dated)}, where most rows say the day or less"] if dated else []
    named += ["an earlier version"] if EARLIER_VERSION in missing else []
    return ", and ".join(named)
