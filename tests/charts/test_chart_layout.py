import itertools

from hypothesis import given
from hypothesis import strategies as st

from generator.charts.layout import label_positions, shortened, spread, text_width, value_axis

numbers = st.floats(min_value=-1e9, max_value=1e9, allow_nan=False).filter(lambda x: x == 0 or abs(x) > 1e-6)


@given(st.lists(numbers, min_size=1, max_size=20), st.booleans())
def test_an_axis_covers_all_values_with_few_round_steps(values, zero):
    axis = value_axis(values, zero=zero)
    slack = 1e-6 * max(1.0, abs(axis.high), abs(axis.low))
    assert axis.low <= min(values) + slack
    assert axis.high >= max(values) - slack
    assert 2 <= len(axis.ticks) <= 12


def test_an_axis_of_shares_far_from_zero_does_not_begin_at_zero():
    assert value_axis([0.91, 0.95], zero=False).low > 0.8
    assert value_axis([0.31, 0.95], zero=False).low == 0
    assert value_axis([5, 5], zero=True).ticks[0] == 0


@given(st.lists(st.floats(min_value=0, max_value=100), max_size=6))
def test_labels_pushed_apart_keep_their_order_and_their_distance(positions):
    placed = spread(positions, 10, 0, 100)
    order = sorted(range(len(positions)), key=lambda index: (positions[index], index))
    assert all(placed[b] - placed[a] >= 10 - 1e-9 for a, b in itertools.pairwise(order))


def test_the_last_period_is_always_labelled():
    labels = [f"2026-{month:02d}" for month in range(1, 13)]
    assert label_positions(labels, 300)[-1] == 11
    assert len(label_positions(labels, 300)) < len(label_positions(labels, 2000)) == 12


def test_long_names_are_cut_with_an_ellipsis():
    assert shortened("short", 100) == "short"
    cut = shortened("a very long name of a channel that nobody reads", 100)
    assert cut.endswith("…")
    assert text_width(cut) <= 100
