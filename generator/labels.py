"""How the members of dimensions are printed where their id is no word for readers."""

from __future__ import annotations

from generator.agreement import Agreement
from generator.engine import Engine


def labels_of(engine: Engine, agreement: Agreement) -> dict[str, dict[str, str]]:
    """Return dimension -> member -> how it is printed; names of owners only where the settings allow them."""
    return {
        "owner": _owner_labels(engine, agreement.settings.owner_names),
        "channel": {channel.id: channel.title for channel in agreement.channels},
        "tier": {tier.id: tier.title for tier in agreement.sla.tiers},
        "reason": {reason.code: reason.title for reason in agreement.lifecycle.reasons},
        "stage": {stage.id: stage.title for stage in agreement.pipeline.stages},
        "commitment": {one.id: one.title for one in agreement.sla.commitments},
    }


def _owner_labels(engine: Engine, names: bool) -> dict[str, str]:
    """Return how each owner is printed, those of leads and deals too that no list of owners knows."""
    rows = engine.rows("""
        select known.owner_id, listed.display_name, coalesce(listed.role, listed.team, 'Owner')
        from (
            select owner_id from owner
            union select owner from lead
            union select owner from deal
        ) known
        left join owner listed on listed.owner_id = known.owner_id
        where known.owner_id is not null
        order by known.owner_id
    """)
    return {owner: (name if names else None) or f"{role} {_tail(owner)}" for owner, name, role in rows}


def _tail(identifier: str) -> str:
    return f"…{identifier[-4:]}" if len(identifier) > 4 else identifier
