"""How few units are too few."""

from __future__ import annotations

import pytest

from generator.measures.samples import fewest_to_judge, fewest_to_print


@pytest.mark.parametrize(
    ("kind", "unit", "name", "fewest"),
    [
        ("rate", "ratio", "", 5),
        ("cohort", "ratio", "purchased", 5),
        ("mean", "currency", "", 5),
        ("mean", "days", "", 0),
        ("mean", "days", "median", 5),
        ("mean", "currency", "p90", 20),
        ("survival", "minutes", "", 5),
        ("survival", "minutes", "p90_responders", 20),
        ("ratio", "currency", "", 0),
        ("count", "count", "", 0),
    ],
)
def test_what_is_printed_rests_on_enough(kind, unit, name, fewest):
    assert fewest_to_print(kind, unit, name) == fewest


def test_shares_need_more_to_be_judged_than_levels_and_flows_need_nothing():
    assert fewest_to_judge("rate", is_flow=False, min_n_rate=30) == 30
    assert fewest_to_judge("formula", is_flow=False, min_n_rate=30) == 5
    assert fewest_to_judge("sum", is_flow=True, min_n_rate=30) == 0
