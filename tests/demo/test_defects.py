"""Each planted defect can be found again in the files as they stand."""

import itertools
from collections import Counter, defaultdict
from datetime import datetime, timedelta

import pytest

from generator.demo import HOSTILE
from generator.demo.salesforce.spelling import DEAL_STAGES, STATUS

AS_OF = "2026-11-20T18:00:00.000Z"


def at(text):
    return datetime.fromisoformat(text.replace("Z", ""))


def later_than_drop(rows, column):
    return tuple(sorted(row["Id"] for row in rows if row[column] > AS_OF))


def reasons_of(drop, *wanted):
    history = (row for row in drop.rows("LeadHistory") if row["Field"] == "Rejection_Reason__c")
    return tuple(sorted(row["LeadId"] for row in history if row["NewValue"] in wanted))


@pytest.mark.parametrize(
    ("name", "table", "cells"),
    [
        ("merged", "Lead", {"IsDeleted": "true"}),
        ("test_leads", "Lead", {"Is_Test__c": "true"}),
        ("leads_without_segment", "Lead", {"Segment__c": ""}),
        ("test_deals", "Opportunity", {"Is_Test__c": "true"}),
        ("deals_without_amount", "Opportunity", {"Amount": ""}),
        ("deals_of_zero", "Opportunity", {"Amount": "0"}),
        ("deals_without_owner", "Opportunity", {"OwnerId": ""}),
        ("deals_without_rate", "Opportunity", {"CurrencyIsoCode": "CHF"}),
        ("unmapped_deal_stages", "Opportunity", {"StageName": "Verbal Maybe"}),
        ("unmapped_statuses", "LeadHistory", {"NewValue": "Parked - Ask Legal"}),
        ("reentries", "LeadHistory", {"OldValue": STATUS["mql"], "NewValue": "MQL"}),
    ],
)
def test_rows_that_hold_a_telling_cell(drop, name, table, cells):
    assert drop.ids(table, **cells) == drop.answers.ids(name)


@pytest.mark.parametrize(
    ("name", "table", "column"),
    [
        ("future_leads", "Lead", "CreatedDate"),
        ("future_events", "LeadHistory", "CreatedDate"),
        ("future_touches", "CampaignMember", "Responded_At__c"),
        ("future_activities", "Task", "CompletedDateTime"),
        ("future_deals", "Opportunity", "CreatedDate"),
    ],
)
def test_rows_later_than_the_drop(drop, name, table, column):
    assert later_than_drop(drop.rows(table), column) == drop.answers.ids(name)


@pytest.mark.parametrize(
    ("name", "table", "column"),
    [("naive_events", "LeadHistory", "CreatedDate"), ("naive_activities", "Task", "CompletedDateTime")],
)
def test_instants_without_a_zone(drop, name, table, column):
    naive = tuple(sorted(row["Id"] for row in drop.rows(table) if row[column] and not row[column].endswith("Z")))
    assert naive == drop.answers.ids(name)


@pytest.mark.parametrize(
    ("table", "same", "other"),
    [
        ("Lead", "identical_leads", "older_lead_copies"),
        ("Opportunity", "identical_deals", "older_deal_copies"),
        ("CampaignMember", "identical_touches", None),
    ],
)
def test_keys_that_stand_twice(drop, table, same, other):
    rows = defaultdict(list)
    for row in drop.rows(table):
        rows[row["Id"]].append(tuple(row.items()))
    twice = {id: copies for id, copies in rows.items() if len(copies) > 1}
    alike = {id for id, copies in twice.items() if len(set(copies)) == 1}
    assert tuple(sorted(alike)) == drop.answers.ids(same)
    assert tuple(sorted(twice.keys() - alike)) == (drop.answers.ids(other) if other else ())


