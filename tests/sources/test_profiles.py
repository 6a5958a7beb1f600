"""Company profiles: what they can say, and how their mistakes are told."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

import generator
from generator.errors import ExportError
from generator.project import PACKAGED, Project
from generator.sources import load_profiles

DEALS = """
system: other
title: Another system
numbers: {numbers}
dates: {dates}
tables:
  opportunity:
    files: ["deals*.csv"]
    columns:
      opportunity_id: {{from: [Id, Deal ID]}}
      type: {{from: Kind, values: {{New: new_business, Upsell: expansion}}, default: new_business}}
      stage: {{from: Stage, map: deal_stage}}
      amount: Value
      close_date: Closed
      is_closed: {{from: Done, default: by_stage}}
      is_won: {{from: Won, default: by_stage}}
    where: {{Deleted: [false, ""]}}
    latest_by: Changed
"""
HEADER = "Deal ID;Kind;Stage;Value;Closed;Deleted;Changed\n"


def _deals(numbers: str = "grouped_comma", dates: str = "dayfirst") -> dict[str, str]:
    return {"other.yml": DEALS.format(numbers=numbers, dates=dates)}


def test_aliases_values_where_numbers_and_dates_as_declared(read):
    files = {
        "deals_2026.csv": HEADER
        + "D1;new;Closed Won;1.234,50;03.04.2026;0;\nD2;Upsell;Proposal;;;true;\nD3;;Closed Lost;7;;;\n"
    }
    drop = read(files, profiles=_deals())
    rows = drop.rows(
        "select opportunity_id, type, amount, close_date, is_closed, is_won from canonical.opportunity order by 1"
    )
    assert rows == [
        ("D1", "new_business", Decimal("1234.5"), date(2026, 4, 3), True, True),
        ("D3", "new_business", Decimal(7), None, True, False),
    ]
    assert drop.outcomes("opportunity") == {"read": 3, "kept": 2, "not_selected": 1}
    assert drop.finding("assumed_default").failing == 1


@pytest.mark.parametrize(
    ("form", "written", "value"),
    [
        ("point", "1234.5", Decimal("1234.5")),
        ("point", "1,234.5", None),
        ("grouped_point", "1,234.5", Decimal("1234.5")),
        ("grouped_point", "1,23", None),
        ("comma", "1234,5", Decimal("1234.5")),
        ("comma", "1.234", None),
        ("grouped_comma", "1.234", Decimal(1234)),
        ("grouped_comma", "-1.234.567,8", Decimal("-1234567.8")),
        ("grouped_comma", "12.34", None),
    ],
)
def test_number_forms_are_declared_never_guessed(read, form, written, value):
    drop = read({"deals.csv": HEADER + f"D1;;Proposal;{written};;;\n"}, profiles=_deals(numbers=form))
    assert drop.column("opportunity", "amount") == ([value] if value is not None else [])


def test_rows_of_one_key_give_way_to_the_latest(read):
    rows = "D1;;Proposal;1;;;2026-01-01 10:00\nD1;;Closed Won;2;;;2026-01-02 09:00\n"
    drop = read(
        {"deals.csv": HEADER + rows, "deals_2.csv": HEADER + "D1;;Proposal;3;;;2025-12-31\n"}, profiles=_deals()
    )
    assert drop.column("opportunity", "amount") == [Decimal(2)]
    assert drop.outcomes("opportunity") == {"read": 3, "kept": 1, "duplicate_key": 2}
    tied = "D2;;Proposal;3;;;2025-12-31\nD2;;Proposal;4;;;2025-12-31\n"
    with pytest.raises(ExportError, match=r"conflicting_key: 2 rows .* deals\.csv lines 4, 5"):
        read({"deals.csv": HEADER + rows + tied, "deals_2.csv": HEADER}, profiles=_deals())


@pytest.mark.parametrize(
    ("cells", "days"),
    [
        (["13/02/2026", "03/04/26"], [date(2026, 2, 13), date(2026, 4, 3)]),
        (["02/13/2026", "03/04/26"], [date(2026, 2, 13), date(2026, 3, 4)]),
        (["2/13/26 9:05 PM", "2026-03-04"], [date(2026, 2, 13), date(2026, 3, 4)]),
        (["13-02-2026 19:58", "3.4.2026"], [date(2026, 2, 13), date(2026, 4, 3)]),
    ],
)
def test_a_day_above_twelve_proves_the_order_of_a_file(read, cells, days):
    rows = "".join(f"D{n};;Proposal;1;{cell};;\n" for n, cell in enumerate(cells))
    drop = read({"deals.csv": HEADER + rows}, profiles=_deals(dates="[iso, proven]"))
    assert [row[0] for row in drop.rows("select close_date from canonical.opportunity order by opportunity_id")] == days


@pytest.mark.parametrize(
    ("cells", "words"),
    [(["03/04/2026", "05/06/2026"], "is not certain"), (["13/04/2026", "05/26/2026"], "others the month")],
)
def test_an_order_that_no_date_proves_is_asked_for(read, cells, words):
    rows = "".join(f"D{n};;Proposal;1;{cell};;\n" for n, cell in enumerate(cells))
    with pytest.raises(ExportError, match=words):
        read({"deals.csv": HEADER + rows}, profiles=_deals(dates="[iso, proven]"))


@pytest.mark.parametrize(
    ("written", "hour"), [("12/31/2025 12:15 AM", 0), ("12/31/2025 12:15 PM", 12), ("12/31/2025 11:15 pm", 23)]
)
def test_twelve_hour_clocks(read, written, hour):
    profile = (
        "system: s\ntitle: t\ndates: monthfirst\n"
        "tables: {lead: {files: [p.csv], columns: {lead_id: Id, created_at: At}}}\n"
    )
    drop = read({"p.csv": f"Id,At\nL1,{written}\n"}, profiles={"s.yml": profile})
    assert drop.column("lead", "created_at") == [datetime(2025, 12, 31, hour, 15)]


def test_a_select_over_sources_joins_files_and_may_read_nothing_else(read):
    profile = """
