"""What stands in the pipeline at any instant, and every change to it."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from models_bench import of_period, same

from generator import models

DEAL = "opportunity_id  created_at   stage        is_closed  is_won  close_date  closed_at    amount\n"
EVENT = "opportunity_id  occurred_at  stage        amount  close_date\n"
RATES = """
    currency  rate_date  rate
    EUR       09-25      1.00
    EUR       10-10      1.10
    EUR       11-01      1.20
"""


def moves(build, events, deal="O1  09-01 08:00  qualified  false  false  -  -  900", **more):
    facts = build(opportunity=DEAL + deal, opportunity_stage_event=EVENT + events, **more)
    return facts.draw("pipeline_move", "deal_id moved_on step amount")


def test_a_deal_is_created_when_it_is_qualified_with_the_amount_of_then(build):
    assert (
        moves(
            build,
            """O1  10-01 08:00  prospecting  100  12-01
               O1  10-05 08:00  qualified    120  12-01""",
        )
        == "O1  10-05  created  120"
    )


def test_a_way_back_neither_takes_a_deal_out_nor_creates_it_again(build):
    found = moves(
        build,
        """O1  10-01 08:00  qualified    100  12-01
           O1  10-05 08:00  prospecting  100  12-01
           O1  10-09 08:00  proposal     100  12-01""",
    )
    assert found == "O1  10-01  created  100"


def test_changes_of_the_amount_are_moves_until_the_deal_is_decided(build):
    found = moves(
        build,
        """O1  10-01 08:00  qualified    100  12-01
           O1  10-03 08:00  proposal     130  12-01
           O1  10-05 08:00  proposal     110  12-01
           O1  10-09 08:00  closed_won   150  10-09
           O1  10-12 08:00  closed_won   170  10-09""",
        "O1  10-01 08:00  closed_won  true  true  10-09  10-09 08:00  170",
    )
    assert found == same("""
        O1  10-01  created    100
        O1  10-03  increased  30
        O1  10-05  decreased  -20
        O1  10-09  increased  40
        O1  10-09  won        -150
    """)


def test_a_deal_that_comes_back_is_reopened_not_created(build):
    found = moves(
        build,
        """O1  10-01 08:00  qualified    100  12-01
           O1  10-05 08:00  closed_lost  100  10-05
           O1  10-09 08:00  proposal     70   12-01""",
    )
    assert found == same("""
        O1  10-01  created   100
        O1  10-05  lost      -100
        O1  10-09  reopened  70
    """)


def test_lost_before_it_was_qualified_was_never_in_the_pipeline(build):
    found = moves(
        build,
        """O1  10-01 08:00  prospecting  100  12-01
           O1  10-05 08:00  closed_lost  100  10-05""",
        "O1  10-01 08:00  closed_lost  true  false  10-05  10-05 08:00  100",
    )
    assert found == ""


def test_won_at_a_leap_has_passed_through_the_pipeline(build):
    found = moves(
        build,
        """O1  10-01 08:00  prospecting  100  12-01
           O1  10-05 08:00  closed_won   100  10-05""",
        "O1  10-01 08:00  closed_won  true  true  10-05  10-05 08:00  100",
    )
    assert found == "O1  10-05  created  100\nO1  10-05  won  -100"


@pytest.mark.parametrize(("won", "step"), [("true", "won"), ("false", "lost")])
def test_a_deal_whose_history_forgot_the_end_leaves_when_its_record_says(build, won, step):
    found = moves(
        build,
        "O1  10-01 08:00  qualified  100  12-01",
        f"O1  10-01 08:00  closed_{step}  true  {won}  10-20  10-20 09:00  100",
    )
    assert found == f"O1  10-01  created  100\nO1  10-20  {step}  -100"


def test_a_deal_without_history_was_open_until_it_closed_in_a_stage_that_nobody_knows(build):
    facts = build(
        opportunity=DEAL
        + """O1  09-05 08:00  closed_lost  true  false  11-10  -  100
             O2  09-05 08:00  closed_won   true  true   10-31  -  200"""
    )
    assert facts.draw("pipeline_move", "deal_id moved_on step amount is_history") == same("""
        O1  09-05  created  100  no
        O1  11-10  lost  -100  no
        O2  09-05  created  200  no
        O2  10-31  won  -200  no
    """)
    october = f"point = 'end' and {of_period('2026-10')}"
    assert facts.draw("pipeline", "deal_id stage amount is_history", october) == "O1  -  100  no"


def test_of_changes_at_one_instant_the_furthest_stage_holds(build):
    found = build(
        opportunity=DEAL + "O1  10-01 08:00  proposal  false  false  -  -  100",
        opportunity_stage_event=EVENT
        + """O1  10-01 08:00  proposal   100  12-01
             O1  10-01 08:00  qualified  100  12-01""",
    ).draw("deal_state", "stage")
    assert found == "proposal"


def test_a_booking_date_without_an_hour_ends_a_deal_at_the_local_midnight(build):
    facts = build(opportunity=DEAL + "O1  09-05 08:00  closed_won  true  true  10-01  -  100")
    september = f"point = 'end' and {of_period('2026-09')}"
    assert facts.draw("pipeline", "deal_id", september) == "O1"


def test_amounts_of_several_years_count_by_the_year_in_the_past_too(build):
    facts = build(
        opportunity="opportunity_id  contract_months  amount  list_amount  created_at\n O1  24  2400  4800  10-01 08:00",
        opportunity_stage_event=EVENT + "O1  10-01 08:00  qualified  1200  12-01",
        settings={"amount_basis": "acv"},
    )
    assert facts.draw("deal", "amount list_amount") == "1200  2400"
    assert facts.draw("deal_state", "own_amount") == "600"


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        ("09-30", "yes  no  before"),
        ("10-01", "no  yes  inside"),
        ("10-31", "no  yes  inside"),
        ("11-01", "no  no  after"),
    ],
)
def test_a_deal_is_due_before_inside_or_after_the_period(build, due, expected):
    facts = build(
        opportunity=DEAL + "O1  09-05 08:00  qualified  false  false  12-01  -  100",
        opportunity_stage_event=EVENT + f"O1  09-05 08:00  qualified  100  {due}",
    )
    start = f"point = 'start' and {of_period('2026-10')}"
    assert facts.draw("pipeline", "is_past_due is_due_in_period due", start) == expected


def test_the_odds_of_a_stage_are_those_of_the_deals_that_had_reached_it(build):
    ends = [("far", "won"), ("fast", "won"), ("early", "lost"), ("late", "lost")]
    deals = "\n".join(
        f"{name}  10-01 08:00  closed_{end}  true  {str(end == 'won').lower()}  10-20  10-20 09:00  100"
        for name, end in ends
    )
    events = """
        far    10-01 08:00  qualified    100  12-01
        far    10-05 08:00  negotiation  100  12-01
        fast   10-01 08:00  qualified    100  12-01
        early  10-01 08:00  prospecting  100  12-01
        late   10-01 08:00  proposal     100  12-01
    """
    facts = build(opportunity=DEAL + deals, opportunity_stage_event=EVENT + events.strip(), settings={"min_n_rate": 3})
    found = facts.draw(
        "stage_odds",
        "stage won decided is_measured",
        f"{of_period('2026-10')} and stage in ('prospecting', 'qualified', 'proposal', 'negotiation')",
    )
    assert found == same("""
        prospecting  2  4  yes
        qualified    2  3  yes
        proposal     2  3  yes
        negotiation  2  2  no
    """)


def test_with_too_few_decided_deals_the_agreed_probability_stands_in(build):
    facts = build(opportunity=DEAL + "O1  10-01 08:00  qualified  false  false  -  -  100")
    found = facts.draw(
        "stage_odds", "is_measured numerator denominator", f"{of_period('2026-10')} and stage = 'negotiation'"
    )
    assert found == "no  0.9  1"


STEPS = st.tuples(
    st.sampled_from(["prospecting", "qualified", "proposal", "negotiation", "closed_won", "closed_lost", "dancing"]),
    st.integers(1, 9).map(lambda number: number * 100),
    st.sampled_from(["EUR", "USD"]),
)
HISTORY = st.lists(
    st.tuples(st.integers(1, 80), STEPS), min_size=1, max_size=5, unique_by=lambda change: change[0]
).map(sorted)

BALANCE = (Path(models.__file__).with_name("bridge_gap.sql")).read_text(encoding="utf-8")


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(HISTORY, min_size=1, max_size=6))
def test_what_stood_there_and_what_moved_is_what_stands_there(build, histories):
    changes = [
        f"O{number}  {_hour(hour)}  {stage}  {amount}  12-01"
        for number, history in enumerate(histories)
        for hour, (stage, amount, _) in history
    ]
    deals = []
    for number, history in enumerate(histories):
        stage = history[-1][1][0]
        closed, won = stage.startswith("closed"), stage == "closed_won"
        deals.append(f"O{number}  09-01 08:00  {stage}  {str(closed).lower()}  {str(won).lower()}  12-01  -  100")
    facts = build(
        opportunity=DEAL + "\n".join(deals),
        opportunity_stage_event=EVENT + "\n".join(changes),
        as_of="11-20 18:00",
    )
    assert facts.rows(BALANCE) == []


def _hour(number: int) -> str:
    """Return one of eighty instants from the first of September on, midnights among them."""
    day, hour = divmod(number * 24, 24)
    month, day = divmod(day, 30)
    return f"{9 + month:02}-{day + 1:02} {(hour + number % 3 * 12) % 24:02}:00"
