"""When a difference is worth telling: counts from one on, money from a share of it on, all else once it can be seen."""

from __future__ import annotations

from decimal import Decimal

from generator.agreement import Settings

#: Half of the last digit that pages print, by unit.
SEEN = {
    "ratio": Decimal("0.0005"),
    "ratio_x": Decimal("0.005"),
    "minutes": Decimal("0.5"),
    "hours": Decimal("0.05"),
    "days": Decimal("0.05"),
    "months": Decimal("0.05"),
}


def counts(before: Decimal, now: Decimal, unit: str, settings: Settings) -> bool:
    """Whether a closed figure of `unit` has moved further than was agreed to pass unsaid."""
    tolerated = settings.restatement_tolerance
    moved = abs(now - before)
    if unit == "count":
        return moved > tolerated.count
    if unit.startswith("currency"):
        return moved > max(abs(before), abs(now)) * Decimal(str(tolerated.money))
    return moved > SEEN.get(unit, Decimal(0))
