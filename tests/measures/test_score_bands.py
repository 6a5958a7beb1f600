"""Bands of a ranking: where the rate falls although the score rises, and units that are too young to tell."""

from __future__ import annotations

import pytest
from measures_bench import Bench, Settings, cell


def scores(bands):
    """Draw ten units a band, of which so many hit: score in the middle of the band."""
    lines = [
        f"{band}{n} | 2026-04-02 12:00 | {value} | {n < hits} | {band}"
        for band, value, hits in bands
        for n in range(10)
    ]
    return "\n".join(["unit | moment | value | hit | band", *lines])


@pytest.fixture
def small(november):
    return Bench(november.engine, Settings(min_n_band=10))


FOUR = [("00-24", 12, 1), ("25-49", 37, 2), ("50-74", 62, 1), ("75+", 87, 6)]


def test_a_rate_that_falls_with_a_higher_score_is_a_violation(small):
    found = small.measure("ranking", scores(FOUR))
    violations = cell(found, "2026-04", metric="metric.violations")
    assert (violations["value"], violations["n"]) == (1, 4)
    lifts = [cell(found, "2026-04", f"band={band}", "metric.lift")["value"] for band, _, _ in FOUR]
    assert lifts == pytest.approx([0.4, 0.8, 0.4, 2.4])


def test_bands_that_were_joined_are_one_band_when_violations_are_counted(november):
    found = november.measure("ranking", scores(FOUR))  # bands of ten join until they hold thirty
    assert cell(found, "2026-04", metric="metric.violations")["status"] == "zero_denominator"


@pytest.mark.parametrize(("young", "value", "status"), [(1, 1.0, "ok"), (2, None, "maturing")])
def test_units_too_young_to_tell_are_not_ranked_and_too_many_of_them_withhold_the_figure(
    november, young, value, status
):
    lines = [f"u{n} | 2026-04-02 12:00 | {n} | {n > 3} | true" for n in range(5)]
    lines += [f"y{n} | 2026-04-02 12:00 | {-n} | true | false" for n in range(young)]
    found = november.measure("ranking", "\n".join(["unit | moment | value | hit | is_mature", *lines]))
    april = cell(found, "2026-04")
    assert (april["value"], april["status"], april["n"]) == (value, status, 5)
