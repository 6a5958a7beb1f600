"""Any two versions: the parts of all versions between them, added up."""

from __future__ import annotations

import json
import shutil
from decimal import Decimal

import pandas as pd
import pytest

from generator.history import PARTS, Cause, compare_versions

pytestmark = pytest.mark.xdist_group("six")


def test_the_parts_of_all_versions_between_add_up(six):
    chain, _ = six
    changes = compare_versions(chain.data("0"), chain.data("5")).changes
    split = changes.by_key["revenue_won", "2026-08", "all"]
    links = [json.loads((chain.data(str(nth)) / "changes.json").read_text())["changes"] for nth in range(1, 6)]
    of_cell = [
        change for link in links for change in link
        if (change["metric_id"], change["period"], change["scope"]) == ("revenue_won", "2026-08", "all")
    ]  # fmt: skip
    assert len(of_cell) >= 2
    for name in PARTS:
        assert split.part(name) == sum(Decimal(change[name]) for change in of_cell)
    assert split.restated + split.new_activity + split.definition == split.now.value - split.before.value
    assert {cause.kind for cause in changes.causes["revenue_won", "2026-08", "all"]} == {"reopened", "rate"}


def test_before_and_now_are_what_both_versions_published(six):
    chain, _ = six
    changes = compare_versions(chain.data("1"), chain.data("4")).changes
    cells = [pd.read_parquet(chain.data(name) / "kpis.parquet").query("scope == 'all'") for name in ("1", "4")]
    before, now = ({(one.metric_id, one.period): one.value for one in frame.itertuples()} for frame in cells)
    for split in changes.splits:
        if split.scope == "all" and split.before.value is not None and split.now.value is not None:
            assert split.before.value == Decimal(repr(before[split.metric, split.period]))
            assert split.now.value == Decimal(repr(now[split.metric, split.period]))


def test_the_earlier_version_comes_first_whatever_the_order(six):
    chain, _ = six
    one, other = (compare_versions(*pair).changes for pair in (
        (chain.data("2"), chain.data("4")), (chain.data("4"), chain.data("2")),
    ))  # fmt: skip
    assert one == other
    assert (one.before.version, one.now.version) == ("2", "4")


def test_two_versions_side_by_side_say_what_the_later_one_says(six):
    chain, reports = six
    changes = compare_versions(chain.data("2"), chain.data("3")).changes
    assert changes.splits == reports[3].changes.splits
    assert changes.told == reports[3].changes.told
    assert Cause("reopened", "opportunity", 1) in changes.causes["revenue_won", "2026-08", "all"]


def test_with_a_version_between_gone_differences_are_told_and_not_split(six, tmp_path):
    chain, _ = six
    for name in ("0", "2"):
        shutil.copytree(chain.data(name), tmp_path / name / "data")
    changes = compare_versions(tmp_path / "0/data", tmp_path / "2/data").changes
    split = changes.by_key["mql_count", "2026-08", "all"]
    assert split.now.value - split.before.value == 2
    assert [split.part(name) for name in PARTS] == [None, None, None]
    assert "not split" in changes.remarks[0]


def test_a_version_beside_itself_shows_nothing(six):
    chain, _ = six
    assert compare_versions(chain.data("3"), chain.data("3")).changes.is_quiet


def test_the_command_says_what_the_page_says(six, command):
    chain, _ = six
    said = command("compare", "3", "4", "--to", chain.folder).output
    assert "3 to 4" in said
    assert "Recorded MQLs that meet the written criteria" in said
    assert "changed definition" in said
    assert "fit score is at least 50" in said
    machine = json.loads(command("compare", chain.folder / "3", chain.data("4"), "--json").output)
    assert machine["before"]["version"] == "3"


def test_what_is_no_version_is_told_with_those_that_are(six, command):
    chain, _ = six
    said = command("compare", "3", "9", "--to", chain.folder, code=15).output
    assert "has no version 9; there are: none" in said  # those that a test wrote are named otherwise


def test_of_the_versions_that_are_there_an_alias_is_none(six, command, tmp_path):
    chain, _ = six
    for name in ("2026-11-06", "2026-11-13", "latest"):
        shutil.copytree(chain.data("3"), tmp_path / name / "data")
        (tmp_path / name / "data" / "version.json").write_text("{}")
    said = command("compare", "2026-11-06", "2026-11-20", "--to", tmp_path, code=15).output
    assert "has no version 2026-11-20; there are: 2026-11-06, 2026-11-13\n" in said
    assert "to 2026-11-13" in command("compare", "2026-11-06", "latest", "--to", tmp_path).output.replace(
        "latest", "2026-11-13"
    )
