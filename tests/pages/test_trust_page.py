"""The trust page and the marks it leaves on the pages of KPIs."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import markdown
import pytest
from made_up_report import finding, kpi, load_report

from generator.models.survey import BilledMonth, BookedMonth, Feed, RateGap, Span, Survey
from generator.pages.touching import touching
from generator.sources.report import Finding, Severity

LOSS = Finding("source_loss", Severity.NOTES, "This CRM forgets why a lead was lost.", tables=("lead",))
OTHER_LOSS = Finding("source_loss", Severity.NOTES, "This ledger knows no segments.", tables=("revenue",))
BLOCK = Finding("missing_fx", Severity.BLOCKS, "deals without a rate", 1, 400, ("opportunity",))
NOTE = Finding("stale_deal", Severity.NOTES, "open deals whose close date has passed", 3, 40, ("opportunity",))

SURVEY = Survey(
    (Span("lead", date(2025, 1, 2), date(2026, 11, 19)),),
    (Feed("lead", 30.0, 5.5, True),),
    (RateGap("CHF", "opportunity", 2, Decimal("9000.5"), date(2026, 10, 1), date(2026, 10, 3)),),
    (
        BookedMonth(date(2026, 10, 1), Decimal(110), Decimal(100), True),
        BookedMonth(date(2026, 9, 1), None, Decimal(100), False),
    ),
    ("crm",),
)


@pytest.fixture
def pages(written, report, kpis):
    """The pages of a drop with findings, whose win rate is counted from deals and all others from leads."""
    deals = replace(kpis[6], needs=("opportunity",))
    found = (BLOCK, finding(), NOTE, LOSS, OTHER_LOSS)
    return written(replace(report, kpis=(*kpis[:6], deals, kpis[7]), findings=found, survey=SURVEY))


def test_a_kpi_counted_from_a_tainted_table_says_so_and_others_do_not(pages):
    marked = (pages / "kpis/win_rate_count.md").read_text()
    assert '<span class="of-chip of-chip--bad">blocks figures</span>' in marked
    assert "2 findings, about the tables" in marked
    assert "Twelve deals carry no amount" in marked
    assert "close date has passed" not in marked  # what is merely noted weighs on nothing
    clean = (pages / "kpis/mql_count.md").read_text()
    assert "blocks figures" not in clean
    assert "taints figures" not in clean


def test_what_a_source_does_not_say_stands_beside_the_kpis_that_it_affects(pages):
    assert "This CRM forgets why" in (pages / "kpis/mql_count.md").read_text()
    assert "This CRM forgets why" not in (pages / "kpis/win_rate_count.md").read_text()
    section = (pages / "trust.md").read_text().split("{:#losses}")[1].split("\n## ")[0]
    crm, ledger = section.split("</details>")[:2]
    assert 'href="kpis/mql_count.html"' in crm
    assert "win_rate_count" not in crm
    assert "No KPI of this drop is counted from it." in ledger


def test_a_kpi_that_the_drop_cannot_answer_bears_no_mark(written, report, kpis):
    docs = written(replace(report, findings=(replace(finding(), tables=("lead",)),)))
    assert "taints figures" in (docs / "kpis/mql_count.md").read_text()
    assert "taints figures" not in (docs / "kpis/cac.md").read_text()


def test_either_of_two_tables_of_contacts_touches_what_needs_a_contact(report):
    class View:
        is_missing = staticmethod(lambda one: False)

    View.report = replace(report, findings=(replace(finding(), tables=("activity",)),))
    assert touching(View, kpi("reply", needs=("contact",))).taints
    assert not touching(View, kpi("reply", needs=("touch",))).taints


def test_sources_tell_their_days_and_how_long_they_have_been_silent(pages):
    row = next(line for line in (pages / "trust.md").read_text().splitlines() if line.startswith("| lead | 990 |"))
    assert "2 Jan 2025" in row
    assert "19 Nov 2026" in row
    assert "stopped?" in row


def test_checks_are_counted_by_weight_and_those_of_sources_stand_apart(pages):
    text = (pages / "trust.md").read_text()
    section = text.split("{:#findings}")[1].split("\n## ")[0]
    assert 'of-chip--bad">blocks figures</span> 1' in section
    assert 'of-chip--none">noted</span> 3' in section
    assert "This CRM forgets" not in section


def test_every_table_of_the_page_is_one(pages):
    html = markdown.markdown((pages / "trust.md").read_text(), extensions=["attr_list", "md_in_html", "tables"])
    assert html.count("<th style") > 30
    assert "| ---" not in html
    assert "| :---" not in html


def test_books_are_held_together_and_a_month_without_a_rate_is_not_judged(pages):
    section = (pages / "trust.md").read_text().split("{:#reconciliations}")[1].split("\n## ")[0]
    october = next(line for line in section.splitlines() if "Oct 2026" in line)
    assert "+10.0" in october.replace("&#46;", ".")
    assert "apart" in october
    assert "not known" in next(line for line in section.splitlines() if "Sep 2026" in line)
    assert "Only one system (crm) tells of stages" in section
    assert "The drop has no spend" in section


def test_money_without_a_rate_is_told_with_its_days(pages):
    section = (pages / "trust.md").read_text().split("{:#rates}")[1].split("\n## ")[0]
    assert "| CHF | opportunity | 2 |" in section
    assert "3 Oct 2026" in section


def test_leads_on_which_two_systems_disagree_are_counted(written, report):
    apart = Finding("map_behind", Severity.TAINTS, "leads whose stage is behind", 7, 100, ("lifecycle_event",))
    docs = written(replace(report, findings=(apart,), load=load_report(("lead", "spend"))))
    section = (docs / "trust.md").read_text().split("{:#reconciliations}")[1].split("\n## ")[0]
    assert "7 of 100 leads whose stage is behind" in section
    assert "n/a: no file of the drop fills the table vendor&#95;invoice" in section


def test_spend_stands_beside_invoices_by_month_and_channel(written, report):
    month = date(2026, 10, 1)
    billed = (
        BilledMonth(month, "paid_search", Decimal(1100), Decimal(1000), False),
        BilledMonth(month, "events", Decimal(50), None, False),
        BilledMonth(date(2026, 9, 1), "events", None, None, True),
    )
    load = load_report(("lead", "spend", "vendor_invoice"))
    docs = written(replace(report, load=load, survey=Survey(billed=billed, tolerance=0.05)))
    section = (docs / "trust.md").read_text().split("{:#reconciliations}")[1].split("\n## ")[0]
    october = next(line for line in section.splitlines() if line.startswith("|") and "Oct 2026" in line)
    assert "+15.0" in october.replace("&#46;", ".")
    assert "apart" in october
    assert "not known" in next(line for line in section.splitlines() if line.startswith("|") and "Sep 2026" in line)
    fold = next(line for line in section.splitlines() if "By channel" in line)
    assert "<td>events</td>" in fold
