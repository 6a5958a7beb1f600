import math

import pytest

from generator.charts import number
from generator.charts.formats import tick

GAP = "\u202f"


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (0.3421, "ratio", f"34.2{GAP}%"),
        (0.55555, "ratio", f"55.6{GAP}%"),
        (0.0, "ratio", f"0.0{GAP}%"),
        (-0.031, "points", f"−3.1{GAP}pts"),
        (3.4, "ratio_x", "3.40×"),
        (1234, "count", "1,234"),
        (2.5, "count", "2.5"),
        (1234567.4, "currency", f"EUR{GAP}1,234,567"),
        (12.5, "currency", f"EUR{GAP}12.50"),
        (88, "currency_per_day", f"EUR{GAP}88.00 per day"),
        (204, "minutes", f"204{GAP}min"),
        (45.25, "days", f"45.2{GAP}days"),
    ],
)
def test_a_number_is_printed_with_its_unit(value, unit, expected):
    assert number(value, unit) == expected


@pytest.mark.parametrize("nothing", [None, math.nan, math.inf])
def test_no_value_is_na_and_never_zero(nothing):
    assert number(nothing, "ratio") == "n/a"


def test_a_sign_is_put_before_a_change_but_not_before_zero():
    assert number(0.031, "points", sign=True) == f"+3.1{GAP}pts"
    assert number(-0.00001, "points", sign=True) == f"0.0{GAP}pts"


def test_short_money_keeps_three_figures():
    assert number(1_234_567, "currency", short=True) == f"EUR{GAP}1.23M"
    assert number(12_345, "currency", "CHF", short=True) == f"CHF{GAP}12.3k"
    assert number(999, "currency", short=True) == f"EUR{GAP}999.00"


def test_axis_labels_have_no_more_decimals_than_their_distance_needs():
    assert [tick(value, "ratio", 0.2) for value in (0, 0.2)] == [f"0{GAP}%", f"20{GAP}%"]
    assert tick(0.125, "ratio", 0.025) == f"12.5{GAP}%"
    assert tick(400_000, "currency", 200_000) == "400k"
    assert tick(1_250_000, "currency", 250_000) == "1.25M"
    assert tick(7.5, "days", 2.5) == f"7.5{GAP}days"
    assert tick(-0.5, "points", 0.25) == f"−50{GAP}pts"
