"""Pages and files of the agreement in practice: who has to look at what, and never who the lead is."""

import csv
from dataclasses import replace
from datetime import date, datetime
from html import unescape

import pytest

from generator.models.practice import (
    Conflict,
    Evidence,
    Example,
    Hour,
    InOut,
    MoveCount,
    Obligation,
    OddMove,
    Practice,
    Restated,
    Routing,
)
from generator.pages.volume import Volume

FIRST = "c.sm.first_response"


def overdue(record, state="breached_open", used=1.2, owner="ada"):
    at = datetime(2026, 11, 19, 9)
    return Obligation(FIRST, record, owner, "A", "EMEA", "=webinar", at, at, None, state, used)


PRACTICE = Practice(
    obligations=(
        overdue("aaaa1111", used=412.0),
        *(overdue(f"bbbb{n}") for n in range(3)),
        overdue("cccc1111", used=1.5, owner="bea"),
        overdue("dddd1111", "breached_late"),
        overdue("eeee1111", "due_soon", 0.9),
    ),
    older=2,
    in_grace={FIRST: 3},
    given_up=2,
    routing=Routing(40, 12.0, 48.0),
    hours=(Hour(FIRST, 0, 9, 8, 10), Hour(FIRST, 4, 17, 1, 6), Hour(FIRST, 5, 3, 0, 2)),
    moves=(MoveCount("lead", "mql", "counted", 12, 11), MoveCount("sal", "mql", "back", 2, 2)),
    odd_moves=(OddMove("ffff1111", datetime(2026, 11, 2, 9), "sal", "mql", "back", "crm"),),
    conflicts=(Conflict("sql_without_mql", "9999aaaa", datetime(2026, 11, 1), "EMEA", None),),
    restated=(
        Restated("v1", date(2026, 10, 1), 4, 4, 1, 1, True),
        Restated("v2", date(2026, 10, 1), 4, 1, 0, 3, True),
        Restated("v2", date(2026, 5, 1), 2, 2, 0, 0, True),
    ),
    in_out=(InOut("v2", date(2026, 10, 1), "out", "8888bbbb"),),
    examples=(
        Example(
            "v2", True, "a1b2c3d44f2a", datetime(2026, 5, 3, 10), "A",
            (Evidence("demo_request", None, datetime(2026, 5, 3, 9)), Evidence("score_fit", "70.0", None),
             Evidence("icp_fit", "1.0", None)),
        ),
        Example("v2", False, "f00dbeef1234", datetime(2026, 5, 4, 10), None, (Evidence("score_fit", "20.0", None),)),
    ),
    people={"sales": 4},
)  # fmt: skip


@pytest.fixture
def told(report, written):
    """Write the pages of the made-up drop with this practice; `settings` are laid over the agreement's."""

    def write(**settings):
        agreement = replace(report.agreement, settings=report.agreement.settings.model_copy(update=settings))
        return written(replace(report, agreement=agreement, practice=PRACTICE))

    return write


def rows(path):
    return list(csv.DictReader(path.read_text().splitlines()))


def test_escalations_name_level_and_record_and_neutralise_what_a_spreadsheet_would_run(told):
    docs = told()
    found = rows(docs / "data/breaches.csv")
    assert [(one["record"], one["level"]) for one in found][:5] == [
        ("aaaa1111", "stuck"), ("bbbb0", "breached"), ("bbbb1", "breached"), ("bbbb2", "breached"),
        ("cccc1111", "stuck"),
    ]  # fmt: skip
    assert found[0]["share_of_time"] == "412"
    assert found[0]["channel"] == "'=webinar"
    assert {one["link"] for one in found} == {""}
    assert [one["record"] for one in rows(docs / "data/due_soon.csv")] == ["eeee1111"]


