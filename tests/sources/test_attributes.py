"""Attributes that lifecycle.yml declares are read from columns of leads, typed as declared."""

from __future__ import annotations

from dataclasses import replace

import pytest

from generator.agreement.lifecycle import Attribute
from generator.errors import ExportError
from generator.project import PACKAGED, Project
from generator.sources import open_drop
from generator.sources.kept import reading_key

SAID = "select lead_id, attribute, value, number from canonical.lead_attribute order by all"
HEADER = "lead_id,created_at,is_competitor,engineers,job_title,checked_on\n"
DAY = "2026-03-01T09:00:00Z"


@pytest.fixture
def sample_agreement(sample_agreement):
    more = {"engineers": "number", "job_title": "text", "checked_on": "date"}
    declared = tuple(Attribute(id=name, title=name, type=kind) for name, kind in more.items())
    lifecycle = sample_agreement.lifecycle
    known = (*lifecycle.attributes, *declared)
    return replace(sample_agreement, lifecycle=lifecycle.model_copy(update={"attributes": known}))


def test_a_column_named_as_an_attribute_becomes_a_typed_value_of_each_lead(read):
    drop = read({"lead.csv": HEADER + f"L1,{DAY},yes,12,Head  of Ops,2026-01-31\nL2,{DAY},0,2.5,,\n"})
    assert drop.rows(SAID) == [
        ("L1", "checked_on", "2026-01-31", None),
        ("L1", "engineers", "12", 12.0),
        ("L1", "is_competitor", "1", 1.0),
        ("L1", "job_title", "Head of Ops", None),
        ("L2", "engineers", "2.5", 2.5),
        ("L2", "is_competitor", "0", 0.0),
    ]
    assert drop.report.has("lead", "is_competitor", "engineers")
    assert drop.report.tables["lead_attribute"].rows == 6


def test_a_file_without_such_columns_carries_no_attribute(read):
    drop = read({"lead.csv": f"lead_id,created_at\nL1,{DAY}\n"})
    assert not drop.report.has("lead", "is_competitor")
    assert not drop.report.tables["lead_attribute"].present


def test_what_cannot_be_read_is_not_known_and_told_and_the_lead_stays(read):
    drop = read({"lead.csv": HEADER + f"L1,{DAY},perhaps,many,,soon\nL2,{DAY},no,3,,\n"})
    assert drop.rows(SAID) == [("L2", "engineers", "3", 3.0), ("L2", "is_competitor", "0", 0.0)]
    assert drop.column("lead", "lead_id") == ["L1", "L2"]
    told = [f.text for f in drop.report.findings if f.id == "unreadable_attribute"]
    assert told == [
        "Leads whose attribute checked_on holds what is no ISO date: 1; it counts as not known.",
        "Leads whose attribute engineers holds what is no number: 1; it counts as not known.",
        "Leads whose attribute is_competitor holds what is neither yes nor no: 1; it counts as not known.",
    ]


def test_a_text_that_looks_like_an_address_or_a_phone_number_is_withheld(read):
    people = f"L1,{DAY},,,ann@example.com,\nL2,{DAY},,,+49 171 5550000,\nL3,{DAY},,,Engineer,\n"
    drop = read({"lead.csv": HEADER + people})
    assert [row[2] for row in drop.rows(SAID)] == ["(withheld)", "(withheld)", "Engineer"]
    assert drop.finding("withheld_member").failing == 2


def test_only_leads_that_are_kept_have_attributes(read):
    drop = read({"lead.csv": HEADER + f"L1,{DAY},yes,,,\nL1,{DAY},yes,,,\nL2,soon,yes,,,\n"})
    assert drop.rows(SAID) == [("L1", "is_competitor", "1", 1.0)]


def test_one_lead_of_which_a_file_says_two_things_is_a_conflict(read):
    files = {"lead.csv": HEADER + f"L1,{DAY},yes,,,\nL1,{DAY},no,,,\n"}
    with pytest.raises(ExportError, match=r"conflicting_key: 2 rows .* lead\.csv lines 2, 3"):
        read(files)
    assert read(files, on_conflict="first_sorted").rows(SAID) == [("L1", "is_competitor", "0", 0.0)]


