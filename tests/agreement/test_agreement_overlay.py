from datetime import date
from decimal import Decimal

import pytest

from generator.agreement import load_agreement
from generator.errors import AgreementError
from generator.project import PACKAGED, Project

PACKAGED_PROJECT = Project(PACKAGED)


def ids(items):
    return [item.id for item in items]


def test_an_entry_of_the_same_id_replaces_the_packaged_one_in_its_place(agreed):
    packaged = load_agreement(PACKAGED_PROJECT)
    agreement = agreed(channels="channels:\n  - {id: webinar, title: Web seminar, paid: true}")
    assert ids(agreement.channels) == ids(packaged.channels)
    assert agreement.channel_by_native("web seminar").paid
    assert agreement.channel_by_native("Virtual Event") is None  # replaced as a whole, its spellings too


def test_a_new_entry_follows_the_packaged_ones(agreed):
    agreement = agreed(channels="channels:\n  - {id: podcast, title: Podcast}")
    assert ids(agreement.channels)[-1] == "podcast"
    assert len(agreement.channels) == len(load_agreement(PACKAGED_PROJECT).channels) + 1


def test_enabled_false_takes_a_packaged_entry_away(agreed):
    agreement = agreed(channels="channels:\n  - {id: phone, enabled: false}")
    assert "phone" not in ids(agreement.channels)


def test_enabled_false_without_a_version_takes_every_version_away(agreed):
    sla = "commitments:\n  - {id: c.ms.support, enabled: false}"
    assert agreed(sla=sla).commitment_at("c.ms.support", date(2026, 1, 1)) is None


def test_enabled_false_for_something_unknown_is_a_mistake(only_mistake):
    found = only_mistake(channels="channels:\n  - {id: webinars, enabled: false}")
    assert "content/agreement/channels.yml: channels[0] (line 3)" in found
    assert "did you mean 'webinar'?" in found


def test_replace_true_begins_anew(agreed):
    agreement = agreed(channels="replace: true\nchannels:\n  - {id: podcast, title: Podcast}")
    assert ids(agreement.channels) == ["podcast"]


def test_settings_are_joined_key_by_key_also_inside_blocks(agreed):
    settings = agreed(settings="company: Example Ltd\nwindows:\n  mql_to_sql: 45").settings
    assert (settings.company, settings.windows.mql_to_sql, settings.windows.lead_to_mql) == ("Example Ltd", 45, 30)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("extra.yml", "windows: {mql_to_sql: 7}\nfx: {constant: {EUR: 1.08}}"),
        ("extra.json", '{"schema": 1, "windows": {"mql_to_sql": 7}, "fx": {"constant": {"EUR": 1.08}}}'),
        ("tabs.json", '{\n\t"windows": {"mql_to_sql": 7},\n\t"fx": {"constant": {"EUR": "1.08"}}\n}'),
    ],
)
def test_a_settings_file_lies_over_the_projects_settings(project, tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text)
    settings = load_agreement(project(settings="windows: {mql_to_sql: 45, stage: 50}"), path).settings
    assert (settings.windows.mql_to_sql, settings.windows.stage) == (7, 50)
    assert settings.fx.constant == {"EUR": Decimal("1.08")}


def test_a_mistake_in_a_settings_file_names_that_file(only_mistake, tmp_path):
    path = tmp_path / "extra.yml"
    path.write_text("windows:\n  mql_to_sql: soon\n")
    assert "extra.yml: windows.mql_to_sql (line 2): 'soon' is not a whole number" in only_mistake(path)


def test_a_settings_file_that_is_missing_is_a_mistake(only_mistake, tmp_path):
    assert "cannot be read" in only_mistake(tmp_path / "absent.yml")


def test_a_mistake_that_a_project_causes_in_a_packaged_file_says_so(mistakes):
    found = mistakes(sla="tiers:\n  - {id: C, enabled: false}")
    assert any(text.startswith("<packaged>/content/agreement/lifecycle.yml: definitions") for text in found)


def test_the_first_real_target_of_a_metric_removes_its_samples(agreed):
    text = """targets:
  - {id: ours, metric: mql_count, team: marketing, value: 80, from: 2026-01-01, to: 2026-02-01, version: v1}
"""
    agreement = agreed(targets=text)
    assert [target.id for target in agreement.targets if target.metric == "mql_count"] == ["ours"]
    assert any(target.metric == "sql_count" and target.version == "sample" for target in agreement.targets)


def test_paid_channels_of_the_settings_go_before_those_of_the_channels(agreed):
    agreement = agreed(settings="paid_channels: [email]")
    assert [channel.id for channel in agreement.channels if channel.paid] == ["email"]
    assert load_agreement(PACKAGED_PROJECT).settings.paid_channels == (
        "paid_search",
        "paid_social",
        "display",
        "event",
    )


def test_the_digest_changes_with_any_text_and_with_nothing_else(project):
    bare = project()
    before = load_agreement(bare).digest
    assert load_agreement(bare).digest == before
    assert load_agreement(project(owners="owners: []")).digest != before


def test_every_file_is_kept_as_it_was_read(project):
    files = load_agreement(project(settings="company: Example Ltd")).files
    assert files["content/agreement/settings.yml"] == "schema: 1\ncompany: Example Ltd"
    assert "<packaged>/content/agreement/settings.yml" in files


def test_a_project_needs_no_agreement_of_its_own(tmp_path):
    assert load_agreement(Project(tmp_path)).settings.company == "Your company"


def test_the_error_counts_its_mistakes(project):
    with pytest.raises(AgreementError, match=r"The agreement has 2 mistakes\."):
        load_agreement(project(settings="locale: english\nstale_days: -1"))