system: s
title: t
sources:
  people: {files: [people.csv], columns: [id, at, town], required: [id]}
  towns: {files: [towns.csv], columns: [town, region]}
  joined:
    rows_of: people
    sql: "select p._file, p._row, p.id, p.at, t.region from people p left join towns t on t.town = p.town"
tables:
  lead: {from: joined, columns: {lead_id: id, created_at: at, region: region}}
"""
    files = {
        "people.csv": "id,at,town\nL1,2026-01-01T00:00:00Z,Ulm\nL2,bad,Ulm\n",
        "towns.csv": "town,region\nUlm,South\n",
    }
    drop = read(files, profiles={"s.yml": profile})
    assert drop.rows("select lead_id, region from canonical.lead") == [("L1", "South")]
    assert drop.quarantined() == [("people.csv", 3, "unreadable", "created_at")]
    assert drop.outcomes("look-up") == {"read": 1, "kept": 1}
    for bad in ("read_csv('/etc/passwd')", "information_schema.tables", "elsewhere"):
        with pytest.raises(ExportError, match="reads unknown source"):
            read(files, profiles={"s.yml": profile.replace("from people p", f"from {bad} p")})
    with pytest.raises(ExportError, match="not one select"):
        read(files, profiles={"s.yml": profile.replace('sql: "select', 'sql: "drop table x; select')})


def test_two_profiles_that_claim_one_file_are_both_named_until_the_settings_settle_it(read):
    files = {"deals.csv": HEADER + "D1;;Proposal;1;;;\n"}
    both = {
        "a.yml": _deals()["other.yml"].replace("other", "first"),
        "b.yml": _deals()["other.yml"].replace("other", "second"),
    }
    with pytest.raises(ExportError, match=r"deals\.csv: claimed by profiles 'first' and 'second'"):
        read(files, profiles=both)
    drop = read(files, profiles=both, sources={"deals*.csv": "second"})
    assert [file.profile for file in drop.report.files] == ["second"]


def test_canonical_and_salesforce_files_stand_side_by_side(read):
    files = {
        "lead.csv": "lead_id,created_at\nL1,2026-01-01T00:00:00Z\n",
        "Opportunity.csv": "Id,StageName,CreatedDate\n006000000000001,Closed Won,2026-01-01T00:00:00.000Z\n",
        "spend.csv": "spend_id,period_start,period_end,team,category,purpose,amount\n"
        "S,2026-01-01,2026-02-01,sales,people,brand,1\n",
    }
    drop = read(files)
    assert {file.path: file.profile for file in drop.report.files} == {
        "Opportunity.csv": "salesforce",
        "lead.csv": "canonical",
        "spend.csv": "canonical",
    }


def test_every_mistake_of_every_profile_is_listed_at_once_with_the_likely_spelling(tmp_path):
    folder = tmp_path / "content/sources"
    folder.mkdir(parents=True)
    (folder / "a.yml").write_text(
        "system: a\ntitle: A\ntabels: {}\n"
        "tables: {lead: {files: [x.csv], columns: {lead_id: Id, created_at: {form: At, form_: 1}}}}\n"
    )
    (folder / "b.yml").write_text("system: b\ntitle: B\nzone: Mars/Base\n")
    (folder / "c.yml").write_text(
        "system: c\ntitle: C\ntables:\n  leed: {files: [x.csv]}\n"
        "  lead: {files: [x.csv], columns: {lead_id: Id, chanel: Source, created_at: At}}\n"
        "  activity: {from: nowhere, columns: {activity_id: Id, owner_id: O, occurred_at: At, type: {constant: cal}}}\n"
    )
    (folder / "d.yml").write_text("system: [\n")
    with pytest.raises(ExportError) as caught:
        load_profiles(Project(tmp_path))
    text = str(caught.value)
    for words in (
        "unknown key 'tabels' (did you mean 'tables'?)",
        "unknown key 'form_' (did you mean 'form'?)",
        "'Mars/Base' is not a time zone",
        "unknown table 'leed' (did you mean 'lead'?)",
        "unknown column 'chanel' (did you mean 'channel'?)",
        "unknown source 'nowhere'",
        "gives 'cal' (did you mean 'call'?)",
        "says nothing about the required column 'direction'",
        "d.yml: line 2",
    ):
        assert words in text, words


def test_packaged_profiles_have_no_mistake_that_the_lint_of_a_project_would_name(tmp_path):
    own = tmp_path / "content" / "sources"
    own.mkdir(parents=True)
    packaged = sorted((Path(generator.__file__).parent / "sources").glob("*.yml"))
    for path in packaged:
        (own / path.name).write_bytes(path.read_bytes())
    assert len(load_profiles(Project(tmp_path))) == len(packaged) > 0


def test_a_project_file_of_the_same_name_replaces_the_packaged_profile(tmp_path):
    folder = tmp_path / "content/sources"
    folder.mkdir(parents=True)
    (folder / "salesforce.yml").write_text("system: salesforce\ntitle: Ours\n")
    found = {profile.system: profile.title for profile in load_profiles(Project(tmp_path))}
    assert found["salesforce"] == "Ours"
    assert set(found) == {profile.system for profile in load_profiles(Project(PACKAGED))}


@pytest.mark.parametrize("where", ["profile", "source", "block", "rule"])
def test_a_zone_may_be_named_anywhere_and_the_nearest_counts(read, where):
    zones = {place: "zone: Europe/Berlin" if place == where else "" for place in ("profile", "source", "block")}
    rule = ", zone: Europe/Berlin" if where == "rule" else ""
    profile = f"""
