"""Whether definitions, systems, scores and feeds can be trusted."""

import pytest

from generator.agreement.criteria import Criteria
from generator.models.criteria import alternatives

EVENT = "lead_id  occurred_at  to_stage  source_system  score  reason_code\n"


def events(*rows):
    """Draw moves: "lead day hour stage [system] [score or reason]"."""
    lines = []
    for row in rows:
        lead, day, hour, stage, *rest = row.split()
        system, more = (*rest, "crm")[0], (*rest, "-", "-")[1]
        score, reason = (more, "-") if more.replace(".", "").isdigit() else ("-", more)
        lines.append(f"{lead}  {day} {hour}  {stage}  {system}  {score}  {reason}")
    return EVENT + "\n".join(lines)


# --------------------------------------------------------------------------------------- written criteria

LEADS = """
    lead_id   created_at   icp_fit  score_fit  score_engagement  country
    webinar   10-01 08:00  true     72         10                de
    demo      10-01 08:00  true     55         -                 de
    student   10-01 08:00  false    55         -                 de
    barred    10-01 08:00  true     55         -                 XX
    keen      10-01 08:00  true     72         40                -
    priced    10-01 08:00  true     72         -                 de
    twice     10-01 08:00  true     72         -                 de
    noscore   10-01 08:00  true     -          -                 de
    merged    10-01 08:00  true     72         -                 de
"""
TOUCHES = """
    lead_id  occurred_at  type              channel
    webinar  10-04 10:00  webinar_attended  webinar
    demo     09-05 10:00  demo_request      web
    student  10-04 10:00  demo_request      web
    barred   10-04 10:00  demo_request      web
    keen     10-04 10:00  webinar_attended  webinar
    priced   10-02 10:00  pricing_page      web
    priced   10-03 10:00  pricing_page      web
    priced   10-04 10:00  pricing_page      web
    twice    10-02 10:00  pricing_page      web
    twice    10-04 10:00  pricing_page      web
    twice    10-04 10:20  pricing_page      web
    noscore  10-04 10:00  demo_request      web
    merged   10-05 10:00  demo_request      web
"""


def test_recorded_mqls_are_held_against_the_criteria_of_that_instant(build):
    names = ["webinar", "demo", "student", "barred", "keen", "priced", "twice", "noscore", "merged"]
    facts = build(lead=LEADS, touch=TOUCHES, lifecycle_event=events(*[f"{name} 10-05 10:00 mql" for name in names]))
    found = facts.draw("criteria_verdict", "lead_id verdict", "cycle is not null and is_in_force")
    assert dict(line.split("  ") for line in found.splitlines()) == {
        "webinar": "not_met",  # not engaged enough
        "demo": "not_met",  # asked thirty days and an instant ago: no longer in the window
        "student": "not_met",
        "barred": "not_met",
        "keen": "met",  # whose country nobody knows is not refused for it
        "priced": "met",
        "twice": "not_met",  # the same visit within half an hour
        "noscore": "unknown",
        "merged": "met",  # a touch at the very instant counts
    }


def test_conformance_counts_what_can_be_judged_by_the_version_in_force(measure):
    found = measure(
        "criteria_conformance",
        lead=LEADS,
        touch=TOUCHES,
        lifecycle_event=events("webinar 10-05 10:00 mql", "priced 10-05 10:00 mql", "noscore 10-05 10:00 mql"),
    )
    cell = found.cell("criteria_conformance")
    assert (cell.value, cell.n) == (0.5, 2)
    assert found.of("criteria_conformance.not_evaluable") == pytest.approx(1 / 3)
    # `keen` and `merged` met the criteria and were never handed over; `demo` met them before it became a lead's touch.
    assert found.of("criteria_conformance.missed") == 2


def test_the_version_that_the_export_names_rules(measure):
    drawn = events("webinar 10-05 10:00 mql").replace("reason_code", "reason_code  definition_version") + "  v1"
    assert (
        measure("criteria_conformance", lead=LEADS, touch=TOUCHES, lifecycle_event=drawn).of("criteria_conformance")
        == 1
    )


def test_restating_by_another_version_finds_the_first_instant_at_which_all_held(build):
    facts = build(lead=LEADS, touch=TOUCHES, lifecycle_event=events("webinar 10-05 10:00 mql"))
    first = facts.rows(
        "select version, count(*) from (select version, lead_id, min(moment) from criteria_verdict"
        " where definition = 'mql' and verdict = 'met' group by version, lead_id) as first_met group by version"
    )
    assert dict(first) == {"v1": 7, "v2": 4}


