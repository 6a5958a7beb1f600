"""Reviews in real Chromium: what they take on paper, and what a new hire finds on the way to the first one."""

from __future__ import annotations

import re

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("site")]

#: A page object in a PDF; `/Pages` is the tree that holds them.
_SHEET = re.compile(rb"/Type\s*/Page\b(?!s)")
_MOST = {"week": 1, "month": 4, "quarter": 4}


@pytest.fixture(scope="module")
def address(demo_site, served):
    return served(demo_site.site)


@pytest.fixture(scope="module")
def reviews(demo_site):
    """The newest two reviews of each cadence, by grain: one that still runs, and one that is over."""
    names = [path.stem for path in (demo_site.site / "reviews").glob("2*.html")]
    grains = {
        "week": [name for name in names if "-w" in name],
        "month": [name for name in names if "-w" not in name and "q" not in name],
        "quarter": [name for name in names if "q" in name],
    }
    return {grain: sorted(found)[-2:] for grain, found in grains.items()}


@pytest.mark.parametrize("grain", ["week", "month", "quarter"])
@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_a_review_prints_on_as_few_sheets_as_it_should(page, address, reviews, grain, paper):
    assert len(reviews[grain]) == 2
    for name in reviews[grain]:
        page.goto(f"{address}reviews/{name}.html")
        sheets = len(_SHEET.findall(page.pdf(format=paper)))
        assert 1 <= sheets <= _MOST[grain], f"{name} takes {sheets} sheets of {paper}"


@pytest.mark.parametrize("page", [{"viewport": {"width": 390, "height": 844}}], indirect=True)
def test_on_a_phone_reviews_and_the_first_pages_stay_inside_the_screen(page, address, reviews):
    paths = [f"reviews/{names[-1]}.html" for names in reviews.values()]
    for path in (*paths, "reviews/index.html", "guide/start.html", "guide/one-lead.html", "guide/self-check.html"):
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path


@pytest.mark.parametrize(
    ("term", "leads_to"),
    [
        ("MQL", "definitions.html#mql"),
        ("SAL", "definitions.html#sal"),
        ("SQL", "definitions.html#sql"),
        ("speed to lead", "kpis/speed_to_lead_dist.html"),
        ("pipeline coverage", "kpis/pipeline_coverage.html"),
    ],
)
def test_the_search_for_a_term_leads_with_its_definition(page, address, term, leads_to):
    page.goto(address + "guide/start.html")
    page.keyboard.press("/")
    page.keyboard.type(term)
    page.wait_for_selector(".md-search-result__link", timeout=20_000)
    page.wait_for_timeout(300)
    links = page.locator(".md-search-result__item").first.locator(".md-search-result__link")
    found = [link.get_attribute("href").partition("?")[0] for link in links.all()]
    assert any(link.endswith(leads_to.partition("#")[0]) for link in found[:1]), found
    if "#" in leads_to:
        assert any(f"#{leads_to.partition('#')[2]}" in link.get_attribute("href") for link in links.all()), found


def test_a_question_unfolds_into_its_answer(page, address):
    page.goto(address + "guide/self-check.html")
    first = page.locator("details").first
    assert not first.locator("p, ul").first.is_visible()
    first.locator("summary").click()
    assert first.locator("p, ul").first.is_visible()


def test_every_stage_is_two_clicks_from_a_review(page, address, reviews):
    page.goto(f"{address}reviews/{reviews['week'][-1]}.html")
    page.locator(".md-tabs__link", has_text="Definitions").click()
    page.locator(".of-steps a", has_text="SAL").click()
    page.wait_for_url("**/definitions.html#sal")
