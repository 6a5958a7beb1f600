"""How a number is printed in a chart: as pages print it, and shorter where room is short."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, Decimal

#: A space that neither breaks nor stretches, between a figure and its unit.
_GAP = "\u202f"
_MINUS = "\u2212"
_SHORT = ((1e9, "B"), (1e6, "M"), (1e3, "k"))
_SUFFIX = {"ratio": f"{_GAP}%", "points": f"{_GAP}pts", "ratio_x": "×", "minutes": f"{_GAP}min"}
_SUFFIX |= {unit: f"{_GAP}{unit}" for unit in ("hours", "days", "months")}


def number(value: float | None, unit: str, currency: str = "EUR", *, sign: bool = False, short: bool = False) -> str:
    """Return `value` as readers see it; `n/a` for None and NaN.

    unit: ratio (a share, printed in %), points (a difference of shares, in percentage points), ratio_x, count,
    currency, currency_per_day, minutes, hours, days, months. `sign` puts a plus before what is above zero; `short`
    prints thousands and millions as k and M.
    """
    if value is None or not math.isfinite(value):
        return "n/a"
    text = _unsigned(abs(float(value)), unit, currency, short)
    if not any(digit in text for digit in "123456789"):
        return text
    return (_MINUS if value < 0 else "+" if sign else "") + text


def tick(value: float, unit: str, step: float) -> str:
    """Return an axis label: no more decimals than the distance between two ticks asks for, and no currency."""
    scale = 100.0 if unit in ("ratio", "points") else 1.0
    places = _places(step * scale)
    if scale == 1.0 and abs(value) >= 10_000:
        text = _shortened(abs(value), step)
    else:
        text = _rounded(Decimal(repr(abs(value))) * int(scale), places) + _SUFFIX.get(unit, "")
    return (_MINUS if value < 0 else "") + text


def _unsigned(value: float, unit: str, currency: str, short: bool) -> str:
    exact = Decimal(repr(value))
    if unit.startswith("currency"):
        amount = _shortened(value) if short and value >= 1000 else _rounded(exact, 0 if value >= 1000 else 2)
        return f"{currency}{_GAP}{amount}" + (" per day" if unit == "currency_per_day" else "")
    if unit in ("ratio", "points"):
        return _rounded(exact * 100, 1) + _SUFFIX[unit]
    if short and value >= 10_000:
        return _shortened(value) + _SUFFIX.get(unit, "")
    places = {"ratio_x": 2, "minutes": 0, "hours": 1, "days": 1, "months": 1}.get(unit, 0 if value.is_integer() else 1)
    return _rounded(exact, places) + _SUFFIX.get(unit, "")


def _rounded(exact: Decimal, places: int) -> str:
    return f"{exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN):,.{places}f}"


def _shortened(value: float, step: float | None = None) -> str:
    """Return 1234567 as 1.23M: three significant figures, or as many decimals as `step` needs."""
    for size, letter in _SHORT:
        if value >= size:
            scaled = value / size
            places = max(0, 2 - int(math.log10(scaled))) if step is None else _places(step / size)
            text = f"{scaled:,.{places}f}"
            return (text.rstrip("0").rstrip(".") if "." in text else text) + letter
    return f"{value:,.0f}"


def _places(step: float) -> int:
    """Return how many decimals it takes to print `step`, and so to tell two ticks apart: at most four."""
    return next((places for places in range(4) if math.isclose(round(step, places), step, rel_tol=1e-6)), 4)