@pytest.mark.parametrize("table", ["Lead", "Opportunity"])
def test_of_two_copies_that_differ_the_true_one_has_the_younger_stamp(drop, table):
    name = {"Lead": "older_lead_copies", "Opportunity": "older_deal_copies"}[table]
    for id in drop.answers.ids(name):
        first, second = (row["SystemModstamp"] for row in drop.rows(table) if row["Id"] == id)
        assert first > second


def test_merges_lead_to_survivors_over_a_chain(drop):
    master = {row["Id"]: row["MasterRecordId"] for row in drop.rows("Lead")}
    ends = set()
    for lost in drop.answers.ids("merged"):
        while master[lost]:
            lost = master[lost]
        ends.add(lost)
    assert tuple(sorted(ends)) == drop.answers.ids("merge_survivors")
    assert Counter(bool(master[master[lost]]) for lost in drop.answers.ids("merged"))[True] == 1


def test_leads_without_owner_or_with_the_word_unknown(drop):
    outcome = set(drop.answers.ids("leads_after_outcome"))
    assert set(drop.ids("Lead", OwnerId="")) - outcome == set(drop.answers.ids("leads_without_owner"))
    unknown = {row["Id"] for row in drop.rows("Lead") if row["Region__c"].lower() == "unknown"}
    assert tuple(sorted(unknown)) == drop.answers.ids("recorded_unknown")


def test_channels_that_are_unknown_or_oddly_written(drop):
    usual = {
        "Paid Search",
        "Paid Social",
        "Organic Search",
        "Webinar",
        "Event",
        "Email",
        "Referral",
        "Partner",
        "Outbound",
    }
    odd = {row["Id"]: row["LeadSource"] for row in drop.rows("Lead") if row["LeadSource"] not in usual}
    known = {name.casefold() for name in usual}
    cased = {id for id, name in odd.items() if name.strip().casefold() in known}
    assert tuple(sorted(cased)) == drop.answers.ids("channel_case_variants")
    assert tuple(sorted(odd.keys() - cased)) == drop.answers.ids("unknown_channels")


def test_rejections_for_no_business_reason_and_for_none(drop):
    assert reasons_of(drop, "spam", "test", "duplicate") == drop.answers.ids("admin_rejections")
    given = {
        (row["LeadId"], row["CreatedDate"]) for row in drop.rows("LeadHistory") if row["Field"] == "Rejection_Reason__c"
    }
    out = {STATUS["recycled"], STATUS["disqualified"]}
    moves = (row for row in drop.rows("LeadHistory") if row["Field"] == "Status" and row["NewValue"] in out)
    mute = {row["LeadId"] for row in moves if (row["LeadId"], row["CreatedDate"]) not in given}
    assert tuple(sorted(mute)) == drop.answers.ids("rejections_without_reason")


def test_events_told_twice(drop):
    seen, twins = set(), []
    for row in drop.rows("LeadHistory"):
        key = (row["LeadId"], row["CreatedDate"], row["NewValue"])
        if row["Field"] == "Status" and key in seen:
            twins.append(row["Id"])
        seen.add(key)
    assert tuple(sorted(twins)) == drop.answers.ids("twin_events")


def ways(drop):
    """The statuses of each lead in order of time."""
    found = defaultdict(list)
    status = [row for row in drop.rows("LeadHistory") if row["Field"] == "Status"]
    for row in sorted(status, key=lambda row: row["CreatedDate"]):
        found[row["LeadId"]].append(row["NewValue"])
    return found


def test_marketing_leads_that_became_sql_without_or_before_mql(drop):
    origin = {row["Id"]: row["Origin_Team__c"] for row in drop.rows("Lead")}
    past, wrong = [], []
    for lead, way in ways(drop).items():
        if origin.get(lead) != "marketing" or STATUS["sql"] not in way:
            continue
        before = way[: way.index(STATUS["sql"])]
        if STATUS["mql"] not in before:
            (wrong if STATUS["mql"] in way else past).append(lead)
    assert tuple(sorted(past)) == drop.answers.ids("sql_without_mql")
    assert tuple(sorted(wrong)) == drop.answers.ids("out_of_order")