def test_records_lead_into_the_crm_only_where_a_pattern_is_agreed(told):
    docs = told(record_links="https://crm.example.com/lead/{id}")
    assert rows(docs / "data/breaches.csv")[0]["link"] == "https://crm.example.com/lead/aaaa1111"
    page = unescape((docs / "sla/c-sm-first-response.md").read_text())
    assert 'href="https://crm.example.com/lead/aaaa1111"' in page
    assert "crm.example.com" not in unescape((told() / "sla/c-sm-first-response.md").read_text())


def test_each_commitment_has_a_page_with_its_trend_its_hours_and_what_is_open(told, agreement, shown):
    docs = told()
    names = {one.id.replace(".", "-").replace("_", "-") for one in agreement.commitments_at(date(2026, 11, 20))}
    assert {path.stem for path in (docs / "sla").glob("*.md")} == names
    page = shown((docs / "sla/c-sm-first-response.md").read_text())
    assert "share kept, by month of the deadline" in page
    assert "share broken by weekday and hour of the hand-over" in page
    assert "Fri 6 5 83.3" in page
    assert "Sat 2 2" in page  # too few cases for a share
    assert "5 promises broken and still open, 1 due soon" in page
    assert "412 times" in page
    assert "Half of the 40 answers of late had an owner within 12 min of open time (routing)" in page
    assert "answered within 48 min from then on" in page
    assert "Of those kept, 3 only within the grace." in page
    assert "2 leads given up as unable to reach" in shown((docs / "sla/c-sm-attempts.md").read_text())


def test_the_scorecard_counts_what_is_open_and_points_out_who_has_too_much_of_it(told, shown):
    page = shown((told() / "sla.md").read_text())
    assert "2 older ones, more than 90 days past the deadline, are not counted here" in page
    assert "ada: 4 promises broken and still open." in page
    assert "bea:" not in page


def test_owners_of_tiny_teams_are_not_told_apart(report, written, shown):
    page = shown((written(replace(report, practice=replace(PRACTICE, people={"sales": 2}))) / "sla.md").read_text())
    assert "Other: 4 promises broken and still open." in page


def test_definitions_show_leads_of_this_drop_masked(told, shown):
    page = shown((told() / "definitions.md").read_text())
    assert (
        "Lead …4f2a: demo request on 3 May 2026, fit score 70 and fit with the ideal customer profile: yes"
        " | MQL on 3 May 2026, A |" in page
    )
    assert "fit score 20 | handed over on 4 May 2026, though the criteria did not hold" in page
    assert "a1b2c3d4" not in page


def test_both_views_of_the_definition_stand_side_by_side_with_who_goes_in_and_out(told):
    docs = told()
    page = (docs / "definitions.md").read_text()
    assert "| Oct 2026 | 4 | 4 (1 in, 1 out) | 1 (0 in, 3 out) |  |" in page
    assert "| May 2026 | 2 | 0 | 2 | v2 in force from 1 May 2026 |" in page
    assert "read at their value of today" in page
    assert rows(docs / "data/mql_restated.csv") == [
        {"view": "restated:v2", "month": "2026-10", "way": "out", "record": "8888bbbb", "link": ""}
    ]


def test_moves_and_conflicts_are_counted_and_listed(told):
    docs = told()
    page = (docs / "definitions.md").read_text()
    assert "| Sales accepted lead | Marketing qualified lead | back: not counted | 2 | 2 |" in page
    assert "| An SQL that never was an MQL | the SQL counts, no conversion of an MQL | Sales Ops | 1 |" in page
    assert rows(docs / "data/moves.csv")[0]["effect"] == "back"
    assert rows(docs / "data/conflicts.csv")[0]["type"] == "sql_without_mql"


@pytest.mark.parametrize(
    ("promised", "verdict"), [(90, "below"), (100, "in line"), (125, "in line"), (126, "above what the revenue")]
)
def test_a_promised_volume_is_held_against_what_the_chain_needs(promised, verdict):
    found = Volume("Q4 2026", 100, promised)
    assert found.verdict.startswith(verdict)
    assert f"takes 100 MQLs at the rates that held lately; promised are {promised}" in found.sentence
