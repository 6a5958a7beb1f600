"""Settings of attribution: shares that add up, and what finance books by."""

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
