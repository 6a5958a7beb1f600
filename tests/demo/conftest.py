"""One drop of moderate size for all tests of the room, read back as plain text."""

import csv
from functools import cache

import pytest

from generator.demo import make_demo


class Drop:
    """A written drop: its answers, and its rows as dictionaries of text."""

    def __init__(self, folder, **size):
        self.folder = folder
        self.answers = make_demo(folder, **size)

    @cache  # noqa: B019 - lives as long as the test run
    def rows(self, name):
        with (self.folder / f"{name}.csv").open(encoding="utf-8-sig", newline="", errors="replace") as file:
            return [row for row in csv.DictReader(file) if None not in row.values()]

    def ids(self, name, **cells):
        """The ids of rows whose cells are these, sorted, each once."""
        found = {row["Id"] for row in self.rows(name) if all(row[key] == value for key, value in cells.items())}
        return tuple(sorted(found))

    def history(self, lead, field="Status"):
        """What a lead's history says, in order of the text of its instants."""
        return [row for row in self.rows("LeadHistory") if row["LeadId"] == lead and row["Field"] == field]


@pytest.fixture(scope="session")
def drop(tmp_path_factory):
    return Drop(tmp_path_factory.mktemp("demo"), leads=1500)


@pytest.fixture(scope="session")
def hostile(tmp_path_factory):
    return Drop(tmp_path_factory.mktemp("hostile"), leads=300, hostile=True)
