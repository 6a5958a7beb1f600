"""The new hire's path: what it says follows from the agreement, whatever that says."""

import re
from dataclasses import replace
from decimal import Decimal
from html import unescape

import pytest

from generator.pages import write_pages
from generator.project import PACKAGED, Project


@pytest.fixture
def read(site):
    return lambda name: unescape((site / "guide" / f"{name}.md").read_text(encoding="utf-8"))


def with_minutes(agreement, minutes):
    """The agreement with another time for the first answer to the first tier."""
    first = next(one for one in agreement.sla.commitments if one.id == "c.sm.first_response")
    levels = (first.per_tier[0].model_copy(update={"value": Decimal(minutes)}), *first.per_tier[1:])
    changed = first.model_copy(update={"per_tier": levels})
    others = tuple(changed if one is first else one for one in agreement.sla.commitments)
    return replace(agreement, sla=agreement.sla.model_copy(update={"commitments": others}))


def test_the_start_page_names_every_stage_and_every_promise_and_where_to_ask(read, agreement):
    start = read("start")
    forward = [stage for stage in agreement.lifecycle.stages if stage.kind == "forward"]
    assert all(f"(../definitions.md#{stage.id})" in start for stage in forward)
    assert all(f"[{one.title}](../sla.md#" in start for one in agreement.sla.commitments)
    assert "## Where to ask" in start


def test_one_lead_is_followed_through_every_clock(read):
    life = read("one-lead")
    assert "## Fri 27 Nov 2026, 16:30" in life
    due = dict(re.findall(r"^\| \[([\w ]+)\].*\*\*(.+?)\*\* \|$", life, re.MULTILINE))
    assert due == {
        "Delivery": "Sat 28 Nov 2026, 16:30",
        "First response": "Mon 30 Nov 2026, 09:30",
        "Decision": "Tue 1 Dec 2026, 17:00",
        "Attempts": "Fri 11 Dec 2026, 17:00",
        "Outcome": "Tue 22 Dec 2026, 17:00",
        "Nurture": "Tue 8 Dec 2026, 17:00",
    }


def test_deadlines_follow_the_agreement(written, report, agreement, shown):
    docs = written(replace(report, agreement=with_minutes(agreement, 120)))
    life = shown((docs / "guide/one-lead.md").read_text(encoding="utf-8"))
    assert "120 business minutes for tier A" in life
    assert "**Mon 30 Nov 2026, 10:30**" in life
    check = shown((docs / "guide/self-check.md").read_text(encoding="utf-8"))
    assert "By Mon 30 Nov 2026, 10:30" in check


def test_ten_questions_unfold(read):
    check = read("self-check")
    assert check.count("<details") == 10
    assert "lead score" in check or "score" in check  # what makes an MQL, from its definition


def test_without_a_promise_nothing_is_made_up(written, report, agreement):
    bare = replace(agreement, sla=agreement.sla.model_copy(update={"commitments": ()}))
    life = (written(replace(report, agreement=bare)) / "guide/one-lead.md").read_text(encoding="utf-8")
    assert "nothing to follow" in life


def test_a_company_page_takes_the_place_of_a_generated_one(report, tmp_path):
    own = tmp_path / "own" / "content" / "handbook"
    own.mkdir(parents=True)
    (own / "start.md").write_text("# Welcome\n\nAsk Ada.\n", encoding="utf-8")
    pages = write_pages(report, Project(tmp_path / "own"), tmp_path / "docs")
    assert "Ask Ada" in (tmp_path / "docs/guide/start.md").read_text(encoding="utf-8")
    guide = next(group["Guide"] for group in pages.nav if "Guide" in group)
    assert sum("guide/start.md" in entry.values() for entry in guide) == 1
    assert (PACKAGED / "content/handbook/reading.md").is_file()
