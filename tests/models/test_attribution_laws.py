"""What holds for the credit of any journeys, and for any chain."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import generator.models as models
from generator.agreement.settings import Attribution
from generator.engine import open_engine
from generator.models.attribution import assert_whole_credits, load_attribution_tables
from generator.models.removal import Moves, band, moves_of, removal_effects, shares_of

FOLDER = Path(models.__file__).parent
CHANNELS = ("email", "event", "search", "social")
TYPES = {
    "deal_id": "varchar", "touch_id": "varchar", "channel": "varchar", "campaign": "varchar", "position": "integer",
    "touches": "integer", "lead_position": "integer", "opportunity_position": "integer", "is_new_channel": "boolean",
    "channels": "integer", "age_s": "bigint",
}  # fmt: skip

#: A deal: its amount, the channel and the seconds before the next touch, and how many touches came before the lead
#: and before the deal were made.
DEALS = st.lists(
    st.tuples(
        st.integers(0, 10**7),
        st.lists(st.tuples(st.sampled_from(CHANNELS), st.integers(0, 40 * 86_400)), max_size=7),
        st.integers(0, 7),
        st.integers(0, 7),
    ),
    min_size=1,
    max_size=6,
)
PATHS = st.lists(st.tuples(st.lists(st.sampled_from(CHANNELS), min_size=1, max_size=5), st.booleans()), min_size=1)


@pytest.fixture(scope="module")
def engine():
    with open_engine(threads=1) as opened:
        load_attribution_tables(opened, Attribution(half_life_days=7))
        yield opened


def journeys(deals) -> list[tuple]:
    """Return the rows of the fact `journey`."""
    rows = []
    for number, (_, touches, lead, opportunity) in enumerate(deals):
        seen: set[str] = set()
        ages = [sum(gap for _, gap in touches[place + 1 :]) for place in range(len(touches))]
        channels = len({channel for channel, _ in touches})
        for place, (channel, _) in enumerate(touches):
            marks = (min(lead, len(touches)), min(opportunity, len(touches)), channel not in seen, channels)
            rows.append(
                (f"O{number}", f"O{number}T{place}", channel, None, place + 1, len(touches), *marks, ages[place])
            )
            seen.add(channel)
    return rows


def credited(engine, deals, order=None) -> dict[tuple[str, str], dict[str, Fraction]]:
    """Return model and deal -> touch -> its share, exactly."""
    rows = journeys(deals)
    rows = [rows[place] for place in order(len(rows))] if order else rows
    engine.load("journey", pd.DataFrame(rows, columns=list(TYPES)), TYPES)
    amounts = [(f"O{number}", True, None, amount) for number, (amount, *_) in enumerate(deals)]
    kinds = {"deal_id": "varchar", "is_won": "boolean", "excluded": "varchar", "amount": "decimal(38,9)"}
    engine.load("deal", pd.DataFrame(amounts, columns=list(kinds)), kinds)
    for fact, kind in (("touch_weight", "table"), ("credit", "view")):
        engine.run(f"create or replace {kind} {fact} as {(FOLDER / f'{fact}.sql').read_text()}")
    found: dict[tuple[str, str], dict[str, Fraction]] = {}
    for model, deal, touch, channel, weight, total in engine.rows(
        "select model, deal_id, touch_id, channel, weight, total from credit"
    ):
        assert weight == int(weight)
        assert total == int(total)
        found.setdefault((model, deal), {})[touch or channel] = Fraction(int(weight), int(total))
    return found


@settings(max_examples=15, deadline=None)
@given(DEALS)
def test_every_model_divides_every_deal_in_whole(engine, deals):
    found = credited(engine, deals)
    assert_whole_credits(engine)
    assert len(found) == 9 * len(deals)
    assert all(sum(parts.values()) == 1 for parts in found.values())
    won = sum(amount for amount, *_ in deals)
    for model in {model for model, _ in found}:
        parts = (deals[int(deal[1:])][0] * sum(found[model, deal].values()) for name, deal in found if name == model)
        assert sum(parts) == won


@settings(max_examples=10, deadline=None)
@given(DEALS, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(engine, deals, random):
    def shuffled(count: int) -> list[int]:
        places = list(range(count))
        random.shuffle(places)
        return places

    assert credited(engine, deals, shuffled) == credited(engine, deals)


@settings(max_examples=10, deadline=None)
@given(DEALS, st.data())
def test_a_touch_that_moves_to_another_channel_takes_just_its_credit_along(engine, deals, data):
    before = credited(engine, deals)
    touched = [number for number, (_, touches, *_) in enumerate(deals) if touches]
    if not touched:
        return
    number = data.draw(st.sampled_from(touched))
    amount, touches, *marks = deals[number]
    place = data.draw(st.integers(0, len(touches) - 1))
    moved = [("elsewhere", gap) if at == place else (name, gap) for at, (name, gap) in enumerate(touches)]
    after = credited(engine, [*deals[:number], (amount, moved, *marks), *deals[number + 1 :]])
    # Only Shapley looks at channels at all.
    assert {key: parts for key, parts in after.items() if key[0] != "shapley"} == {
        key: parts for key, parts in before.items() if key[0] != "shapley"
    }


@settings(max_examples=15, deadline=None)
@given(DEALS)
def test_an_equal_split_over_channels_is_the_shapley_value(engine, deals):
    found = credited(engine, deals)
    sets = [frozenset(channel for channel, _ in touches) for _, touches, *_ in deals]

    def worth(coalition: frozenset[str]) -> int:
        return sum(amount for (amount, *_), names in zip(deals, sets, strict=True) if names and names <= coalition)

    orders = list(permutations(CHANNELS))
    for channel in CHANNELS:
        before = [frozenset(order[: order.index(channel)]) for order in orders]
        value = Fraction(sum(worth(some | {channel}) - worth(some) for some in before), len(orders))
        credit = Fraction(0)
        for (model, deal), parts in found.items():
            amount, touches, *_ = deals[int(deal[1:])]
            if model == "shapley" and touches:
                credit += sum(
                    amount * share for touch, share in parts.items() if touches[int(touch.split("T")[1])][0] == channel
                )
        assert credit == value


def moves(paths) -> Moves:
    steps = [(int(place == 0), int(won), name) for names, won in paths for place, name in enumerate(names)]
    start, won, channel = (np.array(column) for column in zip(*steps, strict=True))
    return moves_of(start == 1, np.zeros(len(steps), dtype="int64"), won, pa.array(channel))


@given(PATHS)
def test_the_chain_wins_as_often_as_its_journeys(paths):
    chance, effects = removal_effects(moves(paths).counts())
    assert chance[0] == pytest.approx(sum(won for _, won in paths) / len(paths), abs=1e-9)
    assert (effects >= -1e-9).all()
    assert (effects <= 1 + 1e-9).all()
    if chance[0] > 0:
        assert shares_of(effects)[0].sum() == pytest.approx(1)


@given(PATHS, st.randoms(use_true_random=False))
def test_the_order_of_journeys_changes_no_removal_effect(paths, random):
    shuffled = list(paths)
    random.shuffle(shuffled)
    mine, other = moves(paths), moves(shuffled)
    assert mine.channels == other.channels
    assert removal_effects(mine.counts())[1] == pytest.approx(removal_effects(other.counts())[1])


def test_the_band_is_the_same_for_the_same_drop_and_narrows_with_more_journeys():
    paths = [(["email", "event"], True), (["email"], False), (["event"], True), (["event", "email"], False)]
    few, many = moves(paths * 10), moves(paths * 400)
    assert np.array_equal(band(few, 7), band(few, 7))
    (low, high), (lower, higher) = band(few, 7), band(many, 7)
    assert (higher - lower < high - low).all()
    share = shares_of(removal_effects(many.counts())[1])[0]
    assert ((lower <= share) & (share <= higher)).all()
