"""Shares that add to one: the whole of a cell is summed over all members of one dimension."""

from __future__ import annotations

import pandas as pd

from generator.measures.scopes import ALL


def whole_of(placed: pd.DataFrame, dim: str, column: str) -> pd.Series:
    """Return `column` of the cell that lacks `dim` in its scope: `channel=x;region=y` looks at `region=y`."""
    wider = {scope: _without(scope, dim) for scope in placed["scope"].unique()}
    keys = pd.MultiIndex.from_arrays([placed["period"], placed["scope"].map(wider)])
    by_cell = placed.set_index(["period", "scope"])[column]
    return pd.Series(by_cell.reindex(keys).to_numpy(), index=placed.index)


def _without(scope: str, dim: str) -> str:
    kept = [part for part in scope.split(";") if part.partition("=")[0] != dim]
    return ";".join(kept) or ALL
