"""Drops of one company, a week apart."""

from itertools import pairwise

import pandas as pd
import pytest

from generator.demo import make_drops


@pytest.fixture(scope="module")
def weeks(tmp_path_factory):
    folders = make_drops(tmp_path_factory.mktemp("weeks"), drops=4, leads=600, months=12)
    return [
        {name: pd.read_csv(one / f"{name}.csv", dtype=str, keep_default_na=False) for name in ("Lead", "LeadHistory")}
        for one in folders
    ]


def test_a_lead_stands_in_each_drop_as_its_history_had_left_it_by_then(weeks):
    checked = 0
    for now, after in pairwise(weeks):
        leads, moves = now["Lead"].set_index("Id"), after["LeadHistory"].sort_values("CreatedDate", kind="stable")
        is_new = ~moves["Id"].isin(now["LeadHistory"]["Id"]) & (
            moves["CreatedDate"] > "2026-10"
        )  # not those that came late
        for field, cell in (("Status", "Status"), ("Owner", "OwnerId")):
            next_moves = moves[is_new & (moves["Field"] == field) & moves["LeadId"].isin(leads.index)]
            first = next_moves.drop_duplicates("LeadId")
            assert list(leads.loc[first["LeadId"], cell]) == list(first["OldValue"])
            checked += len(first)
    assert checked >= 15


def test_history_only_grows(weeks):
    for now, after in pairwise(weeks):
        assert set(map(tuple, now["LeadHistory"].values)) <= set(map(tuple, after["LeadHistory"].values))
