"""Files as reports and dashboards write them: known by their columns, with titles, totals, footers and loose headers."""

from __future__ import annotations

import codecs

import pytest

from generator.errors import ExportError

ADS = """\
system: ads
title: Ads
tables:
  spend:
    known_by: [Day, [Cost, Kosten]]
    names: letters
    totals: ['(total|gesamt) ?:']
    columns:
      spend_id: Day
      period_start: Day
      period_end: End
      team: {constant: marketing}
      category: {constant: program}
      purpose: {constant: acquisition}
      campaign_id: Campaign name
      amount: [Cost, Kosten]
"""
TITLES = 'Campaign performance\n"September 1, 2026 - September 3, 2026"\n'
ROWS = "Campaign_Name,Day,End,Cost\nTotal Wine,2026-09-01,2026-09-02,5\nautumn,2026-09-02,2026-09-03,7\n"


def test_a_file_of_any_name_is_known_by_its_columns_below_its_titles(read):
    drop = read({"whatever (1).csv": TITLES + ROWS}, profiles={"ads.yml": ADS})
    assert drop.column("spend", "campaign_id") == ["Total Wine", "autumn"]


def test_totals_are_counted_and_not_read(read):
    files = {"x.csv": TITLES + ROWS + "Total: account,,,12\nTotal: all\n"}
    drop = read(files, profiles={"ads.yml": ADS})
    assert drop.outcomes("spend") == {"read": 4, "kept": 2, "not_selected": 2}


def test_lines_are_named_as_they_stand_below_titles(read):
    drop = read(
        {"x.csv": TITLES + ROWS + "total: x,,,1\nwinter,2026-09-09,2026-09-10,many\n"}, profiles={"ads.yml": ADS}
    )
    assert drop.quarantined() == [("x.csv", 7, "unreadable", "amount")]


def test_a_report_with_titles_reads_alike_in_utf_16_with_tabs(read):
    text = (TITLES + ROWS).replace(",", "\t").replace("Cost", "Kosten")
    drop = read({"x.csv": codecs.BOM_UTF16_LE + text.encode("utf-16-le")}, profiles={"ads.yml": ADS})
    assert drop.rows("select sum(amount) from canonical.spend") == [(12,)]


def test_a_file_without_the_columns_is_nobodys(read):
    drop = read({"x.csv": ROWS, "y.csv": "Campaign,Cost\na,1\n"}, profiles={"ads.yml": ADS})
    assert drop.report.unclaimed == ("y.csv",)


def test_the_name_goes_before_the_columns_unless_the_needs_of_that_table_are_not_met(read):
    drop = read({"spend.csv": ROWS}, profiles={"ads.yml": ADS})
    assert [file.profile for file in drop.report.files] == ["ads"]


PEOPLE = """\
system: people
title: People
repeated: first
ends: blank_line
sources:
  people:
    known_by: [Person]
    columns: {Person: {}, Made: {}}
    families: {entered: ['became (?:an? )?(.+) on', '(.+) since']}
  stages:
    rows_of: people
    sql: select p._file, p._row, p.Person, e.key as Stage, e.value as At from (select *, unnest(entries(entered)) as e from people) p
tables:
  lead: {from: people, columns: {lead_id: Person, created_at: Made}}
  lifecycle_event:
    from: stages
    columns: {event_id: At, lead_id: Person, to_stage: {from: Stage, map: stage}, occurred_at: At}
"""


def test_columns_of_a_family_become_rows_and_an_earlier_pattern_goes_first(read):
    text = "Person,Made,MQL since,Became a MQL on,Became an SQL on\na,2026-01-01,2026-01-09,2026-01-02,\nb,2026-01-01,2026-02-02,,\n"
    drop = read({"p.csv": text}, profiles={"people.yml": PEOPLE})
    found = drop.rows(
        "select lead_id, to_stage, cast(occurred_at as date) || '' from canonical.lifecycle_event order by all"
    )
    assert found == [("a", "mql", "2026-01-02"), ("b", "mql", "2026-02-02")]


def test_the_first_of_columns_with_one_name_is_read_where_the_profile_says_so(read):
    text = "Person,Made,Made\na,2026-01-01,2026-05-05\n"
    assert [str(at) for at in read({"p.csv": text}, profiles={"people.yml": PEOPLE}).column("lead", "created_at")] == [
        "2026-01-01 00:00:00"
    ]
    with pytest.raises(ExportError, match="more than once"):
        read({"p.csv": text}, profiles={"people.yml": PEOPLE.replace("repeated: first\n", "")})


def test_behind_an_empty_line_stands_a_footer(read):
    text = "Person,Made\na,2026-01-01\n\nGrand Totals (1 records)\n\nConfidential, do not distribute\n"
    drop = read({"p.csv": text}, profiles={"people.yml": PEOPLE})
    assert drop.outcomes("lead") == {"read": 3, "kept": 1, "not_selected": 2}


def test_a_pattern_that_cannot_be_read_is_named(read):
    with pytest.raises(ExportError, match="is not a pattern"):
        read({"p.csv": "Person\na\n"}, profiles={"people.yml": PEOPLE.replace("'(.+) since'", "'(.+ since'")})
