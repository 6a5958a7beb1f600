"""Versions in real Chromium, below a sub-path: the choice in the header, the notice on older ones, a plain folder."""

from __future__ import annotations

import pytest

from generator.progress import Quiet
from generator.project import PACKAGED, Project
from generator.publish import Edition, Ways, publish
from generator.site import build_site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("versions")]

NAV = [{"Home": "index.md"}, {"KPIs": "kpis/index.md"}]
#: Day -> the pages below kpis/; one goes, one comes.
DROPS = {"2026-09-30": ("mql", "old"), "2026-10-31": ("mql",), "2026-11-20": ("mql", "new")}


def editions(root, site_url):
    def build(site, version, before):
        docs = root / version / "docs"
        (docs / "kpis").mkdir(parents=True)
        (docs / "index.md").write_text(f"# Numbers of {version}\n\n[KPIs](kpis/index.md)\n")
        links = "".join(f"[{name}]({name}.md)\n" for name in DROPS[version])
        (docs / "kpis/index.md").write_text(f"# KPIs of {version}\n\n{links}")
        for name in DROPS[version]:
            (docs / f"kpis/{name}.md").write_text(f"# {name} of {version}\n\n## Rule\n\nWords.\n")
        address = f"{site_url}{version}/" if site_url else None
        build_site(docs, Project(PACKAGED), site, nav=NAV, site_url=address, latest="latest", cache=root / "cache")

    return [Edition(day, {"day": day}, build) for day in DROPS]


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp("root")
    for edition in editions(root / "work", None):
        publish(root / "served/teams/kpi", edition, Ways(), Quiet())
    return root / "served"


@pytest.fixture(scope="module")
def address(root, served):
    return served(root)


@pytest.fixture(scope="module")
def public(address):
    return address + "teams/kpi/"


def choose(page, title):
    page.locator(".md-version__current").focus()
    page.locator(".md-version__link", has_text=title).click()


def test_the_root_leads_to_the_newest_version(page, public):
    page.goto(public)
    page.wait_for_url("**/latest/index.html")
    assert page.locator("h1").inner_text().startswith("Numbers of 2026-11-20")


def test_the_choice_names_every_version_by_its_date_newest_first(page, public):
    page.goto(public + "latest/index.html")
    button = page.get_by_role("button", name="20 Nov 2026, choose a version")
    assert button.inner_text() == "20 Nov 2026"
    page.locator(".md-version__current").focus()
    assert page.locator(".md-version__link").all_inner_texts() == ["20 Nov 2026", "31 Oct 2026", "30 Sep 2026"]


@pytest.mark.parametrize("start", ["latest", "2026-11-20"])
def test_choosing_a_version_opens_the_same_page_of_it(page, public, start):
    page.goto(public + f"{start}/kpis/mql.html#rule")
    choose(page, "31 Oct 2026")
    page.wait_for_url("**/2026-10-31/kpis/mql.html#rule")
    assert page.locator("h1").inner_text().startswith("mql of 2026-10-31")


def test_choosing_a_version_without_that_page_opens_its_first_page(page, public):
    page.goto(public + "latest/kpis/new.html")
    choose(page, "30 Sep 2026")
    page.wait_for_url("**/2026-09-30/index.html")


def test_an_older_version_says_so_and_leads_to_the_same_page_of_the_newest(page, public):
    page.goto(public + "2026-10-31/kpis/mql.html#rule")
    notice = page.get_by_role("complementary", name="Older version")
    notice.wait_for(timeout=10_000)
    assert notice.inner_text().startswith("You see the numbers as of 31 Oct 2026.")
    notice.get_by_role("link", name="This page in the newest version, 20 Nov 2026").click()
    page.wait_for_url("**/latest/kpis/mql.html#rule")


def test_where_the_newest_has_no_such_page_the_notice_leads_to_its_first(page, public):
    page.goto(public + "2026-09-30/kpis/old.html")
    page.get_by_role("complementary", name="Older version").get_by_role("link").click()
    page.wait_for_url("**/latest/index.html")


@pytest.mark.parametrize("newest", ["latest", "2026-11-20"])
def test_the_newest_version_says_nothing(page, public, newest):
    page.goto(public + f"{newest}/index.html", wait_until="networkidle")
    assert page.locator(".of-outdated").count() == 0


@pytest.mark.parametrize("page", [{"viewport": {"width": 390, "height": 844}}], indirect=True)
def test_on_a_phone_notice_and_choice_fit(page, public):
    page.goto(public + "2026-10-31/kpis/mql.html", wait_until="networkidle")
    assert page.locator(".of-outdated").is_visible()
    assert page.locator(".md-version__current").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_from_a_folder_a_version_is_silent(page, root):
    page.goto((root / "teams/kpi/2026-10-31/index.html").as_uri(), wait_until="networkidle")
    assert page.locator("h1").count() == 1
    assert page.locator(".md-version").count() == 0


def test_with_an_address_pages_change_without_loading_and_the_notice_follows(page, root, address, tmp_path):
    site_url = address + "told/"
    for edition in editions(tmp_path, site_url):
        publish(root / "told", edition, Ways(), Quiet())
    page.goto(site_url + "2026-10-31/index.html", wait_until="networkidle")
    page.evaluate("window.loadedOnce = true")
    page.locator("article a", has_text="KPIs").first.click()
    page.wait_for_url("**/2026-10-31/kpis/index.html")
    page.locator(".of-outdated a[href$='/latest/kpis/index.html']").wait_for(timeout=10_000)
    assert page.evaluate("window.loadedOnce")