def test_moves_back_inside_one_round(drop):
    back = [lead for lead, way in ways(drop).items() if (STATUS["sal"], STATUS["mql"]) in itertools.pairwise(way)]
    assert tuple(sorted(back)) == drop.answers.ids("backward_moves")


def test_leads_that_came_back_and_were_won(drop):
    won = set(drop.ids("Opportunity", IsWon="true"))
    deal = {row["Id"]: row["ConvertedOpportunityId"] for row in drop.rows("Lead")}
    again = {lead for lead, way in ways(drop).items() if way.count(STATUS["mql"]) > 1 and deal.get(lead) in won}
    assert set(drop.answers.ids("recycled_then_won")) <= again


def test_responses_within_half_an_hour_of_one_another(drop):
    rows = defaultdict(list)
    for row in drop.rows("CampaignMember"):
        if row["HasResponded"] == "true" and row["Responded_At__c"] <= AS_OF:
            key = (row["LeadId"] or row["ContactId"], row["CampaignId"], row["Touch_Type__c"])
            if row["Id"] not in drop.answers.ids("bad_dates"):
                rows[key].append((at(row["Responded_At__c"]), row["Id"]))
    dropped = []
    for touches in rows.values():
        kept = None
        for moment, id in sorted(set(touches)):
            if kept and moment - kept <= timedelta(minutes=30):
                dropped.append(id)
            else:
                kept = moment
    assert tuple(sorted(dropped)) == drop.answers.ids("touches_within_30_minutes")


def test_attempts_within_five_minutes_of_one_another(drop):
    rows = defaultdict(list)
    for row in drop.rows("Task"):
        if row["Is_Automated__c"] == "false" and row["CompletedDateTime"].endswith("Z"):
            rows[row["OwnerId"], row["WhoId"], row["Type"]].append((at(row["CompletedDateTime"]), row["Id"]))
    close = []
    for calls in rows.values():
        ordered = sorted(calls)
        close += [b[1] for a, b in itertools.pairwise(ordered) if b[0] - a[0] <= timedelta(minutes=5)]
    assert tuple(sorted(close)) == drop.answers.ids("attempts_within_5_minutes")


@pytest.mark.parametrize(("name", "gap"), [("answers_within_skew", 180), ("contacts_before_handoff", 10_800)])
def test_calls_before_the_handoff(drop, name, gap):
    calls = {row["Id"]: row for row in drop.rows("Task")}
    for id in drop.answers.ids(name):
        (given,) = [row for row in drop.history(calls[id]["WhoId"]) if row["NewValue"] == STATUS["mql"]]
        assert (at(given["CreatedDate"]) - at(calls[id]["CompletedDateTime"])).total_seconds() == gap


def test_leads_younger_than_their_own_win(drop):
    closed = {row["Id"]: row["CloseDate"] for row in drop.rows("Opportunity") if row["IsWon"] == "true"}
    late = [
        row["Id"]
        for row in drop.rows("Lead")
        if closed.get(row["ConvertedOpportunityId"], "9") < row["CreatedDate"][:10]
    ]
    assert tuple(sorted(late)) == drop.answers.ids("leads_after_outcome")


def test_leads_at_accounts_that_were_customers_before(drop):
    won = {}
    for row in drop.rows("Opportunity"):
        if row["IsWon"] == "true" and row["Type"] == "New Business":
            won[row["AccountId"]] = min(row["CloseDate"], won.get(row["AccountId"], "9"))
    early = [row["Id"] for row in drop.rows("Lead") if won.get(row["Account__c"], "9") < row["CreatedDate"]]
    assert tuple(sorted(early)) == drop.answers.ids("existing_customers")


