"""How scores are judged, as rows: the bands, and the score from which a lead qualifies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from itertools import pairwise

from generator.agreement import Agreement
from generator.agreement.criteria import Condition, Criteria, ScoreCondition
from generator.calendar.zones import start_of_day

_LOWEST, _HIGHEST = Decimal("-1e9"), Decimal("1e9")
_EVER, _NEVER = datetime(1, 1, 1), datetime(9999, 12, 31)


def score_bands(agreement: Agreement) -> list[tuple[Decimal, Decimal, str]]:
    """Return from (inclusive), to (exclusive) and name of each band, lowest first; names sort as the bands do."""
    edges = agreement.settings.score_bands
    width = max((len(f"{edge:f}") for edge in edges), default=0)
    names = [f"{edge:f}".rjust(width, "0") for edge in edges]
    if not edges:
        return []
    inner = [(low, high, f"{names[at]} to {names[at + 1]}") for at, (low, high) in enumerate(pairwise(edges))]
    below = "0".rjust(width, "0")
    return [(_LOWEST, edges[0], f"{below} to {names[0]}"), *inner, (edges[-1], _HIGHEST, f"{names[-1]} and more")]


def score_thresholds(agreement: Agreement) -> list[tuple[datetime, datetime, float]]:
    """Return the score from which leads qualify, and from and until when (UTC, exclusive) it is in force.

    It is the setting `score_threshold`, else the first score that every lead needs in that version of the definition.
    A time without one is judged at the score that a later version asks for first.
    """
    if agreement.settings.score_threshold is not None:
        return [(_EVER, _NEVER, agreement.settings.score_threshold)]
    versions = agreement.versions_of("mql")
    zone = agreement.settings.reporting_timezone
    starts = [_EVER, *(start_of_day(version.effective_from, zone) for version in versions), _NEVER]
    needed = [None, *(next(_needed(version.criteria), None) for version in versions)]
    return [
        (starts[at], starts[at + 1], score)
        for at in range(len(needed))
        if (score := next((later for later in needed[at:] if later is not None), None)) is not None
    ]


def _needed(condition: Condition) -> Iterator[float]:
    if isinstance(condition, Criteria):
        for part in condition.all:
            yield from _needed(part)
    elif isinstance(condition, ScoreCondition) and condition.op in (">=", ">"):
        assert isinstance(condition.value, (int, float))
        yield float(condition.value)
