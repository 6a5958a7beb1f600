"""Reads content/kpis/*.md, checks each file, and runs it over all periods and splits."""

from generator.kpis.aimless import targets_of_nothing
from generator.kpis.explaining import explain
from generator.kpis.explanation import Explanation
from generator.kpis.kpi import Figure, Kind, Kpi
from generator.kpis.memory import Memory
from generator.kpis.reading import kpi_ids, load_kpis, read_kpis
from generator.kpis.running import MeasuredKpis, measure_kpis
from generator.kpis.targets_ahead import NEVER, targets_ahead
from generator.kpis.windows import windows_too_short
from generator.kpis.writing import cell_lines, csv_header, csv_text, json_text, write_results

__all__ = [
    "NEVER",
    "Explanation",
    "Figure",
    "Kind",
    "Kpi",
    "MeasuredKpis",
    "Memory",
    "cell_lines",
    "csv_header",
    "csv_text",
    "explain",
    "json_text",
    "kpi_ids",
    "load_kpis",
    "measure_kpis",
    "read_kpis",
    "targets_ahead",
    "targets_of_nothing",
    "windows_too_short",
    "write_results",
]
