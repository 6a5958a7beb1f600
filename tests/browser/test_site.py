"""The demo site in real Chromium, below a sub-path: what its readers do, without an error and without another host."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("site")]


@pytest.fixture(scope="module")
def address(demo_site, served, tmp_path_factory):
    root = tmp_path_factory.mktemp("root")
    (root / "teams").mkdir()
    (root / "teams" / "kpi").symlink_to(demo_site.site)
    return served(root) + "teams/kpi/"


def test_the_first_screen_says_whether_we_are_on_target(page, address):
    page.goto(address + "index.html")
    goals = page.locator(".of-hero .of-goal")
    assert goals.count() >= 2
    assert "%" in goals.first.inner_text()
    above = [box for tile in page.locator(".of-tile").all() if (box := tile.bounding_box()) and box["y"] + 60 < 900]
    assert len(above) >= 12
    assert page.locator(".of-attention li").count() >= 1


def test_a_kpi_page_has_its_finding_chart_table_and_rule(page, address):
    page.goto(address + "kpis/mql_count.html")
    assert page.locator("h1").inner_text().startswith("Marketing qualified leads")
    assert page.locator(".of-chart svg").first.is_visible()
    assert page.locator("table").count() >= 1
    assert page.locator("details").count() >= 2
    assert page.locator("a[href$='mql_count.csv']").count() >= 1


def test_a_chart_comes_alive_when_it_is_pointed_at(page, address):
    page.goto(address + "kpis/mql_count.html")
    page.locator(".of-chart").first.hover()
    page.wait_for_selector('.of-chart[data-of-state="live"]', timeout=20_000)


def test_the_plan_follows_the_rates_that_a_reader_types_and_goes_back(page, address):
    page.goto(address + "insights/plan.html")
    needed = page.locator(".of-whatif output")
    before = needed.all_inner_texts()
    rate = page.locator(".of-whatif input[name='deal_size']")
    rate.focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("1000000")
    assert needed.all_inner_texts() != before
    assert needed.first.inner_text() == before[0]
    page.get_by_role("button", name="Back to the actual rates").press("Enter")
    assert needed.all_inner_texts() == before


@pytest.mark.parametrize("name", ["plan", "cohorts", "pipeline", "attribution"])
def test_the_pages_across_kpis_have_something_to_show(page, address, name):
    page.goto(address + f"insights/{name}.html")
    assert page.locator("article h2").count() >= 1
    assert page.locator("article table").count() >= 1


def test_the_left_column_of_a_kpi_page_names_the_others_of_its_part(page, address):
    page.goto(address + "kpis/mql_count.html")
    rail = page.locator(".of-rail a")
    assert rail.count() > 3
    assert rail.locator("xpath=self::*[@aria-current='page']").inner_text() == "Marketing qualified leads"


def test_a_new_hire_finds_the_definition_of_an_mql_by_search(page, address):
    page.goto(address + "index.html")
    page.keyboard.press("/")
    page.keyboard.type("MQL")
    first = page.locator(".md-search-result__link").first
    first.wait_for(timeout=20_000)
    assert "definitions.html" in first.get_attribute("href")
    first.click()
    page.wait_for_url("**/definitions.html*")
    assert page.locator("#mql").count() == 1


def test_a_term_explains_itself_on_hover(page, address):
    page.goto(address + "kpis/sal_acceptance.html")
    term = page.locator("article abbr").first
    term.scroll_into_view_if_needed()
    term.hover()
    page.wait_for_selector(".md-tooltip2--active, .md-tooltip--active", timeout=10_000)


@pytest.mark.parametrize(("path", "place"), [("sla.html", "td"), ("index.html", ".of-tile"), ("index.html", "li")])
def test_a_term_in_a_table_a_tile_or_a_list_explains_itself_on_hover(page, address, path, place):
    page.goto(address + path)
    term = page.locator(f"article {place} abbr", has_text="to date").first
    term.scroll_into_view_if_needed()
    term.hover()
    page.locator(".md-tooltip2--active, .md-tooltip--active", has_text="The period is still running").wait_for()


def test_the_definitions_and_the_sla_can_be_read(page, address):
    page.goto(address + "definitions.html")
    assert "A lead enters this stage when" in page.locator("article").inner_text()
    page.goto(address + "sla.html")
    text = page.locator("article").inner_text()
    assert "What Marketing owes Sales" in text
    assert "What Sales owes Marketing" in text


@pytest.mark.parametrize("page", [{"color_scheme": "dark"}], indirect=True)
def test_dark_mode_turns_page_and_charts_dark(page, address):
    page.goto(address + "kpis/mql_count.html")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    text = page.evaluate("getComputedStyle(document.querySelector('.of-chart svg text')).fill")
    assert sum(map(int, ground[4:-1].split(",")[:3])) < 200
    assert text != ground


@pytest.mark.parametrize("page", [{"viewport": {"width": 390, "height": 844}}], indirect=True)
@pytest.mark.parametrize(
    "path", ["index.html", "kpis/mql_count.html", "definitions.html", "sla.html", "trust.html", "funnel/index.html"]
)
def test_on_a_phone_nothing_runs_out_of_the_page(page, address, path):
    page.goto(address + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("page", [{"viewport": {"width": 390, "height": 844}}], indirect=True)
def test_on_a_phone_what_a_rate_leads_to_stands_beside_it(page, address):
    page.goto(address + "insights/plan.html")
    row = page.locator(".of-whatif tbody tr").nth(1)
    field, needed = row.locator("input").bounding_box(), row.locator("output").bounding_box()
    assert needed["x"] >= field["x"] + field["width"]
    assert needed["x"] + needed["width"] <= 390


def test_every_page_opens_without_an_error(page, address, demo_site):
    for path in sorted(demo_site.site.rglob("*.html")):
        if path.name != "404.html":
            # Leaving before all has arrived would be a failed request of our own making.
            page.goto(address + path.relative_to(demo_site.site).as_posix(), wait_until="networkidle")
            assert page.locator("h1").count() >= 1, path
