"""Real exports with known figures, from the files to the results; read where they are present, never copied."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pandas as pd
import pytest

HERE = Path(__file__).parent
DATA = HERE.parent.parent / "shared" / "data"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the real exports are not here")


@pytest.fixture
def measured(command, project, tmp_path):
    """Return a function that measures a folder of files with a company profile and returns its results."""

    def measure(files, profile: str | None, as_of: str, settings: str = "") -> pd.DataFrame:
        drop = tmp_path / "drop"
        drop.mkdir()
        for file in files:
            shutil.copy(file, drop)
        if profile:
            (project / "content" / "sources").mkdir()
            shutil.copy(HERE / "sources" / "profiles" / f"{profile}.yml", project / "content" / "sources")
        agreement = project / "content" / "agreement"
        agreement.mkdir()
        (agreement / "settings.yml").write_text(f"schema: 1\n{settings}", encoding="utf-8")
        out = tmp_path / "kpis.parquet"
        command("--project", project, "measure", "--exports", drop, "--as-of", as_of, "--out", out)
        return pd.read_parquet(out)

    return measure


def cell(results: pd.DataFrame, metric: str, scope: str = "all", period: str = "all"):
    (row,) = results[(results.metric_id == metric) & (results.scope == scope) & (results.period == period)].itertuples()
    return row


@pytest.mark.parametrize("variant", ["original", "variant_dmy"])
def test_olist_leads_and_wins_are_the_published_ones_for_all_origins(measured, variant):
    folder = DATA / "olist_funnel" / variant
    results = measured(
        [folder / "olist_closed_deals_dataset.csv", folder / "olist_marketing_qualified_leads_dataset.csv"],
        "olist",
        "2020-12-31",
        "windows: {lead_to_customer: 730}\nreporting_currency: BRL\n",
    )
    with (DATA / "olist_funnel" / "published_marketing_performance.csv").open() as file:
        published = list(csv.DictReader(file))
    assert len(published) == 11
    leads = wins = left_out = 0
    for row in published:
        scope = {"NULL": "channel=Unknown", "unknown": "channel=unknown (recorded)"}.get(
            row["origin"], f"channel={row['origin']}"
        )
        assert cell(results, "lead_volume", scope).value == int(row["total_leads"])
        conversion = cell(results, "lead_to_customer", scope)
        # One deal was won before its first contact: such a lead leaves the conversion on both sides.
        gone = int(row["total_leads"]) - int(conversion.denominator)
        assert int(row["won_deals"]) - conversion.numerator == gone
        if not gone:
            assert round(100 * conversion.value, 2) == float(row["conv_rate_pct"])
        leads, wins, left_out = leads + int(row["total_leads"]), wins + conversion.numerator, left_out + gone
    assert (leads, wins, left_out) == (8000, 841, 1)
    assert cell(results, "sales_cycle").value == pytest.approx(48.5, abs=0.3)
    assert cell(results, "sales_cycle.median").value == 14


@pytest.mark.parametrize("variant", ["", "variant_us_dates"])
def test_maven_won_and_lost_deals_come_out_by_region_and_agent(measured, variant):
    folder = DATA / "maven_crm"
    files = [folder / name for name in ("accounts.csv", "products.csv", "sales_teams.csv")]
    results = measured([*files, folder / variant / "sales_pipeline.csv"], "maven", "2017-12-31")
    assert cell(results, "revenue_won").value == 10_005_534
    rate = cell(results, "win_rate_count")
    assert (rate.numerator, rate.denominator) == (4238, 4238 + 2473)
    assert cell(results, "deal_size").value == pytest.approx(2360.91, abs=0.005)
    for region, (won, mean) in {"Central": (1629, 2054), "East": (1171, 2639), "West": (1438, 2482)}.items():
        assert cell(results, "win_rate_count", f"region={region}").numerator == won
        assert round(cell(results, "deal_size", f"region={region}").value) == mean


def test_a_developer_org_needs_no_profile_written(measured):
    folder = DATA / "salesforce_devorg_history"
    results = measured(sorted(folder.glob("[ACLO]*.csv")), None, "2026-12-31")
    assert cell(results, "revenue_won").value == 2_815_000
    assert cell(results, "revenue_won").n == 12


def test_a_workshop_export_builds_a_site(command, project, tmp_path):
    out = tmp_path / "site"
    drop = DATA / "salesforce_datacloud_workshop"
    said = command("--project", project, "build", "--exports", drop, "--as-of", "2026-06-30", "--out", out).output
    assert (out / "kpis" / "win_rate_count.html").is_file()
    assert "Branch__c.csv" in said
