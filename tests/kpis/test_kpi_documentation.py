"""docs/kpi-files.md says what the code does; the packaged KPI files fit the facts."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from kpi_bench import AS_OF, FIRST_DAY, agreement

from generator.agreement import load_agreement
from generator.calendar import build_calendar
from generator.canonical import TABLES as CANONICAL
from generator.engine import open_engine
from generator.kpis import vocabulary
from generator.kpis.checking import check_units
from generator.kpis.front_matter import CompanionMatter, FrontMatter
from generator.kpis.kpi import Kind
from generator.kpis.reading import load_kpis, read_kpis
from generator.kpis.running import measure_kpis
from generator.kpis.statement import FUNCTIONS
from generator.measures.grammar import FUNCTIONS as FORMULA_FUNCTIONS
from generator.models import build_facts
from generator.project import PACKAGED, Project
from generator.sources.report import LoadReport, TableLoad

DOCUMENT = (Path(__file__).parents[2] / "docs" / "kpi-files.md").read_text(encoding="utf-8")
PROJECT = Project(PACKAGED)


@pytest.fixture(scope="module")
def empty_drop():
    """Facts of a drop whose files hold headers only."""
    agreed = load_agreement(PROJECT)
    tables = {
        name: TableLoad(name, True, 0, frozenset(column.name for column in table.columns))
        for name, table in CANONICAL.items()
    }
    load = LoadReport((), tables, (), (), ())
    with open_engine(threads=2) as engine:
        for name, table in CANONICAL.items():
            types = {column.name: column.type.value for column in table.columns}
            engine.load(f"canonical.{name}", pd.DataFrame(columns=list(types)), types)
        build_calendar(engine, agreed, AS_OF, FIRST_DAY)
        build_facts(engine, agreed, load, AS_OF)
        engine.seal()
        yield engine, agreed, load


def rows_of(heading: str) -> dict[str, str]:
    """Return first cell -> last cell of the table rows below a heading."""
    section = DOCUMENT.split(f"\n{heading}\n")[1].split("\n#")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| `")]
    return {row[0].strip("`"): row[-1] for row in rows}


def test_every_table_is_listed_with_the_columns_it_has(empty_drop):
    engine, _, _ = empty_drop
    listed = rows_of("### The facts") | rows_of("### The agreement") | rows_of("### Time")
    assert set(listed) == set(vocabulary.FACTS)
    for table, columns in listed.items():
        there = " ".join(f"`{row[0]}`" for row in engine.rows(f"describe {table}"))
        assert columns.rstrip(" |") == there, table


def test_every_key_is_listed():
    assert set(rows_of("## The front matter")) == set(FrontMatter.model_fields)
    for key in CompanionMatter.model_fields:
        assert f"`{key}`" in DOCUMENT.split("**Companions**")[1].split("##")[0]


def test_every_function_of_formulas_is_listed():
    section = DOCUMENT.split("**A formula**")[1].split("\n## ")[0]
    assert [name for name in FORMULA_FUNCTIONS if f"`{name}(" not in section] == []


@pytest.mark.parametrize(
    "words",
    [
        vocabulary.SECTIONS, vocabulary.UNITS, vocabulary.BETTER, vocabulary.BASES, vocabulary.TARGETS,
        vocabulary.DIMENSIONS, vocabulary.COMPARISONS, vocabulary.GRAINS, vocabulary.PAGES, FUNCTIONS,
    ],
    ids=lambda words: words[0],
)  # fmt: skip
def test_every_word_is_listed(words):
    assert [word for word in words if f"`{word}`" not in DOCUMENT] == []


def test_every_kind_is_listed_with_its_columns():
    kinds = {line.split("|")[1].strip(" `"): line for line in DOCUMENT.splitlines() if line.startswith("| `")}
    for kind in Kind:
        for choice in vocabulary.UNIT_COLUMNS[kind]:
            assert all(f"`{column}`" in kinds[kind] for column in choice)


def test_the_worked_example_is_a_kpi_that_runs(empty_drop):
    engine, agreed, load = empty_drop
    text = re.search(r"````markdown\n(.*?)````", DOCUMENT, re.DOTALL)[1].replace("[sal_acceptance]", "[]")
    kpis = read_kpis({"content/kpis/decision_maker_share.md": text}, agreement())
    assert measure_kpis(kpis, engine, agreed, load, AS_OF).missing == {}


def test_the_packaged_kpis_fit_the_facts(empty_drop):
    engine, agreed, _ = empty_drop
    assert check_units(load_kpis(PROJECT, agreed), engine) == ()


def test_a_drop_of_headers_only_is_measured_without_a_complaint(empty_drop):
    engine, agreed, load = empty_drop
    measured = measure_kpis(load_kpis(PROJECT, agreed), engine, agreed, load, AS_OF)
    cells = measured.results.cells
    assert set(cells[cells.value.isna()].status) <= {"missing_input", "zero_denominator", "maturing"}
