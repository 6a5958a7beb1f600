"""The ways to cut unit rows: the whole, by dimension, and by pairs of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from generator.measures.arrow import Codes
from generator.measures.figure import Figure
from generator.measures.periods import Indices
from generator.measures.rows import Members, UnitRows, renumbered
from generator.measures.scopes import ALL

MOST = 4_000_000  # entries of a table of numbers; more are taken in turns, or sorted


def splits(rows: UnitRows, figure: Figure) -> Iterator[tuple[tuple[str, ...], Members]]:
    """Yield every way to cut: the whole, each dimension, and pairs with the one that the figure combines."""
    yield (), Members(np.zeros(len(rows), dtype="int32"), [ALL])
    for dim in figure.by:
        yield (dim,), rows.members[dim]
    for one, other in combinations(figure.by, 2):
        if figure.within in (one, other) or figure.crossed in (one, other):
            yield (one, other), _crossed(rows, one, other)


def _crossed(rows: UnitRows, one: str, other: str) -> Members:
    first, second = rows.members[one], rows.members[other]
    both = first.codes.astype(np.int64) * len(second.scopes) + second.codes
    there, codes = _numbered(both, len(first.scopes) * len(second.scopes))
    pairs = (divmod(key, len(second.scopes)) for key in there.tolist())
    texts = [";".join(sorted((first.scopes[one], second.scopes[other]))) for one, other in pairs]
    return renumbered(codes, texts)


def _numbered(keys: Indices, count: int) -> tuple[Indices, Codes]:
    """Return the distinct keys, which are below `count`, in order, and the number of each key among them."""
    if count > MOST:
        there, codes = np.unique(keys, return_inverse=True)
        return there, codes.astype("int32")
    there = np.flatnonzero(np.bincount(keys, minlength=count))
    number = np.zeros(count, dtype="int32")
    number[there] = np.arange(len(there))
    return there, number[keys]
