"""What the preview keeps between two edits is never older than what it shows."""

import shutil
from types import SimpleNamespace

import pytest

import generator.prepare as prepare_room
from generator import preview
from generator.demo import make_demo
from generator.engine import Connection
from generator.models import FACTS
from generator.prepare import Request, prepared
from generator.preview import Facts
from generator.progress import Quiet
from generator.project import PACKAGED, Project
from generator.sources import kept

pytestmark = pytest.mark.xdist_group("preview")


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    folder = tmp_path_factory.mktemp("original")
    shutil.copy(PACKAGED / "mkdocs.yml", folder)
    shutil.copytree(PACKAGED / "content", folder / "content")
    make_demo(folder / "exports/2026-11-20", leads=200, months=8)
    (folder / "exports/2026-11-20/manifest.json").unlink()  # it would vouch for files that are edited here
    return folder


def _report(ready):
    results = SimpleNamespace(says_the_same_as=lambda other: False)
    return SimpleNamespace(**vars(ready), results=results, missing=None)


class Desk:
    """A project that is edited while its facts are kept; `done` names what was read or built for the last report."""

    def __init__(self, folder, monkeypatch):
        self.folder, self.done = folder, []
        self.facts = Facts(Project(folder), Request(), Quiet())
        for room, name in ((kept, "read_exports"), (prepare_room, "build_facts")):
            monkeypatch.setattr(room, name, self._noted(getattr(room, name), name))
        # Counting has a memory of its own, with tests of its own.
        monkeypatch.setattr(preview, "report_on", self._noted(lambda ready, *_: _report(ready), "count"))
        monkeypatch.setattr(preview, "report_of", lambda ready, *_: _report(ready))

    def _noted(self, call, name):
        def noted(*args, **kwargs):
            self.done.append(name)
            return call(*args, **kwargs)

        return noted

    def edit(self, path, old, new):
        file = self.folder / path
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new, 1))

    def stands_on(self):
        """Return what was done for the next report, whose facts must be those of a new reading of everything."""
        self.done.clear()
        shown = self.facts.report()
        done = list(self.done)
        shutil.rmtree(self.folder / ".cache")
        with prepared(Project(self.folder), Request(), Quiet()) as fresh:
            assert (shown.load, shown.findings, shown.kpis) == (fresh.load, fresh.findings, fresh.kpis)
            assert shown.agreed == fresh.agreed
            for table in ("lead", "handoff", "deal", "sla_clock", "target", "reason", "setting", "period"):
                assert shown.engine.fingerprint(table) == fresh.engine.fingerprint(table), table
        return done


@pytest.fixture
def desk(original, tmp_path, monkeypatch):
    made = Desk(shutil.copytree(original, tmp_path / "project"), monkeypatch)
    made.facts.report()
    yield made
    made.facts.close()


def test_a_query_reads_and_builds_nothing(desk):
    desk.edit("content/kpis/mql_count.md", "```sql\nselect", "```sql\nselect distinct")
    assert desk.stands_on() == ["count"]


def test_the_words_of_a_kpi_count_nothing(desk):
    desk.edit("content/kpis/mql_count.md", "The number of", "How many are the")
    desk.edit("content/kpis/mql_count.md", "title: ", "title: The ")
    assert desk.stands_on() == []


def test_the_words_of_the_agreement_count_nothing(desk):
    desk.edit("content/agreement/lifecycle.yml", "Meets the agreed", "Meets all agreed")
    assert desk.stands_on() == ["build_facts"]


def test_an_edit_builds_only_the_facts_that_it_reaches(desk, monkeypatch):
    built = []
    run = Connection.run
    monkeypatch.setattr(Connection, "run", lambda self, sql: (built.append(sql), run(self, sql))[1])
    desk.edit("content/agreement/sla.yml", "tier: A, value: 60,", "tier: A, value: 5,")
    desk.facts.report()
    facts = {name for sql in built for name in FACTS if sql.startswith(f"create or replace table {name} ")}
    assert "obligation" in facts
    assert not facts & {"lead", "deal", "journey", "touch_weight"}


def test_a_definition_builds_the_facts_anew(desk):
    desk.edit("content/agreement/lifecycle.yml", "title: Not now, leak: true", "title: Not now, leak: false")
    assert desk.stands_on() == ["build_facts", "count"]


def test_an_export_is_read_anew(desk):
    file = desk.folder / "exports/2026-11-20/Lead.csv"
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(lines[:-20]))
    assert desk.stands_on() == ["read_exports", "build_facts", "count"]


def test_a_newer_drop_takes_the_place_of_the_old(desk):
    shutil.copytree(desk.folder / "exports/2026-11-20", desk.folder / "exports/2026-11-21")
    assert "build_facts" in desk.stands_on()
