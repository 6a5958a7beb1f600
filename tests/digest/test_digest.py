import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from generator.cli import main
from generator.digest import Digest, digest_text
from generator.errors import PublishError
from generator.progress import Quiet
from generator.publish import Edition, Version, Ways, publish

HOSTILE = "<script>alert(1)</script> @everyone [x](javascript:1) *bold*"
FOUND = {
    "company": "Acme",
    "drop": "2026-11-20",
    "stamp": "",
    "goals": [
        {
            "state": "off target",
            "tone": "bad",
            "subject": "Revenue against target",
            "value": "41.1 %",
            "period": "Q4 2026 to date",
            "lines": ["USD 55,494 of USD 135,000"],
            "page": "kpis/revenue.html",
            "picture": '<svg class="of-bullet" viewBox="0 0 240 14"><rect class="of-bullet__bar" width="78.9"/></svg>',
        }
    ],
    "changes": {
        "before": "2026-10-31",
        "page": "changes.html",
        "moved": [
            {"subject": "MQLs, Oct 2026", "text": "12 became 13: 1 row of lead came late", "page": "kpis/mql.html"}
        ],
        "agreed": ["The definition of an MQL has a third version."],
    },
    "attention": [{"state": "look", "subject": HOSTILE, "text": HOSTILE, "page": "trust.html#findings"}],
}


def test_signs_that_are_plain_in_markdown_read_as_they_are_on_a_terminal():
    line = {"state": "look", "subject": "MQL", "text": "down (−2 pts): 3 %, n = 84 of <b>", "page": "index.html"}
    digest = Digest(Version("2026-11-20", Path()), FOUND | {"attention": [line]}, "")
    assert "- MQL: down (−2 pts): 3 %, n = 84 of &#60;b&#62;\n" in digest_text(digest, "markdown")


@pytest.fixture
def target(tmp_path):
    return tmp_path / "public"


def put(target, found, day="2026-11-20"):
    def build(site, version, before):
        (site / "data").mkdir(parents=True)
        (site / "index.html").write_text("")
        (site / "data/digest.json").write_text(json.dumps(found))

    publish(target, Edition(day, {"day": day}, build), Ways(), Quiet())


@pytest.fixture
def digest(target):
    def run(*options, code=0):
        result = CliRunner().invoke(main, ["digest", "--to", str(target), *options])
        assert result.exit_code == code, result.output
        return result.output

    return run


def test_markdown_says_where_we_stand_what_changed_and_what_needs_attention(target, digest):
    put(target, FOUND)
    lines = digest("--site-url", "https://kpi.example.com/x").splitlines()
    at = "https://kpi.example.com/x/2026-11-20"
    assert f"### [Acme: numbers as of 20 Nov 2026]({at}/index.html)" in lines
    about = f"[Revenue against target, Q4 2026 to date]({at}/kpis/revenue.html)"
    assert f"- {about}: **41.1 %, off target**. USD 55,494 of USD 135,000" in lines
    assert f"### [What changed since 2026-10-31]({at}/changes.html)" in lines
    assert f"- [MQLs, Oct 2026]({at}/kpis/mql.html): 12 became 13: 1 row of lead came late" in lines
    assert "- The definition of an MQL has a third version." in lines
    assert "### What needs attention" in lines


def test_without_an_address_a_message_has_no_links(target, digest):
    put(target, FOUND)
    for form in ("markdown", "slack", "html"):
        said = digest("--format", form)
        assert "revenue.html" not in said
        assert "Revenue against target" in said


@pytest.mark.parametrize(
    ("form", "never"),
    [
        ("markdown", ["<script", "@everyone", "](javascript", "*bold*"]),
        ("slack", ["<script", "*bold*"]),
        ("html", ["<script"]),
    ],
)
def test_text_of_exports_stays_text(target, digest, form, never):
    put(target, FOUND)
    said = digest("--format", form, "--site-url", "https://kpi.example.com")
    assert [sign for sign in never if sign in said] == []


def test_a_picture_bears_its_colours_for_readers_without_our_styles(target, digest):
    put(target, FOUND)
    said = digest("--format", "html")
    assert '<rect fill="#b3261e" width="78.9"/>' in said
    assert "class=" not in said


def test_a_quiet_version_says_so_and_the_first_has_nothing_to_compare(target, digest):
    put(target, {**FOUND, "changes": None}, "2026-10-31")
    assert "What changed" not in digest()
    put(target, {**FOUND, "changes": {**FOUND["changes"], "moved": [], "agreed": []}})
    assert "- No closed figure moved and nothing was agreed otherwise." in digest()


def test_a_version_is_named_by_its_id_or_its_alias(target, digest):
    put(target, FOUND, "2026-10-31")
    put(target, FOUND)
    assert "as of 31 Oct 2026" in digest("2026-10-31")
    assert "as of 20 Nov 2026" in digest("latest")
    said = digest("2026-01-01", code=PublishError.exit_code)
    assert "has no version 2026-01-01; there are: 2026-10-31, 2026-11-20" in said


def test_a_long_list_leads_to_the_page(target, digest):
    put(target, {**FOUND, "attention": FOUND["attention"] * 12})
    assert "[4 more](https://kpi.example.com/2026-11-20/index.html)" in digest("--site-url", "https://kpi.example.com")


@pytest.mark.parametrize("found", [[], {}, {"goals": []}])
def test_a_message_that_lacks_its_parts_is_named(target, digest, found):
    put(target, found)
    assert "digest.json: is missing or unreadable" in digest(code=15)


@pytest.mark.parametrize(
    "url", ["", "javascript:alert(1)", "kpi", 'https://a/"><script>', "https://a b", "http://a\nb"]
)
def test_what_is_no_address_of_a_site_is_refused(digest, url):
    assert "is no address of a site" in " ".join(digest("--site-url", url, code=2).split())
