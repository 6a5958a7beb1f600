from dataclasses import replace

from generator.project import PACKAGED, Project
from generator.sources import load_profiles
from generator.sources.report import LoadReport, Quarantined, Reason
from generator.sources.telling import quarantine_lines, unclaimed_line

NOTHING = LoadReport((), {}, (), (), ())


def aside(*rows):
    return replace(NOTHING, quarantine=tuple(Quarantined(*row) for row in rows))


def test_rows_set_aside_are_named_by_file_line_and_reason_and_never_by_what_they_say():
    load = aside(
        ("Lead.csv", 9, "lead", Reason.UNREADABLE, "created_at"),
        ("Lead.csv", 4, "lead", Reason.UNREADABLE, "created_at"),
        ("Task.csv", 2, "activity", Reason.RAGGED),
    )
    assert list(quarantine_lines(load)) == [
        "set aside: Lead.csv, lead, unreadable: line 4 (created_at); line 9 (created_at)",
        "set aside: Task.csv, activity, ragged: line 2",
    ]


def test_of_many_rows_the_first_are_named_and_the_rest_is_counted():
    load = aside(*(("Lead.csv", line, "lead", Reason.RAGGED) for line in range(2, 14)))
    (told,) = quarantine_lines(load)
    assert told.endswith("line 2; line 3; line 4; line 5; line 6; and 7 more")


def test_a_file_that_no_profile_claims_is_told_the_name_it_was_likely_meant_to_have():
    profiles = load_profiles(Project(PACKAGED))
    told = unclaimed_line("crm/Oportunity.csv", profiles)
    assert told.startswith("no profile claims crm/Oportunity.csv. The profile '")
    assert "pportunity" in told
    assert "rename it" in told


def test_a_file_like_no_other_is_only_named():
    profiles = load_profiles(Project(PACKAGED))
    assert unclaimed_line("zzz.csv", profiles) == (
        "no profile claims zzz.csv. Describe it in content/sources/ (onefunnel profile drafts it), or take it out."
    )