def test_deals_that_were_reopened(drop):
    stages = defaultdict(list)
    for row in sorted(drop.rows("OpportunityHistory"), key=lambda row: row["CreatedDate"]):
        stages[row["OpportunityId"]].append(row["StageName"])
    closing = set(DEAL_STAGES[4:])
    again = {deal for deal, way in stages.items() if closing & set(way[:-1])}
    lost, won = drop.answers.ids("reopened_then_lost"), drop.answers.ids("reopened_then_won")
    assert again == {*lost, *won}
    assert [stages[deal][-1] for deal in lost + won] == ["Closed Lost", "Closed Won"]


def test_deals_that_say_they_closed_long_before_they_did(drop):
    entered = {}
    for row in sorted(drop.rows("OpportunityHistory"), key=lambda row: row["CreatedDate"]):
        entered[row["OpportunityId"]] = row["CreatedDate"]
    closed = (row for row in drop.rows("Opportunity") if row["IsClosed"] == "true")
    back = {row["Id"] for row in closed if at(entered[row["Id"]]) - at(row["CloseDate"]) > timedelta(days=6)}
    assert tuple(sorted(back)) == drop.answers.ids("backdated_closes")


def test_losses_that_are_none(drop):
    rows = drop.rows("Opportunity")
    admin = {row["Id"] for row in rows if row["Loss_Reason__c"] in {"duplicate", "test", "merged"}}
    assert tuple(sorted(admin)) == drop.answers.ids("admin_losses")


def test_open_deals_of_people_who_left(drop):
    gone = {row["Id"] for row in drop.rows("User") if row["IsActive"] == "false"}
    still = {row["Id"] for row in drop.rows("Opportunity") if row["OwnerId"] in gone and row["IsClosed"] == "false"}
    assert tuple(sorted(still)) == drop.answers.ids("deals_of_a_leaver")


def test_lines_that_no_reader_can_read(drop):
    lines = (drop.folder / "CampaignMember.csv").read_text(encoding="utf-8-sig").splitlines()
    short = [line for line in lines if line.count('","') != lines[0].count('","')]
    assert [line.split('"')[1] for line in short] == list(drop.answers.ids("ragged_lines"))
    bad = [row["Id"] for row in drop.rows("CampaignMember") if "-02-31T" in row["Responded_At__c"]]
    assert tuple(bad) == drop.answers.ids("bad_dates")
    (broken,) = [line for line in (drop.folder / "Task.csv").read_bytes().splitlines() if b"Caf\xe9" in line]
    assert broken.split(b'"')[1].decode() == drop.answers.ids("undecodable_bytes")[0]


def test_clocks_that_stood_still(drop):
    pauses = {row["pause_id"]: row for row in drop.rows("sla_pause")}
    assert tuple(sorted(pauses)) == tuple(sorted(drop.answers.ids("pauses") + drop.answers.ids("pauses_without_right")))
    assert all(row["start_at"] < row["end_at"] for row in pauses.values())


def test_a_spend_row_that_crosses_periods(drop):
    rows = {row["spend_id"]: row for row in drop.rows("spend")}
    (odd,) = (rows[id] for id in drop.answers.ids("spend_across_periods"))
    assert odd["period_start"][:7] < odd["period_end"][:7]


def test_hostile_texts_stand_in_five_kinds_of_names_and_only_when_asked(drop, hostile):
    assert len(set(HOSTILE)) == 25
    places = (
        ("Lead", "LeadSource"),
        ("Lead", "Segment__c"),
        ("Campaign", "Name"),
        ("User", "Name"),
        ("LeadHistory", "NewValue"),
    )
    for table, column in places:
        assert set(HOSTILE) <= {row[column] for row in hostile.rows(table)}
        assert not set(HOSTILE) & {row[column] for row in drop.rows(table)}


def test_what_was_planted_is_rare(drop):
    assert sum(defect.count for defect in drop.answers.defects.values()) < 200
    assert all(defect.ids == tuple(sorted(defect.ids)) for defect in drop.answers.defects.values())
