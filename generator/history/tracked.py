"""Which rows are watched from drop to drop: what a change of them means, and which days it can move."""

from __future__ import annotations

from dataclasses import dataclass

from generator.canonical import TABLES


@dataclass(frozen=True)
class Tracked:
    """A canonical table whose rows are watched.

    day: the day of a row, as SQL over the table. columns: what counts as another row when it differs; what moves with
    everyday work is left out. trait: a word of SQL for the state that a row is in. also: SELECTs of `key` columns and
    `day` that give the other days which a row bears on.
    """

    day: str
    columns: tuple[str, ...]
    trait: str = "''"
    also: tuple[str, ...] = ()

    def key(self, table: str) -> tuple[str, ...]:
        """Return the columns by which a row is known again."""
        return TABLES[table].key


def _joined(table: str, other: str, on: str, day: str) -> str:
    keys = ", ".join(f"r.{name}" for name in TABLES[table].key)
    return (
        f"select {keys}, cast({day} as date) as day from canonical.{table} as r"
        f" inner join canonical.{other} as o on {on}"
    )


TRACKED = {
    "lead": Tracked(
        "created_at",
        ("created_at", "account_id", "origin_team", "channel", "campaign_id", "region", "segment", "product",
         "merged_into_lead_id", "is_test", "exclude_reason"),
        "case when merged_into_lead_id is not null then 'merged' else '' end",
        (
            _joined("lead", "lifecycle_event", "o.lead_id = r.lead_id", "o.occurred_at"),
            _joined("lead", "opportunity", "o.primary_lead_id = r.lead_id", "o.close_date"),
        ),
    ),
    "lifecycle_event": Tracked(
        "occurred_at",
        ("lead_id", "occurred_at", "to_stage", "reason_code"),
        also=(
            _joined("lifecycle_event", "lead", "o.lead_id = r.lead_id", "o.created_at"),
            _joined("lifecycle_event", "lifecycle_event", "o.lead_id = r.lead_id", "o.occurred_at"),
        ),
    ),
    "activity": Tracked(
        "occurred_at",
        ("lead_id", "opportunity_id", "occurred_at", "type", "direction", "outcome"),
        also=(_joined("activity", "lifecycle_event", "o.lead_id = r.lead_id", "o.occurred_at"),),
    ),
    "touch": Tracked(
        "occurred_at",
        ("lead_id", "occurred_at", "channel", "campaign_id", "type", "is_marketing"),
        also=(_joined("touch", "opportunity", "o.primary_lead_id = r.lead_id", "o.close_date"),),
    ),
    "opportunity": Tracked(
        "case when is_closed then coalesce(close_date, closed_at, created_at) else created_at end",
        ("primary_lead_id", "type", "source_team", "amount", "list_amount", "currency", "close_date", "is_closed",
         "is_won", "loss_reason", "region", "segment", "product", "is_test"),
        "case when is_closed then 'closed' else 'open' end",
        (
            "select opportunity_id, cast(created_at as date) as day from canonical.opportunity as r",
            _joined("opportunity", "lead", "o.lead_id = r.primary_lead_id", "o.created_at"),
        ),
    ),
    "opportunity_stage_event": Tracked(
        "occurred_at",
        ("opportunity_id", "occurred_at", "stage", "amount", "currency", "close_date"),
        also=(
            _joined("opportunity_stage_event", "opportunity", "o.opportunity_id = r.opportunity_id", "o.close_date"),
        ),
    ),
    "spend": Tracked("period_start", ("period_end", "team", "category", "purpose", "channel", "amount", "currency")),
    "subscription": Tracked(
        "start_date",
        ("account_id", "end_date", "mrr", "currency"),
        "case when end_date is null then 'open' else 'closed' end",
    ),
    "revenue": Tracked("month", ("amount", "cogs", "currency")),
    "target": Tracked("period_start", ("metric_id", "period_end", "team", "region", "segment", "value", "currency")),
    "fx_rate": Tracked("rate_date", ("rate",)),
}  # fmt: skip