def test_equal_totals_may_hide_other_leads_so_history_is_told_under_todays_rule_too(measure):
    recorded = events("webinar 10-05 10:00 mql", "student 10-05 10:00 mql")
    found = measure("mql_count", lead=LEADS, touch=TOUCHES, lifecycle_event=recorded)
    assert found.of("mql_count") == 2
    assert found.of("mql_count.restated", "all") == 4  # none of which was recorded
    assert found.of("mql_count.restated") == 3  # `demo` met it when it asked, in September


def test_a_lead_handed_over_within_a_day_was_not_missed(measure):
    found = measure(
        "criteria_conformance",
        lead=LEADS,
        touch=TOUCHES,
        lifecycle_event=events("keen 10-05 10:00 mql", "merged 10-06 11:00 mql"),
    )
    assert found.of("criteria_conformance.missed") == 2  # `merged` an hour late, and `priced`


def test_alternatives_are_the_ways_in_which_groups_hold():
    def leaf(name):
        return {"touch": name}

    nested = Criteria.model_validate(
        {"all": [leaf("a"), {"any": [leaf("b"), {"none": [leaf("c")]}]}], "none": [leaf("d"), {"all": [leaf("e"),
         leaf("f")]}]}
    )  # fmt: skip
    found = {
        frozenset(("not " if one.is_refused else "") + one.condition.touch for one in way)
        for way in alternatives(nested)
    }
    assert found == {frozenset({"a", last, "not d", out}) for last in ("b", "not c") for out in ("not e", "not f")}


# ------------------------------------------------------------------------------------------------ systems


def test_each_way_to_disagree_is_found_once_it_is_older_than_the_grace(build):
    facts = build(
        lead="lead_id  created_at\n" + "\n".join(
            f"{name}  11-01 08:00" for name in ("unknown", "young", "out", "later", "jump", "order", "won", "gap",
                                                "owners", "fine", "cust")
        ),
        lifecycle_event=events(
            "unknown 11-10 10:00 mql map", "young 11-20 10:00 mql map",
            "out 11-10 10:00 mql map", "out 11-10 11:00 disqualified crm not_icp",
            "later 11-10 10:00 mql map", "later 11-12 10:00 disqualified crm not_icp",
            "jump 11-10 10:00 sql crm",
            "order 11-10 10:00 sql crm", "order 11-11 10:00 mql map",
            "won 11-10 10:00 mql map", "won 11-10 11:00 sal crm",
            "gap 11-05 10:00 mql map", "gap 11-08 10:00 mql crm",
            "owners 11-10 10:00 mql map", "owners 11-10 11:00 sal crm",
            "fine 11-10 10:00 mql map", "fine 11-10 11:00 sal crm",
            "cust 11-10 10:00 customer crm",
        ),
        assignment="""
            lead_id  occurred_at  owner_id
            owners   11-11 10:00  rep
            owners   11-11 10:00  ada
        """,
        opportunity="""
            opportunity_id  primary_lead_id  account_id  created_at   close_date  closed_at    is_closed  is_won
            D1              won              A1          11-11 10:00  11-12       11-12 10:00  true       true
        """,
    )  # fmt: skip
    found = facts.draw("conflict", "lead_id type", "until_at is null")
    assert set(found.splitlines()) == {
        "unknown  map_mql_crm_missing",
        "out  map_mql_crm_disqualified",
        "jump  sql_without_mql",
        "order  out_of_order",
        "won  won_but_not_customer",
        "gap  date_gap",
        "owners  duplicate_owner",
    }


def test_systems_that_say_the_same_at_one_instant_agree_whatever_they_are_called(build):
    facts = build(
        lead="lead_id  created_at\nboth  11-01 08:00\nbought  11-01 08:00",
        lifecycle_event=events(
            "both 11-05 10:00 lead map", "both 11-10 10:00 mql map", "both 11-10 10:00 mql salesforce",
            "bought 11-10 10:00 mql map", "bought 11-10 10:00 mql hubspot", "bought 11-12 10:00 customer hubspot",
        ),
        opportunity="""
            opportunity_id  primary_lead_id  account_id  created_at   close_date  closed_at    is_closed  is_won
            D1              bought           A1          11-11 10:00  11-12       11-12 10:00  true       true
        """,
    )  # fmt: skip
    assert facts.draw("conflict", "lead_id type") == ""
    assert facts.draw("lifecycle", "lead_id stage source_system", "stage <> 'lead'") == "\n".join(
        ["both  mql  salesforce", "bought  customer  hubspot", "bought  mql  hubspot", "bought  opportunity  deal"]
    )


