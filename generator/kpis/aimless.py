"""Targets of the drop that aim at nothing: their metric is none that a KPI file counts."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from generator.engine import Engine
from generator.errors import with_hint
from generator.kpis.formulas import metric_ids
from generator.kpis.kpi import Kpi
from generator.sources.report import Finding, Severity

_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)?", re.IGNORECASE)
_NAMED = 5  # strange metrics that a finding names


def targets_of_nothing(engine: Engine, kpis: Iterable[Kpi], own: Collection[str]) -> tuple[Finding, ...]:
    """Return a finding for the targets of the drop whose metric no KPI counts, with the likely spelling.

    own: the metrics of the agreement's own targets; one of a KPI that is switched off may rest there.
    """
    known = sorted({metric_id for kpi in kpis for metric_id in metric_ids(kpi)})
    rows = engine.rows("select metric_id, count(*) from agreed_target group by metric_id order by metric_id")
    strange = [(str(name), int(count)) for name, count in rows if name not in {*known, *own}]
    if not strange:
        return ()
    named = [with_hint(name, known) if _NAME.fullmatch(name) else "a name that none can be" for name, _ in strange]
    listed = ", ".join(dict.fromkeys(named[:_NAMED])) + (f" and {len(named) - _NAMED} more" if named[_NAMED:] else "")
    text = f"targets of metrics that nothing counts, held against no figure: {listed}"
    failing, checked = (sum(int(count) for _, count in some) for some in (strange, rows))
    return (Finding("target_of_nothing", Severity.TAINTS, text, failing, checked, ("target",)),)
