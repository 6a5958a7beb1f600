import pandas as pd

from generator import charts
from generator.charts.bridges import is_cut

STEPS = [("Start", 100, True), ("Won", 40, False), ("Lost", -60, False), ("End", 80, True)]


def bridge(rows):
    frame = pd.DataFrame(rows, columns=["step", "value", "is_total"])
    return charts.bridge(frame, unit="count", subject="What moved it")


def test_each_step_begins_where_the_one_before_it_ended():
    bars = bridge(STEPS).rows["bars"]
    assert [(bar["x"], bar["x2"]) for bar in bars] == [(0, 100), (100, 140), (80, 140), (0, 80)]
    assert [bar["fill"] for bar in bars] == [
        "var(--of-chart-bar)",
        "var(--of-good)",
        "var(--of-bad)",
        "var(--of-chart-bar)",
    ]


def test_steps_carry_their_sign_and_totals_do_not():
    assert [row["text"] for row in bridge(STEPS).rows["figures"]] == ["100", "+40", "−60", "80"]


def test_the_axis_is_cut_only_where_all_happens_far_from_zero():
    assert not is_cut(bridge(STEPS))
    assert is_cut(bridge([("Start", 1000, True), ("New", 10, False), ("End", 1010, True)]))
    assert not is_cut(bridge([("Start", 0, True), ("Lost", -5, False), ("End", -5, True)]))


def test_a_bridge_is_told_in_words():
    assert bridge(STEPS).description.startswith("What moved it. 4 bars. Start: 100. Won: 40.")
