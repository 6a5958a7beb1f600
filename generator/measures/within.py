"""Shares that add to one: the whole of a cell is summed over all members of one dimension."""

from __future__ import annotations

from generator.measures.grid import Grid, taken
from generator.measures.intervals import Numbers
from generator.measures.scopes import ALL


def whole_of(grid: Grid, dim: str, sums: Numbers) -> Numbers:
    """Return `sums` of the cell that lacks `dim` in its scope: `channel=x;region=y` looks at `region=y`."""
    wider = grid.codes_of([_without(scope, dim) for scope in grid.scopes])
    return taken(sums, grid.find(grid.period, wider[grid.scope]))


def _without(scope: str, dim: str) -> str:
    kept = [part for part in scope.split(";") if part.partition("=")[0] != dim]
    return ";".join(kept) or ALL
