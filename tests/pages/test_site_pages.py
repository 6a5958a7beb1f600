import csv
import re
from dataclasses import replace
from html.parser import HTMLParser
from posixpath import dirname, normpath

import markdown
from made_up_report import MEMBERS, cells, finding, kpi, load_report, periods, report_of, shaped

from generator.kpis.kpi import Figure, Kind
from generator.pages import write_pages
from generator.project import PACKAGED, Project

EXTENSIONS = ["abbr", "attr_list", "def_list", "md_in_html", "tables", "toc", "pymdownx.superfences"]


class Links(HTMLParser):
    """Collects addresses and ids."""

    def __init__(self, html):
        super().__init__()
        self.to, self.ids = [], set()
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.ids |= {given["id"]} if "id" in given else set()
        if tag == "a" and "href" in given:
            self.to.append(given["href"])


def built(docs):
    """Return every page as HTML by its built address."""
    pages = sorted(path for path in docs.rglob("*.md") if not path.name.startswith("_"))
    html = {}
    for path in pages:
        source = re.sub(r"\A---\n.*?\n---\n", "", path.read_text(), flags=re.DOTALL)
        html[path.relative_to(docs).as_posix()[:-3] + ".html"] = markdown.markdown(source, extensions=EXTENSIONS)
    return html


def test_every_link_leads_to_a_page_an_anchor_or_a_file(site):
    pages = {address: Links(html) for address, html in built(site).items()}
    lost = []
    for address, links in pages.items():
        for link in links.to:
            path, _, anchor = link.replace(".md", ".html").partition("#")
            target = normpath(f"{dirname(address)}/{path}").lstrip("/") if path else address
            known = target in pages or (site / target).is_file() or target == "data/build.json"
            if not known or (anchor and anchor not in pages[target].ids):
                lost.append(f"{address} -> {link}")
    assert lost == []


def test_every_kpi_and_every_stage_is_two_clicks_from_anywhere(site, kpis, agreement):
    listed = (site / "kpis/index.md").read_text()
    assert all(f"]({one.id}.md)" in listed for one in kpis)
    reference = (site / "definitions.md").read_text()
    assert all(f"{{:#{stage.id}}}" in reference for stage in agreement.lifecycle.stages)


def test_the_navigation_is_short_and_names_pages_that_exist(written, report):
    docs = written(report)
    nav = written.pages.nav
    assert [name for group in nav for name in group] == [
        "Home",
        "Funnel",
        "Insights",
        "Reviews",
        "KPIs",
        "Definitions",
        "SLA",
        "Trust",
        "Changes",
        "Guide",
    ]
    paths = re.findall(r"'([^']+\.md)'", str(nav))
    assert paths
    assert all((docs / path).is_file() for path in paths)


def test_every_page_says_when_the_data_was_taken_and_from_which_drop(site):
    for path in site.rglob("*.md"):
        if not path.name.startswith("_"):
            text = path.read_text()
            assert "Data up to the end of 20 Nov 2026" in text, path
            assert "drop 2026-11-20" in text, path
            assert re.search(r"^description: \".+\"$", text, re.MULTILINE), path


def test_a_new_hire_finds_what_an_mql_is_by_anchor_and_by_search(site):
    text = (site / "definitions.md").read_text()
    assert "search:\n  boost: 15" in text
    section = text.partition("{:#mql}")[2].partition("\n## ")[0]
    assert "A lead enters this stage when all of this holds:" in section
    assert "- fit score is at least 50" in section
    assert "Sales (CRO) and Marketing (CMO) on 20 Apr 2026" in section
    assert "Newly required at handover: timeframe." in section


def test_every_term_is_in_the_glossary_and_every_term_of_the_file_is_used(site, agreement, kpis):
    import yaml

    glossary = (site / "guide/glossary.md").read_text()
    for word in [stage.title for stage in agreement.lifecycle.stages if len(stage.id) > 3] + [
        one.title for one in kpis
    ]:
        assert f">{word}</h3>" in glossary
    hover = (site / "_glossary.md").read_text()
    assert "*[MQL]: Marketing qualified lead: Meets the agreed" in hover
    terms = yaml.safe_load((PACKAGED / "content/glossary.yml").read_text())["terms"]
    sources = [
        path for folder in ("site_templates", "content", "generator/pages") for path in (PACKAGED / folder).rglob("*.*")
    ]
    prose = " ".join(
        " ".join(path.read_text().split())
        for path in sources
        if path.suffix in (".j2", ".md", ".py", ".yml") and path.name != "glossary.yml"
    )
    unused = [t["term"] for t in terms if not any(word in prose for word in [t["term"], *t.get("also", [])])]
    assert unused == []


def test_hover_texts_are_one_plain_line_each(site):
    lines = (site / "_glossary.md").read_text().strip().split("\n\n")
    assert len(lines) > 20
    assert len(lines) == len({line.partition("]:")[0] for line in lines})
    assert all(re.fullmatch(r"\*\[[^\[\]*\\]{2,}\]: [^*`]+", line) for line in lines)


