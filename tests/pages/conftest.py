import re
from collections.abc import Callable
from pathlib import Path

import pytest
from made_up_report import cells, kpi, periods, report_of, with_pacing

from generator.agreement import load_agreement
from generator.kpis.kpi import Kind
from generator.pages import write_pages
from generator.project import PACKAGED, Project
from generator.report import Report


def pytest_addoption(parser):
    parser.addoption("--update-golden", action="store_true", help="rewrite tests/golden from what is written now")


@pytest.fixture(scope="session")
def agreement():
    return load_agreement(Project(PACKAGED))


@pytest.fixture(scope="session")
def kpis():
    revenue = {"unit": "currency", "section": "north_star", "by": ("region", "team"), "title": "Revenue generated"}
    return (
        kpi("revenue_won", Kind.SUM, **revenue),
        kpi("lead_volume", title="New leads", neighbours=("mql_count",)),
        kpi(
            "mql_count",
            title="Marketing qualified leads",
            by=("channel", "tier"),
            neighbours=("lead_volume", "mql_to_sql"),
        ),
        kpi("sql_count", title="Sales qualified leads"),
        kpi(
            "mql_to_sql", Kind.COHORT, title="MQL to SQL conversion", section="middle", by=("channel", "tier", "region")
        ),
        kpi("sla_attainment", Kind.RATE, title="SLA attainment", section="middle", by=("commitment",)),
        kpi("win_rate_count", Kind.RATE, title="Win rate by count", section="bottom", by=("region",)),
        kpi("cac", Kind.FORMULA, title="Customer acquisition cost", section="economics", unit="currency", by=()),
    )


@pytest.fixture(scope="session")
def report(kpis, agreement) -> Report:
    spans = periods()
    known = [one for one in kpis if one.id != "cac"]
    frame = with_pacing(cells(known, spans), spans)
    return report_of(kpis, frame, spans=spans, agreement=agreement, missing={"cac": ("spend", "owner.team")})


@pytest.fixture
def written(tmp_path) -> Callable[..., Path]:
    """Write the pages of a report and return the docs folder; what was returned besides is kept on it."""

    def write(report: Report, project: Project | None = None) -> Path:
        docs = tmp_path / "docs"
        write.pages = write_pages(report, project or Project(PACKAGED), docs)
        return docs

    write.pages = None
    return write


@pytest.fixture(scope="session")
def site(report, tmp_path_factory) -> Path:
    """The pages of the made-up drop, written once."""
    docs = tmp_path_factory.mktemp("docs")
    write_pages(report, Project(PACKAGED), docs)
    return docs


@pytest.fixture
def shown() -> Callable[[str], str]:
    """Return what a reader sees of HTML: no tags, entities resolved, spaces joined."""
    from html import unescape

    def text_of(html: str) -> str:
        inline = re.sub(r'<span class="of-record"[^>]*>(.*?)</span>', r"\1", html)  # stands inside of sentences
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", inline)).split())

    return text_of
