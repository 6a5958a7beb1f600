"""Means, medians, waits and ranks."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from measures_bench import cell
from test_measures_oracle import km_median


def waits(*pairs):
    rows = "\n".join(f"u{n} | 2026-04-02 12:00 | {value} | {seen}" for n, (value, seen) in enumerate(pairs))
    return f"unit | moment | value | observed\n{rows}"


def test_the_median_and_the_tail_stand_beside_the_mean(november):
    values = "\n".join(f"u{n} | 2026-04-02 12:00 | {value}" for n, value in enumerate((10000, 22000, 8000)))
    measured = november.measure("mean", f"unit | moment | value\n{values}")
    mean = cell(measured, "2026-04")
    assert mean["value"] == pytest.approx(40000 / 3, rel=1e-15)
    assert (mean["numerator"], mean["denominator"], mean["n"]) == (40000, 3, 3)
    assert cell(measured, "2026-04", metric="metric.median")["value"] == 10000
    assert cell(measured, "2026-04", metric="metric.p90")["value"] == pytest.approx(19600)
    assert cell(measured, "2026-05")["status"] == "zero_denominator"


def tries(*drawn):
    rows = "\n".join(f"u{n} | 2026-04-02 12:00 | {value} | {old}" for n, (value, old) in enumerate(drawn))
    return f"unit | moment | value | is_mature\n{rows}"


def test_only_units_that_had_their_time_are_averaged(november):
    measured = november.measure("mean", tries((4, True), (2, True), (0, True), (3, True), (9, False)))
    mean = cell(measured, "2026-04")
    assert (mean["value"], mean["n"], mean["status"]) == (2.25, 4, "ok")
    assert cell(measured, "2026-04", metric="metric.median")["value"] == 2.5


def test_with_too_few_that_had_their_time_there_is_no_average(november):
    measured = november.measure("mean", tries((4, True), (2, True), (0, True), (9, False)))
    for name in ("metric", "metric.median", "metric.p90"):
        found = cell(measured, "2026-04", metric=name)
        assert (found["value"], found["status"], found["n"]) == (None, "maturing", 3)
    assert cell(measured, "2026-04")["numerator"] == 6


def test_the_unanswered_count_in_the_median_wait(november):
    answered = [0, 0, 10, 20, 45, 60, 60, 120, 120, 180, 1380]
    measured = november.measure("survival", waits(*((value, True) for value in answered), (960, False), (0, False)))
    assert cell(measured, "2026-04")["value"] == 60
    assert cell(measured, "2026-04")["n"] == 13
    mean = cell(measured, "2026-04", metric="metric.mean_responders")
    assert (mean["value"], mean["n"]) == (pytest.approx(1995 / 11, rel=1e-15), 11)
    assert cell(measured, "2026-04", metric="metric.median_responders")["value"] == 60
    assert cell(measured, "2026-04", metric="metric.p90_responders")["value"] == 180


def test_a_median_that_more_than_half_never_reach_is_not_reached(november):
    measured = november.measure("survival", waits((5, True), (9, False), (9, False)))
    april = cell(measured, "2026-04")
    assert (april["value"], april["status"], april["n"]) == (None, "not_reached", 3)
    assert cell(measured, "2026-05")["status"] == "zero_denominator"


def test_exactly_half_still_waiting_is_the_median(november):
    measured = november.measure("survival", waits((1, True), (2, True), (3, False), (3, False)))
    assert cell(measured, "2026-04")["value"] == 2


groups = st.lists(st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=1, max_size=24), max_size=30)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(groups)
def test_the_median_wait_is_the_one_of_exact_arithmetic(november, drawn):
    rows = [(f"g{g}", value, seen) for g, pairs in enumerate(drawn) for value, seen in pairs]
    frame = pd.DataFrame(rows, columns=["owner", "value", "observed"]).assign(unit="u", moment="2026-04-02 12:00")
    measured = november.measure("survival", frame, by=("owner",), grains=("all",))
    found = measured.cells[measured.cells["metric_id"] == "metric"].set_index("scope")["value"]
    for number, pairs in enumerate(drawn):
        expected = km_median([{"value": value, "observed": seen} for value, seen in pairs])
        median = found[f"owner=g{number}"]
        assert pd.isna(median) if expected is None else median == expected


def test_half_is_found_exactly_behind_units_that_left_early(november):
    early = [(1, True), (1, True), (2, False), (2, False), (2, False), (4, True), (9, False), (9, False)]
    assert (1 - Fraction(2, 8)) * (1 - Fraction(1, 3)) == Fraction(1, 2)
    assert cell(november.measure("survival", waits(*early)), "2026-04")["value"] == 4


def scores(pairs):
    rows = "\n".join(
        f"u{n} | 2026-04-02 12:00 | {value} | {hit} | {band}" for n, (value, hit, band) in enumerate(pairs)
    )
    return f"unit | moment | value | hit | band\n{rows}"


def test_ties_count_half_in_the_area_under_the_curve(november):
    measured = november.measure(
        "ranking", scores([(1, False, "low"), (2, True, "low"), (2, False, "high"), (3, True, "high")])
    )
    april = cell(measured, "2026-04")
    assert (april["value"], april["numerator"], april["denominator"]) == (0.875, 3.5, 4)


def test_bands_have_a_rate_and_a_lift_and_small_ones_join_their_neighbour(november):
    pairs = [(10, n < 3, "a 00-24") for n in range(30)] + [(40, n < 6, "b 25-49") for n in range(30)]
    pairs += [(60, True, "c 50-74")] * 3 + [(90, n < 18, "d 75-100") for n in range(30)]
    measured = november.measure("ranking", scores(pairs))
    rates = {s: cell(measured, "2026-04", s, "metric.rate") for s in ("band=a 00-24", "band=c 50-74 + d 75-100")}
    assert [rate["value"] for rate in rates.values()] == [0.1, pytest.approx(21 / 33)]
    assert cell(measured, "2026-04", "band=a 00-24", "metric.lift")["value"] == pytest.approx(0.1 / (30 / 93))
    assert cell(measured, "2026-04", "all", "metric.lift") is None


def test_a_rank_needs_both_hits_and_misses(november):
    measured = november.measure("ranking", scores([(1, True, "low"), (2, True, "low")]))
    april = cell(measured, "2026-04")
    assert (april["value"], april["status"], april["n"]) == (None, "zero_denominator", 2)
