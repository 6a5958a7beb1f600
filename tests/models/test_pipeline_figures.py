"""The pipeline KPIs: what stands there, what moved it, what came late and how fast it flows."""

import pytest

DEAL = "opportunity_id  created_at   stage        is_closed  is_won  close_date  closed_at    amount  currency\n"
EVENT = "opportunity_id  occurred_at  stage        amount  currency  close_date\n"
RATES = """
    currency  rate_date  rate
    EUR       09-25      1.00
    EUR       10-10      1.10
    EUR       11-01      1.20
"""


def opened(*rows):
    """Draw open deals: id, amount, stage, due date and perhaps a currency."""
    return DEAL + "\n".join(
        f"{name}  09-10 08:00  {stage}  false  false  {due}  -  {amount}  {(*rest, 'USD')[0]}"
        for name, amount, stage, due, *rest in rows
    )


def drawn(stories, currency="USD"):
    """Draw deals and their histories: {id: [(instant, stage, amount, due), ...]}."""
    deals, events = [], []
    for name, story in stories.items():
        at, stage, amount, due = story[-1]
        closed, won = stage.startswith("closed"), stage == "closed_won"
        deals.append(
            f"{name}  {story[0][0]}  {stage}  {str(closed).lower()}  {str(won).lower()}  {due}"
            f"  {at if closed else '-'}  {amount}  {currency}"
        )
        events += [f"{name}  {when}  {where}  {worth}  {currency}  {date}" for when, where, worth, date in story]
    return {"opportunity": DEAL + "\n".join(deals), "opportunity_stage_event": EVENT + "\n".join(events)}


# ------------------------------------------------------------------------------------------------ open pipeline


def test_what_is_open_at_the_end_of_a_quarter_is_told_by_when_it_is_due(measure):
    found = measure(
        "pipeline_open",
        opportunity=opened(
            ("P1", 100, "qualified", "09-20"),
            ("P2", 200, "proposal", "10-01"),
            ("P3", 300, "proposal", "12-31"),
            ("P4", 400, "qualified", "2027-01-01"),
            ("P5", 500, "qualified", "2027-04-01"),
        ),
    )
    due = {"by_the_end": 100, "next_quarter": 500, "quarter_after": 400, "due_later": 500}
    assert found.members("pipeline_open.due", "type", "2026Q3") == due
    assert found.of("pipeline_open", "2026Q3") == 1500


def test_open_deals_that_were_qualified_are_the_pipeline(measure):
    found = measure(
        "pipeline_open",
        opportunity=opened(
            ("P1", 100, "qualified", "11-10"),
            ("P2", 200, "proposal", "12-20"),
            ("P3", 300, "prospecting", "12-20"),
            ("P4", 150, "negotiation", "12-31"),
            ("P5", 100, "qualified", "12-20", "EUR"),
            ("P6", 50, "proposal", "10-15"),
        ),
        fx_rate=RATES.replace("1.20", "1.10"),
    )
    assert found.of("pipeline_open") == 610
    assert found.of("pipeline_open.count") == 5
    assert found.of("pipeline_open.all") == 910
    assert found.of("pipeline_open.all_count") == 6
    assert found.of("pipeline_open.past_due") == 1 / 5
    assert found.of("pipeline_open.age") == 52  # days from 10 September to the end of October
    assert found.members("pipeline_open", "stage") == {"qualified": 210, "proposal": 250, "negotiation": 150}


def test_a_deal_that_went_back_still_is_pipeline(measure):
    found = measure(
        "pipeline_open",
        **drawn({"O1": [("10-01 08:00", "qualified", 100, "12-01"), ("10-05 08:00", "prospecting", 100, "12-01")]}),
    )
    assert found.members("pipeline_open", "stage") == {"prospecting": 100}


