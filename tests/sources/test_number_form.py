"""The decimal mark of a file: proven by its numbers, never guessed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.engine import open_engine
from generator.errors import ExportError
from generator.sources.cells import MACROS
from generator.sources.number_form import as_point, decimal_mark

PROFILE = """\
system: shop
title: Shop
numbers: proven
tables:
  revenue:
    files: [shop.csv]
    columns: {account_id: Account, month: Month, kind: {constant: recurring}, amount: Amount}
"""


def _amounts(read, *cells):
    rows = "".join(f'a{n},2026-{n:02}-01,"{cell}"\n' for n, cell in enumerate(cells, 1))
    drop = read({"shop.csv": "Account,Month,Amount\n" + rows}, profiles={"shop.yml": PROFILE})
    return [row[0] for row in drop.rows("select amount from canonical.revenue order by account_id")]


@pytest.mark.parametrize(
    ("cells", "amounts"),
    [
        (("1,234", "0.5"), ("1234", "0.5")),
        (("1.234", "0,5"), ("1234", "0.5")),
        (("1.234,50", "7"), ("1234.5", "7")),
        (("1,234,567", "7"), ("1234567", "7")),
        (("12", "7"), ("12", "7")),
    ],
)
def test_one_number_that_is_certain_decides_for_the_file(read, cells, amounts):
    assert _amounts(read, *cells) == [Decimal(amount) for amount in amounts]


@pytest.mark.parametrize(("cells", "said"), [(("1,234",), "not certain"), (("1.5", "1,5"), "others a decimal comma")])
def test_what_is_open_or_contradicts_itself_is_asked_about(read, cells, said):
    with pytest.raises(ExportError, match=said):
        _amounts(read, *cells)


@pytest.fixture(scope="module")
def engine():
    engine = open_engine()
    engine.run(MACROS)
    yield engine
    engine.close()


@settings(max_examples=60, deadline=None)
@given(cents=st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=8), is_comma=st.booleans())
def test_amounts_with_cents_are_read_alike_in_both_forms(engine, cents, is_comma):
    written = [f"{Decimal(value) / 100:,.2f}" for value in cents]
    if is_comma:
        written = [text.translate(str.maketrans(",.", ".,")) for text in written]
    rows = ", ".join(f"('{text}')" for text in written)
    engine.run(f"create or replace table amounts as select * from (values {rows}) t(c)")
    mistakes = []
    mark = decimal_mark(engine, "x", {"amounts": ["c"]}, ["c"], mistakes)
    read = engine.rows(f"select cast({as_point('c', mark)} as decimal(18, 2)) from amounts")
    assert not mistakes
    assert [row[0] for row in read] == [Decimal(value) / 100 for value in cents]
