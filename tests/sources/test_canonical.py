"""Canonical CSV and Parquet end to end."""

from __future__ import annotations

import gzip
from datetime import date, datetime
from decimal import Decimal

import pytest

from generator.canonical import TABLES
from generator.errors import ExportError

LEADS = "lead_id,created_at,channel,region\n"
EVENTS = "event_id,lead_id,occurred_at,to_stage,reason_code\n"
DEALS = "opportunity_id,created_at,type,stage,amount,currency,close_date,is_closed,is_won\n"


def test_every_canonical_table_exists_even_where_no_file_fills_it(read):
    drop = read({"lead.csv": LEADS + "L1,2026-03-01T09:00:00Z,webinar,EU\n"})
    for table in TABLES.values():
        names = [row[0] for row in drop.rows(f"describe canonical.{table.name}")]
        types = {row[0]: row[1] for row in drop.rows(f"describe canonical.{table.name}")}
        assert names == [column.name for column in table.columns]
        assert {c.name: c.type.value.replace("_", " ") for c in table.columns} == {
            k: v.lower() for k, v in types.items()
        }
    assert drop.report.tables["lead"].present
    assert not drop.report.tables["touch"].present


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2026-03-06T21:30:00Z", datetime(2026, 3, 6, 21, 30)),
        ("2026-03-06T21:30:00.250Z", datetime(2026, 3, 6, 21, 30, 0, 250000)),
        ("2026-03-06T21:30:00.000+0000", datetime(2026, 3, 6, 21, 30)),
        ("2026-03-06 21:30:00+02:00", datetime(2026, 3, 6, 19, 30)),
        ("2026-03-06T21:30-05:00", datetime(2026, 3, 7, 2, 30)),
        (" 2026-03-06T21:30:00Z ", datetime(2026, 3, 6, 21, 30)),
        ("2026-03-06 21:30:00", datetime(2026, 3, 6, 21, 30)),
        ("2026-03-06", datetime(2026, 3, 6)),
    ],
)
def test_instants_become_naive_utc(read, written, utc):
    assert read({"lead.csv": f"{LEADS}L1,{written},,\n"}).column("lead", "created_at") == [utc]


@pytest.mark.parametrize("written", ["06/03/2026", "2026-02-30", "2026-03-06T25:00:00Z", "infinity", "now", "20260306"])
def test_other_forms_of_instants_are_quarantined_with_file_line_and_column(read, written):
    drop = read({"lead.csv": f"{LEADS}L0,2026-03-01T09:00:00Z,,\nL1,{written},,\n"})
    assert drop.quarantined() == [("lead.csv", 3, "unreadable", "created_at")]
    assert drop.column("lead", "lead_id") == ["L0"]


def test_naive_times_are_read_in_the_source_zone_and_counted(read):
    files = {"lead.csv": LEADS + "L1,2026-07-01 12:00:00,,\nL2,2026-01-01 12:00:00,,\nL3,2026-01-01T12:00:00Z,,\n"}
    drop = read(files, source_timezone="America/New_York")
    assert drop.rows("select created_at from canonical.lead order by lead_id") == [
        (datetime(2026, 7, 1, 16),),
        (datetime(2026, 1, 1, 17),),
        (datetime(2026, 1, 1, 12),),
    ]
    assert drop.finding("naive_time").failing == 2


def test_a_time_lived_twice_is_the_earlier_and_a_skipped_one_moves_forward(read):
    files = {"lead.csv": LEADS + "L1,2026-11-01 01:30:00,,\nL2,2026-03-08 02:30:00,,\nL3,2026-03-08 03:00:00,,\n"}
    drop = read(files, source_timezone="America/New_York")
    assert [row[0] for row in drop.rows("select created_at from canonical.lead order by lead_id")] == [
        datetime(2026, 11, 1, 5, 30),
        datetime(2026, 3, 8, 7, 30),
        datetime(2026, 3, 8, 7, 0),
    ]
    assert drop.finding("ambiguous_time").failing == 2


def test_a_date_where_an_instant_belongs_is_that_day_in_the_reporting_zone(read):
    files = {
        "lead.csv": LEADS + "L1,2026-05-01,,\n",
        "lifecycle_event.csv": EVENTS + "E1,L1,2026-05-02,mql,\nE2,L1,2026-05-03T08:00:00Z,sal,\n",
    }
    drop = read(files, reporting_timezone="Asia/Tokyo", source_timezone="America/New_York")
    assert drop.column("lead", "created_at") == [datetime(2026, 4, 30, 15)]
    assert drop.rows("select precision from canonical.lifecycle_event order by event_id") == [("day",), ("instant",)]
    assert drop.finding("naive_time") is None


@pytest.mark.parametrize(
    ("written", "value"),
    [("1", True), ("0", False), ("true", True), ("FALSE", False), ("Yes", True), ("no", False), ("", None)],
)
def test_booleans(read, written, value):
    files = {"lead.csv": f"lead_id,created_at,is_test\nL1,2026-01-01T00:00:00Z,{written}\n"}
    assert read(files).column("lead", "is_test") == [value]


