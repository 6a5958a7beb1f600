"""Reviews that were promised: which periods owe one, and which one of two records of it rules."""

from datetime import date

import pytest
from models_bench import same

from generator.agreement import Held, Reviews

LOG = """
    review_id  kind     held_on  attended_sales  attended_marketing
    R1         weekly   11-03    true            true
    R2         weekly   11-10    true            false
    R3         monthly  11-05    true            -
"""


@pytest.fixture
def duties(build):
    def drawn(held=(), columns="kind due_on held_on is_kept", **tables):
        facts = build(reviews=Reviews(held=held), **tables)
        return facts.draw("review_duty", columns), facts

    return drawn


def held(day, *teams, name="own", kind="weekly"):
    return Held(id=name, held=kind, on=date(2026, 11, day), teams=teams)


def test_each_period_sees_a_review_of_its_own_with_both_teams(duties):
    drawn, _ = duties(review_log=LOG)
    assert drawn == same("""
        monthly    11-30  11-05  yes
        quarterly  12-31  -      no
        weekly     11-08  11-03  yes
        weekly     11-15  11-10  no
        weekly     11-22  -      no
    """)


def test_a_review_that_only_the_teams_wrote_down_counts_beside_those_of_the_drop(duties):
    drawn, facts = duties([held(17, "sales", "marketing")], review_log=LOG)
    assert "weekly  11-22  11-17  yes" in drawn
    assert facts.found("reviews_overruled") == 0


def test_of_two_records_of_one_review_the_drop_rules_and_the_difference_is_told(duties):
    drawn, facts = duties([held(10, "sales", "marketing")], review_log=LOG)
    assert "weekly  11-15  11-10  no" in drawn
    told = [finding.text for finding in facts.findings if finding.id == "reviews_overruled"]
    assert told == ["the drop's log of reviews differs from content/reviews and rules: the weekly one of 2026-11-10"]


def test_nothing_is_owed_before_the_first_review_that_anybody_wrote_down(duties):
    assert duties()[0] == ""
    assert duties([held(17, "sales", "marketing")])[0] == same("""
        monthly    11-30  -      no
        quarterly  12-31  -      no
        weekly     11-22  11-17  yes
    """)


def test_a_review_after_the_drop_was_taken_is_not_known_yet(duties):
    assert duties([held(24, "sales", "marketing")], as_of="11-20 18:00")[0] == ""
