import re
import shutil

import pytest

from generator.errors import SiteError
from generator.pages import write_pages
from generator.project import PACKAGED, Project


@pytest.fixture
def own(tmp_path):
    """A company's project with its own copy of one template or content file."""

    def project(name: str, text: str) -> Project:
        path = tmp_path / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return Project(tmp_path / "project")

    return project


def test_a_projects_template_lies_over_the_packaged_one(own, written, report):
    docs = written(report, own("site_templates/kpis.md.j2", "# Our own list of {{ sections | length }} parts\n"))
    assert (docs / "kpis/index.md").read_text() == "# Our own list of 5 parts\n".replace(
        "5", str(len({k.section for k in report.kpis}))
    )
    assert (docs / "index.md").is_file()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("line one\n{{ nothing_of_that_name }}\n", "site_templates/trust.md.j2:2: 'nothing_of_that_name' is undefined"),
        ("{% if %}\n", "site_templates/trust.md.j2:1"),
        ("{% include 'partials/paeg.md.j2' %}", "did you mean 'partials/page.md.j2'?"),
        ("{{ 1 / 0 }}", "division by zero"),
    ],
)
def test_a_failing_template_names_itself_the_line_and_the_page(own, report, tmp_path, text, said):
    with pytest.raises(SiteError) as failure:
        write_pages(report, own("site_templates/trust.md.j2", text), tmp_path / "docs")
    assert "trust.md" in failure.value.summary
    assert said in failure.value.message


def test_no_template_turns_the_encoding_off():
    for path in sorted((PACKAGED / "site_templates").rglob("*.md.j2")):
        assert not re.search(r"\|\s*safe\b|autoescape|\|\s*striptags", path.read_text()), path


def test_prose_of_a_project_lies_over_the_packaged_prose_and_joins_the_navigation(own, written, report):
    project = own(
        "content/handbook/onboarding.md",
        "---\ntitle: Our <first> week\norder: 1\n---\n# Week one\n\nPlain {{ text }}.\n",
    )
    docs = written(report, project)
    assert "Plain {{ text }}." in (docs / "guide/onboarding.md").read_text()
    pages = [page for item in written.pages.nav[-1]["Guide"] for page in item.values()]
    assert {"Our &lt;first&gt; week": "guide/onboarding.md"} in written.pages.nav[-1]["Guide"]
    assert pages.index("guide/start.md") < pages.index("guide/onboarding.md") < pages.index("guide/reading.md")
    assert (docs / "guide/reading.md").is_file()


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("content/glossary.yml", "terms:\n  - {term: a, meening: b}", "unknown key 'meening'"),
        ("content/annotations.yml", "- {day: yesterday, text: x}", "'yesterday' is not a date"),
        ("content/annotations.yml", "- {day: [", "content/annotations.yml"),
        ("content/handbook/x.md", "---\norder: first\n---\n# x\n", "content/handbook/x.md"),
    ],
)
def test_a_content_file_that_cannot_be_read_is_named_with_what_to_do(own, report, tmp_path, name, text, said):
    with pytest.raises(SiteError) as failure:
        write_pages(report, own(name, text), tmp_path / "docs")
    assert said in failure.value.message
    assert failure.value.mistakes[0].next


def test_a_noted_event_is_marked_on_the_charts_of_its_kpis(own, written, report):
    written(report, own("content/annotations.yml", "- {day: 2026-03-10, text: New prices, kpis: [lead_volume]}"))
    marked = {name for name, chart in written.pages.charts.items() if "New prices" in str(chart.rows)}
    assert marked == {"lead_volume-trend"}


def test_front_matter_survives_any_title(written, report, kpis):
    from dataclasses import replace

    import yaml

    odd = replace(kpis[1], title='He said: "<b>50%</b>" & #1 [x](y)\n---\nevil: true', sentence="a: b # c")
    docs = written(replace(report, kpis=(odd, *kpis[2:])))
    front = (docs / "kpis/lead_volume.md").read_text().split("---\n")[1]
    meta = yaml.safe_load(front)
    assert set(meta) == {"title", "description", "rail", "search"}
    assert meta["title"].startswith("He said: &quot;&lt;b&gt;")


def test_the_same_report_writes_the_same_bytes(report, tmp_path):
    for name in ("one", "two"):
        write_pages(report, Project(PACKAGED), tmp_path / name)
    one = {
        path.relative_to(tmp_path / "one"): path.read_bytes()
        for path in (tmp_path / "one").rglob("*")
        if path.is_file()
    }
    two = {
        path.relative_to(tmp_path / "two"): path.read_bytes()
        for path in (tmp_path / "two").rglob("*")
        if path.is_file()
    }
    assert one == two
    shutil.rmtree(tmp_path / "one")
