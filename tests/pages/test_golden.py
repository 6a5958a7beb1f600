"""Whole pages as folders: tests/golden/<case>/ holds what is written, without what belongs to other rooms."""

import re
from pathlib import Path

import pytest
from made_up_report import cells, finding, kpi, load_report, periods, report_of, shaped, with_pacing

from generator.kpis.kpi import Kind
from generator.pages import write_pages
from generator.project import PACKAGED, Project

GOLDEN = Path(__file__).parents[1] / "golden"
#: The agreement's own pages change with the agreement, so their wording is tested apart.
PAGES = ("index.md", "funnel/index.md", "funnel/top.md", "kpis/*.md")


def full(agreement):
    spans = periods()
    kpis = (
        kpi("revenue_won", Kind.SUM, unit="currency", section="north_star", by=("region",), title="Revenue generated"),
        kpi("lead_volume", title="New leads", neighbours=("mql_to_sql",)),
        kpi("mql_to_sql", Kind.COHORT, title="MQL to SQL conversion", section="middle", neighbours=("lead_volume",)),
        kpi("cac", Kind.FORMULA, title="Acquisition cost", section="economics", unit="currency", by=()),
    )
    frame = with_pacing(cells(kpis[:3], spans), spans)
    return report_of(kpis, frame, spans=spans, agreement=agreement, missing={"cac": ("spend",)}, findings=(finding(),))


def empty(agreement):
    one = kpi("lead_volume", title="New leads")
    missing = {"lead_volume": ("lead",)}
    return report_of(
        [one], shaped([]), agreement=agreement, spans=periods().head(0), load=load_report(()), missing=missing
    )


@pytest.mark.parametrize("case", [full, empty], ids=["full", "empty"])
def test_the_pages_are_those_of_the_golden_folder(case, agreement, tmp_path, request):
    write_pages(case(agreement), Project(PACKAGED), tmp_path)
    found = {
        path.relative_to(tmp_path).as_posix(): _ours(path.read_text(encoding="utf-8"))
        for pattern in PAGES
        for path in sorted(tmp_path.glob(pattern))
    }
    folder = GOLDEN / case.__name__
    if request.config.getoption("--update-golden", default=False):
        _rewrite(folder, found)
    kept = {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.md"))
    }
    assert found == kept, "read the difference, then rewrite with: make golden"


def _ours(text: str) -> str:
    """Blank out drawings, which the charts room tests, and the version."""
    text = re.sub(r'<div class="of-chart"[^>]*>', '<div class="of-chart">', text)
    return re.sub(r"<svg.*?</svg>", "<svg/>", text, flags=re.DOTALL).replace("onefunnel 0.1.0", "onefunnel")


def _rewrite(folder: Path, found: dict[str, str]) -> None:
    for path in folder.rglob("*.md"):
        path.unlink()
    for name, text in found.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
