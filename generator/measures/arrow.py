"""Columns of Arrow as arrays of numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from generator.measures.periods import Flags, Indices

Codes = npt.NDArray[np.int32]

BILLION = 10**9
NEVER = 2**62
_LARGEST = 2**40  # eight million of these can be summed in 64 bits


def integers(column: Any, nothing: int) -> Indices:
    """Return integers; null is `nothing`."""
    filled = pc.fill_null(column.cast(pa.int64()), nothing) if column.null_count else column
    return np.asarray(filled.to_numpy(zero_copy_only=False), dtype="int64")


def flags(column: Any) -> Flags:
    """Return which rows hold more than 0; null is 0."""
    filled = pc.fill_null(column, 0) if column.null_count else column
    return np.asarray(filled.to_numpy(zero_copy_only=False) > 0)


def microseconds(column: Any) -> Indices:
    """Return instants since 1970-01-01; null is the end of time."""
    return integers(column.cast(pa.timestamp("us")), NEVER)


def coded(column: Any, known: dict[str, int]) -> Codes:
    """Return the code of each row's text; `known` grows by those that are new."""
    if column.null_count == len(column):
        return np.full(len(column), known.setdefault("", len(known)), dtype="int32")
    encoded = column.dictionary_encode()
    # The last answers for rows where nothing is recorded.
    codes = [known.setdefault(text, len(known)) for text in encoded.dictionary.to_pylist()]
    if column.null_count:
        codes.append(known.setdefault("", len(known)))
    indices = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)
    return np.asarray(np.array(codes, dtype="int32")[indices])


def exact(column: Any) -> tuple[npt.NDArray[Any], Indices]:
    """Return integers, or decimals of nine places, as whole units and billionths; null counts as nothing."""
    if pa.types.is_integer(column.type):
        return integers(column, 0), np.zeros(len(column), dtype="int64")
    halves = np.frombuffer(column.buffers()[1], dtype="int64").reshape(-1, 2)[column.offset :][: len(column)]
    low, high = halves[:, 0], halves[:, 1]
    if column.null_count:
        there = column.is_valid().to_numpy(zero_copy_only=False)
        low, high = np.where(there, low, 0), np.where(there, high, 0)
    if (high == low >> 63).all():  # it fits 64 bits
        return np.divmod(low, BILLION)
    exact = [
        divmod(upper * 2**64 + lower % 2**64, BILLION) for lower, upper in zip(low.tolist(), high.tolist(), strict=True)
    ]
    whole = [one for one, _ in exact]
    fits = max(map(abs, whole)) < _LARGEST  # beyond, the last digits are lost
    return np.array(whole, dtype="int64" if fits else "float64"), np.array([part for _, part in exact])
