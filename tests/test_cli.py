"""The command line: what it prints, how it ends, what it leaves on disk."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile

import pytest

from generator.demo import make_small


@pytest.fixture(scope="module")
def drop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cli") / "drop"
    make_small(folder)
    return folder


def test_help_teaches_a_first_site(command):
    text = command("--help").output
    for word in ("build", "measure", "check", "explain", "demo", "serve", "Exit codes", "onefunnel demo exports/demo"):
        assert word in text


def test_help_imports_none_of_the_heavy_rooms():
    code = "import sys; import generator.cli; print([m for m in ('pandas', 'duckdb', 'altair') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("ending", ["csv", "json", "parquet"])
def test_measure_writes_the_form_that_the_ending_names(command, project, drop, tmp_path, ending):
    out = tmp_path / f"kpis.{ending}"
    command("--project", project, "measure", "--exports", drop, "--out", out)
    assert out.stat().st_size > 1000


def test_measure_prints_the_contract_of_the_results(command, project, drop):
    text = command("--project", project, "measure", "--exports", drop).stdout
    rows = list(csv.DictReader(io.StringIO(text)))
    columns = "metric_id,period,scope,value,numerator,denominator,n,low,high,status,target,attainment,target_status,cut"
    assert text.splitlines()[0] == columns
    assert {row["status"] for row in rows if not row["value"]} >= {"missing_input"}
    assert not [row for row in rows if not row["value"] and row["status"] in ("", "ok")]


def test_an_unknown_ending_is_a_usage_error(command, project, drop, tmp_path):
    said = command("--project", project, "measure", "--exports", drop, "--out", tmp_path / "x.txt", code=2).output
    assert ".parquet" in said


def test_explain_shows_the_rows_and_names_a_likely_spelling(command, project, drop):
    shown = command("--project", project, "explain", "win_rate_count", "--period", "all", "--exports", drop).output
    assert "counted" in shown
    wrong = command("--project", project, "explain", "win_rate", "--period", "all", "--exports", drop, code=2).output
    assert "did you mean 'win_rate_value'?" in wrong


def test_a_mistake_in_the_agreement_ends_with_10_and_names_file_and_key(command, project, drop):
    agreement = project / "content" / "agreement"
    agreement.mkdir()
    (agreement / "settings.yml").write_text("schema: 1\nreporting_timezon: UTC\npacing: weekly\n", encoding="utf-8")
    said = command("--project", project, "check", "--exports", drop, code=10).output
    assert "reporting_timezon" in said
    assert "did you mean 'reporting_timezone'?" in said
    assert "pacing" in said


def test_a_mistake_in_a_kpi_file_ends_with_12(command, project, drop):
    kpis = project / "content" / "kpis"
    kpis.mkdir()
    (kpis / "own.md").write_text("---\nid: own\ntitel: Own\n---\nNothing.\n", encoding="utf-8")
    said = command("--project", project, "build", "--exports", drop, "--out", project / "site", code=12).output
    assert "content/kpis/own.md" in said
    assert "did you mean 'title'?" in said


def test_a_broken_export_ends_with_11_and_the_old_site_stays(command, project, drop, tmp_path):
    out = tmp_path / "site"
    command("--project", project, "build", "--exports", drop, "--out", out)
    before = (out / "index.html").read_bytes()
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "lead.csv").write_text("lead_idd,created_at,channel\n1,2026-01-01T00:00:00Z,web\n", encoding="utf-8")
    options = ("--exports", broken, "--as-of", "2026-06-01", "--out", out)
    said = command("--project", project, "build", *options, code=11).output
    assert "lead_id" in said
    assert (out / "index.html").read_bytes() == before


def test_a_drop_without_an_instant_names_the_newest_event(command, project, drop, tmp_path):
    bare = tmp_path / "bare"
    bare.mkdir()
    for path in drop.glob("*.csv"):
        (bare / path.name).write_bytes(path.read_bytes())
    said = command("--project", project, "measure", "--exports", bare, code=2).output
    assert "--as-of" in said
    assert "2026-" in said


def test_a_file_that_no_profile_claims_is_named_and_an_error_in_check(command, project, drop, tmp_path):
    more = tmp_path / "more"
    more.mkdir()
    for path in drop.iterdir():
        (more / path.name).write_bytes(path.read_bytes())
    (more / "surprise.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    said = command("--project", project, "check", "--exports", more, code=11).output
    assert "surprise.csv" in said
    built = command("--project", project, "build", "--exports", more, "--out", tmp_path / "site").output
    assert "surprise.csv" in built


def test_check_prints_machine_readable_mistakes(command, project, drop):
    found = json.loads(command("--project", project, "check", "--exports", drop, "--json").stdout)
    assert found["problems"] == []
    assert sum(line["rows"] for line in found["ledger"] if line["outcome"] == "read") > 500


def test_a_demo_does_not_overwrite_other_files(command, tmp_path):
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    command("demo", tmp_path, code=2)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_kpi_file_cannot_read_other_files(command, project, drop, tmp_path):
    kpis = project / "content" / "kpis"
    kpis.mkdir()
    secret = tmp_path / "secret.csv"
    secret.write_text("unit,moment\nhidden,2026-01-01\n", encoding="utf-8")
    packaged = "\n".join(
        [
            "---", "id: spy", "title: Spy", "section: top", "unit: count", "better: higher", "basis: event",
            "measure: count", "roles: {sales: a, marketing: b}", "---", "A spy.", "",
            "```sql", f"select unit, moment from '{secret}'", "```", "",
        ]
    )  # fmt: skip
    (kpis / "spy.md").write_text(packaged, encoding="utf-8")
    said = command("--project", project, "measure", "--exports", drop, code=12).output
    assert "hidden" not in said


def test_without_a_project_no_site_is_built_and_the_drop_is_looked_for_here(command, drop, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said = command("build", "--exports", drop, code=2).output
    assert "mkdocs.yml" in said
    assert not (tmp_path / "site").exists()
    assert "exports" in command("measure", code=2).output


@pytest.fixture
def broken(drop, tmp_path):
    """A copy of the drop to break."""
    folder = tmp_path / "2026-11-20"
    shutil.copytree(drop, folder)
    (folder / "manifest.json").unlink()
    return folder


def test_a_link_to_itself_is_named(command, project, broken):
    (broken / "loop.csv").symlink_to("loop.csv")
    assert "loop.csv" in command("--project", project, "check", "--exports", broken, code=11).output


def test_a_pipe_is_not_waited_for(command, project, broken):
    os.mkfifo(broken / "opportunity.csv")
    assert "lead_volume," in command("--project", project, "measure", "--exports", broken).output


def test_a_manifest_that_nests_without_end_is_no_traceback(command, project, broken):
    (broken / "manifest.json").write_text("[" * 100_000, encoding="utf-8")
    said = command("--project", project, "check", "--exports", broken, code=11).output
    assert "manifest.json" in said


@pytest.mark.parametrize("as_of", ["0001-01-01", "9998-12-31", "yesterday"])
def test_an_impossible_instant_is_a_usage_error(command, project, broken, as_of):
    said = command("--project", project, "check", "--exports", broken, "--as-of", as_of, code=2).output
    assert "--as-of" in said


def test_a_place_that_is_not_there_is_said_before_the_work(command, project, broken, tmp_path):
    out = tmp_path / "nowhere" / "kpis.csv"
    said = command("--project", project, "measure", "--exports", broken, "--out", out, code=2).output
    assert "nowhere" in said


def test_a_formula_beyond_all_numbers_has_no_value_and_says_so(command, project, broken, tmp_path):
    kpis = project / "content" / "kpis"
    kpis.mkdir()
    huge = " * ".join(["lead_volume", f"1{'0' * 300}", f"1{'0' * 300}"])
    front = "id: huge\ntitle: Huge\nsection: top\nunit: count\nbetter: none\nbasis: event\nmeasure: formula\n"
    text = f"---\n{front}formula: {huge}\nroles: {{sales: a, marketing: b}}\n---\nBeyond all numbers.\n"
    (kpis / "huge.md").write_text(text, encoding="utf-8")
    rows = csv.DictReader(io.StringIO(command("--project", project, "measure", "--exports", broken).stdout))
    assert {row["status"] for row in rows if row["metric_id"] == "huge" and not row["value"]} == {"suppressed"}


@pytest.mark.parametrize("option", ["--exports=", "--settings=", "--out=", "--out= "])
def test_an_empty_name_is_no_place(command, project, option):
    assert "names no place" in command("--project", project, "build", option, code=2).output


def test_a_place_in_which_not_even_root_may_write_is_said_before_the_work(command, project, broken):
    for name in ("build", "measure"):
        out = "/proc/x.csv"
        said = command("--project", project, name, "--exports", broken, "--out", out, code=2).output
        assert "/proc/x.csv cannot be written" in said


@pytest.mark.parametrize("place", ["drop", "drop/site", "content", "content/site", "exports/site", "."])
def test_nothing_is_written_into_or_over_what_is_read(command, project, broken, place):
    drop = project / "drop"
    broken.rename(drop)
    before = sorted(path for path in project.rglob("*"))
    said = command(
        "--project", project, "build", "--exports", drop, "--as-of", "2026-11-20", "--out", project / place, code=2
    )
    assert "Name a folder of its own" in said.output
    assert sorted(path for path in project.rglob("*")) == before


def test_an_unknown_engine_is_a_usage_error(command, project, broken):
    assert "duckdb" in command("--project", project, "measure", "--exports", broken, "--engine", "nope", code=2).output


def test_settings_that_are_not_there_are_a_usage_error(command, project, tmp_path):
    assert "none.yml" in command("--project", project, "check", "--settings", tmp_path / "none.yml", code=2).output


def test_check_names_mistakes_of_kpis_and_of_exports_together(command, project, broken):
    (project / "content" / "kpis").mkdir()
    (project / "content" / "kpis" / "own.md").write_text("---\nid: own\ntitel: Own\n---\nNothing.\n", encoding="utf-8")
    (broken / "lead.csv").write_text("<html>Please log in</html>", encoding="utf-8")
    said = command("--project", project, "check", "--exports", broken, code=11).output
    assert "titel" in said
    assert "lead.csv: this is an HTML page" in said


def test_check_names_mistakes_even_where_there_is_no_drop(command, project):
    (project / "content" / "kpis").mkdir()
    (project / "content" / "kpis" / "own.md").write_text("---\nid: own\ntitel: Own\n---\nNothing.\n", encoding="utf-8")
    assert "titel" in command("--project", project, "check", code=12).output


def test_a_full_disk_ends_with_14_and_the_old_site_stays(command, project, drop, tmp_path, monkeypatch):
    out = tmp_path / "site"
    out.mkdir()

    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device", "data/kpis.csv")

    monkeypatch.setattr("generator.build.write_data", full)
    said = command("--project", project, "build", "--exports", drop, "--out", out, code=14).output
    assert "data/kpis.csv: No space left on device" in said
    assert list(out.iterdir()) == []


def test_signs_that_steer_a_terminal_are_written_out(command, project, broken):
    (broken / "a\x1b[31mred.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    for arguments in (("check",), ("build", "--out", project / "site")):
        said = command(
            "--project", project, *arguments, "--exports", broken, code=11 if len(arguments) == 1 else 0
        ).output
        assert "a\\x1b[31mred.csv" in said
        assert "\x1b" not in said


def test_giving_up_leaves_the_old_site_and_nothing_else(command, project, drop, tmp_path, monkeypatch):
    out, scratch = tmp_path / "site", tmp_path / "scratch"
    out.mkdir()
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("generator.build.write_pages", interrupted)
    command("--project", project, "build", "--exports", drop, "--out", out, code=1)
    assert list(scratch.iterdir()) == []
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    assert list(out.iterdir()) == []


@pytest.mark.parametrize("target", [".onefunnel", ".onefunnel/public"])
def test_nothing_is_published_among_what_is_private(command, project, drop, target):
    done = command("--project", project, "publish", "--exports", drop, "--to", project / target, code=2)
    assert "what is read (.onefunnel)" in " ".join(done.output.split())
