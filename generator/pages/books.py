"""Books held against one another on the trust page: CRM and ledger, marketing and CRM, spend and invoices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from generator.pages import formats
from generator.pages.context import Context
from generator.pages.markup import Trusted
from generator.pages.tables import chip_html, html_table

#: Findings about leads on which the two systems disagree begin so.
_DISAGREEMENT = "map_"


@dataclass(frozen=True)
class Month:
    """A closed month of the CRM beside the same month of the ledger, as printed."""

    name: str
    won: str
    earned: str
    difference: str
    state: Trusted


def months(context: Context) -> Iterator[Month]:
    """Yield the last closed months that the ledger knows, newest first."""
    for one in context.report.survey.months:
        known = one.won is not None and one.earned is not None
        share = float((one.won or 0) / one.earned - 1) if known and one.earned else None
        word, tone = ("apart", "warn") if one.is_apart else ("agree", "good")
        yield Month(
            formats.period(f"{one.month:%Y-%m}"),
            _money(context, one.won),
            _money(context, one.earned),
            formats.difference(share, of_rates=False) if known else "a rate is missing",
            chip_html(word, tone) if known else chip_html("not known", "none"),
        )


def _money(context: Context, amount: object) -> str:
    return context.number(None if amount is None else float(str(amount)), "currency")


def systems_text(context: Context) -> str:
    """Return how far the stages of leads in the marketing system agree with those in the CRM."""
    found = [one for one in context.report.findings if one.id.startswith(_DISAGREEMENT) and one.failing]
    if found:
        return formats.sentence("; ".join(f"{formats.of(one.failing, one.checked)} {one.text}" for one in found))
    systems = context.report.survey.systems
    if len(systems) < 2:
        told = f" ({systems[0]})" if systems else ""
        return f"Only one system{told} tells of stages, so there is nothing to hold against it."
    return f"{formats.listed(systems)} tell of stages, and no lead stands differently in them."


@dataclass(frozen=True)
class Billed:
    """A closed month of spend beside what vendors billed for it, as printed."""

    name: str
    spent: str
    billed: str
    difference: str
    share: str
    state: Trusted


def billed_months(context: Context) -> Iterator[Billed]:
    """Yield the last closed months that vendors billed, newest first."""
    survey = context.report.survey
    for month in survey.billed_months:
        spent, billed = survey.totals(month)
        known = spent is not None and billed is not None
        word, tone = ("apart", "warn") if survey.is_apart(month) else ("agree", "good")
        yield Billed(
            formats.period(f"{month:%Y-%m}"),
            *_figures(context, spent, billed),
            chip_html(word, tone) if known else chip_html("not known", "none"),
        )


def billed_channels(context: Context) -> Trusted:
    """Return a table of the same months by channel; "" without any."""
    rows = [
        [formats.period(f"{one.month:%Y-%m}"), one.channel, *_figures(context, one.spent, one.billed)]
        for one in context.report.survey.billed
    ]
    head = ["Month", "Channel", "Spend", "Invoices", "Difference", "Spend is"]
    return html_table(head, rows, texts=2) if rows else Trusted("")


def _figures(context: Context, spent: Decimal | None, billed: Decimal | None) -> tuple[str, str, str, str]:
    """Return spend, invoices, what is between them, and that as a share of the invoices."""
    known = spent is not None and billed is not None
    apart = spent - billed if spent is not None and billed is not None else None
    share = formats.difference(float(apart / billed), of_rates=False) if apart is not None and billed else ""
    return _money(context, spent), _money(context, billed), _money(context, apart) if known else "", share


def spend_text(context: Context) -> str:
    """Return why spend is not held against invoices, or how it is."""
    tables = context.report.load.tables
    if not tables["spend"].rows:
        return "The drop has no spend, so there is nothing to hold against invoices."
    if not tables["vendor_invoice"].present:
        return "n/a: no file of the drop fills the table vendor_invoice, so spend stands as its sources say it."
    if not context.report.survey.billed:
        return "No invoice of the drop is for a closed month, so there is nothing to hold spend against yet."
    return (
        "Recorded spend beside what vendors billed for the same days, of closed months that they billed; wages and"
        " commissions are paid, not billed, and stand in neither."
    )
