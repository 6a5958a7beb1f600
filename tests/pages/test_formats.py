from datetime import date, datetime

import pytest

from generator.pages import formats

GAP = "\u202f"


@pytest.mark.parametrize(
    ("value", "unit", "printed"),
    [
        (0.5555, "ratio", "55.6 %"),
        (0.00049, "ratio", "0.0 %"),
        (1.0, "ratio", "100.0 %"),
        (-0.4, "ratio", "−40.0 %"),
        (0.85, "ratio_x", "0.85×"),
        (1234.0, "count", "1,234"),
        (2.345, "count", "2.3"),
        (45.25, "days", "45.2 days"),
        (59.5, "minutes", "60 min"),
        (60.5, "minutes", "60 min"),
        (999.994, "currency", "USD 999.99"),
        (999.995, "currency", "USD 1,000.00"),
        (1000.5, "currency", "USD 1,000"),
        (1_280_000.0, "currency", "USD 1,280,000"),
        (-3_770.4, "currency", "−USD 3,770"),
        (6250.0, "currency_per_day", "USD 6,250 per day"),
        (None, "ratio", "n/a"),
        (float("nan"), "currency", "n/a"),
        (float("inf"), "ratio", "n/a"),
    ],
)
def test_numbers_are_rounded_half_to_even_and_carry_their_unit(value, unit, printed):
    assert formats.number(value, unit, "USD").replace(GAP, " ") == printed


@pytest.mark.parametrize(
    ("value", "places", "printed"),
    [
        (0.125, 2, "0.12"),
        (0.375, 2, "0.38"),
        (2.5, 0, "2"),
        (3.5, 0, "4"),
        (-0.04, 1, "0.0"),
        (1e15, 0, "1,000,000,000,000,000"),
    ],
)
def test_ties_go_to_the_even_neighbour(value, places, printed):
    assert formats.rounded(value, places) == printed


@pytest.mark.parametrize(
    ("change", "of_rates", "printed"),
    [
        (0.031, True, "+3.1 pts"),
        (-0.031, True, "−3.1 pts"),
        (0.15, False, "+15.0 %"),
        (0.0, False, "±0.0 %"),
        (-0.0001, True, "±0.0 pts"),
        (None, True, "n/a"),
    ],
)
def test_changes_carry_their_sign_and_points_between_rates(change, of_rates, printed):
    assert formats.difference(change, of_rates=of_rates).replace(GAP, " ") == printed


@pytest.mark.parametrize(
    ("label", "printed"),
    [
        ("2026-04", "Apr 2026"),
        ("2026Q2", "Q2 2026"),
        ("2026-W05", "week 5 of 2026"),
        ("2026", "2026"),
        ("all", "all time"),
        ("2026-11-20", "20 Nov 2026"),
    ],
)
def test_periods_are_said_in_words(label, printed):
    assert formats.period(label) == printed


def test_days_and_instants_name_the_month():
    assert formats.day(date(2026, 4, 3)) == "3 Apr 2026"
    assert formats.instant(datetime(2026, 4, 3, 22, 5)) == "3 Apr 2026, 22:05 UTC"


def test_words_are_listed_and_counted():
    assert formats.listed(["a"]) == "a"
    assert formats.listed(["a", "b", "c"], "or") == "a, b or c"
    assert formats.several(1, "row") == "1 row"
    assert formats.several(1200, "row") == "1,200 rows"
    assert formats.of(3, 4) == "3 of 4"


def test_a_phrase_becomes_a_sentence():
    assert formats.sentence("work every lead") == "Work every lead."
    assert formats.sentence("Done.") == "Done."
