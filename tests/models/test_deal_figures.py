"""KPIs over decided deals: losses, discounts, forecasts, and the way from stage to stage."""

import pytest
from models_bench import packaged_agreement

DEAL = "opportunity_id  created_at   stage        is_closed  is_won  close_date  closed_at    amount\n"
EVENT = "opportunity_id  occurred_at  stage\n"


# --------------------------------------------------------------------------------------- losses and discounts

LOST = """
    opportunity_id  is_closed  is_won  close_date  loss_reason         amount
    O1              true       false   10-05       price               10
    O2              true       false   10-05       price               -
    O3              true       false   10-05       lost_to_competitor  30
    O4              true       false   10-05       no_decision         60
    O5              true       false   10-05       duplicate           90
    O6              true       true    10-05       price               90
    O7              false      false   10-05       -                   90
"""


def test_lost_deals_by_reason(measure):
    found = measure("loss_reasons", opportunity=LOST)
    assert found.of("loss_reasons") == 4
    assert found.members("loss_reasons", "reason") == {"price": 2, "lost_to_competitor": 1, "no_decision": 1}
    assert found.members("loss_reasons.share", "reason")["price"] == 1 / 2
    assert found.members("loss_reasons.value", "reason") == {"price": 10, "lost_to_competitor": 30, "no_decision": 60}
    assert found.members("loss_reasons.value_share", "reason")["no_decision"] == 60 / 100
    assert found.of("loss_reasons.to_competitor") == 1 / 4


def test_a_loss_without_a_reason_is_unknown(measure):
    found = measure("loss_reasons", opportunity="opportunity_id  is_closed  close_date\n O1  true  10-05")
    assert found.members("loss_reasons", "reason") == {"Unknown": 1}


def test_discounts_are_weighed_by_the_list_price(measure):
    found = measure(
        "discount_rate",
        opportunity="""
        opportunity_id  is_closed  is_won  close_date  list_amount  amount
        O1              true       true    10-05       100          90
        O2              true       true    10-05       200          150
        O3              true       true    10-05       0            5
        O4              true       true    10-05       -            5
        O5              true       true    10-05       100          -
        O6              true       false   10-05       100          1
        """,
    )
    assert found.of("discount_rate") == 0.2
    assert found.cell("discount_rate").n == 2
    assert found.of("discount_rate.above_list") == 0


def test_a_deal_above_its_list_price_counts_against_the_discount_and_is_told(measure):
    found = measure(
        "discount_rate",
        opportunity="""
        opportunity_id  is_closed  is_won  close_date  list_amount  amount
        O1              true       true    10-05       100          120
        """,
    )
    assert (found.of("discount_rate"), found.of("discount_rate.above_list")) == (-0.2, 1)


# ------------------------------------------------------------------------------------------------- forecasts

WON = """
    opportunity_id  is_closed  is_won  close_date  amount  region
    O1              true       true    10-05       50      EMEA
    O2              true       true    10-31       50      AMER
    O3              true       true    11-05       7       AMER
"""
FORECAST = "snapshot_at  period_start  period_end  team  region  category  amount\n"


def forecast(measure, rows, **more):
    return measure("forecast_accuracy", opportunity=WON, forecast_snapshot=FORECAST + rows, **more)


def test_a_forecast_is_as_good_as_it_is_near(measure):
    found = forecast(measure, "10-01 00:00  10-01  11-01  sales  -  commit  90")
    assert found.of("forecast_accuracy") == pytest.approx(0.9)
    assert found.of("forecast_accuracy.bias") == -0.1


def test_errors_of_regions_do_not_cancel_out_but_their_bias_does(measure):
    rows = """10-01 00:00  10-01  11-01  -  EMEA  commit  60
              10-01 00:00  10-01  11-01  -  AMER  commit  50
              10-01 00:00  10-01  11-01  -  -     commit  500"""
    found = forecast(measure, rows)
    assert found.of("forecast_accuracy") == pytest.approx(0.9)
    assert found.members("forecast_accuracy", "region") == pytest.approx({"EMEA": 0.8, "AMER": 1})
    assert found.of("forecast_accuracy.bias") == 0.1


@pytest.mark.parametrize(("days", "expected"), [(0, 0.8), (2, 0.9)])
def test_the_last_commit_until_the_agreed_day_is_the_forecast(measure, days, expected):
    rows = """09-20 00:00  10-01  11-01  -  -  commit     70
              10-01 09:00  10-01  11-01  -  -  commit     80
              10-03 09:00  10-01  11-01  -  -  commit     90
              10-16 09:00  10-01  11-01  -  -  commit     95
              10-17 09:00  10-01  11-01  -  -  commit     99
              10-01 09:00  10-01  11-01  -  -  best_case  99"""
    found = forecast(measure, rows, settings={"forecast_day": days})
    assert found.of("forecast_accuracy") == pytest.approx(expected)
    assert found.of("forecast_accuracy.mid_period") == pytest.approx(0.95)