def test_a_kpi_without_its_input_says_what_is_missing_and_shows_no_empty_chart(site):
    text = (site / "kpis/cac.md").read_text()
    assert "This drop cannot answer it, for want of the table spend, and the column owner&#46;team." in text
    assert "<figure" not in text
    assert "Customer acquisition cost" in (site / "index.md").read_text()
    assert (
        "[Customer acquisition cost](kpis/cac.md) | the table spend, and the column owner&#46;team |"
        in (site / "trust.md").read_text()
    )


def test_a_kpi_page_carries_the_figure_its_splits_the_rule_and_the_roles(site):
    text = (site / "kpis/mql_to_sql.md").read_text()
    assert '<p class="of-lede"><span class="of-chip' in text
    assert text.count("<figure") == 3
    assert "<summary>By region</summary>" in text
    assert "The rule in *full*." in text
    assert "select 1 as unit" in text
    assert "| Sample below which a rate gets no status and no arrow<br>" in text
    assert "min&#95;n&#95;rate</span> | 30 |" in text
    assert "Work every lead." in text
    assert 'href="../data/mql_to_sql.csv"' in text


def test_the_csv_of_a_kpi_holds_every_period_and_its_splits_but_by_week(site, report):
    with (site / "data/mql_to_sql.csv").open() as file:
        rows = list(csv.DictReader(file))
    cells = report.results.cells
    own = cells[cells.metric_id.str.match(r"mql_to_sql(\.|$)")]
    split_by_week = (own.scope != "all") & own.period.str.contains("-W")
    split_companion = (own.scope != "all") & (own.metric_id != "mql_to_sql")
    assert len(rows) == int((~split_by_week & ~split_companion).sum())
    assert {row["scope"].partition("=")[0] for row in rows} == {"all", "channel", "tier", "region"}