def test_a_marketing_stage_behind_that_of_the_crm_is_a_conflict_until_it_follows(measure):
    drawn = {
        "lead": "lead_id  created_at   region\nL1  10-01 08:00  EU\nL2  10-01 08:00  EU\nL3  10-01 08:00  US",
        "lifecycle_event": events(
            "L1 10-05 10:00 lead map", "L1 10-12 10:00 mql crm",
            "L2 10-05 10:00 mql map", "L2 10-05 11:00 mql crm",
            "L3 10-05 10:00 sql crm",
        ),
    }  # fmt: skip
    found = measure("system_conflict", **drawn)
    assert found.members("system_conflict", "type") == {"map_behind": 1, "sql_without_mql": 1}
    assert found.of("system_conflict", "all") == 2
    assert found.of("system_conflict.share", "all") == pytest.approx(2 / 3)
    assert measure("system_conflict", **drawn, settings={"conflict_grace_hours": 24 * 30}).of(
        "system_conflict", "2026-10"
    ) in (None, 0)


# ------------------------------------------------------------------------------------------------- scores

BANDS = [("A", 10, 1), ("B", 30, 2), ("C", 60, 1), ("D", 90, 6)]


def scored():
    """Draw ten MQLs a band; of each band, so many are qualified by Sales in time."""
    moves = []
    for band, score, hits in BANDS:
        for n in range(10):
            moves.append(f"{band}{n} 10-0{1 + n % 9} 10:00 mql map {score + n / 2}")
            if n < hits:
                moves.append(f"{band}{n} 10-20 10:00 sql crm")
    names = [f"{band}{n}" for band, _, _ in BANDS for n in range(10)]
    # Today's score gives the answer away.
    leads = "lead_id  created_at   score_fit\n" + "\n".join(
        f"{name}  10-01 08:00  99" for name in [*names, "none", "old"]
    )
    return leads, [*moves, "none 10-05 10:00 mql map", "old 10-05 09:00 sql crm", "old 10-05 10:00 mql map 90"]


def area(rows):
    pairs = [(hit, miss) for score, was in rows if was for hit in [score] for miss, other in rows if not other]
    return sum(1 if hit > miss else 0.5 if hit == miss else 0 for hit, miss in pairs) / len(pairs)


def test_a_score_is_judged_as_it_was_when_the_lead_qualified(measure):
    leads, moves = scored()
    found = measure("score_calibration", lead=leads, lifecycle_event=events(*moves), settings={"min_n_band": 10})
    rows = [(score + n / 2, n < hits) for _, score, hits in BANDS for n in range(10)]
    assert found.of("score_calibration") == pytest.approx(area(rows))
    assert found.cell("score_calibration").n == 40
    rates = found.members("score_calibration.rate", "band")
    assert rates == {"00 to 25": 0.1, "25 to 50": 0.2, "50 to 75": 0.1, "75 and more": 0.6}
    lifts = found.members("score_calibration.lift", "band")
    assert [round(lift, 9) for lift in lifts.values()] == [0.4, 0.8, 0.4, 2.4]
    assert found.of("score_calibration.violations") == 1
    assert found.of("score_calibration.precision") == 0.35
    assert found.of("score_calibration.recall") == 0.7
    assert found.of("score_calibration.missing_score") == pytest.approx(1 / 41)
    assert found.of("score_calibration.brier") == "zero_denominator" or found.of("score_calibration.brier") is None


def test_small_bands_join_and_the_threshold_may_be_set(measure):
    leads, moves = scored()
    found = measure(
        "score_calibration",
        lead=leads,
        lifecycle_event=events(*moves),
        settings={"min_n_band": 20, "score_threshold": 80.0},
    )
    assert found.members("score_calibration.rate", "band") == {
        "00 to 25 + 25 to 50": 0.15,
        "50 to 75 + 75 and more": 0.35,
    }
    assert found.of("score_calibration.violations") == 0
    assert (found.of("score_calibration.precision"), found.of("score_calibration.recall")) == (0.6, 0.6)