def test_money_is_exact_and_thousands_signs_are_not_guessed(read):
    files = {
        "opportunity.csv": DEALS
        + "O1,,new_business,won,1234.56,EUR,2026-03-01,1,1\n"
        + 'O2,,new_business,won,"1,234.56",EUR,2026-03-01,1,1\n'
        + "O3,,new_business,won,1e3,EUR,2026-03-01,1,1\n"
        + "O4,,new_business,won,,EUR,2026-03-01T00:00:00Z,1,1\n"
    }
    drop = read(files)
    assert drop.rows("select opportunity_id, amount, close_date from canonical.opportunity") == [
        ("O1", Decimal("1234.560000"), date(2026, 3, 1))
    ]
    assert drop.quarantined() == [
        ("opportunity.csv", 3, "unreadable", "amount"),
        ("opportunity.csv", 4, "unreadable", "amount"),
        ("opportunity.csv", 5, "unreadable", "close_date"),
    ]


def test_an_absent_type_is_assumed_and_counted_an_absent_key_is_an_error_with_the_likely_spelling(read):
    drop = read({"opportunity.csv": "opportunity_id,stage,is_closed,is_won\nO1,won,1,1\nO2,won,1,1\n"})
    assert drop.column("opportunity", "type") == ["new_business"] * 2
    assert drop.finding("assumed_default").failing == 2
    with pytest.raises(ExportError, match=r"lead\.csv: has no column 'lead_id' \(did you mean 'leadid'\?\)"):
        read({"lead.csv": "leadid,created_at\nL1,2026-01-01T00:00:00Z\n"})


def test_without_created_at_leads_stay_and_the_report_says_what_is_missing(read):
    report = read({"lead.csv": "lead_id,channel\nL1,webinar\n"}).report
    assert report.tables["lead"].rows == 1
    assert report.has("lead", "channel")
    assert not report.has("lead", "created_at")


@pytest.mark.parametrize(
    ("file", "row", "reason"),
    [
        ("opportunity.csv", DEALS + "O1,,new_business,won,1,EUR,2026-01-01,0,1\n", "inconsistent"),
        ("opportunity.csv", DEALS + "O1,,weird,won,1,EUR,2026-01-01,1,1\n", "not_a_choice"),
        ("fx_rate.csv", "currency,rate_date,rate\nEUR,2026-01-01,0\n", "inconsistent"),
        (
            "subscription.csv",
            "subscription_id,account_id,start_date,end_date,mrr\nS,A,2026-02-01,2026-01-01,5\n",
            "inconsistent",
        ),
        ("lead.csv", LEADS + ",2026-01-01T00:00:00Z,,\n", "missing_required"),
        ("lead.csv", LEADS + "L1,2026-11-21T00:00:01Z,,\n", "future_dated"),
        ("lifecycle_event.csv", EVENTS + "E1,L1,2026-01-01T00:00:00Z,wonderful,\n", "unmapped_stage"),
    ],
)
def test_rows_that_cannot_stay_have_a_reason(read, file, row, reason):
    drop = read({file: row})
    assert drop.outcomes(file.removesuffix(".csv")) == {"read": 1, reason: 1}


def test_an_event_of_an_unknown_lead_is_excluded_but_a_deal_without_lead_stays(read):
    drop = read(
        {
            "lead.csv": LEADS + "L1,2026-01-01T00:00:00Z,,\n",
            "lifecycle_event.csv": EVENTS + "E1,L1,2026-01-02T00:00:00Z,mql,\nE2,L9,2026-01-02T00:00:00Z,mql,\n",
            "opportunity.csv": DEALS + "O1,,new_business,won,1,EUR,2026-01-01,1,1\n",
        }
    )
    assert drop.outcomes("lifecycle_event") == {"read": 2, "kept": 1, "orphan": 1}
    assert drop.outcomes("opportunity") == {"read": 1, "kept": 1}


def test_identical_rows_collapse_and_differing_ones_stop_the_build_with_their_lines(read):
    same = "L1,2026-01-01T00:00:00Z,webinar,EU\n"
    assert read({"lead.csv": LEADS + same + same}).outcomes("lead") == {"read": 2, "kept": 1, "duplicate_key": 1}
    other = {"lead.csv": LEADS + same + "L2,2026-01-01T00:00:00Z,,\nL1,2026-01-01T00:00:00Z,webinar,US\n"}
    with pytest.raises(ExportError, match=r"conflicting_key: 2 rows .* lead\.csv lines 2, 4"):
        read(other)
    drop = read(other, on_conflict="first_sorted")
    assert drop.column("lead", "region") == ["EU", None]


def test_members_are_trimmed_folded_by_case_and_counted(read):
    rows = "".join(
        f"L{n},2026-01-01T00:00:00Z,Webinar,{region}\n"
        for n, region in enumerate(["EMEA", " EMEA", "emea", "e\u0301", "\u00e9"])
    )
    drop = read(
        {
            "lead.csv": LEADS + rows,
            "spend.csv": SPEND + "S1,2026-01-01,2026-02-01,marketing,program,acquisition,emea,5\n",
        }
    )
    assert drop.column("lead", "region") == ["EMEA", "EMEA", "EMEA", "é", "é"]
    assert drop.column("spend", "region") == ["EMEA"]
    assert drop.finding("merged_spelling").failing == 2
    assert set(drop.column("lead", "channel")) == {"webinar"}


