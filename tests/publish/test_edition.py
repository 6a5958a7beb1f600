"""What makes a version another one: everything that decides a byte of it, and nothing else."""

import os
import shutil

import pytest

from generator.demo import make_empty
from generator.edition import edition_of
from generator.prepare import Request
from generator.progress import Quiet
from generator.project import PACKAGED, Project
from generator.publish import Ways

pytestmark = pytest.mark.xdist_group("publish")


@pytest.fixture(scope="module")
def drop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drop")
    make_empty(folder)
    return folder


@pytest.fixture
def inputs(project, drop):
    """Return a function that yields the hashes of all inputs, as they are now."""

    def read(place="latest", site_url=None, root=project, **request):
        asked = Request(**{"exports": drop, "as_of": "2026-11-20", **request})
        return edition_of(Project(root), asked, Quiet(), Ways(place, site_url=site_url)).inputs

    return read


def different(one, other):
    return {name for name in one if one[name] != other[name]}


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("content/handbook/rules.md", "content"),
        ("content/kpis/own.md", "content"),
        ("site_templates/home.md.j2", "templates"),
        ("site_templates/theme/assets/logo.svg", "templates"),
        ("mkdocs.yml", "site_settings"),
        ("shared.yml", "site_settings"),
    ],
)
def test_every_file_that_is_written_for_the_site_counts(inputs, project, file, kind):
    before = inputs()
    (project / file).parent.mkdir(parents=True, exist_ok=True)
    (project / file).write_text("site_name: Another\n")
    assert different(before, inputs()) == {kind}


def test_the_drop_counts_by_its_content_not_by_dates_or_place(inputs, project, drop, tmp_path):
    before = inputs()
    moved = tmp_path / "moved"
    shutil.copytree(drop, moved)
    (moved / "manifest.json").unlink()
    smaller = inputs(exports=moved)
    assert different(before, smaller) == {"exports"}
    os.utime(moved / "Lead.csv")
    assert inputs(exports=moved) == smaller
    (moved / "Lead.csv").write_bytes((moved / "Lead.csv").read_bytes() + b"\n")
    assert different(smaller, inputs(exports=moved)) == {"exports"}


def test_the_instant_the_settings_the_engine_and_the_address_count(inputs, tmp_path):
    before = inputs()
    overlay = tmp_path / "overlay.yml"
    overlay.write_text("company: Another\n")
    assert different(before, inputs(as_of="2026-11-19")) == {"as_of"}
    assert different(before, inputs(settings=overlay)) == {"settings"}
    assert different(before, inputs(engine="duckdb://")) == {"engine"}
    assert different(before, inputs(site_url="https://example.com/kpis/")) == {"place"}
    assert different(before, inputs(place="current")) == {"place"}


def test_another_project_of_the_same_content_has_the_same_inputs(inputs, tmp_path):
    (tmp_path / "twin/content").mkdir(parents=True)
    shutil.copy(PACKAGED / "mkdocs.yml", tmp_path / "twin/mkdocs.yml")
    assert inputs(root=tmp_path / "twin") == inputs()


def test_drafts_of_editors_and_what_was_kept_between_builds_do_not_count(inputs, project):
    before = inputs()
    (project / ".cache").mkdir()
    (project / ".cache/drawing.json").write_text("{}")
    (project / "notes.txt").write_text("mine")
    assert inputs() == before
