"""The targets that are in force, of the drop and of the agreement, as pages tell of them before a period begins."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from generator.engine import Engine


class AgreedTarget(NamedTuple):
    """A target of a team, or of both; targets of single owners, regions and segments are not told of."""

    id: str
    metric: str
    team: str  # sales, marketing or all
    period_start: date
    period_end: date
    value: Decimal
    currency: str | None
    version: str
    agreed_on: date | None


def agreed_targets(engine: Engine) -> tuple[AgreedTarget, ...]:
    """Return the targets of teams in the order of their periods; of two for one span, the one agreed last is last."""
    rows = engine.rows(
        "select target_id, metric_id, coalesce(lower(team), 'all'), period_start, period_end, value, currency, version,"
        " agreed_on from agreed_target where region is null and segment is null and owner_id is null"
        " order by metric_id, period_start, period_end, coalesce(agreed_on, date '0001-01-01'), version, target_id"
    )
    return tuple(AgreedTarget(*row) for row in rows)