def test_renewals_are_no_pipeline_and_a_missing_amount_only_counts(measure):
    found = measure(
        "pipeline_open",
        opportunity="opportunity_id  type  created_at  amount\n"
        "O1  renewal  10-01 08:00  100\n O2  expansion  10-01 08:00  -\n O3  expansion  10-01 08:00  7",
    )
    assert (found.of("pipeline_open"), found.of("pipeline_open.count")) == (7, 2)


def test_one_amount_without_a_rate_withholds_the_pipeline(measure):
    found = measure("pipeline_open", opportunity=opened(("P1", 100, "qualified", "11-10", "GBP")))
    assert found.of("pipeline_open") == "missing_fx"


def test_the_pipeline_is_weighted_by_what_deals_of_a_stage_became(measure):
    story = {
        "won": [("10-01 08:00", "qualified", 10, "10-09"), ("10-09 08:00", "closed_won", 10, "10-09")],
        "lost": [("10-01 08:00", "qualified", 10, "10-09"), ("10-09 08:00", "closed_lost", 10, "10-09")],
        "open": [("10-01 08:00", "qualified", 100, "12-09")],
    }
    assert measure("pipeline_open", settings={"min_n_rate": 2}, **drawn(story)).of("pipeline_open.weighted") == 50
    # Too few: the agreed probability.
    assert measure("pipeline_open", settings={"min_n_rate": 3}, **drawn(story)).of("pipeline_open.weighted") == 10


# ------------------------------------------------------------------------------------ created, growth and bridge

BRIDGE = {
    # Open at the start with 790 in all.
    "late": [("09-01 08:00", "qualified", 200, "10-20")],
    "pushed": [("09-01 08:00", "qualified", 80, "10-20"), ("10-12 08:00", "qualified", 60, "11-20")],
    "won": [("09-01 08:00", "qualified", 60, "10-20"), ("10-15 08:00", "closed_won", 70, "10-15")],
    "back": [
        ("09-01 08:00", "qualified", 100, "10-20"),
        ("10-05 08:00", "qualified", 100, "11-20"),
        ("10-09 08:00", "qualified", 100, "10-25"),
        ("10-25 08:00", "closed_won", 100, "10-25"),
    ],
    "lost": [("09-01 08:00", "qualified", 50, "10-20"), ("10-15 08:00", "closed_lost", 50, "10-15")],
    "pulled": [("09-01 08:00", "qualified", 300, "11-20"), ("10-30 08:00", "closed_won", 320, "10-30")],
    # Not there at the start.
    "again": [
        ("08-01 08:00", "qualified", 90, "09-20"),
        ("09-10 08:00", "closed_lost", 90, "09-10"),
        ("10-10 08:00", "proposal", 70, "12-20"),
    ],
    "grown": [("09-20 08:00", "prospecting", 100, "12-01"), ("10-05 08:00", "qualified", 120, "12-01")],
    "new": [("10-07 08:00", "qualified", 40, "12-01")],
    # On the last day, not on the first of the next month.
    "late_hour": [("10-31 23:59", "qualified", 5, "12-01"), ("11-01 00:00", "closed_lost", 5, "11-01")],
}


def test_what_came_in_and_went_out_leads_from_the_start_to_the_end(measure):
    found = measure("pipeline_bridge", "pipeline_growth", "pipeline_created", "pipeline_open", **drawn(BRIDGE))
    steps = found.members("pipeline_bridge", "step")
    assert steps == {
        "start": 790,
        "created": 165,
        "reopened": 70,
        "increased": 30,
        "decreased": -20,
        "won": -490,
        "lost": -50,
    }
    assert found.of("pipeline_bridge") == sum(steps.values()) == found.of("pipeline_open") == 495
    assert found.of("pipeline_growth") == pytest.approx(495 / 790 - 1)
    assert found.of("pipeline_created") == 165
    assert found.of("pipeline_created.count") == 3
    assert found.of("pipeline_created.current_amount_used") == 0