def test_pages_of_the_same_report_are_only_filled_again(report, tmp_path):
    first = write_pages(report, Project(PACKAGED), tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.md")}
    for path in before:
        path.unlink()
    second = write_pages(report, Project(PACKAGED), tmp_path, before=first)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.md")} == before
    assert second.charts == first.charts
    assert len(second.fillings) == len(first.fillings)


def test_a_member_that_looks_like_a_formula_is_text_in_the_csv(written, agreement):
    spans = periods()
    one = kpi("lead_volume")
    rows = [{"metric_id": one.id, "period": "2026-10", "scope": scope, "value": 1.5, "n": 3, "status": "ok"}
            for scope in ("all", "=cmd", "@x")]  # fmt: skip
    docs = written(report_of([one], shaped(rows), spans=spans, agreement=agreement))
    lines = (docs / "data/lead_volume.csv").read_text().splitlines()
    assert [line.split(",")[2:4] for line in lines[1:]] == [["'=cmd", "1.5"], ["'@x", "1.5"], ["all", "1.5"]]


def test_members_beyond_the_bars_fold_into_other_on_charts_only(written, agreement):
    many = {"channel": [f"channel {number:02}" for number in range(14)]}
    spans = periods()
    one = kpi("lead_volume")
    docs = written(report_of([one], cells([one], spans, many), spans=spans, agreement=agreement))
    chart = written.pages.charts["lead-volume-by-channel"]
    assert "Other" in str(chart.rows)
    page = (docs / "kpis/lead_volume.md").read_text()
    assert "channel 13" in page
    assert ">Other<" not in page


def test_names_from_exports_stay_text_on_every_page(written, agreement):
    evil = '<img src=x onerror=alert(1)> [a](javascript:alert(1)) | "quoted" *[MQL]: no'
    spans = periods()
    kpis = [kpi("lead_volume", neighbours=()), kpi("win", Kind.RATE, section="bottom")]
    docs = written(
        report_of(
            kpis,
            cells(kpis, spans, {"channel": [evil, "b", "c"]}),
            spans=spans,
            agreement=agreement,
            load=load_report(findings=()),
            findings=(replace(finding(), text=evil),),
            labels={"channel": {evil: evil}},
        )
    )
    for address, html in built(docs).items():
        assert "<img" not in html, address
        assert "javascript:" not in "".join(Links(html).to), address
    assert (
        "&lt;img src" in built(docs)["kpis/lead_volume.html"]
        or "&#60;img" in (docs / "kpis/lead_volume.md").read_text()
    )


def test_an_empty_drop_says_so_in_a_line_instead_of_empty_tiles(written, kpis, agreement):
    missing = {one.id: ("lead",) for one in kpis}
    empty = report_of(
        kpis, shaped([]), agreement=agreement, load=load_report(()), missing=missing, spans=periods().head(0)
    )
    docs = written(empty)
    home = (docs / "index.md").read_text()
    assert "This drop holds no rows yet." in home
    assert "of-tile" not in home
    assert home.count("of-note") == 1
    assert "This drop holds no files." in (docs / "trust.md").read_text()
    assert "{:#mql}" in (docs / "definitions.md").read_text()


def test_two_exports_alone_build_a_useful_site(written, kpis, agreement):
    known = [one for one in kpis if one.id in ("lead_volume", "win_rate_count", "revenue_won")]
    missing = {one.id: ("lifecycle_event",) for one in kpis if one not in known}
    spans = periods()
    docs = written(report_of(kpis, cells(known, spans), spans=spans, agreement=agreement, missing=missing))
    home = (docs / "index.md").read_text()
    assert home.count('<article class="of-tile ') == 3
    assert "Not in this drop, for want of the table lifecycle&#95;event:" in home


def test_no_page_takes_long_to_write(agreement, tmp_path):
    from time import perf_counter

    spans = periods()
    kpis = [kpi(f"kpi_{number}", Kind.RATE, by=tuple(MEMBERS)) for number in range(30)]
    report = report_of(kpis, cells(kpis, spans), spans=spans, agreement=agreement)
    start = perf_counter()
    write_pages(report, Project(PACKAGED), tmp_path / "docs")
    assert perf_counter() - start < 6  # 1.2 s on an idle machine


def test_a_share_by_marketing_channel_says_how_many_leads_nobody_knows_the_origin_of(written, agreement):
    kpis = (
        kpi("channel_share", Kind.RATIO, unit="ratio", by=("channel",), title="Share of leads per channel"),
        kpi("lead_volume", by=("origin",)),
    )
    members = {"channel": ["webinar", "event"], "origin": ["marketing", None]}
    report = report_of(kpis, cells(kpis, periods(), members), agreement=agreement)
    page = (written(report) / "kpis/channel_share.md").read_text()
    assert "new leads nobody knows which team produced them; no share counts them." in page


def test_the_home_page_keeps_a_row_of_the_kpis_that_most_reviews_read(written, agreement):
    often, once = ("weekly", "monthly", "quarterly"), ("monthly",)
    kpis = (
        *(kpi(f"read_{n}", title=f"Read {n}", pages=once, target="none") for n in range(5)),
        kpi("shared", title="Shared by all", pages=often, target="none"),
        kpi("quarterly_only", title="Only quarterly", pages=("quarterly",)),
        kpi("aimed", title="With a target", pages=once),
    )
    page = (written(report_of(kpis, cells(kpis, periods()), agreement=agreement)) / "index.md").read_text()
    shown = re.findall(r'of-tile__name"><a [^>]*>([^<]+)<', page)
    assert shown == ["Read 0", "Read 1", "Read 2", "Shared by all", "With a target"]
    assert ">3 more</a>" in page


def test_a_kpi_page_lists_the_other_kpis_of_its_part(site):
    import yaml

    front = (site / "kpis/mql_count.md").read_text().split("---\n")[1]
    rail = yaml.safe_load(front)["rail"]
    assert rail["title"] == "Top of the funnel"
    assert [(title, here) for title, _, here in rail["items"]] == [
        ("New leads", False),
        ("Marketing qualified leads", True),
        ("Sales qualified leads", False),
    ]


def test_a_promise_that_the_drop_cannot_show_has_a_reason_and_no_status(site):
    page = (site / "sla.md").read_text()
    row = next(line for line in page.splitlines() if line.startswith("| [Delivery]"))
    assert "n/a" in row
    assert "the drop has no assignment or lifecycle&#95;event&#46;source&#95;system" in row
    assert "of-chip" not in row


def test_shares_speak_by_member_only_where_their_whole_says_nothing(written, agreement):
    by_team = replace(
        kpi("cost_ratio", Kind.RATIO, unit="ratio", by=("team",), target="none"),
        figures=(Figure("", "Cost", Kind.RATIO, "select 1", "", "ratio", ("team",), ("quarter",), within="team"),),
    )
    parts = [{"scope": f"team={team}", "value": 0.2} for team in ("sales", "marketing")]
    for whole, told in ((0.4, "Q3 2026: 40.0&#8239;%"), (1.0, "Q3 2026: Marketing 20.0")):
        rows = [{"scope": "all", "value": whole}, *parts]
        named = [{"metric_id": "cost_ratio", "period": "2026Q3", "n": 50, "status": "ok", **row} for row in rows]
        page = written(report_of((by_team,), shaped(named), agreement=agreement)) / "kpis/cost_ratio.md"
        assert told in page.read_text().replace("\u202f", "&#8239;")


def test_the_attainment_names_the_promises_that_count_as_broken_without_a_record(site):
    page = (site / "kpis/sla_attainment.md").read_text()
    assert "Counted as broken, although the drop cannot show it: " in page
    assert "Delivery" in page.partition("Counted as broken")[2].partition("</p>")[0]
