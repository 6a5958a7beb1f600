"""Two exports build a useful site; an empty drop builds one that says so."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.xdist_group("small")


def text_of(built, path):
    return (built.site / path).read_text(encoding="utf-8")


def test_leads_and_deals_alone_give_win_rate_deal_size_and_volume(two_exports_site):
    for kpi in ("lead_volume", "win_rate_count", "deal_size", "sales_cycle"):
        assert "of-chart" in text_of(two_exports_site, f"kpis/{kpi}.html"), kpi


def test_what_two_exports_cannot_answer_names_what_is_missing(two_exports_site):
    for kpi, table in (("cac", "spend"), ("clv", "subscription"), ("lead_response_time", "activity")):
        page = text_of(two_exports_site, f"kpis/{kpi}.html")
        assert table in page, kpi
        assert "of-chart" not in page, kpi


def test_an_empty_drop_builds_a_site_that_says_so(empty_site):
    home = text_of(empty_site, "index.html")
    assert "no data" in home.lower() or "nothing" in home.lower() or "empty" in home.lower()
    assert "Meets the agreed marketing criteria" in text_of(empty_site, "definitions.html")
