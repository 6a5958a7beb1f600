"""Six drops in which rows come late, leads merge, a deal reopens, a definition and a rate change."""

from __future__ import annotations

import json
from decimal import Decimal

import pandas as pd
import pytest

from generator.history import PARTS, Cause, read_changes
from tests.history.conftest import KPIS

pytestmark = pytest.mark.xdist_group("six")


def told_of(report, metric, period):
    """The told difference of a headline."""
    assert (metric, period, "all") in report.changes.told
    return report.changes.by_key[metric, period, "all"]


def causes_of(report, metric, period):
    return report.changes.causes[metric, period, "all"]


def published(chain, name):
    cells = pd.read_parquet(chain.data(name) / "kpis.parquet")
    cells = cells[(cells["scope"] == "all") & cells["metric_id"].isin(KPIS)]
    return {(one.metric_id, one.period): one.value for one in cells.itertuples()}


@pytest.mark.parametrize("nth", range(1, 6))
def test_the_parts_add_up_to_what_was_published(six, nth):
    chain, reports = six
    before, now = published(chain, str(nth - 1)), published(chain, str(nth))
    moved = {(metric, period): split for (metric, period, scope), split in reports[nth].changes.by_key.items()}
    for key in before.keys() & now.keys():
        if key[0] == "restatement" or pd.isna(before[key]) or pd.isna(now[key]):
            continue
        difference = Decimal(repr(now[key])) - Decimal(repr(before[key]))
        if key not in moved:
            assert difference == 0, key
        elif moved[key].restated is not None:
            assert sum(moved[key].part(name) for name in PARTS) == difference, key


def test_late_rows_are_restated_history(six):
    split = told_of(six[1][1], "mql_count", "2026-08")
    assert (split.restated, split.new_activity, split.definition) == (3, 0, 0)
    assert Cause("late", "lifecycle_event", 3) in causes_of(six[1][1], "mql_count", "2026-08")


def test_merged_leads_are_one_lead_fewer(six):
    split = told_of(six[1][2], "lead_volume", "2026-08")
    assert (split.restated, split.new_activity, split.definition) == (-1, 0, 0)
    assert Cause("merged", "lead", 1) in causes_of(six[1][2], "lead_volume", "2026-08")


def test_a_reopened_deal_is_no_longer_won(six):
    split = told_of(six[1][3], "revenue_won", "2026-08")
    assert split.restated == -48000
    assert Cause("reopened", "opportunity", 1) in causes_of(six[1][3], "revenue_won", "2026-08")


def test_a_growth_names_what_moved_the_month_before(six):
    assert Cause("reopened", "opportunity", 1) in causes_of(six[1][3], "revenue_growth", "2026-09")


def test_a_stricter_definition_is_neither_history_nor_activity(six):
    split = told_of(six[1][4], "criteria_conformance", "2026-08")
    assert split.restated == 0
    assert split.definition < 0
    (one,) = six[1][4].changes.differences
    assert one.kind == "definition"
    assert "fit score is at least 50 (a must) became fit score is at least 65" in one.text


def test_another_exchange_rate_moves_money_alone(six):
    split = told_of(six[1][5], "revenue_won", "2026-08")
    assert split.restated > 0
    assert causes_of(six[1][5], "revenue_won", "2026-08")[0] == Cause("rate", "fx_rate", 1)
    assert not any(key[:2] == ("mql_count", "2026-08") for key in six[1][5].changes.told)


def test_what_happened_since_moves_running_periods_only_as_new_activity(six):
    _, reports = six
    running = [
        split for report in reports[1:] for split in report.changes.splits
        if split.metric == "lead_volume" and not split.is_closed and split.period != "all"
    ]  # fmt: skip
    assert any(split.new_activity for split in running)
    assert not any(split.definition for split in running)


def test_closed_figures_that_moved_are_counted_by_their_period(six):
    chain, _ = six
    cells = pd.read_parquet(chain.data("1") / "kpis.parquet").query("scope == 'all'")
    restated = {(one.metric_id, one.period): one.value for one in cells.itertuples()}
    assert restated["restatement", "all"] > restated["restatement.headlines", "all"] > 0
    assert restated["restatement.about", "2026-08"] > 0
    assert not restated.get(("restatement.about", "2026-03"))


def test_without_an_earlier_version_restatements_cannot_be_counted(six):
    report = six[1][0]
    assert report.missing["restatement"] == ("earlier_version",)
    assert report.changes.before is None
    assert report.changes.splits == ()


def test_the_ledger_keeps_a_line_for_every_version(six):
    ledger = six[1][5].changes.ledger
    assert [entry.version for entry in ledger] == ["0", "1", "2", "3", "4"]
    assert [entry.differences for entry in ledger] == [0, 0, 0, 1, 0]
    assert all(entry.figures for entry in ledger)


def test_what_was_first_told_is_kept(six):
    chain, reports = six
    first = pd.read_parquet(chain.data("5") / "first.parquet")
    told = {(one.metric_id, one.period): (one.value, one.drop) for one in first.itertuples()}
    assert told["mql_count", "2026-08"] == (published(chain, "0")["mql_count", "2026-08"], reports[0].drop.id)
    assert told["mql_count", "2026-10"][1] == reports[3].drop.id
    assert ("mql_count", "2026-11") not in told


def test_a_pure_rerun_shows_nothing(six, drops):
    chain, _ = six
    report = chain.make("again", drops[5], "5", private=None)
    assert report.changes.is_quiet
    assert report.changes.splits == ()
    assert report.results.cells.query("metric_id == 'restatement'")["value"].eq(0).all()


def test_what_is_written_reads_back(six):
    chain, reports = six
    for nth in (0, 3, 5):
        read = read_changes(chain.data(str(nth)))
        assert read.splits == reports[nth].changes.splits
        assert read.told == reports[nth].changes.told
        assert dict(read.causes) == {key: one for key, one in reports[nth].changes.causes.items() if one}
        assert read.differences == reports[nth].changes.differences


def test_the_private_record_is_for_its_owner_alone_and_holds_hashes(six):
    chain, _ = six
    folder = chain.folder / "private"
    assert {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()} == {
        "key": 0o600,
        "rows.parquet": 0o600,
    }
    assert folder.stat().st_mode & 0o777 == 0o700
    rows = pd.read_parquet(folder / "rows.parquet")
    assert rows["key"].str.fullmatch("[0-9a-f]{32}").all()
    assert rows["row"].str.fullmatch("[0-9a-f]{32}").all()
    assert not any((chain.data("5") / name).exists() for name in ("key", "rows.parquet"))


def test_a_row_keeps_the_drop_in_which_it_was_first_seen(six):
    chain, reports = six
    rows = pd.read_parquet(chain.folder / "private" / "rows.parquet")
    seen = rows[rows["table"] == "lead"]["first_seen"].value_counts()
    assert seen.index[0] == reports[0].drop.id
    assert len(seen) > 1


def test_numbers_in_changes_json_are_plain_decimals(six):
    chain, _ = six
    changes = json.loads((chain.data("3") / "changes.json").read_text())["changes"]
    texts = [change[name] for change in changes for name in PARTS if change[name] is not None]
    assert texts
    assert not any("E" in text for text in texts)