def test_the_bridge_of_a_running_month_ends_at_its_last_completed_day(measure):
    story = {"O1": [("11-02 08:00", "qualified", 10, "12-01")], "O2": [("11-20 08:00", "qualified", 20, "12-01")]}
    found = measure("pipeline_bridge", "pipeline_open", **drawn(story))
    assert found.of("pipeline_bridge", "2026-11") == found.of("pipeline_open", "2026-11") == 10


def test_what_the_rates_did_to_deals_that_stood_still_is_a_step_of_its_own(measure):
    story = {
        "O1": [("09-30 08:00", "qualified", 100, "12-01")],
        "O2": [("10-12 08:00", "qualified", 100, "12-01"), ("10-20 08:00", "closed_won", 200, "10-20")],
        "O3": [("10-12 08:00", "qualified", 10, "12-01")],
    }
    steps = measure("pipeline_bridge", fx_rate=RATES, **drawn(story, "EUR")).members("pipeline_bridge", "step")
    assert steps == pytest.approx(
        {"start": 100, "created": 121, "increased": 110, "won": -220, "fx": 100 * 0.2 + 10 * 0.1}
    )


def test_without_history_a_deal_is_created_with_todays_amount_and_that_is_said(measure):
    found = measure("pipeline_created", opportunity=opened(("O1", 100, "proposal", "12-01")))
    assert found.of("pipeline_created", "2026-09") == 100
    assert found.of("pipeline_created.current_amount_used", "2026-09") == 1


def test_pipeline_may_be_created_when_a_deal_is_first_known(measure):
    story = drawn({"O1": [("09-20 08:00", "prospecting", 100, "12-01"), ("10-05 08:00", "qualified", 120, "12-01")]})
    found = measure("pipeline_created", settings={"created_at_stage": "any"}, **story)
    assert found.of("pipeline_created", "2026-09") == 100
    assert found.of("pipeline_created") == 0


# -------------------------------------------------------------------------------------------------- slippage


def test_deals_that_were_due_and_are_still_open_have_slipped(measure):
    found = measure("slippage", **drawn(BRIDGE))
    cell = found.cell("slippage")
    assert (cell.numerator, cell.denominator, cell.status) == (2, 5, "ok")
    value = found.cell("slippage.value")
    assert (value.numerator, value.denominator) == (280, 490)
    assert found.of("slippage.pulled_in") == 300
    assert found.of("slippage.pushes") == 2 / 5


def test_in_a_running_period_deals_still_due_are_pending(measure):
    story = {
        "due": [("10-01 08:00", "qualified", 10, "11-10")],  # past due, still open
        "coming": [("10-01 08:00", "qualified", 10, "11-25")],
        "moved": [("10-01 08:00", "qualified", 10, "11-10"), ("11-05 08:00", "qualified", 10, "12-10")],
        "won": [("10-01 08:00", "qualified", 10, "11-10"), ("11-05 08:00", "closed_won", 10, "11-05")],
        "after": [("10-01 08:00", "qualified", 10, "11-10"), ("11-20 08:00", "closed_won", 10, "11-20")],
    }
    found = measure("slippage", **drawn(story))
    cell = found.cell("slippage", "2026-11")
    assert (cell.numerator, cell.denominator, cell.status) == (1, 2, "provisional")
    assert found.of("slippage.pending", "2026-11") == 3


def test_an_early_stage_slips_like_any_other_and_a_deal_due_before_is_not_asked(measure):
    story = {
        "early": [("09-01 08:00", "prospecting", 10, "10-20")],
        "overdue": [("09-01 08:00", "qualified", 10, "09-20")],
        "undated": [("09-01 08:00", "qualified", 10, "-")],
    }
    found = measure("slippage", **drawn(story))
    assert found.cell("slippage").denominator == 1
    assert found.members("slippage", "stage") == {"prospecting": 1}


# -------------------------------------------------------------------------------------------------- velocity


def closed(count, outcome, amount, days=40):
    """Draw deals that were closed on 20 October, `days` after their creation."""
    created = {40: "09-10 08:00", 10: "10-10 08:00", 0: "10-20 08:00"}[days]
    return "\n".join(
        f"{outcome}{number}  {created}  closed_{outcome}  true  {str(outcome == 'won').lower()}  10-20  -  {amount}  USD"
        for number in range(count)
    )


