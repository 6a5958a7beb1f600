"""Counts unit rows: every period, every split, in exact sums."""

from generator.measures.compare import compare
from generator.measures.measure import measure_figure
from generator.measures.measured import Measured, together
from generator.measures.periods import Periods, load_periods

__all__ = ["Measured", "Periods", "compare", "load_periods", "measure_figure", "together"]
