"""Settings of attribution: shares that add up, and choices that no drop can answer yet."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from generator.agreement.settings import Attribution, PositionWeights


def test_the_shares_of_the_model_by_position_add_up_to_one():
    assert PositionWeights(first=0.5, last=0.25, middle=0.25).middle == 0.25
    with pytest.raises(ValidationError, match="do not add up to 1"):
        PositionWeights(first=0.5, last=0.5, middle=0.2)


def test_finance_books_by_what_can_be_audited_deal_by_deal():
    assert Attribution(finance_model="linear").finance_model == "linear"
    with pytest.raises(ValidationError):
        Attribution(finance_model="markov")


def test_contact_roles_are_in_no_table_of_a_drop_and_so_are_refused(mistakes):
    (mistake,) = mistakes(settings="attribution: {journey_scope: contact_roles}")
    assert "no canonical table holds the contact roles of a deal" in mistake
    assert "'account'" in mistake
    assert "'primary_lead'" in mistake
