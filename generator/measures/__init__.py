"""Counts unit rows: every period, every split, in exact sums."""

from generator.measures.assemble import assemble
from generator.measures.compare import compare
from generator.measures.formula import evaluate
from generator.measures.grammar import formula_names
from generator.measures.measure import measure_figure
from generator.measures.measured import Measured, no_cells, no_curves, together
from generator.measures.periods import Periods, load_periods
from generator.measures.scopes import member_name, scope_members, scope_text

__all__ = [
    "Measured",
    "Periods",
    "assemble",
    "compare",
    "evaluate",
    "formula_names",
    "load_periods",
    "measure_figure",
    "member_name",
    "no_cells",
    "no_curves",
    "scope_members",
    "scope_text",
    "together",
]
