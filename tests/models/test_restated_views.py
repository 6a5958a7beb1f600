"""The definition of an MQL restated: webinar under v1, demo request and fit under v2, and who goes in and out."""

from datetime import date

import pytest
from models_bench import AS_OF, packaged_agreement

from generator.models.practice import practice_of

LEADS = """
    lead_id  created_at   icp_fit  score_fit  score_engagement
    web1     04-01 08:00  true     72         10
    web2     04-01 08:00  true     72         10
    web3     04-01 08:00  false    20         10
    both     04-01 08:00  true     55         10
    demo     04-01 08:00  true     55         10
    late     04-01 08:00  true     55         10
"""
TOUCHES = """
    lead_id  occurred_at  type
    web1     04-10 10:00  webinar_attended
    web2     04-10 10:00  webinar_attended
    web3     04-10 10:00  webinar_attended
    both     04-10 10:00  webinar_attended
    both     04-20 10:00  demo_request
    late     05-02 10:00  demo_request
"""
#: Recorded in April: all who attended a webinar, as v1 asked.
EVENTS = """
    lead_id  occurred_at  to_stage
    web1     04-10 10:00  mql
    web2     04-10 10:00  mql
    web3     04-10 10:00  mql
    both     04-10 10:00  mql
    late     05-02 10:00  mql
"""


@pytest.fixture
def practice(build):
    """The practice of the drop with these touches."""

    def of(touches=TOUCHES, events=EVENTS):
        facts = build(lead=LEADS, touch=touches, lifecycle_event=events)
        return practice_of(facts.engine, packaged_agreement(), AS_OF)

    return of


def view(practice, version, month):
    found = {(one.version, one.month): one for one in practice.restated}
    one = found[version, month]
    return one.recorded, one.restated, one.came_in, one.went_out


def test_april_falls_from_four_to_one_under_the_new_definition(practice):
    found = practice()
    assert view(found, "v1", date(2026, 4, 1)) == (4, 4, 0, 0)
    assert view(found, "v2", date(2026, 4, 1)) == (4, 1, 0, 3)
    assert view(found, "v2", date(2026, 5, 1)) == (1, 1, 0, 0)


def test_equal_totals_may_be_different_leads(practice):
    touches = TOUCHES + "    demo     04-21 10:00  demo_request\n"
    events = "lead_id  occurred_at  to_stage\n web1  04-10 10:00  mql\n both  04-10 10:00  mql"
    found = practice(touches, events)
    assert view(found, "v2", date(2026, 4, 1)) == (2, 2, 1, 1)
    listed = [(one.way, one.record) for one in found.in_out if one.version == "v2" and one.month == date(2026, 4, 1)]
    assert [way for way, _ in listed] == ["in", "out"]
    assert listed[0][1] != listed[1][1]


def test_a_lead_that_meets_the_criteria_in_another_month_goes_out_of_one_and_into_the_other(practice):
    touches = TOUCHES.replace("both     04-20", "both     05-20")
    found = practice(touches)
    assert view(found, "v2", date(2026, 4, 1)) == (4, 0, 0, 4)
    assert view(found, "v2", date(2026, 5, 1)) == (1, 2, 1, 0)
