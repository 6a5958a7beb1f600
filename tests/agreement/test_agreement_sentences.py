from datetime import date

import pytest

from generator.agreement import load_agreement
from generator.agreement.promises import (
    commitment_sentence,
    definition_changes,
    in_force,
    opening_hours,
    target_sentences,
)
from generator.agreement.sentences import bullets, clauses, definition_sentence, percent, tier_sentences
from generator.project import PACKAGED, Project


@pytest.fixture(scope="module")
def sample():
    return load_agreement(Project(PACKAGED))


def test_criteria_become_a_nested_list(sample):
    definition = sample.definition_at("mql", date(2026, 6, 1))
    assert bullets(clauses(sample, definition.criteria)).splitlines() == [
        "- fit with the ideal customer profile: yes",
        "- fit score is at least 50",
        "- one of these:",
        "    - at least one touch “demo request” in the last 30 days",
        "    - at least 3 touches “pricing page” in the last 14 days",
        "    - all of these:",
        "        - at least one touch “webinar attended” in the last 30 days",
        "        - engagement score is at least 40",
        "- none of these:",
        "    - country is XX",
        "    - works for a competitor: yes",
    ]


def test_texts_of_the_agreement_can_be_escaped(sample):
    definition = sample.definition_at("customer", date(2026, 6, 1))
    assert bullets(clauses(sample, definition.criteria), str.upper) == (
        "- THE FIRST NEW-BUSINESS DEAL ON THE ACCOUNT IS WON"
    )


@pytest.mark.parametrize(
    ("stage", "sentence"),
    [
        ("sal", "when a person in Sales decides so, within the time of the commitment “Decision”."),
        ("sql", "when at least one activity “call or meeting” (connected or held), and interest level is known, and "
                "timeframe is known, and access to the decision maker: yes."),
        ("opportunity", "when a deal names the lead as its primary lead."),
    ],
)  # fmt: skip
def test_a_definition_becomes_one_sentence(sample, stage, sentence):
    assert definition_sentence(sample, sample.definition_at(stage, date(2026, 6, 1))).endswith(sentence)


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        ("{attr: country, op: in, value: [DE, AT, CH]}", "country is DE, AT or CH"),
        ("{attr: country, op: not_in, value: [XX]}", "country is not XX"),
        ("{attr: icp_fit, op: '!=', value: 1}", "fit with the ideal customer profile: no"),
        ("{attr: employee_count, op: '>', value: 50}", "employee count is more than 50"),
        ("{attr: industry, op: is_null}", "industry is unknown"),
        ("{touch: demo_request, within_days: 1}", "at least one touch “demo request” in the last day"),
        ("{activity: [call], outcome: [connected], min: 2, within_days: 7}",
         "at least 2 activities “call” (connected) in the last 7 days"),
        ("{deal: exists, type: [expansion]}", "an expansion deal names the lead as its primary lead"),
        ("{any: [{touch: a_b}]}", "at least one touch “a b”"),
        ("{any: [{touch: a}, {all: [{touch: b}, {touch: c}]}]}",
         "one of (at least one touch “a”; at least one touch “b” together with at least one touch “c”)"),
    ],
)  # fmt: skip
def test_a_condition_becomes_a_phrase(agreed, condition, text):
    lifecycle = f"""definitions:
  - {{id: mql, version: v3, effective_from: 2027-01-01, criteria: {{all: [{condition}]}}}}
"""
    agreement = agreed(lifecycle=lifecycle)
    sentence = definition_sentence(agreement, agreement.versions_of("mql")[-1])
    assert sentence == f"A lead enters the stage Marketing qualified lead when {text}."


def test_tier_rules_are_said_in_the_order_in_which_they_are_tried(sample):
    assert tier_sentences(sample, sample.definition_at("mql", date(2026, 1, 1))) == (
        "Tier A: if at least one touch “demo request” in the last 30 days.",
        "Tier B: otherwise, if fit score is at least 70.",
        "Tier C: every other lead.",
    )


