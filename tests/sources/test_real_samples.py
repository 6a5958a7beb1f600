"""Real exports with figures that others published; skipped where the samples are not beside the checkout."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

PROFILES = Path(__file__).parent / "profiles"


def _profile(name: str) -> dict[str, str]:
    return {name: (PROFILES / name).read_text()}


@pytest.fixture(params=["original", "variant_dmy"])
def olist(request, read, shared):
    return read(folder=shared / "data/olist_funnel" / request.param, profiles=_profile("olist.yml"))


def test_olist_has_its_published_leads_and_wins_by_origin(olist, shared):
    found = {
        (row[0] or "NULL"): (row[1], row[2])
        for row in olist.rows(
            "select l.channel, count(*), count(o.opportunity_id) from canonical.lead l"
            " left join canonical.opportunity o on o.primary_lead_id = l.lead_id group by l.channel"
        )
    }
    with (shared / "data/olist_funnel/published_marketing_performance.csv").open() as published:
        assert found == {r["origin"]: (int(r["total_leads"]), int(r["won_deals"])) for r in csv.DictReader(published)}


def test_olist_dates_mean_the_same_however_they_are_written(olist):
    # Whole days between first contact and the win, in local time.
    (events, deals, mean) = olist.rows(
        "select (select count(*) from canonical.lifecycle_event where to_stage = 'mql' and precision = 'day'),"
        " count(*), round(avg(date_diff('day', cast(l.created_at as date), o.close_date)), 2)"
        " from canonical.opportunity o join canonical.lead l on l.lead_id = o.primary_lead_id"
    )[0]
    assert (events, deals) == (8000, 842)
    assert mean == pytest.approx(48.44, abs=0.05)


@pytest.fixture(params=["plain", "us_dates", "zip"])
def maven(request, read, shared, tmp_path):
    home = shared / "data/maven_crm"
    folder = tmp_path / "maven"
    folder.mkdir()
    if request.param == "zip":
        names = ["CRM+Sales+Opportunities.zip"]
    else:
        names = ["sales_pipeline.csv", "sales_teams.csv", "products.csv", "accounts.csv"]
    for name in names:
        path = home / "variant_us_dates" / name
        source = path if request.param == "us_dates" and path.is_file() else home / name
        (folder / name).write_bytes(source.read_bytes())
    return read(folder=folder, profiles=_profile("maven.yml"))


def test_maven_has_its_published_totals(maven):
    won, lost, value, mean, days = maven.rows(
        "select sum(case when is_won then 1 else 0 end), sum(case when is_closed and not is_won then 1 else 0 end),"
        " sum(case when is_won then amount end), avg(case when is_won then amount end),"
        " avg(case when is_won then date_diff('day', created_at, close_date) end) from canonical.opportunity"
    )[0]
    assert (won, lost, value) == (4238, 2473, Decimal(10_005_534))
    assert float(mean) == pytest.approx(2360.91, abs=0.005)
    assert days == pytest.approx(51.78, abs=0.005)
    assert maven.rows("select sum(list_amount) from canonical.opportunity")[0][0] == Decimal(20_936_165)


def test_maven_by_region_manager_and_state(maven):
    won = maven.rows("select region, count(*), avg(amount) from canonical.opportunity where is_won group by region")
    assert {region: (count, round(float(mean))) for region, count, mean in won} == {
        "Central": (1629, 2054),
        "East": (1171, 2639),
        "West": (1438, 2482),
    }
    wins, closed = maven.rows(
        "select sum(case when d.is_won then 1 else 0 end), count(*) from canonical.opportunity d"
        " join canonical.owner o on o.owner_id = d.owner_id where d.is_closed"
        " and o.manager_id = 'u' || left(md5('rocco neubert'), 12)"  # people whom a file only names bear no name
    )[0]
    assert round(wins / closed, 4) == 0.6208
    assert "GTXPro" not in maven.column("opportunity", "product")
    open_deals = maven.rows("select count(*), count(amount) from canonical.opportunity where not is_closed")
    assert open_deals == [(2089, 0)]


def test_salesforce_history_of_a_developer_org_needs_no_mapping(read, shared):
    drop = read(folder=shared / "data/salesforce_devorg_history")
    assert drop.rows("select sum(amount), count(*) from canonical.opportunity where is_won") == [
        (Decimal(2_815_000), 12)
    ]
    assert drop.rows("select sum(amount) from canonical.opportunity where not is_closed") == [(Decimal(2_115_000),)]
    tables = {name: load.rows for name, load in drop.report.tables.items() if load.present}
    assert tables == {"lead": 22, "opportunity": 36, "opportunity_stage_event": 48}
    assert drop.report.unclaimed == ("OpportunityHistoryGroup.csv", "README.md")
    assert not drop.report.quarantine


def test_salesforce_workshop_export_needs_no_mapping(read, shared):
    drop = read(folder=shared / "data/salesforce_datacloud_workshop")
    assert drop.outcomes("lead") == {"read": 60, "kept": 60}
    assert drop.outcomes("touch") == {"read": 68, "not_selected": 68}
    assert drop.outcomes("activity") == {"read": 75, "not_selected": 75}
    # The export writes 1 or nothing for IsWon.
    states = "select is_closed, is_won, count(*) from canonical.opportunity group by all order by all"
    assert drop.rows(states) == [(False, False, 35), (True, False, 3), (True, True, 12)]
    assert not drop.report.quarantine
    assert not drop.report.has("lifecycle_event")


def test_the_reference_cases_load_whole(read, shared):
    for case in sorted(path for path in (shared / "spec/cases").iterdir() if path.is_dir()):
        report = read(folder=case).report
        assert report.unclaimed == ("README.md", "config.json", "expected.csv"), case
        assert not report.quarantine, case
