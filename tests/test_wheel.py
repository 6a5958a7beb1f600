"""The wheel works where no checkout is: its content travels inside it."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def run(*command: object, **options) -> subprocess.CompletedProcess[str]:
    """Run a command without this checkout among its paths; it must succeed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, env=environment, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def onefunnel(tmp_path_factory):
    """The command of a wheel that was built here and installed elsewhere, with the libraries of this interpreter."""
    for needed in ("hatchling", "pip"):
        pytest.importorskip(needed, reason=f"WHEEL NOT TESTED: {needed} is not installed")
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    (wheel,) = folder.glob("onefunnel-*.whl")
    place = folder / "installed"
    venv.create(place, symlinks=True, with_pip=False)
    python = place / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", "--quiet", wheel)
    (site,) = place.glob("lib/python*/site-packages")
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return place / "bin" / "onefunnel"


def test_an_installed_wheel_makes_and_measures_a_demo_in_an_empty_folder(onefunnel, tmp_path):
    run(onefunnel, "demo", "exports/2026-11-20", "--leads", 200, "--months", 6, cwd=tmp_path)
    run(onefunnel, "measure", "--out", "kpis.csv", cwd=tmp_path)
    lines = (tmp_path / "kpis.csv").read_text(encoding="utf-8").splitlines()
    assert any(line.startswith("lead_volume,2026,all,") for line in lines)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["exports", "kpis.csv"]


def test_an_installed_wheel_reads_its_own_content_and_not_a_checkout(onefunnel, tmp_path):
    code = "from generator.project import PACKAGED; print(PACKAGED)"
    found = run(onefunnel.parent / "python", "-c", code, cwd=tmp_path).stdout.strip()
    assert Path(found).name == "_packaged"
    assert not Path(found).is_relative_to(ROOT)


def test_an_installed_wheel_begins_a_project_with_its_files_for_ci(onefunnel, tmp_path):
    run(onefunnel, "new", "acme", cwd=tmp_path)
    for name in (".gitignore", ".gitlab-ci.yml", ".github/workflows/onefunnel.yml", "content/agreement/settings.yml"):
        assert (tmp_path / "acme" / name).is_file()