PROFILE = """
system: acme
title: Acme
numbers: comma
nulls: [n/a]
tables:
  lead:
    files: [people.csv]
    columns: {lead_id: Id, created_at: At}
    attributes: {is_competitor: Works for a rival, engineers: [Eng, Engineers]}
"""


def test_a_profile_may_name_the_column_of_an_attribute_and_how_it_is_written(read):
    people = f"Id;At;works for a Rival;Engineers;Job_Title\nL1;{DAY};no;2,5;n/a\n"
    drop = read({"people.csv": people}, profiles={"acme.yml": PROFILE})
    assert drop.rows(SAID) == [("L1", "engineers", "2.5", 2.5), ("L1", "is_competitor", "0", 0.0)]


def test_a_profile_that_names_an_attribute_nobody_declared_is_told_the_likely_one(read):
    profile = PROFILE.replace("engineers:", "enginers:")
    with pytest.raises(ExportError, match=r"unknown attribute 'enginers' \(did you mean 'engineers'\?\)"):
        read({"people.csv": "Id\n"}, profiles={"acme.yml": profile})
    elsewhere = PROFILE + "  touch: {from: lead, attributes: {engineers: Eng}, columns: {}}\n"
    with pytest.raises(ExportError, match="only leads have attributes"):
        read({"people.csv": "Id\n"}, profiles={"acme.yml": elsewhere})


def test_numbers_whose_form_nothing_proves_are_not_guessed(read):
    profile = PROFILE.replace("numbers: comma", "numbers: proven")
    with pytest.raises(ExportError, match="it is not certain whether 1,234 is more than a thousand"):
        read({"people.csv": f"Id;At;Eng\nL1;{DAY};1.234\n"}, profiles={"acme.yml": profile})
    people = f"Id;At;Eng\nL1;{DAY};1.234\nL2;{DAY};0,5\n"
    drop = read({"people.csv": people}, profiles={"acme.yml": profile})
    assert [row[2] for row in drop.rows(SAID)] == ["1234", "0.5"]


@pytest.mark.parametrize("name", ["is_competitor__c", "IsCompetitor__c", "Is_Competitor__c", "is_competitor_c"])
def test_custom_columns_of_salesforce_are_found_by_their_letters(read, name):
    lead = f"Id,CreatedDate,Status,{name}\n00Q000000000001AAA,2026-03-02T09:00:00.000Z,New,true\n"
    assert read({"Lead.csv": lead}).rows(SAID) == [("00Q000000000001AAA", "is_competitor", "1", 1.0)]


def test_of_a_person_in_two_systems_the_crm_goes_first_and_the_other_fills_what_it_does_not_say(read):
    crm = """Id,CreatedDate,Status,Email,IsCompetitor__c,Engineers__c
00Q000000000001AAA,2026-03-02T09:00:00.000Z,New,ann@example.com,false,
"""
    contacts = "Record ID,Create Date,Email,Lifecycle Stage,is_competitor,engineers\n1,2026-03-01 10:00,ANN@example.com,lead,true,40\n"
    drop = read({"Lead.csv": crm, "hubspot-contacts.csv": contacts})
    assert drop.rows(SAID) == [
        ("00Q000000000001AAA", "engineers", "40", 40.0),
        ("00Q000000000001AAA", "is_competitor", "0", 0.0),
    ]


def test_another_declaration_is_another_reading(tmp_path, sample_agreement):
    (tmp_path / "lead.csv").write_text(HEADER + f"L1,{DAY},yes,12,,\n")
    project = Project(PACKAGED)
    drop = open_drop(tmp_path, "2026-11-20", project, sample_agreement.settings)
    first, *others = sample_agreement.lifecycle.attributes
    as_text = [one.model_copy(update={"type": "text"}) if one.id == "engineers" else one for one in others]
    keys = {
        reading_key(drop, project, replace(sample_agreement, lifecycle=lifecycle))
        for lifecycle in (
            sample_agreement.lifecycle,
            sample_agreement.lifecycle.model_copy(update={"attributes": (first, *as_text)}),
        )
    }
    assert len(keys) == 2
