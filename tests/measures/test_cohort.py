"""Cohorts: only the mature count, and the curve says what the headline cannot yet."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from measures_bench import cell


def measure(bench, units, **more):
    return bench.measure("cohort", units, window="mql_to_sql", **more)


def curve(measured, period, scope="all"):
    rows = measured.curves[(measured.curves["period"] == period) & (measured.curves["scope"] == scope)]
    return dict(zip(rows["day"], rows["share"], strict=True))


def test_an_outcome_at_the_last_second_of_the_window_counts(november):
    measured = measure(
        november,
        """
        unit | moment           | done_at
        a    | 2026-04-01 12:00 | 2026-05-01 12:00
        b    | 2026-04-01 12:00 | 2026-05-01 12:00:01
        c    | 2026-04-01 12:00 | 2026-04-01 12:00
        d    | 2026-04-01 12:00 |
        """,
    )
    april = cell(measured, "2026-04")
    assert (april["value"], april["numerator"], april["denominator"], april["n"]) == (0.5, 2, 4, 4)
    assert april["low"] < 0.5 < april["high"]


def test_an_early_win_by_a_young_unit_waits(november):
    measured = measure(
        november,
        """
        unit | moment           | done_at
        a    | 2026-11-10 12:00 | 2026-11-11 12:00
        """,
    )
    month = cell(measured, "2026-11")
    assert (month["value"], month["numerator"], month["denominator"], month["n"]) == (None, 0, 0, 0)
    assert (month["status"], month["low"]) == ("maturing", None)


def test_below_the_mature_share_there_are_counts_but_no_headline(november):
    rows = [f"m{n} | 2026-10-01 12:00 | " for n in range(7)] + [f"y{n} | 2026-10-30 12:00 | " for n in range(3)]
    october = cell(measure(november, "unit | moment | done_at\n" + "\n".join(rows)), "2026-10")
    assert (october["value"], october["n"], october["status"]) == (None, 7, "maturing")


def test_at_the_mature_share_the_headline_stands_on_the_mature_alone(november):
    rows = [f"m{n} | 2026-10-01 12:00 | 2026-10-02 12:00" for n in range(4)] + ["y | 2026-10-30 12:00 | "]
    october = cell(measure(november, "unit | moment | done_at\n" + "\n".join(rows)), "2026-10")
    assert (october["value"], october["n"], october["status"]) == (1, 4, "ok")


def test_a_unit_is_mature_at_the_second_its_window_ends(november):
    measured = measure(
        november,
        """
        unit | moment              | done_at
        a    | 2026-10-21 23:00:00 |
        """,
    )
    assert cell(measured, "2026-10")["n"] == 1
    measured = measure(november, "unit | moment | done_at\na | 2026-10-21 23:00:01 | ")
    assert cell(measured, "2026-10")["n"] == 0


def test_where_either_end_is_a_day_both_are_compared_as_days(november):
    units = """
        unit | moment           | done_at
        a    | 2026-04-01 23:00 | 2026-05-01
        b    | 2026-04-01 01:00 | 2026-05-02
        """
    april = cell(measure(november, units, types={"done_at": "date"}), "2026-04")
    assert april["numerator"] == 1
    units = """
        unit | moment     | done_at
        a    | 2026-04-01 | 2026-05-01 23:00
        b    | 2026-04-01 | 2026-05-02 00:00
        """
    april = cell(measure(november, units, types={"moment": "date"}), "2026-04")
    assert april["numerator"] == 1


def test_the_rows_may_say_themselves_who_got_there(november):
    units = """
        unit | moment           | hit
        a    | 2026-04-01 12:00 | true
        b    | 2026-04-01 12:00 | false
        c    | 2026-11-01 12:00 | true
        """
    measured = measure(november, units)
    assert cell(measured, "2026-04")["value"] == 0.5
    assert cell(measured, "2026-11")["status"] == "maturing"
    assert measured.curves.empty


def test_without_exits_the_curve_of_a_mature_cohort_is_the_share_so_far(november):
    measured = measure(
        november,
        """
        unit | moment           | done_at
        a    | 2026-04-01 12:00 | 2026-04-01 12:00
        b    | 2026-04-01 12:00 | 2026-04-11 12:00
        c    | 2026-04-01 12:00 | 2026-04-11 12:01
        d    | 2026-04-01 12:00 |
        """,
    )
    shares = curve(measured, "2026-04")
    assert (shares[0], shares[9], shares[10], shares[11], shares[30]) == pytest.approx((0.25, 0.25, 0.5, 0.75, 0.75))
    assert list(shares) == list(range(31))


def test_the_young_are_followed_as_far_as_they_are_known_and_exits_compete(november):
    # As of 11-20 23:00: y is known for 10 days only, so after day 10 three are left of which one gets there.
    measured = measure(
        november,
        """
        unit | moment           | done_at          | out_at
        a    | 2026-10-01 12:00 | 2026-10-03 12:00 |
        x    | 2026-10-01 12:00 |                  | 2026-10-06 12:00
        y    | 2026-11-10 23:00 |                  |
        b    | 2026-10-01 12:00 | 2026-10-21 12:00 |
        c    | 2026-10-01 12:00 |                  |
        """,
        grains=("year",),
    )
    shares = curve(measured, "2026")
    first = Fraction(1, 5)
    still = Fraction(4, 5) * Fraction(3, 4)
    assert shares[2] == shares[19] == pytest.approx(float(first))
    assert shares[20] == shares[30] == pytest.approx(float(first + still * Fraction(1, 2)))
    at_risk = measured.curves.set_index("day")["at_risk"]
    assert (at_risk[0], at_risk[2], at_risk[3], at_risk[11], at_risk[30]) == (5, 5, 4, 2, 1)


def test_a_later_success_inside_the_window_outweighs_an_exit(november):
    measured = measure(
        november,
        """
        unit | moment           | done_at          | out_at
        a    | 2026-04-01 12:00 | 2026-04-20 12:00 | 2026-04-05 12:00
        """,
    )
    assert cell(measured, "2026-04")["value"] == 1
    assert curve(measured, "2026-04")[30] == pytest.approx(1)


def test_members_have_a_curve_over_everything(november):
    measured = measure(
        november, "unit | moment | done_at | region\na | 2026-04-01 12:00 | 2026-04-02 12:00 | EMEA", by=("region",)
    )
    assert curve(measured, "all", "region=EMEA")[1] == pytest.approx(1)
    assert curve(measured, "2026-04", "region=EMEA") == {}


def incidence_by_hand(units, window=30):
    """Return the share by day as exact fractions: everybody's story until it ends or is no longer known."""
    stories = []
    for entry, done, out in units:
        known = min(timedelta(days=window), datetime(2026, 11, 20, 23) - entry)
        if done is not None and done - entry <= known:
            stories.append((done - entry, "done"))
        elif out is not None and out - entry <= known:
            stories.append((out - entry, "out"))
        else:
            stories.append((known, "unknown"))
    shares, share, waiting = {}, Fraction(0), Fraction(1)
    todo = sorted({time for time, _ in stories})
    for day in range(window + 1):
        while todo and todo[0] <= timedelta(days=day):
            time = todo.pop(0)
            left = sum(other >= time for other, _ in stories)
            done, out = (stories.count((time, how)) for how in ("done", "out"))
            share += waiting * Fraction(done, left)
            waiting *= 1 - Fraction(done + out, left)
        shares[day] = share
    return shares


hours = st.integers(0, 40 * 24)
entries = st.integers(0, 58).map(lambda days: datetime(2026, 9, 22, 5) + timedelta(days=days))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(entries, st.none() | hours, st.none() | hours), min_size=1, max_size=15))
def test_the_curve_is_the_one_of_exact_arithmetic(november, drawn):
    as_of = datetime(2026, 11, 20, 23)
    later = [[None if n is None else entry + timedelta(hours=n) for n in ends] for entry, *ends in drawn]
    known = [[at if at and at <= as_of else None for at in ends] for ends in later]
    units = [(entry, *ends) for (entry, *_), ends in zip(drawn, known, strict=True)]
    frame = pd.DataFrame(units, columns=["moment", "done_at", "out_at"], dtype="object").assign(unit="u")
    measured = measure(november, frame, grains=("all",))
    by_hand = incidence_by_hand(units)
    assert curve(measured, "all") == pytest.approx({day: float(share) for day, share in by_hand.items()}, abs=1e-12)
