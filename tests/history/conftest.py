"""Six drops of one company, measured one after the other as CI does it, with a few KPIs only."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from generator.build import report_on
from generator.data import write_data
from generator.demo import make_drops
from generator.history import first_told
from generator.kpis import measure_kpis
from generator.prepare import Request, facts_of, read_inputs
from generator.progress import Quiet
from generator.project import PACKAGED, Project
from generator.report import Report
from generator.restating import changes, since

KPIS = (
    "lead_volume", "mql_count", "lead_to_mql", "criteria_conformance", "revenue_won", "revenue_growth", "deal_size",
    "restatement",
)  # fmt: skip
#: A stricter v2: what was handed over before is judged by it too.
LOOSE, STRICT = '{score: score_fit, op: ">=", value: 50}', '{score: score_fit, op: ">=", value: 65}'


@dataclass
class Chain:
    """Versions made one after the other, each told from the one before."""

    folder: Path
    project: Project

    def make(self, name: str, drop: Path, before: str | None, private: str | None = "private") -> Report:
        """Measure `drop` as version `name`, write its data folder, and return its report."""
        held = since(self.data(before) if before else None, self.folder / private if private else None)
        inputs = self._inputs(drop)
        with facts_of(inputs, self.project, "duckdb", Quiet(), held) as ready:
            report = report_on(ready, Quiet(), held=held)
        found = changes(report, self.project, held, self._measured)
        report = replace(report, changes=found, first=first_told(held.earlier, report.results.cells, report.drop.id))
        write_data(report, self.data(name))
        held.keep()
        return report

    def data(self, name: str) -> Path:
        """The data folder of a version."""
        return self.folder / name / "data"

    def tighten(self) -> None:
        """Write the definition of an MQL anew."""
        text = (PACKAGED / "content/agreement/lifecycle.yml").read_text(encoding="utf-8")
        assert text.count(LOOSE) == 1
        self._write("content/agreement/lifecycle.yml", text.replace(LOOSE, STRICT))

    def _write(self, name: str, text: str) -> None:
        path = self.project.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def _inputs(self, drop: Path):
        inputs = read_inputs(self.project, Request(exports=drop), Quiet())
        return replace(inputs, kpis=tuple(kpi for kpi in inputs.kpis if kpi.id in KPIS))

    @contextmanager
    def _measured(self, of, agreement, kpis, drop):
        inputs = replace(self._inputs(drop.path), agreement=agreement, kpis=kpis, drop=drop)
        with facts_of(inputs, of, "duckdb", Quiet()) as ready:
            yield measure_kpis(ready.kpis, ready.engine, ready.agreement, ready.load, ready.drop.as_of)


def chain_in(folder: Path) -> Chain:
    """Return a chain whose project takes its content from the package."""
    project = folder / "project"
    (project / "content").mkdir(parents=True)
    shutil.copy(PACKAGED / "mkdocs.yml", project / "mkdocs.yml")
    return Chain(folder, Project(project))


@pytest.fixture(scope="session")
def drops(tmp_path_factory) -> tuple[Path, ...]:
    """Six drops, a week apart."""
    return make_drops(tmp_path_factory.mktemp("drops"), leads=300, months=12)


@pytest.fixture(scope="session")
def six(tmp_path_factory, drops) -> tuple[Chain, list[Report]]:
    """The six drops as versions 0 to 5; the definition changes between the third and the fifth."""
    chain = chain_in(tmp_path_factory.mktemp("six"))
    reports = []
    for nth, drop in enumerate(drops):
        if nth == 4:
            chain.tighten()
        reports.append(chain.make(str(nth), drop, str(nth - 1) if nth else None))
    return chain, reports
