"""The one way a number is printed, in tables, tiles and charts alike."""

from __future__ import annotations

import math

#: A space that neither breaks nor stretches, between a figure and its unit.
_GAP = "\u202f"
_MINUS = "\u2212"
_SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥"}
_SHORT = ((1e9, "B"), (1e6, "M"), (1e3, "k"))
_SUFFIX = {"ratio": "%", "points": "pts", "ratio_x": "×", "days": "days", "months": "months", "hours": "h"}


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


def tick(value: float, unit: str, step: float, currency: str = "EUR") -> str:
    """Return an axis label: no more decimals than the distance between two ticks asks for."""
    scale = 100.0 if unit in ("ratio", "points") else 1.0
    decimals = _decimals(step * scale)
    if unit.startswith("currency") or (unit == "count" and abs(value) >= 10_000):
        text = _money_prefix(currency) if unit.startswith("currency") else ""
        text += _shortened(abs(value), decimals, step)
    elif unit == "minutes":
        text = _minutes(abs(value), _decimals(step))
    else:
        text = _with_suffix(f"{abs(value) * scale:,.{decimals}f}", unit)
    return (_MINUS if value < 0 else "") + text


def _unsigned(value: float, unit: str, currency: str, short: bool) -> str:
    if unit.startswith("currency"):
        return _money_prefix(currency) + _amount(value, short) + ("/day" if unit == "currency_per_day" else "")
    if unit == "minutes":
        return _minutes(value, 1)
    if unit in ("ratio", "points"):
        return _with_suffix(f"{value * 100:,.1f}", unit)
    if unit == "count":
        return _amount(value, short) if value >= 10 or value == int(value) else f"{value:,.1f}"
    return _with_suffix(f"{value:,.{2 if unit == 'ratio_x' and value < 10 else 1}f}", unit)


def _amount(value: float, short: bool) -> str:
    if short:
        return _shortened(value, 0, value)
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:,.2f}"


def _shortened(value: float, decimals: int, step: float) -> str:
    """Return 1234567 as 1.23M: three significant figures, or as many decimals as `step` needs."""
    for size, letter in _SHORT:
        if value >= size:
            scaled = value / size
            places = max(0, 2 - int(math.log10(scaled))) if step == value else _decimals(step / size)
            text = f"{scaled:,.{places}f}"
            return (text.rstrip("0").rstrip(".") if "." in text else text) + letter
    return f"{value:,.{decimals}f}"


def _minutes(value: float, decimals: int) -> str:
    if value < 120:
        text = f"{value:.{min(decimals, 1)}f}" if value < 10 else f"{value:.0f}"
        return f"{text}{_GAP}min"
    return f"{value / 60:,.1f}".removesuffix(".0") + f"{_GAP}h"


def _decimals(step: float) -> int:
    """Return how many decimals it takes to print `step`, and so to tell two ticks apart: at most four."""
    return next((places for places in range(4) if math.isclose(round(step, places), step, rel_tol=1e-6)), 4)


def _with_suffix(text: str, unit: str) -> str:
    suffix = _SUFFIX.get(unit)
    if suffix is None:
        return text
    return text + suffix if suffix == "×" else f"{text}{_GAP}{suffix}"


def _money_prefix(currency: str) -> str:
    return _SYMBOLS.get(currency) or (f"{currency}{_GAP}" if currency else "")
