"""After each edit the preview serves, byte for byte, what a build of everything would."""

import re
import shutil
from pathlib import Path

import pytest

from generator.demo import make_demo
from generator.errors import KpiError
from generator.prepare import Request
from generator.preview import _Site
from generator.progress import Quiet
from generator.project import PACKAGED, Project

pytestmark = pytest.mark.xdist_group("preview")

#: Few KPIs are enough: one that counts, one with a target, one over each of deals, hand-overs and promises.
KPIS = ("mql_count", "revenue_won", "deal_size", "sal_acceptance", "sla_attainment", "lead_response_time")


class Desk:
    """A project under edit, beside its preview."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.site = self._site("preview")
        self.out = self.site.rebuild(set())

    def _site(self, name: str) -> _Site:
        (self.folder / name).mkdir()
        return _Site(Project(self.folder), Request(), self.folder / name, "http://127.0.0.1:8000/", Quiet())

    def edit(self, path: str, old: str, new: str, shown: str) -> None:
        """Edit a file and have the preview follow; the page `shown` must be another one then."""
        file, page = self.folder / path, self.out / shown
        text, before = file.read_text(), page.read_bytes()
        assert old in text, (path, old)
        file.write_text(text.replace(old, new, 1))
        self.site.rebuild({file})
        assert page.read_bytes() != before, path

    def served(self) -> dict[str, bytes]:
        return _contents(self.out)

    def built(self, name: str) -> dict[str, bytes]:
        """Return what a build of everything makes of the project as it stands."""
        fresh = self._site(name)
        try:
            return _contents(fresh.rebuild(set()))
        finally:
            fresh.close()


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def _differing(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    folder = tmp_path_factory.mktemp("edited")
    shutil.copy(PACKAGED / "mkdocs.yml", folder)
    shutil.copytree(PACKAGED / "content", folder / "content")
    for file in (folder / "content/kpis").glob("*.md"):
        if file.stem not in KPIS:
            file.write_text(f"---\nid: {file.stem}\nenabled: false\n---\n")
    make_demo(folder / "exports/2026-11-20", leads=150, months=6)
    for name in ("manifest.json", "target.csv"):  # so that the agreement's targets are in force
        (folder / "exports/2026-11-20" / name).unlink(missing_ok=True)
    made = Desk(folder)
    yield made
    made.site.close()


def test_after_every_kind_of_edit_the_whole_site_is_that_of_a_build_of_everything(desk):
    day, more = '- {date: 2024-01-01, name: "New Year', "- {date: 2026-11-18, name: Made up}\n      "
    for path, old, new, shown in (
        ("kpis/mql_count.md", "The number of", "How many are the", "kpis/mql_count.html"),
        ("kpis/deal_size.md", "select\n", "select distinct\n", "kpis/deal_size.html"),
        ("agreement/targets.yml", "value: 500", "value: 510", "kpis/mql_count.html"),
        ("agreement/lifecycle.yml", "Meets the agreed", "Meets all agreed", "definitions.html"),
        ("agreement/lifecycle.yml", 'op: ">=", value: 40', 'op: ">=", value: 90', "definitions.html"),
        ("agreement/sla.yml", "tier: A, value: 60,", "tier: A, value: 5,", "sla.html"),
        ("agreement/calendars.yml", day, more + day, "kpis/lead_response_time.html"),
        ("agreement/settings.yml", "min_n_rate: 30", "min_n_rate: 3", "kpis/sal_acceptance.html"),
    ):
        desk.edit(f"content/{path}", old, new, shown)
    served = desk.served()
    assert _differing(served, desk.built("whole")) == []
    linked = {name for text in served.values() for name in re.findall(rb'href="[./]*(data/\w+\.csv)"', text)}
    assert sorted(name.decode() for name in linked if name.decode() not in served) == []
    assert len(linked) > len(KPIS)


def test_after_a_mistake_that_is_mended_and_files_that_are_gone_as_well(desk):
    page, kpi = desk.folder / "content/kpis/deal_size.md", desk.folder / "content/kpis/sal_acceptance.md"
    text = page.read_text()
    page.write_text(text.replace("from deal\n", "from no_such_deal\n", 1))
    for changed in (page, desk.folder / "content/glossary.yml"):  # a further edit, of words, hides no mistake
        with pytest.raises(KpiError):
            desk.site.rebuild({changed})
    page.write_text(text)
    desk.site.rebuild({page})
    kpi.write_text("---\nid: sal_acceptance\nenabled: false\n---\n")
    desk.site.rebuild({kpi})
    assert not (desk.out / "kpis/sal_acceptance.html").exists()
    assert not (desk.out / "data/sal_acceptance.csv").exists()
    assert _differing(desk.served(), desk.built("again")) == []
