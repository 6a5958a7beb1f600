"""Criteria that ask for what no file of the drop says are told, not silently met or failed."""

from __future__ import annotations

from generator.models.attributes import NOT_CARRIED
from generator.sources.report import Severity


def told(facts):
    return {finding.text: finding.severity for finding in facts.findings if finding.id == NOT_CARRIED}


def test_a_condition_that_refuses_by_an_attribute_nobody_carries_refuses_nobody_and_that_is_said(build):
    found = told(
        build(
            lead="lead_id  created_at  icp_fit  score_fit  score_engagement  country\nL1  11-01 08:00  true  80  50  DE"
        )
    )
    assert found == {
        "criteria ask for “works for a competitor” (is_competitor), which no file of this drop carries: it refuses nobody":
            Severity.NOTES
    }  # fmt: skip


def test_by_an_attribute_that_leads_need_and_nobody_carries_nobody_can_be_judged(build):
    found = told(build(lead="lead_id  created_at  score_fit  score_engagement  country\nL1  11-01 08:00  80  50  DE"))
    text = "criteria ask for “fit with the ideal customer profile” (icp_fit), which no file of this drop carries: nobody can be judged by it"
    assert found[text] is Severity.TAINTS
