"""The toy site in real Chromium, served below a sub-path under its own policy, and opened from a folder."""

import pytest

pytestmark = pytest.mark.browser
LIVE = '.of-chart[data-of-state="live"]'


@pytest.fixture(scope="module")
def address(toy_site, served):
    return served(toy_site.parent) + "sub/"


def test_a_chart_comes_alive_under_the_pointer_and_tells_its_values(page, address):
    page.goto(address + "kpis/acceptance.html")
    assert page.locator(".of-chart svg[data-of-width=wide]").is_visible()
    assert not page.locator(".of-chart svg[data-of-width=narrow]").is_visible()
    page.locator(".of-chart").hover()
    page.wait_for_selector(LIVE)
    page.locator(".hits_marks path").last.hover()
    assert "34.0" in page.locator(".of-tip").inner_text()
    assert page.locator(".of-chart svg:visible").count() == 1


def test_a_live_chart_looks_like_its_drawing(page, address):
    page.goto(address + "kpis/acceptance.html")
    size = "document.querySelector('.of-chart').getBoundingClientRect().height"
    before = page.evaluate(size)
    page.locator(".of-chart").hover()
    page.wait_for_selector(LIVE)
    assert abs(page.evaluate(size) - before) < 1


def test_a_chart_can_be_read_with_the_keyboard(page, address):
    page.goto(address + "kpis/acceptance.html")
    page.locator(".of-chart").focus()
    page.wait_for_selector(LIVE)
    page.keyboard.press("ArrowRight")
    assert "2026-10" in page.locator(".of-tip").inner_text()
    page.keyboard.press("End")
    assert "to date" in page.locator(".of-tip").inner_text()
    page.keyboard.press("Escape")
    assert not page.locator(".of-tip").is_visible()


@pytest.mark.parametrize("page", [{"java_script_enabled": False}], indirect=True)
def test_without_scripts_the_drawing_and_the_words_stay(page, address):
    page.goto(address + "kpis/acceptance.html")
    assert page.locator(".of-chart svg[data-of-width=wide]").is_visible()
    page.goto(address + "index.html")
    assert page.locator(".of-tile").is_visible()


def test_a_term_explains_itself_on_hover(page, address):
    page.goto(address + "definitions.html")
    page.locator("article p abbr").first.hover()
    page.wait_for_selector(".md-tooltip2:has-text('Marketing-qualified lead')")


def test_search_finds_the_definition_first(page, address):
    page.goto(address + "index.html")
    page.keyboard.press("/")
    page.keyboard.type("MQL")
    page.wait_for_selector(".md-search-result__link")
    assert "definitions.html" in page.locator(".md-search-result__link").first.get_attribute("href")


@pytest.mark.parametrize("page", [{"color_scheme": "light"}, {"color_scheme": "dark"}], indirect=True)
def test_one_drawing_serves_light_and_dark(page, address):
    page.goto(address + "kpis/acceptance.html")
    ground, ink = page.evaluate(
        "[getComputedStyle(document.body).backgroundColor,"
        " getComputedStyle(document.querySelector('.of-chart svg[data-of-width=wide] text')).fill]"
    )
    dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    light_values = [int(part) for part in ground.split("(")[1].rstrip(")").split(",")[:3]]
    ink_values = [int(part) for part in ink.split("(")[1].rstrip(")").split(",")[:3]]
    assert (sum(light_values) < 150) is dark
    assert (sum(ink_values) > 600) is dark


@pytest.mark.parametrize("page", [{"viewport": {"width": 390, "height": 844}}], indirect=True)
@pytest.mark.parametrize("name", ["index.html", "definitions.html", "kpis/acceptance.html"])
def test_on_a_phone_nothing_runs_out_of_the_page(page, address, name):
    page.goto(address + name)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    if name.startswith("kpis"):
        assert page.locator(".of-chart svg[data-of-width=narrow]").is_visible()


def test_from_a_folder_pages_links_charts_and_search_work(page, toy_site):
    page.goto((toy_site / "index.html").as_uri())
    page.locator(".of-tile__name a").click()
    page.locator(".of-chart").hover()
    page.wait_for_selector(LIVE)
    page.keyboard.press("/")
    page.keyboard.type("MQL")
    page.wait_for_selector(".md-search-result__link")


@pytest.fixture
def own_site(build, served, tmp_path):
    """A site built for the very address it is served at, as instant navigation asks."""
    address = served(tmp_path / "www") + "v/2026-11-20/"
    build(out=tmp_path / "www" / "v" / "2026-11-20", site_url=address)
    return address


def test_charts_come_alive_after_instant_navigation(browser, own_site):
    context = browser.new_context()
    page, faults = context.new_page(), []
    page.on("console", lambda message: faults.append(message.text) if message.type in ("error", "warning") else None)
    page.goto(own_site + "index.html")
    page.evaluate("window.stayed = true")
    page.wait_for_load_state("networkidle")
    page.locator(".of-tile__name a").click()
    page.wait_for_selector(".of-chart")
    assert page.evaluate("window.stayed") is True
    page.locator(".of-chart").hover()
    page.wait_for_selector(LIVE)
    context.close()
    assert faults == []


def test_on_paper_there_are_pages_and_no_frame(browser, address):
    context = browser.new_context(color_scheme="dark", viewport={"width": 720, "height": 1000})
    page = context.new_page()
    page.emulate_media(media="print")
    page.goto(address + "kpis/acceptance.html")
    for part in (".md-header", ".md-tabs", ".md-sidebar--primary", ".of-figure__links"):
        assert page.locator(f"{part}:visible").count() == 0
    assert page.evaluate("getComputedStyle(document.querySelector('.of-chart')).color") == "rgb(22, 32, 46)"
    assert page.pdf(format="A4").startswith(b"%PDF")
    context.close()
