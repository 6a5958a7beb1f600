"""Laws that hold for any unit rows."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from generator.measures import scope_members, scope_text
from generator.measures.assemble import assemble
from generator.measures.results import CELL_COLUMNS

quick = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
moments = st.integers(0, 680 * 24).map(lambda hours: datetime(2025, 1, 5) + timedelta(hours=hours))
members = st.none() | st.sampled_from(["webinar", "Unknown", "a;b", "größe"])
units = st.lists(
    st.fixed_dictionaries(
        {
            "unit": st.just("u"),
            "moment": moments,
            "value": st.none() | st.decimals(-1000, 1000, places=2, allow_nan=False),
            "gap": st.sampled_from([None] * 9 + ["missing_fx"]),
            "excluded": st.sampled_from([None] * 4 + ["test"]),
            "channel": members,
            "region": members,
        }
    ),
    min_size=1,
    max_size=40,
)


@quick
@given(units)
def test_the_members_of_a_split_add_up_to_the_whole_to_the_cent(november, rows):
    cells = november.measure("sum", pd.DataFrame(rows), by=("channel", "region")).frame
    whole = cells[cells["scope"] == "all"].set_index("period_id")
    for dim in ("channel", "region"):
        parts = cells[cells["scope"].str.startswith(f"{dim}=")]
        if parts.empty:
            continue
        blocked = parts.groupby("period_id")["status"].agg(lambda words: (words == "missing_fx").any())
        assert (whole.loc[blocked.index, "status"].eq("missing_fx") == blocked).all()
        sound = parts[~parts["period_id"].map(blocked)]
        sums = sound.groupby("period_id")["value"].agg(lambda values: sum(map(_cents, values), Decimal(0)))
        assert (sums == whole.loc[sums.index, "value"].map(_cents)).all()
        assert (sound.groupby("period_id")["n"].sum() == whole.loc[sums.index, "n"]).all()


def _cents(value):
    return Decimal(float(value)).quantize(Decimal("0.01"))


#: What each kind reads, drawn; and which of its counts add up over the members of a split.
READ = {
    "count": ({}, ("value", "n")),
    "sum": ({"value": st.decimals(-1000, 1000, places=2, allow_nan=False)}, ("value", "n")),
    "rate": ({"hit": st.booleans()}, ("numerator", "denominator", "n")),
    "ratio": (
        {
            "num": st.decimals(-50, 1000, places=2, allow_nan=False),
            "den": st.decimals(0, 90, places=2, allow_nan=False),
        },
        ("numerator", "denominator", "n"),
    ),
    "mean": ({"value": st.integers(0, 40), "is_mature": st.booleans()}, ("numerator", "denominator", "n")),
    "cohort": ({"hit": st.booleans()}, ("numerator", "denominator", "n")),
    "survival": ({"value": st.integers(0, 40), "observed": st.booleans()}, ("n",)),
}


def rows_of(kind, begins=moments):
    dims = dict.fromkeys(("channel", "region"), members)
    drawn = {"unit": st.just("u"), "moment": begins, "excluded": st.sampled_from([None] * 4 + ["test"])}
    return st.lists(st.fixed_dictionaries({**drawn, **dims, **READ[kind][0]}), min_size=1, max_size=30)


def measured(bench, kind, rows):
    window = {"window": "mql_to_sql"} if kind == "cohort" else {}
    return bench.measure(kind, pd.DataFrame(rows), by=("channel", "region"), grains=("month", "all"), **window)


few = settings(quick, max_examples=4, phases=[Phase.generate])  # shrinking would take minutes
kinds = pytest.mark.parametrize("kind", READ)


@kinds
@few
@given(data=st.data())
def test_what_is_counted_of_the_members_and_of_unknown_is_that_of_the_whole(november, kind, data):
    cells = measured(november, kind, data.draw(rows_of(kind))).only("metric").frame
    whole = cells[cells["scope"] == "all"].set_index("period_id")
    for dim in ("channel", "region"):
        parts = cells[cells["scope"].str.startswith(f"{dim}=")].groupby("period_id")
        for column in READ[kind][1]:
            sums = parts[column].agg(lambda values: sum(map(_cents, values.dropna()), Decimal(0)))
            assert (sums == whole.loc[sums.index, column].map(_cents)).all()


@kinds
@few
@given(data=st.data(), random=st.randoms())
def test_the_order_of_rows_is_of_no_account(november, kind, data, random):
    rows = data.draw(rows_of(kind))
    one, two = (measured(november, kind, some).frame for some in (rows, random.sample(rows, len(rows))))
    pd.testing.assert_frame_equal(one, two, check_exact=True)


@kinds
@few
@given(data=st.data())
def test_rows_after_the_day_of_the_drop_change_nothing(november, kind, data):
    rows = data.draw(rows_of(kind))
    later = data.draw(
        rows_of(kind, st.integers(1, 300).map(lambda days: datetime(2026, 11, 21) + timedelta(days=days)))
    )
    one, two = (measured(november, kind, some).frame for some in (rows, rows + later))
    pd.testing.assert_frame_equal(two, one, check_exact=True)


@quick
@given(units)
def test_every_cell_keeps_the_contract(november, rows):
    measured = november.measure("mean", pd.DataFrame(rows), by=("channel",))
    results = assemble(measured, measured.cells, [november.compared(measured, "mean")], november.periods())
    assert tuple(results.cells.columns) == CELL_COLUMNS
    assert (results.cells["value"].notna() | (results.cells["status"] != "ok")).all()
    assert results.cells["period"].isin(results.periods["period"]).all()


@given(st.dictionaries(st.sampled_from(["channel", "region"]), st.text(max_size=8), max_size=2))
def test_a_scope_can_be_read_back(members):
    named = {dim: member or "Unknown" for dim, member in members.items()}
    if all(member.casefold() != "unknown" for member in members.values()):
        assert scope_members(scope_text(members)) == named
