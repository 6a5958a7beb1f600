"""What the cases of attribution say beside figures: the credit of each touch, and the chain behind removal effects."""

from __future__ import annotations

from functools import cache
from itertools import permutations

import numpy as np
import pyarrow as pa
import pytest

from generator.models.removal import moves_of, removal_effects, shares_of
from generator.prepare import prepared
from generator.progress import Quiet

from .case import HERE, Row, expected
from .test_cases import cells_of, close, project_of, request_of, units_of

# Each case is measured once, by whoever runs these.
pytestmark = pytest.mark.xdist_group("reference")

RULES, CHAIN = "c07_attribution_rules", "c08_attribution_markov_shapley"
#: The journeys of the chain's case as they stand in its touches: channels, and whether they were won.
JOURNEYS = [
    (["paid_search", "email"], True),
    (["paid_search"], True),
    (["email", "webinar"], True),
    (["paid_search", "email", "webinar"], True),
    (["webinar"], False),
    (["paid_search"], False),
    (["email"], False),
    (["paid_search", "webinar"], False),
    (["paid_search", "email"], False),
]


def rows(case: str, prefix: str):
    return [pytest.param(row, id=str(row)) for row in expected(case) if row.metric.startswith(prefix)]


@pytest.mark.parametrize("row", rows(RULES, "attributed_revenue.credit"))
def test_a_touch_gets_the_credit_of_the_case(row: Row):
    said = dict(part.split("=") for part in row.scope.split("|"))
    touch = "" if said["touch"] == "(none)" else said["touch"]
    units = units_of(RULES, "attributed_revenue")
    (unit,) = units[units["unit"] == f"{said['opp']} {said['model']} {touch}"].itertuples()
    assert close(float(unit.value), row.value)


def test_no_other_touch_gets_credit():
    units = units_of(RULES, "attributed_revenue")
    said = [row for row in expected(RULES) if row.metric == "attributed_revenue.credit"]
    shapley = units[units["model"].isin(["shapley", "markov"])]
    assert len(units) - len(shapley) == len(said)


@pytest.mark.parametrize("row", rows(RULES, "attributed_revenue.total"))
def test_the_credits_of_each_model_are_the_revenue_won(row: Row):
    assert close(cells_of(RULES)["attributed_revenue", "all", row.scope].value, row.value)


@cache
def chain():
    with prepared(project_of(CHAIN), request_of(CHAIN), Quiet()) as ready:
        found = ready.engine.frame("select * from channel_credit where span = 'period'")
        (whole,) = ready.engine.rows("select period from period where grain = 'all'")[0]
    return found[found["period"] == whole].set_index("channel")


def drawn():
    steps = [(place == 0, int(won), name) for names, won in JOURNEYS for place, name in enumerate(names)]
    start, won, channel = (np.array(column) for column in zip(*steps, strict=True))
    return moves_of(start == 1, np.zeros(len(steps), dtype="int64"), won, pa.array(channel))


@pytest.mark.parametrize("row", rows(CHAIN, "markov.transition"))
def test_a_step_is_as_likely_as_the_case_says(row: Row):
    moves = drawn()
    counts = moves.counts()[0]
    states = ["(start)", *moves.channels, "(won)", "(null)"]
    source, target = (states.index(name) for name in row.scope.split(">"))
    assert close(counts[source, target] / counts[source].sum(), row.value)


@pytest.mark.parametrize("row", rows(CHAIN, "markov.p_won"))
def test_the_chain_wins_as_often_as_the_journeys_do(row: Row):
    assert close(removal_effects(drawn().counts())[0][0], row.value)


@pytest.mark.parametrize("row", rows(CHAIN, "markov.removal_effect"))
def test_a_channel_is_missed_as_the_case_says(row: Row):
    found = chain().loc[row.scope.removeprefix("channel=")]
    assert close(found["removal_effect"], row.value)
    assert (found["won"], found["journeys"]) == (4, 9)


@pytest.mark.parametrize("row", rows(CHAIN, "markov.conversions"))
def test_a_channel_gets_its_share_of_the_wins(row: Row):
    assert close(chain().loc[row.scope.removeprefix("channel=")]["share"] * 4, row.value)


def test_the_journeys_drawn_here_are_those_of_the_case():
    moves = drawn()
    shares = shares_of(removal_effects(moves.counts())[1])[0]
    assert dict(zip(moves.channels, shares.tolist(), strict=True)) == pytest.approx(chain()["share"].to_dict())


@pytest.mark.parametrize("row", rows(CHAIN, "shapley_rate_variant"))
def test_a_game_of_rates_would_give_other_shares(row: Row):
    """The product never divides money so, since shares may be negative; the case only shows what it would give."""
    players = ["email", "paid_search", "webinar"]

    def worth(coalition: frozenset[str]) -> float:
        inside = [won for names, won in JOURNEYS if set(names) <= coalition]
        return sum(inside) / len(inside) if inside else 0.0

    who = row.scope.removeprefix("channel=")
    orders = list(permutations(players))
    before = [frozenset(order[: order.index(who)]) for order in orders]
    assert close(sum(worth(some | {who}) - worth(some) for some in before) / len(orders), row.value)


def test_both_cases_are_checked_in_full():
    prefixes = ("attributed_revenue", "markov.", "shapley_rate_variant", "originated", "influenced", "attribution_cov")
    assert all(row.metric.startswith(prefixes) for case in (RULES, CHAIN) for row in expected(case))
    assert (HERE / RULES / "expected.csv").is_file()
