"""Figures of money, a second time."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .oracle import Oracle

#: What is compared, by the names of the results.
METRICS: list[str] = []


def add(oracle: Oracle) -> None:
    """Add the figures of this file to `oracle.figures`."""
