"""Intervals of counts and shares: Wilson's score, Newcombe's difference, the ratio of two counts."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Numbers: TypeAlias = npt.NDArray[np.float64]

Z = 1.959963984540054  # the 97.5 % point of the normal distribution: 95 % two-sided


def wilson(hits: npt.ArrayLike, of: npt.ArrayLike) -> tuple[Numbers, Numbers]:
    """Return the ends of the 95 % score interval of hits/of, without continuity correction; NaN where of is 0."""
    k, n = np.asarray(hits, dtype="float64"), np.asarray(of, dtype="float64")
    with np.errstate(divide="ignore", invalid="ignore"):
        share = k / n
        base = 1 + Z**2 / n
        middle = share + Z**2 / (2 * n)
        spread = Z * np.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
        low, high = (middle - spread) / base, (middle + spread) / base
    # At the ends the formula is exactly 0 and 1; floats come out a hair beside.
    return np.where((k == 0) & (n > 0), 0.0, low), np.where((k == n) & (n > 0), 1.0, high)


def newcombe(now: tuple[Numbers, Numbers], before: tuple[Numbers, Numbers]) -> tuple[Numbers, Numbers]:
    """Return the 95 % hybrid score interval of the difference of two shares, each given as (hits, of)."""
    share, earlier = _share(*now), _share(*before)
    (low, high), (low_before, high_before) = wilson(*now), wilson(*before)
    change = share - earlier
    return (
        change - np.sqrt((share - low) ** 2 + (high_before - earlier) ** 2),
        change + np.sqrt((high - share) ** 2 + (earlier - low_before) ** 2),
    )


def count_ratio(now: npt.ArrayLike, before: npt.ArrayLike) -> tuple[Numbers, Numbers]:
    """Return the 95 % interval of now/before for two counts; infinite above where nothing was before."""
    k, earlier = np.asarray(now, dtype="float64"), np.asarray(before, dtype="float64")
    low, high = wilson(k, k + earlier)
    with np.errstate(divide="ignore", invalid="ignore"):
        return low / (1 - low), high / (1 - high)


def _share(hits: Numbers, of: Numbers) -> Numbers:
    with np.errstate(divide="ignore", invalid="ignore"):
        return hits / of
