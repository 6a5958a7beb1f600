"""The agreement as tables, so that SQL reads it by joins and never by text put into a query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd

from generator.agreement import Agreement
from generator.agreement.sla import WALL_UNITS, Commitment, TierTarget, rule_id
from generator.calendar.zones import local_date
from generator.engine import Engine
from generator.models.criteria import criteria_rows
from generator.models.scores import score_bands, score_thresholds

#: Side stages sort after all forward ones of the same instant.
_SIDE_RANK = 100
_SECONDS = {"business_minutes": 60, "minutes": 60, "business_hours": 3600, "hours": 3600, "days": 86400}
_ROUND_THE_CLOCK = "24x7"

_TYPES: dict[str, dict[str, str]] = {
    "setting": {"key": "varchar", "value": "varchar"},
    "setting_list": {"key": "varchar", "value": "varchar"},
    "plan_rate": {"currency": "varchar", "rate": "decimal(18,9)"},
    "stage": {"stage": "varchar", "rank": "integer", "kind": "varchar"},
    "reason": {
        "reason": "varchar",
        "family": "varchar",
        "is_disagreement": "boolean",
        "is_leak": "boolean",
        "is_excluded": "boolean",
    },
    "deal_stage": {
        "stage": "varchar",
        "rank": "integer",
        "is_qualified": "boolean",
        "outcome": "varchar",
        "probability": "decimal(18,9)",
    },
    "commitment": {
        "rule_id": "varchar",
        "commitment": "varchar",
        "version": "varchar",
        "direction": "varchar",
        "team": "varchar",
        "kind": "varchar",
        "trigger": "varchar",
        "tier": "varchar",
        "region": "varchar",
        "segment": "varchar",
        "channel": "varchar",
        "stage": "varchar",
        "restarts": "integer",
        "unit": "varchar",
        "target_s": "bigint",
        "target_days": "integer",
        "attempts": "integer",
        "goal": "double",
        "grace_s": "bigint",
        "due_soon_at": "double",
        "calendar": "varchar",
        "effective_from": "date",
        "effective_to": "date",
    },
    "commitment_stop": {"rule_id": "varchar", "stop": "varchar"},
    "commitment_cancel": {"rule_id": "varchar", "reason": "varchar"},
    "commitment_field": {
        "rule_id": "varchar",
        "field": "varchar",
        "wanted": "varchar",
        "condition_no": "integer",
    },
    "region_calendar": {"region": "varchar", "calendar_id": "varchar"},
    "definition": {
        "definition": "varchar",
        "version": "varchar",
        "effective_from": "date",
        "effective_to": "date",
        "is_of_hand_over": "boolean",
    },
    "tier_rule": {"version": "varchar", "place": "integer", "tier": "varchar", "definition": "varchar"},
    "scoring": {"score": "varchar", "cap": "integer", "lost": "integer", "idle_s": "bigint", "has_standing": "boolean"},
    "score_rule": {
        "score": "varchar",
        "place": "integer",
        "condition_no": "integer",
        "points": "integer",
        "cap": "integer",
        "times": "integer",
        "per": "varchar",
    },
    "score_reset": {"score": "varchar", "stage": "varchar"},
    "agreed_move": {
        "from_stage": "varchar",
        "to_stage": "varchar",
        "effect": "varchar",
        "is_flagged": "boolean",
        "reason": "varchar",
        "is_reason_required": "boolean",
    },
    "alternative": {
        "definition": "varchar",
        "version": "varchar",
        "alternative": "integer",
        "condition_no": "integer",
        "is_refused": "boolean",
    },
    "criterion": {
        "condition_no": "integer",
        "kind": "varchar",
        "name": "varchar",
        "op": "varchar",
        "value": "varchar",
        "number": "double",
        "at_least": "integer",
        "within_s": "bigint",
    },
    "score_band": {"from_score": "double", "to_score": "double", "band": "varchar"},
    "score_threshold": {"from_at": "timestamp", "to_at": "timestamp", "score": "double"},
    "criterion_value": {"condition_no": "integer", "part": "varchar", "value": "varchar"},
    "agreed_owner": {
        "owner_id": "varchar",
        "display_name": "varchar",
        "team": "varchar",
        "role": "varchar",
        "manager_id": "varchar",
        "region": "varchar",
        "calendar_id": "varchar",
        "active_from": "date",
        "active_to": "date",
    },
    "own_target": {
        "target_id": "varchar",
        "metric_id": "varchar",
        "period_start": "date",
        "period_end": "date",
        "team": "varchar",
        "region": "varchar",
        "segment": "varchar",
        "owner_id": "varchar",
        "value": "decimal(18,6)",
        "currency": "varchar",
        "version": "varchar",
        "agreed_on": "date",
    },
    "own_review": {
        "review_id": "varchar",
        "kind": "varchar",
        "held_on": "date",
        "attended_sales": "boolean",
        "attended_marketing": "boolean",
    },
}


def load_agreement_tables(engine: Engine, agreement: Agreement, as_of: datetime) -> None:
    """Create the tables of the agreement in `engine`; see `_TYPES` for their columns."""
    criteria = criteria_rows(agreement)
    today = local_date(as_of, agreement.settings.reporting_timezone)
    rows: Mapping[str, Iterable[tuple[Any, ...]]] = {
        "definition": criteria.definition,
        "alternative": criteria.alternative,
        "criterion": criteria.criterion,
        "criterion_value": criteria.criterion_value,
        "tier_rule": criteria.tier_rule,
        "scoring": criteria.scoring,
        "score_rule": criteria.score_rule,
        "score_reset": criteria.score_reset,
        "agreed_move": [
            (m.from_stage, m.to_stage, m.effect, m.flagged, m.reason, m.reason_required)
            for m in agreement.lifecycle.moves
        ],
        "score_band": score_bands(agreement),
        "score_threshold": score_thresholds(agreement),
        "setting": _settings(agreement, as_of),
        "setting_list": _setting_lists(agreement),
        "plan_rate": sorted(agreement.settings.fx.constant.items()),
        "stage": _stages(agreement),
        "reason": _reasons(agreement),
        "deal_stage": [(s.id, s.rank, s.qualified, s.outcome, s.probability) for s in agreement.pipeline.stages],
        "commitment": [_rule(c, tier) for c in agreement.sla.commitments for tier in c.per_tier],
        "commitment_stop": _of_rules(agreement, lambda c: [(stop,) for stop in c.stop]),
        "commitment_cancel": _of_rules(agreement, lambda c: [(reason,) for reason in c.cancel_on]),
        "commitment_field": criteria.commitment_field,
        "region_calendar": [(region.casefold(), c.id) for c in agreement.calendars for region in c.regions],
        "agreed_owner": [
            (o.id, o.display_name, o.team, o.role, o.manager, o.region, o.calendar, o.active_from, o.active_to)
            for o in agreement.owners
        ],
        "own_target": [
            (
                t.id, t.metric, t.period_start, t.period_end, None if t.team == "all" else t.team, t.region, t.segment,
                t.owner, t.value, t.currency, t.version, t.agreed_on,
            )
            for t in agreement.targets
        ],
        "own_review": _held(agreement, today),
    }  # fmt: skip
    for table, types in _TYPES.items():
        engine.load(table, pd.DataFrame(list(rows[table]), columns=list(types), dtype=object), types)


def _settings(agreement: Agreement, as_of: datetime) -> list[tuple[str, str | None]]:
    today = local_date(as_of, agreement.settings.reporting_timezone)
    known = dict(agreement.settings.setting_rows())
    known["sla.max_paused_share"] = str(agreement.sla.max_paused_share)
    known["sla.max_pause_business_days"] = str(agreement.sla.max_pause_business_days)
    known |= {"as_of": as_of.isoformat(sep=" "), "as_of_date": today.isoformat()}
    # An unset setting is no text at all.
    return [(key, value or None) for key, value in sorted(known.items())]


def _held(agreement: Agreement, today: date) -> list[tuple[Any, ...]]:
    held = (one for one in agreement.reviews.held if one.on <= today)
    return [(one.id, one.held, one.on, "sales" in one.teams, "marketing" in one.teams) for one in held]


def _setting_lists(agreement: Agreement) -> list[tuple[str, str]]:
    settings = agreement.settings
    lists = {
        "exclude_reasons": settings.exclude_reasons,
        "exclude_loss_reasons": settings.exclude_loss_reasons,
        "win_types": settings.win_types,
        "revenue_types": settings.revenue_types,
        "deal_types": settings.deal_types,
        "paid_channels": _paid_channels(agreement),
        "cac.purposes": settings.cac.purposes,
        "sla.pause_reasons": agreement.sla.pause_reasons,
    }
    return [(key, member) for key, members in lists.items() for member in members]


def _paid_channels(agreement: Agreement) -> tuple[str, ...]:
    chosen = agreement.settings.paid_channels
    return tuple(channel.id for channel in agreement.channels if channel.paid) if chosen is None else chosen


def _stages(agreement: Agreement) -> list[tuple[str, int, str]]:
    return [
        (stage.id, stage.rank if stage.rank is not None else _SIDE_RANK + place, stage.kind)
        for place, stage in enumerate(agreement.lifecycle.stages)
    ]


def _reasons(agreement: Agreement) -> list[tuple[str, str, bool, bool, bool]]:
    excluded = set(agreement.settings.exclude_reasons)
    return [(r.code, r.family, r.disagreement, r.leak, r.code in excluded) for r in agreement.lifecycle.reasons]


def _rule(commitment: Commitment, target: TierTarget) -> tuple[Any, ...]:
    in_seconds = _SECONDS.get(target.unit)
    wall_clock = target.unit in WALL_UNITS
    return (
        rule_id(commitment, target),
        commitment.id,
        commitment.version,
        commitment.direction,
        commitment.accountable,
        commitment.kind,
        commitment.trigger,
        target.tier,
        target.region and target.region.casefold(),
        target.segment and target.segment.casefold(),
        target.channel,
        commitment.stage,
        commitment.restarts,
        target.unit,
        _seconds(target.value, in_seconds),
        int(target.value) if target.unit == "business_days" else None,
        target.attempts,
        target.goal,
        _seconds(commitment.grace, in_seconds) or 0,
        commitment.due_soon_at,
        _ROUND_THE_CLOCK if wall_clock else commitment.calendar,
        commitment.effective_from,
        commitment.effective_to,
    )


def _seconds(value: Decimal, unit: int | None) -> int | None:
    return int(value * unit) if unit else None


def _of_rules(agreement: Agreement, parts: Any) -> list[tuple[Any, ...]]:
    return [
        (rule_id(commitment, target), *part)
        for commitment in agreement.sla.commitments
        for target in commitment.per_tier
        for part in parts(commitment)
    ]
