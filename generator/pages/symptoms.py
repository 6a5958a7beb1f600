"""Symptoms: what several figures say together, or one says by itself before any target does."""

from __future__ import annotations

from collections.abc import Iterator

from generator.pages import formats
from generator.pages.context import Context, kpi_page
from generator.pages.headline import period_text
from generator.pages.notice import Notice
from generator.pages.standing import stand_of
from generator.pages.words import Chip

#: Spend on leads that Sales sent back, as a share of what Marketing spent, from which it is pointed out.
LEAK = 0.2
#: Open leads on which systems disagree.
CONFLICTS = 0.02


def leaking_spend(context: Context) -> Iterator[Notice]:
    """Point out that too much was spent on leads that Sales had to send back."""
    stand = stand_of(context, "leakage")
    share = context.cells.cell("leakage.share", stand.period.label) if stand else None
    if stand and share and share.value is not None and share.value > LEAK:
        spent = context.number(stand.cell.value, "currency")
        part, when = formats.percent(share.value), period_text(stand.period)
        text = f"{part} of the spend ({spent}) in {when} went to rejected leads"
        yield Notice("leak", Chip("leak", "bad"), stand.kpi.title, kpi_page(stand.kpi.id), text)


def living_off_customers(context: Context) -> Iterator[Notice]:
    """Point out that the share of new business falls two periods in a row while qualified leads rise."""
    shares = [cell for cell in context.cells.run("revenue_mix", "quarter") if cell.value is not None][-3:]
    if len(shares) < 3 or not shares[0].value > shares[1].value > shares[2].value:  # type: ignore[operator]
        return
    leads = [context.cells.cell("mql_count", cell.period) for cell in shares[1:]]
    before, now = (cell.value if cell else None for cell in leads)
    if before is None or now is None or now <= before or context.cells.periods[shares[2].period].is_part:
        return
    told = ", ".join(f"{formats.percent(cell.value or 0)} in {formats.period(cell.period)}" for cell in shares)
    text = (
        f"leads rise ({formats.counted(before)} to {formats.counted(now)} MQLs), new business does not ({told}): Sales "
        "may be living off existing customers"
    )
    yield Notice("mix", Chip("symptom", "warn"), "New business", kpi_page("revenue_mix"), text)


def score_not_monotone(context: Context) -> Iterator[Notice]:
    """Point out that leads with a higher score convert worse than those with a lower one."""
    stand = stand_of(context, "score_calibration")
    falls = context.cells.cell("score_calibration.violations", stand.period.label) if stand else None
    if stand and falls and falls.value:
        times = formats.several(falls.value, "step")
        text = f"the rate falls at {times} from one score band to the next higher one, in {period_text(stand.period)}"
        yield Notice("score", Chip("not monotone", "warn"), stand.kpi.title, kpi_page(stand.kpi.id), text)


def systems_disagree(context: Context) -> Iterator[Notice]:
    """Point out that systems disagree on too many of the open leads."""
    stand = stand_of(context, "system_conflict")
    share = context.cells.cell("system_conflict.share", stand.period.label) if stand else None
    if stand and share and share.value is not None and share.value > CONFLICTS:
        count = formats.counted(stand.cell.value or 0)
        text = f"{count} records, {formats.percent(share.value)} of the open leads, in {period_text(stand.period)}"
        yield Notice("conflict", Chip("conflict", "warn"), stand.kpi.title, kpi_page(stand.kpi.id), text)


def ledger_gap(context: Context) -> Iterator[Notice]:
    """Point out the newest closed month whose bookings differ from the ledger by more than is tolerated."""
    kpi = context.kpis.get("ledger_recon")
    closed = [
        cell for cell in context.cells.run("ledger_recon", "month") if not context.cells.periods[cell.period].is_part
    ]
    newest = next((cell for cell in reversed(closed) if cell.value is not None), None)
    if kpi and newest and (newest.value or 0) > context.report.agreement.settings.ledger_tolerance:
        apart = formats.percent(newest.value or 0)
        text = f"bookings and recognised revenue lie {apart} apart in {formats.period(newest.period)}"
        yield Notice("ledger_gap", Chip("ledger gap", "bad"), kpi.title, kpi_page(kpi.id), text)
