"""Targets that are missing for today, or will be when those in force end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from generator.kpis.kpi import Kpi
from generator.models.agreed import AgreedTarget
from generator.sources.report import Finding, Severity

#: A target that ends later than this gives time enough to agree on the next one.
_SOON = timedelta(days=100)
_NAMED = 12
#: The note on KPIs that never had a target.
NEVER = "never_targeted"


def targets_ahead(kpis: Iterable[Kpi], targets: Iterable[AgreedTarget], today: date) -> Iterator[Finding]:
    """Yield notes on KPIs that are judged by a target and have none for the running period, for the next one, or ever.

    The running period is that of the shortest target over `today`, the last day of the drop; where it ends, the next
    one begins.
    """
    spans: dict[str, list[tuple[date, date]]] = defaultdict(list)
    for target in targets:
        spans[target.metric].append((target.period_start, target.period_end))
    never, now, following = [], [], []
    for kpi in kpis:
        known = spans.get(kpi.id, [])
        running = sorted((end - start, end) for start, end in known if start <= today < end)
        if kpi.target == "none" or kpi.judged_by:
            continue
        if not known:
            never.append(kpi.id)
        elif not running:
            now.append(kpi.id)
        elif running[0][1] - today <= _SOON and not _covers(known, running[0][1]):
            following.append(f"{kpi.id} (from {running[0][1]} on)")
    yield from _told("missing_target", "KPIs whose targets do not cover the running period", now)
    yield from _told("missing_next_target", "KPIs without a target for the period that comes next", following)
    yield from _told(NEVER, "KPIs that take a target and never had one", never)


def _covers(spans: Iterable[tuple[date, date]], day: date) -> bool:
    return any(start <= day < end for start, end in spans)


def _told(name: str, what: str, metrics: list[str]) -> Iterator[Finding]:
    if metrics:
        more = f" and {len(metrics) - _NAMED} more" if len(metrics) > _NAMED else ""
        text = f"{what}: {', '.join(metrics[:_NAMED])}{more}. Agree on them in content/agreement/targets.yml."
        yield Finding(name, Severity.NOTES, text, len(metrics), tables=("target",))
