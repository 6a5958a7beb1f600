"""A verb to read small drops: files in, the report and the canonical tables out."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from generator.agreement import Agreement, Settings, load_agreement
from generator.engine import DuckDbEngine, open_engine
from generator.project import PACKAGED, Project
from generator.sources import open_drop, read_exports
from generator.sources.report import LoadReport, Outcome


@dataclass
class Reading:
    """A drop that was read."""

    report: LoadReport
    engine: DuckDbEngine

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.engine.rows(sql)

    def column(self, table: str, column: str) -> list[Any]:
        return [row[0] for row in self.rows(f'select "{column}" from canonical.{table} order by all')]

    def outcomes(self, table: str) -> dict[str, int]:
        found: Counter[str] = Counter()
        for line in self.report.ledger:
            if line.table == table and line.rows:
                found[str(line.reason or line.outcome)] += line.rows
        return dict(found)

    def quarantined(self) -> list[tuple[str, int, str, str]]:
        return [(row.file, row.line, str(row.reason), row.column) for row in self.report.quarantine]

    def finding(self, ident: str) -> Any:
        return next((finding for finding in self.report.findings if finding.id == ident), None)


@pytest.fixture(scope="session")
def sample_agreement() -> Agreement:
    return load_agreement(Project(PACKAGED))


@pytest.fixture
def read(tmp_path: Path, sample_agreement: Agreement):
    """Write files (name -> text or bytes), perhaps profiles (name -> YAML), and read the drop."""
    engines: list[DuckDbEngine] = []

    def reading(
        files: dict[str, str | bytes] | None = None,
        *,
        profiles: dict[str, str] | None = None,
        as_of: str = "2026-11-20",
        folder: Path | None = None,
        **settings: Any,
    ) -> Reading:
        # Small files: one broken row is more than the usual share of them.
        settings = {"max_quarantine_share": 1.0} | settings
        drop_folder = folder or tmp_path / "drop"
        for name, content in (files or {}).items():
            path = drop_folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        project = Project(PACKAGED)
        if profiles:
            project = Project(tmp_path / "project")
            for name, text in profiles.items():
                path = project.root / "content/sources" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
        chosen = Settings.model_validate(sample_agreement.settings.model_dump(by_alias=True) | settings)
        agreement = replace(sample_agreement, settings=chosen)
        engine = open_engine()
        engines.append(engine)
        drop = open_drop(drop_folder, as_of, project, agreement.settings)
        report = read_exports(drop, project, agreement, engine)
        _books_agree(report)
        return Reading(report, engine)

    yield reading
    for engine in engines:
        engine.close()


def _books_agree(report: LoadReport) -> None:
    balance: Counter[tuple[str, str]] = Counter()
    for line in report.ledger:
        balance[line.file, line.table] += line.rows if line.outcome is Outcome.READ else -line.rows
    assert not [key for key, rest in balance.items() if rest]


@pytest.fixture
def golden(read, tmp_path: Path):
    """Read drawn tables (file name -> drawing, see `drawn`) as a system writes them; its headers are checked against
    the list of what the system really writes, where that list is beside the checkout."""

    def reading(system: str, files: dict[str, str], **how: Any) -> Reading:
        for name, drawing in files.items():
            assert not unknown_headers(system, drawing) - how.get("own", set()), name
        how.pop("own", None)
        packed = how.pop("packed", lambda text: text)
        return read({name: packed(drawn(drawing)) for name, drawing in files.items()}, **how)

    return reading


def unknown_headers(system: str, drawing: str) -> set[str]:
    """Return the headers of a drawn table that the system does not write; none where the list of them is absent."""
    listed = Path(__file__).parents[3] / "shared/exports" / f"{system}.csv"
    if not listed.is_file():
        return set()
    with listed.open(newline="", encoding="utf-8") as stream:
        return set(header_of(drawing)) - {row["column"].strip() for row in csv.DictReader(stream)}


def header_of(drawing: str) -> list[str]:
    """Return the header of a drawn table: the line above the dashes, or the first one."""
    lines = drawing.strip().splitlines()
    rule = next((n for n, line in enumerate(lines) if "-+-" in line), 1)
    return [cell.strip() for cell in lines[rule - 1].split("|")]


def drawn(drawing: str) -> str:
    """Return a drawn table as CSV; lines without bars stay as they are: titles and footers."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for line in drawing.strip("\n").splitlines():
        if "-+-" in line:
            continue
        if "|" in line:
            writer.writerow([cell.strip() for cell in line.split("|")])
        else:
            out.write(line.strip() + "\n")
    return out.getvalue()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real samples beside the checkout; tests that need it are skipped without it."""
    folder = Path(__file__).parents[3] / "shared"
    if not folder.is_dir():
        pytest.skip("no real samples beside this checkout")
    return folder
