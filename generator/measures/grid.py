"""Where cells stand: pairs of a period and a scope, as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from generator.measures.periods import Flags, Indices


@dataclass(frozen=True, eq=False)
class Grid:
    """The cells of one or more figures, each pair once, sorted by period and scope.

    period: positions in `Periods`. scope: positions in `scopes`, which are texts, each once, sorted.
    """

    period: Indices
    scope: Indices
    scopes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.period)

    @cached_property
    def _keys(self) -> Indices:
        return self.period * len(self.scopes) + self.scope

    @cached_property
    def _codes(self) -> dict[str, int]:
        return {text: code for code, text in enumerate(self.scopes)}

    def code_of(self, scope: str) -> int:
        """Return the position of a scope; -1 for one that has no cell."""
        return self._codes.get(scope, -1)

    def codes_of(self, scopes: Sequence[str]) -> Indices:
        """Return the position of each scope; -1 for one that has no cell."""
        return np.array([self._codes.get(scope, -1) for scope in scopes], dtype="int64")

    def find(self, period: Indices, scope: Indices) -> Indices:
        """Return which cell stands at each pair; -1 for none. A negative period or scope is nowhere."""
        if not len(self):
            return np.full(len(period), -1, dtype="int64")
        asked = period * len(self.scopes) + scope
        at = np.minimum(np.searchsorted(self._keys, asked), len(self) - 1)
        known = (period >= 0) & (scope >= 0) & (self._keys[at] == asked)
        return np.where(known, at, -1).astype("int64")

    def only(self, kept: Flags) -> Grid:
        """Return the cells that are true in `kept`."""
        return Grid(self.period[kept], self.scope[kept], self.scopes)

    def where(self, scope: str) -> Flags:
        """Return which cells stand at this scope."""
        return np.equal(self.scope, self.code_of(scope))


def sorted_grid(period: Indices, scope: Indices, scopes: Sequence[str]) -> tuple[Grid, Indices]:
    """Return the grid of these pairs, and the order in which it holds them; `scopes` are texts, each once."""
    by_text = sorted(range(len(scopes)), key=scopes.__getitem__)
    rank = np.empty(len(scopes), dtype="int64")
    rank[by_text] = np.arange(len(scopes))
    codes = rank[scope]
    order = np.lexsort((codes, period))
    return Grid(period[order], codes[order], tuple(scopes[at] for at in by_text)), order


def taken(values: npt.NDArray[np.float64], at: Indices) -> npt.NDArray[np.float64]:
    """Return the values at these positions; NaN at -1."""
    return np.where(at >= 0, values[np.maximum(at, 0)], np.nan) if len(values) else np.full(len(at), np.nan)
