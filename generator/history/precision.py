"""How exactly the moments of a drop are known, for KPIs that count hours."""

from __future__ import annotations

from dataclasses import replace

from generator.engine import Engine
from generator.sources.report import Finding, LoadReport, Severity

#: Tables whose rows say how exact their moment is, and from which hours are counted.
_TABLES = ("lifecycle_event",)
_COARSE = "coalesce(precision, 'instant') <> 'instant'"
_SAID = "moments that are known to the day at best: hours counted from them are as coarse"


def with_precision(engine: Engine, load: LoadReport) -> LoadReport:
    """Return `load` with the tables most moments of which are no more than days, and what that taints.

    KPIs that count hours do without such a table; where fewer rows are so, these count with a mark.
    """
    findings, coarse = [], set()
    for name in _TABLES:
        sql = f"select count(*), coalesce(sum(case when {_COARSE} then 1 else 0 end), 0) from canonical.{name}"
        rows, days = (int(count) for count in engine.rows(sql)[0])
        if days:
            findings.append(Finding("coarse_moment", Severity.TAINTS, _SAID, days, rows, (name,)))
        if 2 * days > rows:
            coarse.add(name)
    return replace(load, findings=(*load.findings, *findings), coarse=frozenset(coarse))
