"""Reports of the advertising platforms as they are downloaded, and the spend they become."""

from __future__ import annotations

import codecs
from decimal import Decimal

import pytest

from generator.errors import ExportError

GOOGLE = """
    Campaign report
    "September 1, 2026 - September 3, 2026"
    Day        | Campaign   | Campaign status | Campaign type | Currency code | Cost     | Impr. | Clicks
    -----------+------------+-----------------+---------------+---------------+----------+-------+-------
    2026-09-01 | Brand      | Enabled         | Search        | EUR           | 1,234.50 | 1,000 | 9
    2026-09-01 | Brand      | Enabled         | Search        | EUR           | 10.50    | 100   | 9
    2026-09-02 | Total Wine | Enabled         | Display       | EUR           | 7.00     | 0     | 0
    2026-09-03 | Paused     | Paused          | Display       | EUR           | --       | 0     | 0
    Total: Campaigns | | |     |               | EUR           | 1,252.00 | 200   | 18
    Total: Account   | | |     |               | EUR           | 1,252.00 | 200   | 18
"""
GERMAN = """
    Kampagnenbericht
    Gesamter Zeitraum
    Tag        | Kampagne | Währungscode | Kosten   | Impr. | Klicks
    -----------+----------+--------------+----------+-------+-------
    2026-09-01 | Marke    | EUR          | 1.234,50 | 1.000 | 9
    Gesamt: Konto | | EUR | 1.234,50 | 1.000 | 9
"""
LINKEDIN = """
    Campaign Performance Report (in UTC)
    Report Start: September 1, 2026
    Report End: September 30, 2026
    Date Generated: October 1, 2026

    Start Date (in UTC) | Account Name | Currency | Campaign Name | Campaign Status | Total Spent | Impressions
    --------------------+--------------+----------+---------------+-----------------+-------------+------------
    9/14/2026           | Example      | EUR      | Events        | Active          | 12.5        | 9
"""
META = """
    Reporting starts | Reporting ends | Campaign name | Campaign delivery | Results | Amount spent (EUR) | Impressions
    -----------------+----------------+---------------+-------------------+---------+--------------------+------------
    2026-09-01       | 2026-09-01     | Spring        | active            | 3       | 10.25              | 5
    2026-09-01       | 2026-09-30     | Summer        | active            |         | 89.00              | 5
    2026-09-01       | 2026-09-30     |               |                   | 3       | 99.25              | 10
"""
SPEND = "select channel, campaign_id, cast(period_start as varchar), period_end - period_start, amount, currency from canonical.spend order by all"
OWN = {"Account Name", "Campaign ", "Amount spent (EUR)"}


def _spend(drop):
    return [(*row[:4], str(row[4].normalize()), row[5]) for row in drop.rows(SPEND)]


def _excel(text):
    """As "Excel CSV": UTF-16 with a byte order mark, and tabs."""
    quoted = text.replace('"1,', "\0").replace('"', "").replace(",", "\t").replace("\0", "1,")
    return codecs.BOM_UTF16_LE + quoted.encode("utf-16-le")


@pytest.mark.parametrize("packed", [lambda text: text, _excel])
def test_google_ads_below_its_titles_without_its_totals(golden, packed):
    drop = golden("google_ads", {"Campaign performance (3).csv": GOOGLE}, packed=packed)
    assert _spend(drop) == [
        ("display", "Total Wine", "2026-09-02", 1, "7", "EUR"),
        ("paid_search", "Brand", "2026-09-01", 1, "10.5", "EUR"),
        ("paid_search", "Brand", "2026-09-01", 1, "1234.5", "EUR"),
    ]
    assert drop.outcomes("spend") == {"read": 6, "kept": 3, "not_selected": 3}


def test_google_ads_in_another_language_and_with_decimal_commas(golden):
    assert _spend(golden("google_ads", {"Bericht.csv": GERMAN})) == [
        ("paid_search", "Marke", "2026-09-01", 1, "1234.5", "EUR")
    ]


def test_each_file_proves_its_own_form_of_numbers(golden):
    drop = golden("google_ads", {"english.csv": GOOGLE, "german.csv": GERMAN})
    assert drop.rows("select sum(amount) from canonical.spend") == [(Decimal("1252") + Decimal("1234.5"),)]
    open_one = GERMAN.replace("1.234,50", "1.234")
    with pytest.raises(ExportError, match=r"(?s)german.csv: it is not certain whether 1,234 is more than a thousand"):
        golden("google_ads", {"english.csv": GOOGLE, "german.csv": open_one})


def test_each_file_proves_its_own_order_of_dates(golden):
    files = {"english.csv": LINKEDIN, "dutch.csv": LINKEDIN.replace("9/14/2026", "15-9-2026")}
    drop = golden("linkedin_ads", files, packed=_excel)
    assert [row[2] for row in _spend(drop)] == ["2026-09-14", "2026-09-15"]


def test_two_downloads_of_one_day_are_one(golden):
    files = {"a.csv": GOOGLE, "b.csv": GOOGLE}
    assert golden("google_ads", files).rows("select sum(amount) from canonical.spend") == [(Decimal("1252"),)]


@pytest.mark.parametrize("column", ["Day", "Currency code"])
def test_google_ads_without_day_or_currency_is_asked_for_it(golden, column):
    with pytest.raises(ExportError, match=f"has no column '?(Start|{column}|Currency)"):
        golden("google_ads", {"a.csv": GOOGLE.replace(column, "Budget" if column == "Day" else "Budget name")})


