"""What check gives to paste is taken as it stands, and then nothing is unknown any more."""

import json

import pytest

from generator.agreement import load_agreement
from generator.project import Project
from generator.sources.members import native_names, spelling

ODD = (
    'Sky: "writing" #1',
    "sky writing 1",
    "- dash",
    "Ünïcode & Söhne",
    "null",
    "2026",
    "{curly}",
    "it's, yes",
    "*star",
)


@pytest.fixture
def drop(tmp_path):
    """A drop in which no word of stages, reasons and channels is known."""
    folder = tmp_path / "2026-11-20"
    folder.mkdir()
    lines = [json.dumps(word, ensure_ascii=False).replace('\\"', '""') for word in ODD]
    leads = [f"L{n},2026-10-05T09:00:00Z,{word}" for n, word in enumerate(lines)]
    moves = [f"E{n},L{n},2026-10-06T09:00:00Z,{word},{word}" for n, word in enumerate(lines)]
    deals = [f"D{n},2026-10-10T09:00:00Z,new_business,{word},false,false,{word}" for n, word in enumerate(lines)]
    for name, header, rows in (
        ("lead", "lead_id,created_at,channel", leads),
        ("lifecycle_event", "event_id,lead_id,occurred_at,to_stage,reason_code", moves),
        ("opportunity", "opportunity_id,created_at,type,stage,is_closed,is_won,loss_reason", deals),
    ):
        (folder / f"{name}.csv").write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return folder


def _unmapped(command, project, drop):
    found = json.loads(command("--project", project, "check", "--exports", drop, "--json").stdout)
    return [one for one in found["findings"] if one["id"].startswith("unmapped_")]


def test_pasted_into_the_agreement_every_snippet_loads_and_leaves_nothing_unknown(command, project, drop):
    folder = project / "content" / "agreement"
    folder.mkdir()
    found = _unmapped(command, project, drop)
    assert {one["id"] for one in found} == {
        "unmapped_stage", "unmapped_deal_stage", "unmapped_reason", "unmapped_channel",
    }  # fmt: skip
    for one in filter(lambda one: one["snippet"], found):
        file = one["snippet"].split("content/agreement/")[1].split(".yml")[0]
        path = folder / f"{file}.yml"
        before = path.read_text(encoding="utf-8") if path.exists() else "schema: 1\n"
        path.write_text(before + one["snippet"], encoding="utf-8")
    known = native_names(load_agreement(Project(project)))
    assert all(spelling(word) in names for names in known.values() for word in ODD)
    assert _unmapped(command, project, drop) == []
