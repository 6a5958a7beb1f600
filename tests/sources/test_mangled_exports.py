"""Exports that were spoilt on their way: a clear stop, or the right money and every other row told."""

from __future__ import annotations

import csv
import io

import pytest

from generator.errors import ExportError
from tests.sources import test_advertising, test_billing, test_other_crms, test_salesforce_forms
from tests.sources.conftest import drawn, header_of

FILES = {
    "google_ads": test_advertising.GOOGLE,
    "linkedin_ads": test_advertising.LINKEDIN,
    "meta_ads": test_advertising.META,
    "stripe": test_billing.INVOICES,
    "chargebee": test_billing.CHARGEBEE,
    "salesforce_reports": test_salesforce_forms.DEALS,
    "pipedrive": test_other_crms.PIPEDRIVE,
    "dynamics365": test_other_crms.DYNAMICS_DEALS,
    "zoho": test_other_crms.ZOHO_DEALS,
}
MONEY = {"spend": "amount", "revenue": "amount", "subscription": "mrr", "opportunity": "amount"}


def _cut(text, header):
    return text[: len(text.rstrip()) - 4]


def _other_delimiter_in_rows(text, header):
    lines = text.splitlines()
    return "\n".join([*lines[:-1], lines[-1].replace(",", ";")]) + "\n"


def _sum_and_header_between(text, header):
    rows = list(csv.reader(io.StringIO(text)))
    top = rows.index(header)
    total = ["Total", *("" for _ in header[1:-1]), "99999"]
    out = io.StringIO()
    csv.writer(out).writerows([*rows[: top + 2], total, header, *rows[top + 2 :]])
    return out.getvalue()


def _sum_without_words(text, header):
    rows = list(csv.reader(io.StringIO(text)))
    top = rows.index(header)
    numbers = ["99999" if n and cell.replace(".", "").isdigit() else "" for n, cell in enumerate(rows[top + 1])]
    out = io.StringIO()
    csv.writer(out).writerows([*rows[: top + 2], numbers, *rows[top + 2 :]])
    return out.getvalue()


def _without_its_mark(text, header):
    return text.encode("utf-16-le")


def _first_columns_in_another_order(text, header):
    rows = [row[1::-1] + row[2:] for row in csv.reader(io.StringIO(text))]
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


MANGLED = (
    _cut,
    _other_delimiter_in_rows,
    _sum_and_header_between,
    _sum_without_words,
    _without_its_mark,
    _first_columns_in_another_order,
)


def _money(drop):
    return [drop.rows(f"select sum({column}) from canonical.{table}")[0][0] for table, column in MONEY.items()]


def _read(read, content):
    try:
        return read({"export.csv": content}), ""
    except ExportError as problem:
        return None, str(problem)


@pytest.mark.parametrize("system", FILES)
def test_a_mangled_export_stops_the_reading_or_its_rows_are_told(read, system):
    whole = drawn(FILES[system])
    right = _money(read({"export.csv": whole}))
    assert any(right)
    for mangle in MANGLED:
        drop, said = _read(read, mangle(whole, header_of(FILES[system])))
        if drop is None:
            assert "export.csv" in said, mangle.__name__
            continue
        assert _money(drop) == right or drop.report.quarantine, mangle.__name__
        got = zip(_money(drop), right, strict=True)
        assert all((now or 0) <= (before or 0) for now, before in got), mangle.__name__
