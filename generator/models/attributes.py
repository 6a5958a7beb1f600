"""What criteria ask of leads and no file of the drop says: conditions that refuse nobody, or that nobody can meet."""

from __future__ import annotations

from generator.agreement import Agreement
from generator.engine import Engine
from generator.sources.report import Finding, LoadReport, Severity

#: The id of these findings; the page of definitions repeats them.
NOT_CARRIED = "attribute_not_carried"

#: Attributes that conditions read, each with whether some condition needs it to let a lead in.
_ASKED = """
    select criterion.name, max(case when alternative.is_refused then 0 else 1 end) = 1 as is_needed
    from alternative
    inner join criterion on criterion.condition_no = alternative.condition_no
    where criterion.kind = 'known'
    group by criterion.name
    order by criterion.name
"""


def attributes_not_carried(engine: Engine, agreement: Agreement, load: LoadReport) -> tuple[Finding, ...]:
    """Return a finding for each attribute that criteria read and no loaded file fills."""
    titles = {one.id: one.title for one in agreement.lifecycle.attributes}
    # Where the drop does not say who fits, a rule may.
    computed = {"icp_fit"} if agreement.settings.icp_rule is not None else set()
    return tuple(
        _finding(titles.get(name, name.replace("_", " ")), name, bool(is_needed))
        for name, is_needed in engine.rows(_ASKED)
        if name not in computed and not load.has("lead", name)
    )


def _finding(title: str, name: str, is_needed: bool) -> Finding:
    means = "nobody can be judged by it" if is_needed else "it refuses nobody"
    text = f"criteria ask for “{title}” ({name}), which no file of this drop carries: {means}"
    severity = Severity.TAINTS if is_needed else Severity.NOTES
    return Finding(NOT_CARRIED, severity, text, tables=("lead",))
