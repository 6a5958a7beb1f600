"""What changed, as pages say it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pandas as pd
import pytest

from generator.history import Cause, Changes, Difference, Reading, Split, Version
from generator.history.changes import Entry, Named

BEFORE, NOW = Version("2026-10-30", "2026-10-30", "2026-10-30T18:00:00Z", "1"), Version("now", "now", "", "1")
KEY = ("mql_count", "2026-09", "all")


def split(metric, before, now, restated=None, since=None, rule=None, turn=None, period="2026-09", closed=True):
    """One difference; numbers as they are written."""
    parts = [None if part is None else Decimal(part) for part in (restated, since, rule)]
    sides = [
        Reading(None, side, 0) if side in ("maturing", "absent") else Reading(Decimal(side), "ok", 40)
        for side in (before, now)
    ]
    return Split(metric, period, "all", closed, *sides, *parts, turn)


def changes(*splits, kept=True, **given):
    """Splits that are all told, in their order."""
    keys = tuple((one.metric, one.period, one.scope) for one in splits if one.is_closed)
    named = {
        "mql_count": Named("Marketing qualified leads", "count"), "mql_to_sql": Named("MQL to SQL conversion", "ratio"),
        "revenue_won": Named("Revenue generated", "currency"), "gone_kpi": Named("A <b>KPI</b> of old", "count"),
    }  # fmt: skip
    return Changes(BEFORE, NOW, splits, keys, named=named, rows_kept=kept, **given)


@pytest.fixture
def page(written, report):
    """Return the page of changes, or another one, with what changed."""

    def write(found, name="changes.md"):
        return (written(replace(report, changes=found)) / name).read_text(encoding="utf-8")

    return write


def test_a_first_version_says_that_it_stands_by_itself(page):
    assert "stands by itself" in page(Changes(None, NOW))
    assert "stands by itself" in page(None)


def test_where_nothing_moved_the_page_is_quiet_and_the_home_page_silent(page):
    text = page(changes())
    assert "nothing restated" in text
    assert "## Closed figures" not in text
    assert "What changed" not in page(changes(), "index.md")


def test_a_line_tells_both_values_the_parts_and_why(page):
    found = changes(split("mql_count", "41", "44", "4", "1", "-2"), causes={KEY: (Cause("late", "touch", 4),)})
    (line,) = [line for line in page(found).splitlines() if line.startswith("| [Marketing qualified")]
    assert [cell.strip() for cell in line.split("|")[2:9]] == [
        "Sep 2026", "41", "44", "+4", "+1", "−2", "4 rows of touch came late; what was agreed changed",
    ]  # fmt: skip


def test_shares_move_by_points_and_money_by_money(page):
    text = page(
        changes(
            split("mql_to_sql", "0.5", "0.45", "-0.05", "0", "0"),
            split("revenue_won", "9000", "8000", "-1000", "0", "0"),
        )
    )
    assert "−5.0 pts" in text
    assert "| −USD 1,000 |" in text.replace("\u202f", " ")


@pytest.mark.parametrize(
    ("kept", "causes", "said"),
    [
        (False, {}, "rows not kept"),
        (True, {}, "no changed row bears on this period by its date"),
        (True, {KEY: (Cause("merged", "lead", 1), Cause("rate", "fx_rate", 2))}, "1 lead merged, 2 exchange rates changed"),
        (True, {KEY: (Cause("deleted", "lead", 1), Cause("reopened", "opportunity", 3))}, "1 row of lead deleted, 3 deals reopened"),
    ],
)  # fmt: skip
def test_causes_are_said_in_words_or_said_to_be_unknown(page, kept, causes, said):
    assert said in page(changes(split("mql_count", "41", "44", "3", "0", "0"), kept=kept, causes=causes))


def test_a_value_that_vanished_is_told_and_not_subtracted(page):
    text = page(changes(split("mql_to_sql", "0.5", "maturing", turn="restated")))
    assert "the value vanished by restated history" in text
    assert "| n/a (maturing) | – | – | – |" in text


def test_a_kpi_that_is_gone_has_no_link_and_its_title_stays_text(page):
    text = page(changes(split("gone_kpi", "4", "absent", turn="definition")))
    assert "&#60;b&#62;KPI" in text
    assert "gone_kpi.md" not in text


def test_what_was_agreed_otherwise_stands_in_sentences_by_kind(page):
    told = (
        Difference("setting", "The setting x is <i>1</i>; it was 2."),
        Difference("definition", "MQL v2 was rewritten."),
    )
    text = page(changes(differences=told))
    assert text.index("### Definitions") < text.index("### Settings")
    assert "- The setting x is &#60;i&#62;1" in text
    assert "2 things were agreed otherwise" in text


def test_the_three_foremost_stand_on_the_home_page(page):
    moved = [split("mql_count", "41", "44", "3", "0", "0"), split("revenue_won", "9000", "8000", "-1000", "0", "0")]
    moved += [
        split("mql_to_sql", "0.5", "0.45", "-0.05", "0", "0"),
        split("gone_kpi", "4", "absent", turn="definition"),
    ]
    text = page(changes(*moved), "index.md")
    told = text[text.index("## What changed") :]
    assert told.index("Marketing qualified leads") < told.index("Revenue generated") < told.index("MQL to SQL")
    assert "of old" not in told
    assert 'href="changes.html"' in told


def test_running_periods_are_apart_from_closed_ones(page):
    text = page(changes(split("mql_count", "10", "14", "0", "4", "0", period="2026-11", closed=False)))
    assert "## Closed figures" not in text
    assert "| Nov 2026 | 10 | 14 | 0 | +4 | 0 |" in text


def test_the_ledger_appears_with_the_second_line(page):
    one = Entry("a", "b", 2, 1, 0, "mql_count", "2026-09", 0.07)
    assert "Version by version" not in page(changes(ledger=(one,)))
    text = page(changes(ledger=(one, one._replace(figures=0, version="b", drop="c"))))
    assert "| c | b | none | 0 |  |" in text
    assert "| b | a | 2 of 1 KPI | 0 | Marketing qualified leads, Sep 2026: 7.0" in text


def test_what_was_first_told_is_drawn_and_listed_where_it_is_another_value(written, report):
    month = report.results.cells.query("metric_id == 'mql_count' and scope == 'all' and period == '2026-09'")
    value = float(month["value"].iloc[0])
    first = pd.DataFrame(
        [("mql_count", "2026-09", value + 7, "2026-10-02"), ("lead_volume", "2026-09", 1.0, "2026-10-02")],
        columns=["metric_id", "period", "value", "drop"],
    )
    same = report.results.cells.query("metric_id == 'lead_volume' and scope == 'all' and period == '2026-09'")
    first.loc[1, "value"] = float(same["value"].iloc[0])
    docs = written(replace(report, first=first))
    charts = written.pages.charts
    assert [row["y"] for row in charts["mql_count-trend"].rows["first"]] == [value + 7]
    assert charts["lead_volume-trend"].rows["first"] == []
    assert "First told" in (docs / "kpis/mql_count.md").read_text()
    assert "First told" not in (docs / "kpis/lead_volume.md").read_text()


def test_another_version_of_a_target_is_marked_where_it_begins(written, report):
    (plan,) = {target.plan for target in report.agreement.targets if target.metric == "mql_count"} or {""}
    targets = [target for target in report.agreement.targets if target.plan == plan]
    later = [
        one.model_copy(update={"version": "v9"}) if one.period_start.isoformat() >= "2026-07-01" else one
        for one in targets
    ]
    written(replace(report, agreement=replace(report.agreement, targets=tuple(later))))
    (name,) = [row["text"] for row in written.pages.charts["mql_count-trend"].rows["marknames"] if "v9" in row["text"]]
    assert "target v9" in name
