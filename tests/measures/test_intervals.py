"""Intervals against published numbers and against themselves."""

from __future__ import annotations

from math import isinf, isnan, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.measures.intervals import Z, count_ratio, newcombe, wilson


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [
        (7, 12, 0.3195113125, 0.8067396863),
        (5, 9, 0.2666512935, 0.8112214789),
        (4, 8, 0.2152160622, 0.7847839378),
        (0, 10, 0, 0.2775327999),
        (10, 10, 0.7224672001, 1),
    ],
)
def test_the_score_interval_of_a_share(hits, of, low, high):
    found = wilson([hits], [of])
    assert (found[0][0], found[1][0]) == pytest.approx((low, high), abs=1e-10)


def test_nothing_out_of_nothing_has_no_interval():
    low, high = wilson([0], [0])
    assert isnan(low[0])
    assert isnan(high[0])


def test_the_published_example_of_the_hybrid_interval():
    # 56/70 against 48/80: 0.0524 to 0.3339.
    low, high = newcombe((np.array([56.0]), np.array([70.0])), (np.array([48.0]), np.array([80.0])))
    assert (low[0], high[0]) == pytest.approx((0.0524, 0.3339), abs=5e-5)


@given(st.integers(0, 50), st.integers(1, 50))
def test_a_share_lies_inside_its_interval_and_the_interval_inside_nought_and_one(hits, more):
    of = hits + more
    low, high = (bound[0] for bound in wilson([hits], [of]))
    assert 0 <= low <= hits / of <= high <= 1
    if hits:
        # Both ends solve |share - p| = z * sqrt(p (1 - p) / n).
        assert abs(hits / of - low) == pytest.approx(Z * sqrt(low * (1 - low) / of), abs=1e-12)


@given(st.integers(0, 500), st.integers(0, 500))
def test_turning_two_counts_round_turns_their_interval_round(now, before):
    low, high = (bound[0] for bound in count_ratio([now], [before]))
    turned_low, turned_high = (bound[0] for bound in count_ratio([before], [now]))
    if now == before == 0:
        assert isnan(low)
    elif before == 0:
        assert isinf(high)
        assert turned_low == 0
    else:
        assert low * turned_high == pytest.approx(1) or (low == 0 and isinf(turned_high))
        assert low <= now / before <= high
