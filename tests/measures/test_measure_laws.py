"""Laws that hold for any unit rows."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pandas as pd
from hypothesis import HealthCheck, given, settings
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
    return Decimal(value).quantize(Decimal("0.01"))


@settings(quick, max_examples=4)
@given(units, st.randoms())
def test_the_order_of_rows_is_of_no_account(november, rows, random):
    shuffled = random.sample(rows, len(rows))
    for kind in ("sum", "mean"):
        one, two = (november.measure(kind, pd.DataFrame(some), by=("channel",)).frame for some in (rows, shuffled))
        pd.testing.assert_frame_equal(one, two, check_exact=True)


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