def test_the_error_may_be_a_share_of_the_forecast(measure):
    rows = "10-01 00:00  10-01  11-01  -  -  commit  80"
    assert forecast(measure, rows, settings={"accuracy_denominator": "forecast"}).of("forecast_accuracy") == 0.75


def test_no_forecast_is_ever_worse_than_nothing(measure):
    assert forecast(measure, "10-01 00:00  10-01  11-01  -  -  commit  900").of("forecast_accuracy") == 0


def test_what_is_not_over_or_was_not_forecast_cannot_be_judged(measure):
    found = forecast(
        measure, "11-01 00:00  11-01  12-01  -  -  commit  90\n 09-01 00:00  09-01  10-01  -  -  commit  9"
    )
    assert found.of("forecast_accuracy", "2026-11") == "pending"
    assert found.of("forecast_accuracy", "2026-10") == "missing_input"
    assert found.of("forecast_accuracy", "2026-09") == "zero_denominator"  # nothing was won


# -------------------------------------------------------------------------------------------- from stage to stage


def way(name, *steps):
    """Draw the history of a deal: (instant, stage) a step."""
    return [f"{name}  {at}  {stage}" for at, stage in steps]


def conversion(measure, *ways, **more):
    rows = [row for steps in ways for row in steps]
    names = dict.fromkeys(row.split()[0] for row in rows)
    deals = "\n".join(f"{name}  08-01 08:00  qualified  false  false  -  -  1" for name in names)
    return measure(
        "stage_conversion", opportunity=DEAL + deals, opportunity_stage_event=EVENT + "\n".join(rows), **more
    )


def test_a_leap_passes_the_stages_between(measure):
    on = [way(f"on{number}", ("09-01 08:00", "qualified"), ("09-05 08:00", "proposal")) for number in range(5)]
    leap = way("leap", ("09-01 08:00", "qualified"), ("09-05 08:00", "negotiation"))
    stuck = [way(f"stuck{number}", ("09-01 08:00", "qualified")) for number in range(4)]
    found = conversion(measure, *on, leap, *stuck)
    assert found.cell("stage_conversion", "2026-09", "stage=qualified").value == 0.6
    # Five came to the proposal and one beyond it, which is the next station.
    assert found.cell("stage_conversion", "2026-09", "stage=proposal").denominator == 6
    assert found.cell("stage_conversion", "2026-09", "stage=proposal").numerator == 1


def test_lost_is_no_station_and_won_is_beyond_all(measure):
    won = way("won", ("09-01 08:00", "negotiation"), ("09-05 08:00", "closed_won"))
    lost = way("lost", ("09-01 08:00", "qualified"), ("09-05 08:00", "closed_lost"))
    found = conversion(measure, won, lost)
    assert found.members("stage_conversion", "stage", "2026-09") == {"qualified": 0.5, "negotiation": 1}


def test_a_way_back_undoes_nothing(measure):
    steps = [("09-01 08:00", "qualified"), ("09-05 08:00", "proposal"), ("09-06 08:00", "qualified")]
    found = conversion(measure, way("O1", *steps))
    assert found.members("stage_conversion", "stage", "2026-09") == {"qualified": 1, "proposal": 0}


@pytest.mark.parametrize(
    ("windows", "expected"),
    [({}, 1), ({"stage": 3}, 0), ({"stages": {"qualified": 3}}, 0), ({"stages": {"proposal": 3}}, 1)],
)
def test_the_window_of_a_stage_may_be_its_own(measure, windows, expected):
    own = packaged_agreement().settings.windows.model_copy(update=windows)
    steps = way("O1", ("09-01 08:00", "qualified"), ("09-05 08:00", "proposal"))
    found = conversion(measure, steps, settings={"windows": own})
    assert found.members("stage_conversion", "stage", "2026-09")["qualified"] == expected