system: s
title: t
{zones["profile"]}
sources:
  people:
    files: [people.csv]
    {zones["source"]}
tables:
  lead:
    from: people
    {zones["block"]}
    columns: {{lead_id: id, created_at: {{from: at{rule}}}}}
"""
    drop = read({"people.csv": "id,at\nL1,2026-07-01 12:00:00\n"}, profiles={"s.yml": profile})
    assert drop.column("lead", "created_at") == [datetime(2026, 7, 1, 10)]


def test_a_deal_whose_stage_nobody_agreed_on_is_set_aside_for_its_stage_and_yaml_says_how_to_keep_it(read):
    drop = read({"deals.csv": HEADER + "D1;new;Proposal Sent Out;5;;;\nD2;new;Closed Won;5;;;\n"}, profiles=_deals())
    assert drop.outcomes("opportunity") == {"read": 2, "kept": 1, "unmapped_stage": 1}
    finding = drop.finding("unmapped_deal_stage")
    assert (finding.failing, finding.severity) == (1, "taints")
    assert "1 deal is quarantined" in finding.text
    assert '"Proposal Sent Out": proposal' in finding.snippet


def test_a_deal_of_an_unknown_stage_that_says_whether_it_is_closed_is_kept(read):
    header = HEADER.replace("Changed", "Changed;Done;Won")
    drop = read({"deals.csv": header + "D1;new;Proposal Sent Out;5;;;;no;no\n"}, profiles=_deals())
    assert drop.outcomes("opportunity") == {"read": 1, "kept": 1}
    assert drop.finding("unmapped_deal_stage").severity == "notes"


@pytest.mark.parametrize("owner", ["Pat Sample", "pat@example.com"])
def test_owners_whom_a_file_only_names_get_one_id_in_all_tables_that_does_not_say_the_name(read, owner):
    deals = "opportunity_id,type,stage,is_closed,is_won,owner_id\nD1,new_business,won,true,true," + owner + "\n"
    owners = f"owner_id,team,display_name,manager_id\n{owner},sales,Pat Sample,{owner.upper()}\n7,sales,Kim Example,\n"
    drop = read({"opportunity.csv": deals, "owner.csv": owners})
    ids = {value for row in drop.rows("select owner_id, manager_id from canonical.owner") for value in row}
    (of_deal,) = drop.rows("select owner_id from canonical.opportunity")[0]
    assert ids == {of_deal, "7", None}
    assert re.fullmatch("u[0-9a-f]{12}", of_deal)
