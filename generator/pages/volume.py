"""Whether the promised volume is what the revenue target takes, at the rates that held lately."""

from __future__ import annotations

from typing import NamedTuple

from generator.pages import formats
from generator.pages.context import Context
from generator.pages.headline import period_text
from generator.pages.plan import GRAIN, REVENUE, chain

VOLUME = "mql_count"
#: Beyond this many times what is needed, a promise is above what the chain can use.
_ABOVE = 1.25


class Volume(NamedTuple):
    """The MQLs of a quarter: needed by the chain from revenue back, and promised."""

    period: str
    needed: float
    promised: float

    @property
    def verdict(self) -> str:
        """How the two stand to one another, in words."""
        if self.promised < self.needed:
            return "below what the revenue target takes"
        return "above what the revenue target takes" if self.promised > _ABOVE * self.needed else "in line with it"

    @property
    def sentence(self) -> str:
        """The whole finding."""
        return (
            f"{self.period}: the revenue target takes {formats.counted(round(self.needed))} MQLs at the rates that held"
            f" lately; promised are {formats.counted(round(self.promised))}, {self.verdict}."
        )


def volume(context: Context) -> Volume | None:
    """Return the needed and the promised MQLs of the running quarter; None where either is not known."""
    for row in reversed(context.cells.of_grain(GRAIN)):
        revenue, promised = (context.cells.cell(metric, row.label) for metric in (REVENUE, VOLUME))
        if revenue is None or promised is None:
            continue
        if not revenue.target or not promised.target:
            return None
        steps = {step.link.name: step.value for step in chain(context, revenue.target)}
        return Volume(period_text(row), steps["mqls"], promised.target) if "mqls" in steps else None
    return None