def test_the_value_that_stops_at_a_stage_is_that_of_the_deals_whose_time_ran_out(measure):
    stories = {
        "on": [("09-01 08:00", "qualified", 100, "12-01"), ("09-05 08:00", "proposal", 100, "12-01")],
        "stuck": [("09-01 08:00", "qualified", 70, "12-01")],
        "lost": [("09-02 08:00", "qualified", 30, "12-01"), ("09-09 08:00", "closed_lost", 30, "09-09")],
        "young": [("11-01 08:00", "qualified", 500, "12-01")],
    }
    deals = [
        f"{name}  08-01 08:00  {story[-1][1]}  {str(name == 'lost').lower()}  false"
        f"  {story[-1][3] if name == 'lost' else '-'}  -  {story[0][2]}"
        for name, story in stories.items()
    ]
    events = [f"{name}  {at}  {stage}  {due}" for name, story in stories.items() for at, stage, _, due in story]
    found = measure(
        "stage_conversion",
        opportunity=DEAL + "\n".join(deals),
        opportunity_stage_event="opportunity_id  occurred_at  stage  close_date\n" + "\n".join(events),
    )
    assert found.of("stage_conversion.lost", "2026-09", "stage=qualified") == 100
    assert found.of("stage_conversion.lost", "2026-09", "stage=proposal") == 100  # it was not moved on from there
    assert found.of("stage_conversion.lost", "2026-11", "stage=qualified") is None
    assert found.of("stage_conversion", "2026-09", "stage=qualified") == pytest.approx(1 / 3)


def test_a_lead_that_leaps_a_stage_never_entered_it(measure):
    found = measure(
        "stage_conversion",
        lead="lead_id  created_at\n L1  09-01 08:00\n L2  09-01 08:00",
        lifecycle_event="""
        lead_id  occurred_at  to_stage
        L1       09-02 08:00  mql
        L1       09-03 08:00  sql
        L2       09-02 08:00  mql
        L2       09-03 08:00  sal
        """,
    )
    found = found.members("stage_conversion.leads", "stage", "2026-09")
    assert found == {"lead": 1, "mql": 1, "sal": 0, "sql": 0}


# ------------------------------------------------------------------------------------------------ time in stage


def stays(measure, *ways, ending="false  false  -  -"):
    rows = [row for steps in ways for row in steps]
    names = dict.fromkeys(row.split()[0] for row in rows)
    deals = "\n".join(f"{name}  08-01 08:00  qualified  {ending}  1" for name in names)
    return measure("stage_velocity", opportunity=DEAL + deals, opportunity_stage_event=EVENT + "\n".join(rows))


def test_the_median_of_stays_that_ended(measure):
    found = stays(
        measure,
        way("O1", ("10-01 08:00", "qualified"), ("10-04 08:00", "proposal")),
        way("O2", ("10-01 08:00", "qualified"), ("10-06 08:00", "negotiation")),
        way("O3", ("10-01 08:00", "qualified"), ("10-11 08:00", "closed_lost")),
        way("O4", ("10-01 08:00", "qualified")),
    )
    assert found.members("stage_velocity", "stage") == {"qualified": 5}
    assert found.members("stage_velocity.p90", "stage") == {"qualified": 9}
    assert found.members("stage_velocity.entered", "stage")["qualified"] == 5  # the one still there included


def test_who_comes_back_stays_on(measure):
    steps = [("10-01 08:00", "proposal"), ("10-03 08:00", "qualified"), ("10-04 08:00", "proposal")]
    found = stays(measure, way("O1", *steps, ("10-08 08:00", "closed_won")))
    assert found.members("stage_velocity", "stage") == {"proposal": 6, "qualified": 1}


def test_a_step_back_is_no_end_of_a_stay_until_the_deal_is_decided(measure):
    back = way("O1", ("10-01 08:00", "proposal"), ("10-03 08:00", "qualified"))
    assert stays(measure, back).of("stage_velocity", "2026-10", "stage=proposal") is None
    decided = [*back, *way("O1", ("10-20 08:00", "closed_lost"))]
    assert stays(measure, decided).members("stage_velocity", "stage") == {"proposal": 2, "qualified": 17}


def test_the_whole_way_is_from_creation_to_win(measure):
    found = measure("stage_velocity", opportunity=DEAL + "O1  10-01 08:00  closed_won  true  true  10-15  -  1")
    assert found.of("stage_velocity.total") == 14


def test_by_period_moves_are_held_against_entries_of_the_same_period(measure):
    moved = way("on", ("09-20 08:00", "qualified"), ("10-05 08:00", "proposal"))
    fresh = [way(f"new{number}", ("10-02 08:00", "qualified")) for number in range(4)]
    found = conversion(measure, moved, *fresh, settings={"stage_basis": "period"})
    cell = found.cell("stage_conversion", "2026-10", "stage=qualified")
    assert (cell.numerator, cell.denominator) == (1, 4)
    assert found.of("stage_conversion", "2026-09", "stage=qualified") == 0
