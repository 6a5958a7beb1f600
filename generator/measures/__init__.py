"""Counts unit rows: every period, every split, in exact sums."""

from generator.measures.assemble import assemble
from generator.measures.compare import Compared, compare, compared_frame
from generator.measures.course import earlier_course
from generator.measures.formula import evaluate
from generator.measures.grammar import formula_names
from generator.measures.measure import measure_figure
from generator.measures.measured import Measured, Metric, together
from generator.measures.periods import Periods, load_periods
from generator.measures.scopes import member_name, scope_members, scope_text

__all__ = [
    "Compared",
    "Measured",
    "Metric",
    "Periods",
    "assemble",
    "compare",
    "compared_frame",
    "earlier_course",
    "evaluate",
    "formula_names",
    "load_periods",
    "measure_figure",
    "member_name",
    "scope_members",
    "scope_text",
    "together",
]
