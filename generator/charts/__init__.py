"""How a result looks: charts drawn at build time, with the live specification beside each."""

from generator.charts.bridges import bridge
from generator.charts.chart import Chart
from generator.charts.drawing import Drawn
from generator.charts.figure import figure, write_drawings
from generator.charts.formats import number
from generator.charts.heat import heat
from generator.charts.inline import attainment, sparkline
from generator.charts.members import bars, distribution, funnel
from generator.charts.pen import Pen, second_pen
from generator.charts.series import curve, lines
from generator.charts.stacks import stacked
from generator.charts.trends import Mark, trend

__all__ = [
    "Chart",
    "Drawn",
    "Mark",
    "Pen",
    "attainment",
    "bars",
    "bridge",
    "curve",
    "distribution",
    "figure",
    "funnel",
    "heat",
    "lines",
    "number",
    "second_pen",
    "sparkline",
    "stacked",
    "trend",
    "write_drawings",
]
