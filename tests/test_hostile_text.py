"""Text from exports is never markup, whatever it says."""

from __future__ import annotations

import csv
import html
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from generator.demo import HOSTILE

pytestmark = pytest.mark.xdist_group("site")


class Findings(HTMLParser):
    """Collects what no export may bring into a page."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.wrong = []
        self.scripts = 0

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name.startswith("on") or name == "srcdoc":
                self.wrong.append(f"<{tag} {name}={value}>")
            if name in ("href", "src", "xlink:href") and re.match(
                r"\s*(java|vb)\s*script:", value or "", re.IGNORECASE
            ):
                self.wrong.append(f"<{tag} {name}={value}>")
        if tag in ("iframe", "object", "embed", "base", "form") and ("data-md-component", "search") not in attrs:
            self.wrong += [f"<{tag}>"] if tag != "form" else []

    handle_startendtag = handle_starttag


def pages(site):
    return sorted(site.rglob("*.html"))


def test_at_least_twenty_five_hostile_texts_are_in_the_drop(demo_site):
    assert len(HOSTILE) >= 25
    text = "".join(path.read_text(encoding="utf-8", errors="replace") for path in demo_site.drop.glob("*.csv"))
    assert "onerror=alert(1)" in text
    assert "javascript:alert(4)" in text


def test_no_page_carries_a_handler_a_script_link_or_a_frame(demo_site):
    assert len(pages(demo_site.site)) > 30
    for page in pages(demo_site.site):
        findings = Findings()
        findings.feed(page.read_text(encoding="utf-8"))
        assert findings.wrong == [], page


def test_hostile_names_are_readable_as_text(demo_site):
    shown = "\n".join(page.read_text(encoding="utf-8") for page in pages(demo_site.site))
    assert "<img src=x onerror=alert(1)>" in html.unescape(shown)
    assert "<img src=x" not in shown
    assert "<h1>broken" not in shown
    assert "<script>alert" not in shown


def test_templates_and_snippets_in_names_are_not_run(demo_site):
    shown = "\n".join(page.read_text(encoding="utf-8") for page in pages(demo_site.site))
    hostname = Path("/etc/hostname").read_text(encoding="utf-8").strip()
    assert "dict_items(" not in shown
    if len(hostname) > 6:
        assert hostname not in shown


def test_no_cell_of_a_csv_is_a_formula(demo_site):
    for path in sorted((demo_site.site / "data").glob("*.csv")):
        with path.open(newline="", encoding="utf-8") as file:
            for row in csv.reader(file):
                for cell in row:
                    assert not re.match(r"[=+@\t\r]", cell), (path.name, cell)
                    assert not (cell.startswith("-") and not re.fullmatch(r"-\d+(\.\d+)?", cell)), (path.name, cell)


def test_the_search_index_holds_text_only(demo_site):
    index = json.loads((demo_site.site / "search" / "search_index.json").read_text(encoding="utf-8"))
    for entry in index["docs"]:
        findings = Findings()
        findings.feed(entry["text"])
        assert findings.wrong == []
