"""agreement.json holds all of the agreement: a build can read it again as it was."""

from __future__ import annotations

import json
import shutil

import pytest

from generator.agreement import load_agreement
from generator.errors import KpiError
from generator.history import record_of
from generator.history.agreed import restored
from generator.kpis import load_kpis
from generator.project import PACKAGED, Project
from generator.sources import load_profiles

OWN = {
    "content/agreement/settings.yml": "schema: 1\ncompany: Acme\nmin_n_rate: 25\n",
    "content/agreement/channels.yml": "schema: 1\nchannels:\n  - {id: fair, title: Fair, native: [Messe]}\n",
    "given.yml": "min_n_rate: 40\n",
}


@pytest.fixture
def company(tmp_path):
    """A project that lays a little over what is packaged, and hides two KPIs."""
    root = tmp_path / "company"
    for name, text in {**OWN, "content/kpis/magic_number.md": "---\nid: magic_number\nenabled: false\n---\n"}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    own = (
        (PACKAGED / "content/kpis/lead_volume.md").read_text(encoding="utf-8").replace("title: ", "title: Our own ", 1)
    )
    (root / "content/kpis/lead_volume.md").write_text(own, encoding="utf-8")
    profiles = root / "content/sources"
    profiles.mkdir()
    shutil.copy(PACKAGED / "generator/sources/canonical.yml", profiles / "canonical.yml")
    return Project(root)


def test_what_is_recorded_is_read_again_as_it_was(company, tmp_path):
    agreement = load_agreement(company, company.root / "given.yml")
    kpis = load_kpis(company, agreement)
    record = json.loads(json.dumps(record_of(company, agreement, kpis)))
    found = restored(record, tmp_path / "laid_out")
    assert found.agreement == agreement
    assert found.agreement.settings.min_n_rate == 40
    assert found.agreement.digest == agreement.digest
    assert found.kpis == kpis
    assert load_profiles(found.project) == load_profiles(company)
    assert record_of(found.project, found.agreement, found.kpis)["agreement"] == record["agreement"]


def test_hidden_kpis_stay_hidden(company, tmp_path):
    agreement = load_agreement(company)
    record = record_of(company, agreement, load_kpis(company, agreement))
    assert record["hidden"] == ["magic_number"]
    assert "magic_number" not in {kpi.id for kpi in restored(record, tmp_path / "laid_out").kpis}


def test_what_was_packaged_then_counts_not_what_is_packaged_now(company, tmp_path):
    agreement = load_agreement(company)
    record = record_of(company, agreement, load_kpis(company, agreement))
    files = dict(record["agreement"])
    name = "<packaged>/content/agreement/settings.yml"
    files[name] = files[name] + "\nquery_seconds: 77\n"
    assert restored({**record, "agreement": files}, tmp_path / "laid_out").agreement.settings.query_seconds == 77


def test_a_label_cannot_lead_out_of_the_folder(company, tmp_path):
    agreement = load_agreement(company)
    record = record_of(company, agreement, load_kpis(company, agreement))
    record["agreement"]["../../content/../../outside.yml"] = "schema: 1\n"
    restored(record, tmp_path / "a" / "b" / "laid_out")
    assert not list(tmp_path.glob("outside.yml"))
    assert not list((tmp_path / "a").glob("outside.yml"))


def test_a_kpi_that_is_none_any_more_is_told(company, tmp_path):
    agreement = load_agreement(company)
    record = record_of(company, agreement, load_kpis(company, agreement))
    record["kpis"]["content/kpis/cac.md"] = "---\nid: cac\n---\nNothing.\n"
    with pytest.raises(KpiError):
        restored(record, tmp_path / "laid_out")
