"""The made-up drop is the same each time, and its ids hold together."""

import csv
import hashlib
import json

import pytest

from generator.demo import make_demo
from generator.demo.salesforce.ids import checksum


def files_of(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def rows_of(folder, name):
    with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="", errors="replace") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def drop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drop")
    make_demo(folder, leads=600)
    return folder


def test_the_same_seed_writes_the_same_bytes(drop, tmp_path):
    make_demo(tmp_path, leads=600)
    assert files_of(tmp_path) == files_of(drop)


def test_another_seed_writes_another_story(drop, tmp_path):
    make_demo(tmp_path, leads=600, seed=8)
    assert files_of(tmp_path)["Lead.csv"] != files_of(drop)["Lead.csv"]


def test_the_manifest_names_every_file_with_its_bytes(drop):
    manifest = json.loads((drop / "manifest.json").read_text(encoding="utf-8"))
    digests = files_of(drop)
    digests.pop("manifest.json")
    assert manifest["sha256"] == digests
    assert manifest["as_of"] == "2026-11-20T18:00:00Z"


@pytest.mark.parametrize(
    ("table", "prefix"), [("Lead", "00Q"), ("Opportunity", "006"), ("Account", "001"), ("Task", "00T"), ("User", "005")]
)
def test_ids_have_their_prefix_and_checksum(drop, table, prefix):
    ids = {row["Id"] for row in rows_of(drop, table)}
    assert all(id.startswith(prefix) and id[15:] == checksum(id[:15]) for id in ids if id)
