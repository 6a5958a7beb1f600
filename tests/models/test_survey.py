"""What a drop covers: days of each table, money without a rate, books held against one another."""

from datetime import date
from decimal import Decimal

from generator.models.coverage import coverage
from generator.models.survey import Span, Survey, surveyed
from generator.sources.report import Severity

RATES = """
    currency  rate_date   rate
    EUR       2026-10-01  1.1
"""


def survey_of(facts):
    return surveyed(facts.engine, Survey())


def test_money_without_a_rate_is_told_by_currency_table_and_days(build):
    deals = """
        opportunity_id  currency  amount  is_closed  is_won  close_date  closed_at
        in_time         EUR       100     true       true    11-02       11-02 10:00
        too_early       EUR       200     true       true    09-30       09-30 10:00
        open_gbp        GBP       300     false      false   -           -
        no_amount       GBP       -       false      false   -           -
        ours            USD       400     false      false   -           -
    """
    gaps = survey_of(build(opportunity=deals, fx_rate=RATES)).rate_gaps
    assert [gap[:4] for gap in gaps] == [
        ("EUR", "opportunity", 1, Decimal(200)),
        ("GBP", "opportunity", 1, Decimal(300)),
    ]
    assert gaps[0].first == gaps[0].last == date(2026, 9, 30)
    assert gaps[1].last == date(2026, 11, 20)


def test_spend_lacks_a_rate_on_some_of_its_days_and_for_that_part_of_its_amount(build):
    spend = """
        period_start  period_end  amount  currency
        2026-09-29    2026-10-03  400     EUR
    """
    (gap,) = survey_of(build(spend=spend, fx_rate=RATES)).rate_gaps
    assert (gap.rows, gap.amount, gap.first, gap.last) == (1, Decimal(200), date(2026, 9, 29), date(2026, 9, 30))


def test_a_subscription_without_a_rate_counts_once_however_many_months_it_lasts(build):
    paid = """
        subscription_id  account_id  start_date  end_date  mrr  currency
        S1               A1          2026-06-10  -         50   GBP
    """
    (gap,) = survey_of(build(subscription=paid)).rate_gaps
    assert (gap.table, gap.rows, gap.amount) == ("subscription", 1, Decimal(50))


def test_closed_months_hold_the_crm_against_the_ledger_and_one_without_a_rate_is_not_known(build):
    deals = """
        opportunity_id  currency  amount  is_closed  is_won  close_date  closed_at
        D1              USD       100     true       true    10-12       10-12 10:00
        D2              GBP       100     true       true    09-12       09-12 10:00
    """
    earned = """
        account_id  month       amount
        *           2026-08-01  90
        *           2026-09-01  100
        *           2026-10-01  100
        *           2026-11-01  100
    """
    months = survey_of(build(opportunity=deals, revenue=earned)).months
    assert [(one.month.month, one.won, one.earned) for one in months] == [(10, 100, 100), (9, None, 100), (8, 0, 90)]
    assert [one.is_apart for one in months] == [False, True, True]


def test_a_feed_that_fell_silent_is_told_with_how_long_it_usually_is(build):
    days = "\n".join(f"L{number}  11-{2 + number % 5:02} {9 + number // 5:02}:00" for number in range(40))
    feeds = survey_of(build(lead=f"lead_id  created_at\n{days}")).feeds
    (lead,) = [feed for feed in feeds if feed.table == "lead"]
    assert lead.is_stopped
    assert lead.silent_h > lead.usual_h


TODAY = date(2026, 11, 20)


def test_money_that_ends_long_before_the_drop_is_told_and_books_of_the_last_month_may_be_open():
    spans = (Span("spend", date(2025, 1, 1), date(2026, 8, 31)), Span("revenue", date(2025, 1, 1), date(2026, 9, 1)))
    (told,) = coverage(Survey((*spans, Span("touch", date(2025, 1, 1), date(2025, 2, 1)))), TODAY)
    assert (told.id, told.severity, told.tables) == ("table_ended", Severity.TAINTS, ("spend",))
    assert "ends on 2026-08-31" in told.text


SPEND = """
    spend_id  period_start  period_end  team       category    channel      amount  currency
    S1        09-01         10-01       marketing  program     paid_search  1000    USD
    S2        09-16         10-16       marketing  agency      -            300     USD
    S3        09-01         10-01       sales      people      -            9000    USD
    S4        10-01         11-01       marketing  program     paid_search  500     USD
    S5        11-01         12-01       marketing  program     paid_search  700     USD
"""
INVOICES = """
    invoice_id  period_start  period_end  team       category    channel      amount  currency
    V1          09-01         10-01       marketing  program     paid_search  900     USD
    V2          09-01         10-01       marketing  -           events       40      USD
    V3          09-01         10-01       marketing  agency      -            150     USD
"""


def test_spend_is_held_against_the_invoices_of_the_same_days_wages_apart(build):
    survey = survey_of(build(spend=SPEND, vendor_invoice=INVOICES))
    assert [(one.month.month, one.channel, one.spent, one.billed) for one in survey.billed] == [
        (9, "agency", 150, 150),
        (9, "events", None, 40),
        (9, "paid_search", 1000, 900),
    ]
    (september,) = survey.billed_months
    assert survey.totals(september) == (1150, 1090)
    assert survey.months_apart == (september,)
    (told,) = coverage(survey, TODAY)
    assert (told.id, told.severity, told.failing, told.checked, told.tables) == (
        "invoice_gap", Severity.TAINTS, 1, 1, ("spend",),
    )  # fmt: skip


def test_invoices_that_agree_are_no_finding_and_running_months_are_not_judged(build):
    paid = INVOICES.replace("900 ", "1000").replace("events       40 ", "events       0  ")
    survey = survey_of(build(spend=SPEND, vendor_invoice=paid))
    assert len(survey.billed_months) == 1
    assert list(coverage(survey, TODAY)) == []


def test_an_invoice_without_a_rate_leaves_its_month_unknown(build):
    survey = survey_of(build(spend=SPEND, vendor_invoice=INVOICES.replace("40      USD", "40      CHF")))
    assert survey.totals(survey.billed_months[0]) == (None, None)
    assert list(coverage(survey, TODAY)) == []


def test_without_invoices_spend_is_held_against_nothing(build):
    assert survey_of(build(spend=SPEND)).billed == ()
