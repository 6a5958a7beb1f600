"""Books held against one another on the trust page: CRM and ledger, marketing and CRM, spend and invoices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from generator.pages import formats
from generator.pages.context import Context
from generator.pages.markup import Trusted
from generator.pages.tables import chip_html

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


def spend_text(context: Context) -> str:
    """Return why spend is not held against invoices: no table of a drop carries those of suppliers."""
    if context.report.load.tables["spend"].rows:
        return "No export brings the invoices of agencies and platforms: spend stands as its sources say it."
    return "The drop has no spend, so there is nothing to hold against invoices."