def test_velocity_is_deals_times_size_times_win_rate_over_days(measure):
    deals = opened(*((f"P{number}", 9, "qualified", "12-01") for number in range(5)))
    deals = "\n".join([deals, closed(3, "won", 100_000), closed(3, "lost", 7, days=10)])
    found = measure("pipeline_velocity", opportunity=deals)
    assert found.of("pipeline_velocity") == 6250
    assert found.of("pipeline_velocity.more_deals") == pytest.approx(6875)
    assert found.of("pipeline_velocity.more_wins") == pytest.approx(6875)
    assert found.of("pipeline_velocity.faster_deals") == pytest.approx(6250 / 0.9)


@pytest.mark.parametrize(("basis", "deals"), [("open", 2), ("created", 8), ("closed", 6)])
def test_velocity_may_count_other_deals(measure, basis, deals):
    drawn_deals = opened(*((f"P{number}", 9, "qualified", "12-01") for number in range(2)))
    drawn_deals = "\n".join([drawn_deals, closed(3, "won", 100), closed(3, "lost", 7)])
    found = measure("pipeline_velocity", opportunity=drawn_deals, settings={"velocity_n": basis})
    assert found.of("pipeline_velocity.deals") == deals
    assert found.of("pipeline_velocity") == pytest.approx(deals * 100 * 0.5 / 40)


def test_velocity_needs_five_decided_deals_and_a_cycle_of_some_length(measure):
    few = "\n".join([opened(("P1", 9, "qualified", "12-01")), closed(4, "won", 100)])
    assert measure("pipeline_velocity", opportunity=few).of("pipeline_velocity") == "suppressed"
    at_once = "\n".join([opened(("P1", 9, "qualified", "12-01")), closed(5, "won", 100, days=0)])
    assert measure("pipeline_velocity", opportunity=at_once).of("pipeline_velocity") == "zero_denominator"


def test_the_cycle_of_velocity_may_begin_with_the_lead(measure):
    deals = opened(*((f"P{number}", 9, "qualified", "12-01") for number in range(5)))
    deals = "\n".join([deals, closed(3, "won", 100_000), closed(3, "lost", 7, days=10)])
    lines = [f"{line}  {'primary_lead_id' if place == 0 else 'L1'}" for place, line in enumerate(deals.splitlines())]
    leads = "lead_id  created_at\nL1  08-31 08:00"
    tables = {"opportunity": "\n".join(lines), "lead": leads}
    assert measure("pipeline_velocity", **tables).of("pipeline_velocity.cycle") == 40
    found = measure("pipeline_velocity", **tables, settings={"velocity_cycle": "lead"})
    assert found.of("pipeline_velocity.cycle") == 50
    assert found.of("pipeline_velocity") == 5000


@pytest.mark.parametrize(("weighted", "covered"), [(False, 300), (True, 150)])
def test_coverage_may_weigh_open_deals_by_the_odds_of_their_stage(measure, weighted, covered):
    deals = opened(("P1", 300, "qualified", "11-25"))
    deals = "\n".join([deals, closed(15, "won", 100), closed(15, "lost", 100, days=10)])
    ways = [
        f"{end}{number}  10-10 08:00  qualified  100  USD  10-20" for end in ("won", "lost") for number in range(15)
    ]
    found = measure(
        "revenue_won",
        "pipeline_coverage",
        opportunity=deals,
        opportunity_stage_event=EVENT + "\n".join(ways),
        target="metric_id  period_start  period_end  value\nrevenue_won  11-01  12-01  600",
        settings={"coverage_weighted": weighted},
    )
    assert found.of("pipeline_coverage.open", "2026-11") == covered
    assert found.of("pipeline_coverage", "2026-11") == covered / 600
    assert found.of("pipeline_coverage.required", "2026-11") == (1 if weighted else 2)
