"""Names, addresses and free text of people never leave the room that reads the exports."""

from __future__ import annotations

import csv

import pytest

from generator.demo import make_demo
from tests.sources.canaries import DROPS, marked_files

pytestmark = pytest.mark.xdist_group("site")

#: Every personal or free-text column of the exports, by file.
PERSONAL = {
    "Lead.csv": ("LastName", "FirstName", "Name", "Title", "Company", "Phone", "Email", "Website", "Description"),
    "Contact.csv": ("LastName", "FirstName", "Name", "Title", "Phone", "Email", "Description"),
    "Account.csv": ("Name", "Phone", "Website", "Description"),
    "Opportunity.csv": ("Name", "Description", "NextStep"),
    "Task.csv": ("Subject", "Description"),
    "Event.csv": ("Subject", "Description", "Location"),
    "CampaignMember.csv": ("FirstName", "LastName", "Name", "Email", "Phone", "Title", "CompanyOrAccount"),
    "User.csv": ("Email", "Username", "Phone", "FirstName", "LastName", "Name"),
}


def canary(number: int) -> str:
    return f"qzx{number:06}vwk"


@pytest.fixture(scope="module")
def marked(tmp_path_factory):
    """A drop whose every personal cell is unique, and how many cells that are."""
    drop = tmp_path_factory.mktemp("canary") / "drop"
    make_demo(drop, leads=200, months=8)
    (drop / "manifest.json").unlink()
    marks = sum(_mark(drop, name, columns) for name, columns in PERSONAL.items())
    return drop, marks + sum(_beside(drop, system) for system in DROPS if system not in OF_THE_DEMO)


#: Systems that the demo's own files are of.
OF_THE_DEMO = ("canonical", "salesforce")


def _beside(drop, system) -> int:
    """Put marked files of another system into the drop, as companies have them side by side."""
    files = marked_files(system, next(iter(DROPS[system])))
    for name, text in files.items():
        (drop / name).write_text(text)
    return sum(text.count("qzx") for text in files.values())


def _mark(drop, name, columns) -> int:
    path = drop / name
    text = path.read_bytes().decode("utf-8-sig", errors="replace")
    rows = list(csv.reader(text.splitlines()))
    places = [place for place, column in enumerate(rows[0]) if column in columns]
    marks, numbers = 0, {}
    for row in rows[1:]:
        number = numbers.setdefault(row[0], len(numbers))  # a row that stands twice stays the same row
        for place in places:
            if place < len(row):
                mail = "@example.com" if "mail" in rows[0][place] else ""
                row[place] = canary(hash_of(name) + number * 20 + place) + mail
                marks += 1
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return marks


def hash_of(name: str) -> int:
    return sum(ord(letter) for letter in name) % 90 * 10_000


def test_no_personal_cell_reaches_the_site_the_logs_or_the_messages(marked, command, project, tmp_path):
    drop, marks = marked
    assert marks > 2000
    site = tmp_path / "site"
    common = ("--exports", drop, "--as-of", "2026-11-20")
    said = command("--project", project, "build", *common, "--out", site).output
    said += command("--project", project, "check", *common).output
    said += command("--project", project, "check", *common, "--json").output
    said += command("--project", project, "measure", *common).output
    assert "qzx" not in said
    read = 0
    for path in sorted(site.rglob("*")):
        if path.is_file():
            read += 1
            assert b"qzx" not in path.read_bytes(), path
    assert read > 60


def test_the_rows_behind_a_number_carry_ids_only(marked, command, project):
    drop, _ = marked
    options = ("--period", "all", "--exports", drop, "--as-of", "2026-11-20", "--format", "csv")
    shown = command("--project", project, "explain", "mql_count", *options).output
    assert shown.count("\n") > 20
    assert "qzx" not in shown
