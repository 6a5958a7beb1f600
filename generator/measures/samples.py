"""How many units a figure must rest on before it is printed or judged."""

from __future__ import annotations

#: Fewer units than this and a percentage, a median, an average of money or a level says more about chance than skill.
FEWEST = 5
#: Fewer than this and nine tenths of them say nothing about the tail.
FEWEST_FOR_TAIL = 20
_SHARES = ("rate", "cohort")


def fewest_to_print(kind: str, unit: str, name: str = "") -> int:
    """Return the fewest units on which a value may be printed.

    kind, unit: those of the figure. name: what the figure is called beside its KPI, "" for the headline.
    """
    if name.startswith("p90"):
        return FEWEST_FOR_TAIL
    is_middle = kind == "survival" or name.startswith("median")
    is_money = kind == "mean" and unit == "currency"
    return FEWEST if kind in _SHARES or is_middle or is_money else 0


def fewest_to_judge(kind: str, is_flow: bool, min_n_rate: int) -> int:
    """Return the fewest units on which a value is held against a target: of a flow none, few of them are the news."""
    if kind in _SHARES:
        return min_n_rate
    return 0 if is_flow else FEWEST