def test_linkedin_ads_below_five_lines_of_title(golden):
    drop = golden("linkedin_ads", {"report.csv": LINKEDIN}, packed=_excel)
    assert _spend(drop) == [("paid_social", "Events", "2026-09-14", 1, "12.5", "EUR")]


def test_linkedin_ads_whose_day_may_be_a_month_is_asked_about(golden):
    with pytest.raises(ExportError, match="not certain"):
        golden("linkedin_ads", {"report.csv": LINKEDIN.replace("9/14", "9/4")}, packed=_excel)


def test_meta_ads_has_its_currency_in_the_header_and_a_sum_without_a_campaign(golden):
    drop = golden("meta_ads", {"Example-Campaigns.csv": META}, own=OWN)
    assert _spend(drop) == [
        ("paid_social", "Spring", "2026-09-01", 1, "10.25", "EUR"),
        ("paid_social", "Summer", "2026-09-01", 30, "89", "EUR"),
    ]


def test_three_platforms_in_one_drop_stay_apart(golden):
    files = {"g.csv": GOOGLE, "m.csv": META.replace("Spring", "Brand")}
    drop = golden("google_ads", files, own={*OWN, *(cell.strip() for cell in META.split("\n")[1].split("|"))})
    assert {(file.path, file.profile) for file in drop.report.files} == {("g.csv", "google_ads"), ("m.csv", "meta_ads")}
    assert drop.rows("select count(*), sum(amount) from canonical.spend") == [(5, Decimal("1351.25"))]


def test_linkedin_ads_in_dutch_with_decimal_commas(golden):
    dutch = """
        Campagneprestaties (in UTC)

        Begindatum (in UTC) | Accountnaam | Valuta | Campagnenaam | Status campagne | Totaal besteed | Weergaven
        --------------------+-------------+--------+--------------+-----------------+----------------+----------
        14-9-2026           | Voorbeeld   | EUR    | Events       | Actief          | 1.012,5        | 9
    """
    meanings = {"Begindatum (in UTC)", "Accountnaam", "Valuta", "Campagnenaam", "Status campagne", "Weergaven"}
    drop = golden("linkedin_ads", {"rapport.csv": dutch}, own=meanings | {"Totaal besteed"})
    assert _spend(drop) == [("paid_social", "Events", "2026-09-14", 1, "1012.5", "EUR")]


COPIES = {
    "google_ads": (
        """
        date       | id | customer_id | cost_micros | clicks | device | _fivetran_synced
        -----------+----+-------------+-------------+--------+--------+--------------------
        2026-09-01 | 7  | 1           | 1234500000  | 9      | MOBILE | 2026-09-02 00:00:00
        2026-09-01 | 7  | 1           | 10500000    | 9      | TABLET | 2026-09-02 00:00:00
        """,
        """
        id | name  | advertising_channel_type | status | _fivetran_active | _fivetran_synced
        ---+-------+--------------------------+--------+------------------+--------------------
        7  | Old   | SEARCH                   | PAUSED | FALSE            | 2026-09-02 00:00:00
        7  | Brand | SEARCH                   | PAUSED | TRUE             | 2026-09-02 00:00:00
        """,
    ),
    "linkedin_ads": (
        """
        day                 | campaign_id | cost_in_local_currency | cost_in_usd | clicks
        --------------------+-------------+------------------------+-------------+-------
        2026-09-14 00:00:00 | 5           | 9.5                    | 12.5        | 3
        """,
        """
        id | name   | campaign_group_id | status | last_modified_time
        ---+--------+-------------------+--------+--------------------
        5  | Before | 1                 | x      | 2026-09-01 00:00:00
        5  | Events | 1                 | x      | 2026-09-10 00:00:00
        """,
    ),
    "meta_ads": (
        """
        date       | account_id | ad_id | adset_name | spend | inline_link_clicks
        -----------+------------+-------+------------+-------+-------------------
        2026-09-01 | 1          | 8     | Set        | 10.25 | 3
        """,
    ),
}
COPIED = {
    "google_ads": [
        ("paid_search", "Brand", "2026-09-01", 1, "10.5", None),
        ("paid_search", "Brand", "2026-09-01", 1, "1234.5", None),
    ],
    "linkedin_ads": [("paid_social", "Events", "2026-09-14", 1, "12.5", "USD")],
    "meta_ads": [("paid_social", None, "2026-09-01", 1, "10.25", None)],
}


@pytest.mark.parametrize("system", COPIES)
def test_a_copy_in_a_warehouse_is_the_same_spend(golden, system):
    drop = golden(system, {f"copy{n}.csv": text for n, text in enumerate(COPIES[system])}, own={"_fivetran_synced"})
    assert _spend(drop) == COPIED[system]
    losses = [finding.text for finding in drop.report.findings if finding.id == "source_loss"]
    assert any("does not say its currency" in text or "neither its currency" in text for text in losses) == (
        system != "linkedin_ads"
    )


def test_a_day_that_a_copy_tells_is_not_counted_from_the_report_again(golden):
    drop = golden("google_ads", {"a.csv": GOOGLE, "b.csv": COPIES["google_ads"][0]})
    assert drop.rows("select period_start || '', sum(amount) from canonical.spend group by all order by all") == [
        ("2026-09-01", Decimal("1245")),
        ("2026-09-02", Decimal("7")),
    ]


def test_a_cost_of_a_copy_that_is_no_number_is_set_aside(golden):
    copy = COPIES["google_ads"][0].replace("10500000 ", "10,5e     ")
    drop = golden("google_ads", {"b.csv": copy})
    assert [(line, column) for _, line, _, column in drop.quarantined()] == [(3, "amount")]
