"""Promises that nobody can keep are told, though their form is sound."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from generator.agreement import Commitment, load_agreement
from generator.agreement.doubts import doubts
from generator.project import PACKAGED, Project

COMPANY = Path(__file__).parent / "example_company"
DAY = date(2026, 11, 20)


@pytest.fixture(scope="module")
def sample():
    return load_agreement(Project(PACKAGED))


def told(sample, **changes):
    keys = {
        "id": "c.test", "title": "Test", "direction": "sales_to_marketing", "accountable": "sales", "kind": "clock",
        "promise": "As the test says.", "trigger": "mql", "stop": ["first_response"], "effective_from": "2024-01-01",
        "per_tier": [{"value": 2, "unit": "business_hours"}], **changes,
    }  # fmt: skip
    sla = sample.sla.model_copy(update={"commitments": (Commitment.model_validate(keys),)})
    return list(doubts(replace(sample, sla=sla), DAY))


def test_the_sample_can_be_kept(sample):
    assert list(doubts(sample, DAY)) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"per_tier": [{"value": 48, "unit": "hours"}]}, "is closed for 64 hours at a stretch"),
        ({"per_tier": [{"value": 2, "unit": "business_hours"}], "calendar": "24x7"}, "64 hours at a stretch"),
        ({"per_tier": [{"value": 65, "unit": "hours"}]}, None),
        ({"per_tier": [{"value": 24, "unit": "hours"}], "stop": ["assignment"]}, None),  # machines do that at night
        ({"per_tier": [{"value": 60, "unit": "business_minutes"}], "grace": 60}, "forgives as much delay"),
        (
            {"per_tier": [{"value": 20, "unit": "business_minutes", "attempts": 6}], "stop": ["attempts"]},
            "asks for 6 attempts in less time",
        ),
        ({"per_tier": [{"value": 25, "unit": "business_minutes", "attempts": 6}], "stop": ["attempts"]}, None),
    ],
)
def test_what_nobody_can_keep_is_told(sample, changes, words):
    found = told(sample, **changes)
    assert len(found) == (words is not None)
    assert all(words in sentence for sentence in found)


def test_stage_zero_over_a_weekend_is_such_a_promise():
    assert [sentence.split(" runs")[0] for sentence in doubts(load_agreement(Project(COMPANY)), DAY)] == [
        "“Out of stage 0”"
    ]