COMMITMENTS = {
    "c.ms.volume": "Shown by “mql count”, each month: 100 % of its target (goal 100 %).",
    "c.ms.quality": "Filled at the handover: interest level, timeframe, access to the decision maker (yes), fit with "
    "the ideal customer profile (yes): all of them (goal 90 %).",
    "c.ms.delivery": "From the handover to the assignment to an owner or the first event in the CRM, around the "
    "clock: 24 hours (goal 95 %).",
    "c.ms.nurture": "in the opening hours of Company: 5 business days (goal 90 %).",
    "c.ms.support": "each week: 60 % (no goal agreed).",
    "c.sm.first_response": "60 business minutes for tier A (goal 95 %); 480 business minutes for tier B (goal 90 %); "
    "960 business minutes for tier C (goal 90 %).",
    "c.sm.attempts": "6 attempts within 10 business days for tier A (goal 90 %); 5 attempts within 10 business days "
    "for tier B (goal 90 %); 3 attempts within 10 business days for tier C (goal 90 %).",
    "c.sm.feedback": "Each rejection carries a usable reason. A reason from the closed list, on every rejection (goal "
    "100 %).",
}


@pytest.mark.parametrize("name", COMMITMENTS)
def test_a_commitment_becomes_a_sentence_with_value_unit_calendar_and_goal(sample, name):
    commitment = sample.commitment_at(name, date(2026, 1, 1))
    sentence = commitment_sentence(sample, commitment)
    assert sentence.startswith(("Marketing owes Sales: ", "Sales owes Marketing: "))
    assert sentence.endswith(COMMITMENTS[name])


def test_every_commitment_can_be_said(sample):
    assert all(commitment_sentence(sample, commitment).endswith(").") for commitment in sample.sla.commitments)


def test_opening_hours_join_equal_days_and_name_split_ones(agreed):
    text = """calendars:
  - id: spare
    title: Spare
    timezone: Europe/Berlin
    hours:
      - {days: mon-wed, open: "08:00", close: "12:00"}
      - {days: mon-wed, open: "13:00", close: "17:00"}
      - {days: sat, open: "10:00", close: "24:00"}
"""
    calendar = agreed(calendars=text).calendar("spare")
    assert opening_hours(calendar) == (
        "Monday to Wednesday 08:00–12:00 and 13:00–17:00, Saturday 10:00–24:00 (Europe/Berlin)"
    )


def test_targets_are_said_once_with_all_their_grains(sample):
    said = target_sentences(sample)
    assert "Marketing: mql_count 500 each month, 2024-01-01 to 2027-12-31 (a sample)." in said
    assert "Both teams: cac 1,200 each month, quarter and year, 2024-01-01 to 2027-12-31 (a sample)." in said
    assert target_sentences(sample, lambda target: "X")[0].startswith("Both teams: revenue_won X each quarter")


def test_what_changed_between_two_versions_is_said_from_the_data(sample):
    said = definition_changes(sample, *sample.versions_of("mql"))
    assert "New: fit score is at least 50 (a must)." in said
    webinar = "at least one touch “webinar attended” in the last 30 days"
    assert f"Changed: {webinar} was one way in, now it is part of one way in." in said
    assert "Newly required at handover: timeframe." in said
    assert not any("“demo request” in the last 30 days (one way in)" in line for line in said)  # it did not change


def test_a_threshold_that_moved_is_one_change(agreed):
    rules = ", ".join(
        f"{{id: mql, version: v{n}, effective_from: 2027-01-0{n}, criteria: {{all: [{{score: score_fit, op: '>=', "
        f"value: {n}0}}]}}}}"
        for n in (3, 4)
    )
    agreement = agreed(lifecycle=f"definitions: [{rules}]")
    assert definition_changes(agreement, *agreement.versions_of("mql")[-2:]) == (
        "Changed: fit score is at least 30 (a must) became fit score is at least 40 (a must).",
    )


def test_nothing_changed_is_said_by_nothing(sample):
    version = sample.versions_of("mql")[0]
    assert definition_changes(sample, version, version) == ()


def test_spans_and_shares_in_words():
    assert in_force(date(2026, 5, 1), None) == "from 2026-05-01"
    assert in_force(date(2024, 10, 1), date(2026, 5, 1)) == "2024-10-01 to 2026-04-30"
    assert [percent(share) for share in (1.0, 0.95, 0.925, 0.0, 0.29)] == ["100 %", "95 %", "92.5 %", "0 %", "29 %"]
