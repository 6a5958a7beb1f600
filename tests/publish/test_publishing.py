import json
import shutil
import statistics
import time
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from publishers import PAGES, edition, faults, small_site

from generator.errors import PublishError
from generator.progress import Quiet
from generator.publish import Edition, Kind, Ways, inputs_of, publish, versions_of

ATOM = {"a": "http://www.w3.org/2005/Atom"}
BESIDE = ("_headers", "feed.xml", "index.html", "nginx.conf", "versions.json")

LEADING_AWAY = [
    json.dumps([{"version": "2026-11-01", "aliases": names}]) for names in ("latest", [1], ["../away"], ["2026-11-02"])
]


@pytest.fixture
def target(tmp_path):
    return tmp_path / "public"


def put(target, day, says="first", **ways):
    return publish(target, edition(day, says), Ways(**ways), Quiet())


def listed(target):
    return [(line["version"], line["aliases"]) for line in json.loads((target / "versions.json").read_text())]


def files(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_the_first_version_is_listed_and_everything_leads_to_it(target):
    outcome = put(target, "2026-11-20")
    assert outcome.is_new
    assert outcome.version.id == "2026-11-20"
    index = [{"version": "2026-11-20", "title": "20 Nov 2026", "aliases": ["latest"]}]
    assert json.loads((target / "versions.json").read_text()) == index
    assert 'url=latest/index.html"' in (target / "index.html").read_text()
    assert files(target / "latest") == files(target / "2026-11-20") == {*PAGES, "data/pages.json", "data/version.json"}
    assert faults(target) == []


def test_the_newest_day_is_listed_first_and_bears_the_alias(target):
    put(target, "2026-10-31")
    put(target, "2026-11-20")
    assert listed(target) == [("2026-11-20", ["latest"]), ("2026-10-31", [])]
    assert [one.id for one in versions_of(target)] == ["2026-10-31", "2026-11-20"]


def test_an_older_drop_that_comes_late_does_not_become_the_latest(target):
    put(target, "2026-11-20")
    put(target, "2026-10-31")
    assert listed(target) == [("2026-11-20", ["latest"]), ("2026-10-31", [])]


def test_the_same_inputs_publish_nothing_twice(target):
    put(target, "2026-11-20")
    before = {path: path.stat().st_mtime_ns for path in target.rglob("*") if ".publish" not in path.parts}
    outcome = put(target, "2026-11-20")
    assert not outcome.is_new
    assert outcome.version.id == "2026-11-20"
    assert {path: path.stat().st_mtime_ns for path in target.rglob("*") if ".publish" not in path.parts} == before


def test_a_drop_that_is_issued_again_becomes_a_version_of_its_own(target):
    for says in ("first", "second", "third"):
        put(target, "2026-11-20", says)
    ids = [f"2026-11-20{issue}" for issue in ("", "-r2", "-r3")]
    assert [one.id for one in versions_of(target)] == ids
    assert versions_of(target)[1].title == "20 Nov 2026, issue 2"
    assert listed(target)[0] == ("2026-11-20-r3", ["latest"])
    assert put(target, "2026-11-20", "second").version.id == "2026-11-20-r2"


def test_the_tenth_issue_comes_after_the_second(target):
    for says in map(str, range(11)):
        put(target, "2026-11-20", says)
    assert versions_of(target)[-1].id == "2026-11-20-r11"


def test_a_version_is_compared_with_the_one_before_it(target):
    seen = []

    def build(site, version, before):
        seen.append((version, before.parent.name if before else None))
        small_site(site, version, before, says=version)

    for day in ("2026-10-31", "2026-11-20", "2026-11-10"):
        publish(target, Edition(day, {"day": day}, build), Ways(), Quiet())
    assert seen == [("2026-10-31", None), ("2026-11-20", "2026-10-31"), ("2026-11-10", "2026-10-31")]


def test_too_many_versions_lose_their_pages_and_never_their_results(target):
    for day in range(1, 6):
        outcome = put(target, f"2026-11-0{day}", keep=2)
    assert outcome.pruned == ("2026-11-03",)
    assert [version for version, _ in listed(target)] == ["2026-11-05", "2026-11-04"]
    assert files(target / "2026-11-01") == {"data/kpis.csv", "data/pages.json", "data/version.json"}
    assert [one.has_pages for one in versions_of(target)] == [False, False, False, True, True]


def test_pruned_inputs_are_not_published_again(target):
    put(target, "2026-11-01")
    put(target, "2026-11-02", keep=1)
    outcome = put(target, "2026-11-01", keep=1)
    assert (outcome.is_new, outcome.version.has_pages) == (False, False)


MENTION = '<tr><th><span class="of-record" data-search-exclude="true">{}</span></th><td>3 days</td></tr>'


def with_records(site, version, before):
    small_site(site, version, before, says=version)
    (site / "sla").mkdir()
    rows = MENTION.format("4711") + MENTION.format('<a href="https://crm.example.com/4712">4712</a>')
    (site / "sla/first_response.html").write_text(f"<table>{rows}</table>")
    (site / "data/breaches.csv").write_text("record,owner\n4711,x\n")


@pytest.mark.parametrize("kind", Kind)
def test_single_records_leave_versions_that_are_too_old(target, kind):
    for day, alias in (("2026-08-01", "summer"), ("2026-09-01", "latest"), ("2026-11-20", "latest")):
        publish(target, Edition(day, {"day": day}, with_records, record_days=90), Ways(alias, kind), Quiet())
    for folder in ("2026-08-01", *(["summer"] if kind is not Kind.REDIRECT else [])):
        page = (target / folder / "sla/first_response.html").read_text()
        assert "471" not in page
        assert page.count(">no longer kept<") == page.count("3 days") == 2
        assert (target / folder / "data/breaches.csv").read_text() == "record,owner\n"
    for folder in ("2026-09-01", "2026-11-20"):
        assert "4712" in (target / folder / "sla/first_response.html").read_text()
        assert "4711" in (target / folder / "data/breaches.csv").read_text()


def test_a_version_is_gone_through_for_records_once(target, monkeypatch):
    for day in ("2026-08-01", "2026-11-20"):
        publish(target, Edition(day, {"day": day}, with_records), Ways(), Quiet())
    (target / "2026-08-01/kpis/cac.html").write_text(MENTION.format("4711"))
    put(target, "2026-11-21")
    assert "4711" in (target / "2026-08-01/kpis/cac.html").read_text()


@pytest.mark.parametrize("kind", Kind)
def test_an_alias_moves_on_in_every_form(target, kind):
    for day in ("2026-11-01", "2026-11-02"):
        put(target, day, says=day, alias_as=kind)
    assert (target / "latest").is_symlink() == (kind is Kind.SYMLINK)
    page = (target / "latest/kpis/cac.html").read_text()
    assert ("../../2026-11-02/kpis/cac.html" if kind is Kind.REDIRECT else "2026-11-02\n") in page


@pytest.mark.parametrize("first", Kind)
@pytest.mark.parametrize("second", Kind)
def test_the_form_of_an_alias_can_be_changed(target, first, second):
    put(target, "2026-11-01", alias_as=first)
    put(target, "2026-11-01", alias_as=second)
    assert (target / "latest").is_symlink() == (second is Kind.SYMLINK)
    assert (target / "latest/redirect.js").exists() == (second is Kind.REDIRECT)


def test_a_copied_alias_takes_no_room(target):
    put(target, "2026-11-01")
    assert (target / "latest/index.html").samefile(target / "2026-11-01/index.html")


def test_an_alias_of_another_name_stays_where_it_is(target):
    put(target, "2026-11-01", alias="current")
    put(target, "2026-11-02")
    assert listed(target) == [("2026-11-02", ["latest"]), ("2026-11-01", ["current"])]
    assert (target / "current/index.html").is_file()
    put(target, "2026-11-03", keep=1)
    assert (target / "2026-11-01/index.html").is_file()


def test_a_build_that_fails_leaves_everything_as_it_was(target):
    def fails(site, version, before):
        site.mkdir()
        raise PublishError("no")

    put(target, "2026-11-01")
    before = files(target)
    with pytest.raises(PublishError):
        publish(target, Edition("2026-11-02", {}, fails), Ways(), Quiet())
    assert files(target) == before


def test_a_lost_index_is_written_anew_from_the_folders(target):
    put(target, "2026-11-01")
    put(target, "2026-11-02")
    before = listed(target)
    (target / "versions.json").unlink()
    put(target, "2026-11-02")
    assert listed(target) == before


@pytest.mark.parametrize("text", ["", "{}", "[1]", '[{"version": "2026-11-01"}]', *LEADING_AWAY])
def test_an_index_that_cannot_be_read_is_named(target, text):
    put(target, "2026-11-01")
    (target / "versions.json").write_text(text)
    with pytest.raises(PublishError, match=r"versions\.json: is no index of versions"):
        put(target, "2026-11-02")


def test_a_version_that_somebody_deleted_is_no_longer_listed(target):
    put(target, "2026-11-01")
    put(target, "2026-11-02")
    shutil.rmtree(target / "2026-11-02")
    put(target, "2026-11-01")
    assert listed(target) == [("2026-11-01", ["latest"])]
    assert (target / "latest/data/version.json").read_text() == (target / "2026-11-01/data/version.json").read_text()


@pytest.mark.parametrize("alias", ["", ".", "..", "a/b", "versions.json", "2026-11-01", ".publish"])
def test_what_is_no_name_for_an_alias_is_refused(target, alias):
    with pytest.raises(PublishError, match="no name for an alias"):
        put(target, "2026-11-01", alias=alias)
    assert not target.exists()


def test_what_stands_there_already_is_not_touched(target):
    (target / "latest").mkdir(parents=True)
    (target / "index.html").write_text("a plain site")
    with pytest.raises(PublishError) as refused:
        put(target, "2026-11-01")
    assert [mistake.what for mistake in refused.value.mistakes] == ["is no version", "is a page of something else"]
    assert files(target) == {"index.html"}


@pytest.mark.parametrize("name", ["versions.json", "feed.xml", "nginx.conf", "_headers"])
def test_a_file_of_something_else_is_not_written_over(target, name):
    target.mkdir()
    (target / name).write_text("mine")
    with pytest.raises(PublishError, match=r"is (a file of something else|no index of versions)"):
        put(target, "2026-11-01")
    assert (target / name).read_text() == "mine"


@pytest.mark.parametrize("name", [*BESIDE, ".publish/lock"])
def test_a_folder_where_a_file_goes_is_told_before_the_build(target, name):
    put(target, "2026-11-01")
    (target / name).unlink()
    (target / name).mkdir()
    with pytest.raises(PublishError, match=r"is no (file|folder of work in progress)"):
        put(target, "2026-11-02")
    assert not (target / "2026-11-02").exists()


def test_what_a_link_leads_to_is_not_cleared_away(target, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/text").write_text("mine")
    target.mkdir()
    (target / ".publish").symlink_to(tmp_path / "mine")
    with pytest.raises(PublishError, match="no folder of work in progress"):
        put(target, "2026-11-01")
    assert (tmp_path / "mine/text").read_text() == "mine"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"inputs": [1]}', "\0"])
def test_a_version_that_does_not_say_what_it_was_built_from_is_named(target, text):
    put(target, "2026-11-01")
    record = target / "2026-11-01/data/version.json"
    record.unlink()  # the alias has a link to the same file
    record.write_text(text)
    with pytest.raises(PublishError, match=r"version\.json: does not say what the version was built from"):
        put(target, "2026-11-01")
    assert put(target, "2026-11-02").is_new


def test_sixty_drops_cost_what_the_first_cost_and_take_the_room_of_their_sites(target):
    costs = []
    for number in range(60):
        before = time.process_time()
        put(target, f"{2021 + number // 12}-{number % 12 + 1:02}-01")
        costs.append(time.process_time() - before)
    assert statistics.median(costs[40:]) < 2 * statistics.median(costs[:20])
    sizes = {path.stat().st_ino: path.stat().st_size for path in target.rglob("*") if path.is_file()}
    versions = sum(
        path.stat().st_size for one in versions_of(target) for path in one.folder.rglob("*") if path.is_file()
    )
    beside = sum((target / name).stat().st_size for name in BESIDE)
    assert sum(sizes.values()) == versions + beside


def test_a_feed_names_the_newest_versions(target):
    put(target, "2026-10-31", keep=2)
    put(target, "2026-11-10", keep=2)
    put(target, "2026-11-20", keep=2)
    feed = feed_of(target)
    assert feed.findtext("a:updated", namespaces=ATOM) == "2026-11-20T00:00:00Z"
    assert [one.text for one in feed.findall("a:entry/a:title", ATOM)] == ["20 Nov 2026", "10 Nov 2026"]
    links = [one.get("href") for one in feed.findall("a:entry/a:link", ATOM)]
    assert links == ["2026-11-20/index.html", "2026-11-10/index.html"]
    assert all(one.text.startswith("urn:uuid:") for one in feed.findall("a:entry/a:id", ATOM))


def test_an_entry_of_the_feed_says_where_we_stand_and_what_changed(target):
    def build(site, version, before):
        small_site(site, version, before, says=version)
        goal = {"subject": "Revenue", "period": "Q4 2026", "value": "41.1 %", "state": "off target"}
        changes = {"moved": [{"subject": "MQLs, Oct 2026", "text": "12 became 13 <b>"}], "agreed": ["A rule is new."]}
        (site / "data/digest.json").write_text(json.dumps({"goals": [goal], "changes": changes}))

    publish(target, Edition("2026-11-20", {}, build), Ways(), Quiet())
    said = feed_of(target).findtext("a:entry/a:summary", namespaces=ATOM)
    assert said == "Revenue, Q4 2026: 41.1 %, off target. MQLs, Oct 2026: 12 became 13 <b>. A rule is new."


def test_with_an_address_the_feed_can_be_read_anywhere(target):
    put(target, "2026-11-20", site_url="https://kpi.example.com")
    ids = [one.text for one in feed_of(target).iter("{http://www.w3.org/2005/Atom}id")]
    assert ids == ["https://kpi.example.com/feed.xml", "https://kpi.example.com/2026-11-20/index.html"]


def feed_of(target):
    return ElementTree.parse(target / "feed.xml").getroot()


def test_a_folder_that_stands_where_the_version_goes_is_not_touched(target):
    (target / "2026-11-20").mkdir(parents=True)
    (target / "2026-11-20/mine.txt").write_text("mine")
    with pytest.raises(PublishError, match="stands where the version goes"):
        put(target, "2026-11-20")
    assert files(target / "2026-11-20") == {"mine.txt"}


def test_inputs_can_be_read_back(target):
    outcome = put(target, "2026-11-01")
    assert inputs_of(outcome.version) == edition("2026-11-01").inputs


def test_versions_of_another_name_are_told(tmp_path):
    notes = []

    class Noting(Quiet):
        def note(self, what):
            notes.append(what)

    for day, company in (("2026-01-01", "One"), ("2026-01-02", "One"), ("2026-01-03", "Two")):
        one = replace(edition(day), name=f"{company}: KPIs")
        place = publish(tmp_path, one, Ways(), Noting()).version
        (place.data / "digest.json").write_text(f'{{"company": "{company}"}}')
    (told,) = notes
    assert "holds versions of 'One: KPIs'; this one is of 'Two: KPIs'" in told