def test_scores_of_young_mqls_wait(measure):
    found = measure(
        "score_calibration",
        lead="lead_id  created_at\nL1  11-01 08:00\nL2  11-01 08:00",
        lifecycle_event=events("L1 11-03 10:00 mql map 80", "L2 11-03 10:00 mql map 20", "L1 11-04 10:00 sql crm"),
    )
    assert found.of("score_calibration", "2026-11") == "maturing"


# -------------------------------------------------------------------------------------------------- data


def test_each_check_counts_the_rows_that_fail_it_and_none_is_a_score_of_all(measure):
    leads = "lead_id  created_at   score_fit  channel\n" + "\n".join(
        f"L{n}  10-01 08:00  {'-' if n < 3 else 50}  web" for n in range(43)
    )
    found = measure("data_quality", lead=leads)
    cell = found.cell("data_quality", "all", "type=missing_score")
    assert (cell.value, cell.numerator, cell.denominator) == (pytest.approx(3 / 43), 3, 43)
    assert found.of("data_quality", "all", "type=missing_channel") == 0
    assert found.of("data_quality", "all") is None
    assert 0 < found.of("data_quality.passed", "all") < 1


OPEN_DEALS = """
    opportunity_id  created_at   primary_lead_id
    fresh           11-18 08:00  -
    moved           09-01 08:00  -
    called          09-01 08:00  -
    led             09-01 08:00  L1
    still           09-01 08:00  -
"""


def test_the_pipeline_is_up_to_date_where_deals_changed_or_were_worked_on_within_a_week(measure):
    found = measure(
        "data_quality",
        lead="lead_id  created_at\nL1  08-01 08:00",
        owner="owner_id  team\nrep  sales",
        opportunity=OPEN_DEALS,
        opportunity_stage_event="opportunity_id  occurred_at\nmoved  09-01 08:00\nmoved  11-16 08:00",
        activity="lead_id  opportunity_id  occurred_at\n-  called  11-13 09:00\nL1  -  11-19 09:00\n-  still  11-12 23:59",
    )
    cell = found.cell("data_quality.pipeline_updated", "2026-11")  # just before 20 November
    assert (cell.numerator, cell.denominator) == (4, 5)


def test_without_changes_and_activities_nobody_knows_whether_the_pipeline_is_up_to_date(measure):
    found = measure("data_quality", opportunity=OPEN_DEALS)
    assert found.of("data_quality.pipeline_updated", "2026-11") == "missing_input"


def calls(until_day, until_hour):
    """Draw a call at every full hour of business since 1 October."""
    lines = [
        f"{month:02}-{day:02} {hour:02}:00"
        for month, days in ((10, range(1, 31)), (11, range(2, 21)))
        for day in days
        if (day + (3 if month == 10 else 6)) % 7 < 5
        for hour in range(9, 17)
    ]
    kept = [line for line in lines if line <= f"{until_day} {until_hour}"]
    return "activity_id  lead_id  owner_id  occurred_at\n" + "\n".join(
        f"a{n}  L1  rep  {at}" for n, at in enumerate(kept)
    )


@pytest.mark.parametrize(
    ("as_of", "newest", "stopped"),
    [
        ("11-20 18:00", "11-19 12:00", True),  # thirty hours on a working day
        ("11-20 18:00", "11-20 16:00", False),
        ("11-16 09:00", "11-13 16:00", False),  # a weekend is no silence
    ],
)
def test_a_feed_has_stopped_when_it_is_silent_longer_than_it_ever_is(build, as_of, newest, stopped):
    facts = build(as_of=as_of, lead="lead_id  created_at\nL1  10-01 08:00", activity=calls(*newest.split()))
    (found,) = facts.rows("select is_stopped, hours from feed where name = 'activity'")
    assert found[0] is stopped
    if stopped:
        assert found[1] == 30
    assert facts.found("feed_stopped") == stopped


def test_the_age_of_the_data_is_that_of_its_newest_row(measure):
    found = measure("freshness", lead="lead_id  created_at\nL1  11-20 08:00", activity=calls("11-19", "12:00"))
    assert found.of("freshness", "all") == 10
    assert found.members("freshness.table", "type", "all") == {"lead": 10, "activity": 30}
    assert found.of("freshness.stopped", "all", "type=activity") == 1
