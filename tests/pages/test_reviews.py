"""Reviews: which pages there are, what each must and must not hold, and what is carried forward."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest
from made_up_report import cells, kpi, periods, report_of, with_pacing

from generator.agreement import Action, Decision, Reviews
from generator.kpis.kpi import Kind
from generator.models.agreed import AgreedTarget
from generator.models.practice import Obligation, Practice
from generator.models.records import Record

ALL = ("weekly", "monthly", "quarterly")
ACTION = Action(
    id="role", action="Ask for the role in the form", review="weekly", raised_on=date(2026, 10, 27), team="marketing",
    due_on=date(2026, 11, 6), closed_on=date(2026, 11, 10), outcome="The form asks.",
)  # fmt: skip
DECISION = Decision(id="bar", decision="Raise the bar?", review="monthly", raised_on=date(2026, 11, 5), team="joint")
BROKEN = Obligation(
    "c.sm.first_response", "9f3a00000001", "u1", "A", "EMEA", "webinar", datetime(2026, 11, 17, 9),
    datetime(2026, 11, 18, 9), None, "breached_open", 1.5,
)  # fmt: skip
UNTOUCHED = Record("9f3a00000002", "c.sm.first_response", "u1", "A", datetime(2026, 11, 18, 9), None, None, 9)
REJECTED = Record("9f3a00000003", "bad_fit", "u1", "A", datetime(2026, 11, 18, 9), None, date(2026, 11, 16), 1)


@pytest.fixture(scope="module")
def reviewed(agreement):
    spans = periods()
    kpis = (
        kpi(
            "revenue_won", Kind.SUM, unit="currency", section="north_star", by=(), title="Revenue generated", pages=ALL
        ),
        kpi("lead_volume", title="New leads", pages=("weekly", "monthly"), by=("channel",)),
        kpi("mql_count", title="Marketing qualified leads", pages=ALL, by=("channel",)),
        kpi("sla_attainment", Kind.RATE, title="SLA attainment", section="middle", by=("commitment",), pages=ALL),
        kpi("calls", Kind.RATE, title="Calls a lead", section="middle", by=(), pages=("weekly",)),
        kpi("win_rate_count", Kind.RATE, title="Win rate", section="bottom", by=("region",), pages=("quarterly",)),
    )
    frame = with_pacing(cells(kpis, spans), spans)
    noted = replace(agreement, reviews=Reviews(actions=(ACTION,), decisions=(DECISION,)))
    records = {"untouched": (UNTOUCHED,), "rejected": (REJECTED,)}
    practice = Practice(obligations=(BROKEN,))
    return report_of(kpis, frame, spans=spans, agreement=noted, records=records, practice=practice)


@pytest.fixture(scope="module")
def docs(reviewed, tmp_path_factory):
    from generator.pages import write_pages
    from generator.project import PACKAGED, Project

    folder = tmp_path_factory.mktemp("reviews")
    write_pages(reviewed, Project(PACKAGED), folder)
    return folder


@pytest.fixture(scope="module")
def review(docs):
    return lambda label: (docs / "reviews" / f"{label}.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def sheet(review):
    """What stands below decisions and actions."""
    return lambda label: review(label).partition('<div class="of-sheet"')[2].partition("of-note")[0]


def test_the_newest_periods_of_each_cadence_have_a_page_and_no_others(docs):
    labels = sorted(path.stem for path in (docs / "reviews").glob("2*.md"))
    assert sum("-w" in label for label in labels) == 8
    assert sum("q" in label for label in labels) == 5
    assert sum(len(label) == 7 and "q" not in label for label in labels) == 13


def test_what_needs_a_decision_comes_first(review):
    for label in ("2026-w47", "2026-11", "2026q4"):
        text = review(label)
        assert text.index("Decisions needed") < text.index("Actions") < text.index('<div class="of-sheet"')


def test_an_action_is_carried_forward_until_it_is_closed(review):
    weeks = {label: review(label) for label in ("2026-w43", "2026-w44", "2026-w45", "2026-w46", "2026-w47")}
    told = {label: "Ask for the role" in text for label, text in weeks.items()}
    assert told == {"2026-w43": False, "2026-w44": True, "2026-w45": True, "2026-w46": True, "2026-w47": False}
    assert ">open<" in weeks["2026-w44"]
    assert ">overdue<" in weeks["2026-w45"]
    assert ">done 10 Nov 2026<" in weeks["2026-w46"]
    assert "The form asks." not in weeks["2026-w45"]


def test_a_decision_waits_on_the_page_of_its_own_review(review):
    assert "Raise the bar?" in review("2026-11").replace("&#63;", "?")
    assert "Raise the bar" not in review("2026-w47")
    assert "Raise the bar" in review("index")


def test_a_kpi_stands_on_the_reviews_that_its_file_names(sheet):
    assert "Win rate</a>" in sheet("2026q3")
    assert "Win rate</a>" not in sheet("2026-10").partition("The funnel by origin")[0]
    assert "New leads</a>" in sheet("2026-10")
    assert "Calls a lead</a>" in sheet("2026-w47")
    assert "Win rate</a>" not in sheet("2026-w47")


def test_single_leads_stand_on_the_weekly_page_alone(review):
    weekly = review("2026-w47")
    assert "9f3a00000001" in weekly
    assert "9f3a00000002" in weekly
    assert "9 entries in all" in weekly
    assert not any("9f3a" in review(label) for label in ("2026-11", "2026q4"))


def test_a_week_lists_what_broke_in_it(review):
    assert "Broken this week" in review("2026-w47")
    assert "9f3a00000001" not in review("2026-w46")


def test_a_past_week_lists_what_broke_in_it_and_nothing_of_what_is_open_now(review):
    assert "Overdue and untouched" in review("2026-w47")
    assert "Overdue and untouched" not in review("2026-w46")


def test_attribution_is_no_matter_of_the_week(sheet):
    assert "ttribut" not in sheet("2026-w47")


def test_a_past_review_knows_nothing_of_later_periods(sheet):
    assert "Nov 2026" not in sheet("2026-08")


def test_the_newest_reviews_are_one_click_from_home(docs):
    home = (docs / "index.md").read_text(encoding="utf-8")
    for label in ("2026-w47", "2026-11", "2026q4"):
        assert f"reviews/{label}.html" in home


def target(team, month, agreed, value=100):
    return AgreedTarget(
        f"{team}{month}", "revenue_won", team, date(2026 + month // 13, (month - 1) % 12 + 1, 1),
        date(2026 + (month + 1) // 13, month % 12 + 1, 1), Decimal(value), None, "v1", agreed,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("sales", "marketing", "told"),
    [
        (None, None, "Q4 2026: neither Sales nor Marketing has a revenue target."),
        (date(2026, 9, 1), None, "Marketing has no revenue target (it follows from that of Sales)."),
        (date(2026, 9, 1), date(2026, 11, 5), "agreed on 5 Nov 2026, after its period began"),
        (date(2026, 9, 8), date(2026, 9, 1), "before that of Sales which it follows from"),
        (date(2026, 9, 1), date(2026, 9, 8), ""),
    ],
)
def test_home_says_which_team_has_no_target_that_was_agreed_in_time(reviewed, written, shown, sales, marketing, told):
    agreed = {"sales": sales, "marketing": marketing}
    targets = tuple(target(team, month, day) for team, day in agreed.items() if day for month in (10, 11, 12))
    home = shown((written(replace(reviewed, targets=targets)) / "index.md").read_text(encoding="utf-8"))
    assert told in home
    if not told:
        assert "Q4 2026: " not in home
    assert "Q1 2027 begins in 41 days: neither Sales nor Marketing has a revenue target." in home
