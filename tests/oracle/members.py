"""What the cards have in common: the members of leads and deals, and amounts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from fractions import Fraction

from . import figures as fig
from .figures import Cell, Unit
from .story import Deal, Lead


class Members:
    """What the cards have in common: the members of leads and deals, and amounts."""

    def _add(self, metric: str, units: list[Unit], dims: str, measure: Callable[[list[Unit]], Cell]) -> None:
        self.figures[metric] = lambda span: fig.measured(units, span, dims.split(), measure)

    def _lead_dims(self, lead: Lead) -> dict[str, str | None]:
        row = lead.row
        return {
            "channel": row["channel"], "region": row["region"], "segment": row["segment"], "tier": row["tier"],
            "product": row["product"], "campaign": row["campaign_id"], "origin": row["origin_team"],
            "owner": row["owner_id"],
        }  # fmt: skip

    def _deal_dims(self, deal: Deal) -> dict[str, str | None]:
        row = deal.row
        owner = self.story.owners.get(row["owner_id"] or "")
        return {
            "region": row["region"], "segment": row["segment"], "product": row["product"], "type": row["type"],
            "owner": row["owner_id"], "origin": self.origin(deal), "team": owner["team"] if owner else None,
            "channel": deal.lead.row["channel"] if deal.lead else None,
        }  # fmt: skip

    def origin(self, deal: Deal) -> str | None:
        """Return who produced the deal: the team of its lead, else what the deal says."""
        if deal.lead and deal.lead.row["origin_team"]:
            return deal.lead.row["origin_team"]
        return deal.row["source_team"]

    def _customer_since(self) -> dict[str, list[tuple[date, Deal]]]:
        since: dict[str, list[tuple[date, Deal]]] = defaultdict(list)
        for deal in self.won_deals:
            if deal.row["account_id"]:
                since[deal.row["account_id"]].append((deal.book_date, deal))
        return since

    def was_customer(self, lead: Lead) -> bool:
        """Whether the lead's account had been won through another deal before the lead was created."""
        day = self.story.day(lead.created_at)
        won = self.customer_since.get(lead.row["account_id"] or "", [])
        return any(since < day and deal.lead is not lead for since, deal in won)

    def amount(self, deal: Deal, day: date) -> tuple[Fraction | None, str | None]:
        """Return amount and gap: both None where the deal carries no amount."""
        if deal.row["amount"] is None:
            return None, None
        amount = self.story.rates.convert(deal.row["amount"], deal.row["currency"], day)
        return amount, None if amount is not None else "missing_fx"