SPEND = "spend_id,period_start,period_end,team,category,purpose,region,amount\n"


def test_unknown_channels_stay_and_are_counted_with_yaml_to_paste(read):
    drop = read({"lead.csv": LEADS + "L1,2026-01-01T00:00:00Z,Zeppelin Ads,\nL2,2026-01-01T00:00:00Z,zeppelin ads,\n"})
    finding = drop.finding("unmapped_channel")
    assert finding.failing == 2
    assert "id: zeppelin_ads" in finding.snippet
    assert len(set(drop.column("lead", "channel"))) == 1


@pytest.mark.parametrize("member", ["ann@example.com", "+49 30 1234567", "(555) 010-9999"])
def test_a_member_that_looks_like_a_person_is_withheld_and_counted(read, member):
    drop = read({"lead.csv": f'{LEADS}L1,2026-01-01T00:00:00Z,,"{member}"\n'})
    assert drop.column("lead", "region") == ["(withheld)"]
    assert drop.finding("withheld_member").failing == 1
    assert member not in repr(drop.report)


def test_parquet_keeps_types_and_gives_the_same_tables_as_csv(read, tmp_path):
    text = LEADS + "".join(f"L{n},2026-01-0{n}T00:00:00Z,Webinar,EU\n" for n in range(1, 6))
    plain = read({"lead.csv": text})
    target = tmp_path / "parquet drop"
    target.mkdir()
    plain.engine.run(f"copy canonical.lead to '{target / 'lead.parquet'}' (format parquet)")
    again = read(folder=target)
    assert again.rows("select * from canonical.lead order by all") == plain.rows(
        "select * from canonical.lead order by all"
    )
    assert again.outcomes("lead") == {"read": 5, "kept": 5}


def test_headers_only_give_an_empty_table_that_is_present_and_zero_bytes_are_an_error(read):
    drop = read({"lead.csv": LEADS})
    assert drop.report.has("lead", "created_at")
    assert drop.finding("empty_table")
    with pytest.raises(ExportError, match=r"touch\.csv: the file is empty"):
        read({"touch.csv": b""})


def test_files_that_nobody_claims_are_named(read):
    drop = read({"lead.csv": LEADS, "notes.docx": b"x", "more/odd.csv": "a\n1\n"})
    assert drop.report.unclaimed == ("more/odd.csv", "notes.docx")


def test_packed_parts_join(read):
    drop = read(
        {
            "lead.csv": LEADS + "L1,2026-01-01T00:00:00Z,,\n",
            "lead_2.csv.gz": gzip.compress((LEADS + "L2,2026-01-01T00:00:00Z,,\n").encode()),
        }
    )
    assert drop.column("lead", "lead_id") == ["L1", "L2"]


@pytest.mark.parametrize(
    ("file", "text", "column"),
    [
        ("lead.csv", "lead_id,created_at\nL1,1900-01-01\n", "created_at"),
        ("lead.csv", "lead_id,created_at\nL1,0001-01-01T00:00:00Z\n", "created_at"),
        ("lead.csv", "lead_id,created_at\nL1,1970-01-01T13:00:00+14:00\n", "created_at"),
        ("subscription.csv", "subscription_id,account_id,start_date,end_date,mrr\nS1,A1,1900-01-01,2026-12-31,10\n", "start_date"),
        ("fx_rate.csv", "currency,rate_date,rate\nEUR,1753-01-01,1.1\n", "rate_date"),
        ("revenue.csv", "account_id,month,kind,amount\nA1,1899-12-30,recurring,10\n", "month"),
    ],
)  # fmt: skip
def test_a_date_that_stands_for_none_is_quarantined_and_never_stops_the_build(read, file, text, column):
    drop = read({file: text}, max_quarantine_share=0.0)
    assert drop.quarantined() == [(file, 2, "impossible_date", column)]


def test_never_ends_and_since_ever_are_fair_words(read):
    subscription = "subscription_id,account_id,start_date,end_date,mrr\nS1,A1,2026-01-01,9999-12-31,10\n"
    owner = "owner_id,team,active_from,active_to\nR1,sales,1900-01-01,9999-12-31\n"
    drop = read({"subscription.csv": subscription, "owner.csv": owner})
    assert drop.quarantined() == []


def test_what_a_profile_calls_nothing_is_no_date(read):
    profile = """
        system: dynamics
        title: Dynamics
        nulls: ["1900-01-01"]
        tables:
          opportunity:
            files: deals.csv
            columns: {opportunity_id: id, type: {constant: new_business}, stage: stage, close_date: due,
                      is_closed: closed, is_won: won}
    """
    deals = "id,stage,due,closed,won\nO1,won,1900-01-01,true,true\n"
    drop = read({"deals.csv": deals}, profiles={"dynamics.yml": profile})
    assert drop.column("opportunity", "close_date") == [None]
