"""Quotients of money that say what is missing, and the scopes that a row falls into."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from . import figures as fig
from .figures import Cell


def over(above: Cell | Fraction | None, below: Cell | Fraction | None, n: int | None = None) -> Cell:
    """Return a quotient; what is missing on either side is missing."""
    for side in (above, below):
        if isinstance(side, Cell) and side.value is None:
            return Cell(None, side.status)
    up, down = (side.value if isinstance(side, Cell) else side for side in (above, below))
    if up is None or down is None:
        return Cell(None, "missing_input")
    status = next((side.status for side in (above, below) if isinstance(side, Cell) and side.status != "ok"), "ok")
    return Cell(up / down, status, n=n) if down else Cell(None, "zero_denominator")


def scopes_of(dims: dict[str, str | None], by: Iterable[str]) -> list[str]:
    """Return the whole and the scope of each member."""
    return ["all", *(f"{dim}={fig.escaped(fig.member(dims[dim]))}" for dim in by)]
