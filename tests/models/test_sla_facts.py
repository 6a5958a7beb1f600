"""Obligations: deadlines in business time, states to the second, pauses, cancellations, versions."""

import pytest
from models_bench import promise, same

LEAD = """
    lead_id  owner_id
    L1       rep
"""
TEAM = """
    owner_id  calendar_id
    rep       company
"""
HANDED = """
    lead_id  occurred_at  to_stage
    L1       11-02 16:30  mql
"""
#: The drop has contacts; none of them is of these leads.
SILENCE = """
    lead_id  occurred_at
    other    11-02 12:00
"""
#: 60 business minutes from Monday 16:30 end on Tuesday at 09:30.
DUE = "11-03 09:30"


def clock(build, *commitments, columns="state", **tables):
    given = {"lead": LEAD, "owner": TEAM, "lifecycle_event": HANDED, "activity": SILENCE, **tables}
    facts = build(commitments=commitments or (promise(),), **given)
    return facts.draw("sla_clock", columns)


def call(moment):
    return f"lead_id  occurred_at\n L1  {moment}"


def test_what_a_drop_cannot_show_is_not_judged(build):
    facts = build(commitments=(promise(),), lead=LEAD, owner=TEAM, lifecycle_event=HANDED)
    assert facts.draw("sla_clock", "state") == ""


def test_minutes_run_in_opening_hours_only(build):
    assert (
        clock(build, columns="obligation_id triggered_at due_at target_s") == f"c.test|L1#1  11-02 16:30  {DUE}  3600"
    )


@pytest.mark.parametrize(
    ("answer", "as_of", "state"),
    [
        ("11-03 09:00", "11-20 18:00", "met"),
        ("11-03 09:30", "11-20 18:00", "met"),  # at the very second
        ("11-03 09:30:01", "11-20 18:00", "breached_late"),
        ("11-20 18:00", "11-20 18:00", "breached_late"),
        ("11-03 09:00", "11-03 09:29:59", "met_not_due"),
        ("11-03 09:00", "11-03 09:30", "met"),
        (None, "11-02 16:30", "pending"),
        (None, "11-03 09:17:59", "pending"),
        (None, "11-03 09:18", "due_soon"),  # 48 of 60 minutes
        (None, "11-03 09:30", "due_soon"),
        (None, "11-03 09:30:01", "breached_open"),
    ],
)
def test_the_state_of_an_obligation_to_the_second(build, answer, as_of, state):
    activity = call(answer) if answer else "lead_id  occurred_at"
    assert clock(build, activity=activity, as_of=as_of) == state


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("11-03 09:30", "met  no"),
        ("11-03 09:40", "met  yes"),
        ("11-03 09:40:01", "breached_late  no"),
    ],
)
def test_grace_forgives_and_is_shown(build, answer, expected):
    assert clock(build, promise(grace=10), columns="state is_in_grace", activity=call(answer)) == expected


def test_business_days_end_with_the_close_of_the_last_day(build):
    days = promise(per_tier=[{"value": 2, "unit": "business_days"}])
    assert clock(build, days, columns="due_at target_days") == "11-04 17:00  2"


@pytest.mark.parametrize(
    ("handed", "due"),
    [
        ("11-06 17:00", "11-11 17:00"),  # at the close of Friday: Monday is the day
        ("11-06 16:59:59", "11-10 17:00"),
        ("11-07 12:00", "11-11 17:00"),  # Saturday
    ],
)
def test_a_hand_over_after_the_close_belongs_to_the_next_business_day(build, handed, due):
    days = promise(per_tier=[{"value": 2, "unit": "business_days"}])
    events = f"lead_id  occurred_at  to_stage\n L1  {handed}  mql"
    assert clock(build, days, columns="due_at", lifecycle_event=events) == due


@pytest.mark.parametrize("unit", [{"value": 24, "unit": "hours"}, {"value": 1, "unit": "days"}])
def test_hours_run_round_the_clock(build, unit):
    assert (
        clock(build, promise(per_tier=[unit]), columns="due_at elapsed_s", as_of="11-02 18:30") == "11-03 16:30  7200"
    )


@pytest.mark.parametrize(
    ("pauses", "due", "paused"),
    [
        ("L1  -  11-03 09:10  11-03 10:10", "11-03 10:30", 3600),
        ("L1  -  11-02 18:00  11-03 09:10", "11-03 09:40", 600),  # only open hours
        ("L1  -  11-01 10:00  11-02 16:45", "11-03 09:45", 900),  # not before the trigger
        ("L1  c.test  11-03 09:10  11-03 10:10", "11-03 10:30", 3600),
        ("L1  c.other  11-03 09:10  11-03 10:10", DUE, 0),
        ("L9  -  11-03 09:10  11-03 10:10", DUE, 0),
        ("L1  -  11-03 09:30  11-03 10:10", DUE, 0),  # it begins when the deadline has passed
        ("L0  -  11-03 09:10  11-03 10:10", "11-03 10:30", 3600),  # a record that was merged into it
        ("L1  -  11-03 09:00  11-03 09:10\n L1  -  11-03 09:20  11-03 09:25", "11-03 09:45", 900),
        ("L1  -  11-03 09:00  11-03 09:10\n L1  -  11-03 09:05  11-03 09:15", "11-03 09:45", 900),  # together
        ("L1  -  11-03 09:10  -", "11-05 09:30", 16 * 3600),  # paused to this day
    ],
)
def test_pauses_move_the_deadline_by_the_open_time_they_cover(build, pauses, due, paused):
    assert (
        clock(
            build,
            columns="due_at paused_s",
            lead="lead_id  owner_id  merged_into_lead_id\n L1  rep  -\n L0  rep  L1\n L00  rep  L1",
            sla_pause=f"lead_id  commitment_id  start_at  end_at\n {pauses}",
            as_of="11-05 09:10",
        )
        == f"{due}  {paused}"
    )


def test_a_pause_is_no_time_that_the_lead_waited(build):
    assert clock(
        build,
        columns="elapsed_s",
        activity=call("11-03 10:00"),
        sla_pause="lead_id  start_at  end_at\n L1  11-03 09:10  11-03 09:40",
    ) == str(3600)


@pytest.mark.parametrize(
    ("leaves", "reason", "state"),
    [
        ("11-03 09:30", "spam", "cancelled"),
        ("11-03 09:30:01", "spam", "breached_open"),
        ("11-03 09:00", "no_budget", "breached_open"),
    ],
)
def test_a_withdrawn_hand_over_cancels_what_was_not_due_yet(build, leaves, reason, state):
    events = f"""
        lead_id  occurred_at  to_stage      reason_code
        L1       11-02 16:30  mql           -
        L1       {leaves}  disqualified  {reason}
    """
    assert clock(build, promise(cancel_on=["spam"]), lifecycle_event=events) == state


def test_test_records_owe_nothing(build):
    assert clock(build, lead="lead_id  owner_id  is_test\n L1  rep  true") == "excluded"


def test_each_tier_has_its_own_time(build):
    tiers = [
        {"tier": "A", "value": 60, "unit": "business_minutes"},
        {"tier": "B", "value": 2, "unit": "business_hours"},
    ]
    assert clock(
        build,
        promise(per_tier=tiers),
        columns="lead_id target_s",
        lead="lead_id  tier\n L1  A\n L2  B\n L3  C\n L4  -",
        lifecycle_event="lead_id  occurred_at  to_stage\n" + "\n".join(f"L{n}  11-02 10:00  mql" for n in (1, 2, 3, 4)),
    ) == same("L1  3600\nL2  7200")


@pytest.mark.parametrize(("handed", "version"), [("11-08 23:59", "v1"), ("11-09 00:00", "v2")])
def test_an_obligation_keeps_the_version_it_began_under(build, handed, version):
    old = promise(effective_to="2026-11-09")
    new = promise(version="v2", effective_from="2026-11-09", per_tier=[{"value": 30, "unit": "business_minutes"}])
    events = f"lead_id  occurred_at  to_stage\n L1  {handed}  mql"
    assert clock(build, old, new, columns="version", lifecycle_event=events) == version


def test_each_cycle_is_an_obligation_of_its_own(build):
    assert clock(
        build,
        columns="handoff_id state",
        lifecycle_event="""
        lead_id  occurred_at  to_stage  reason_code
        L1       11-02 10:00  mql       -
        L1       11-02 10:30  recycled  no_timing
        L1       11-05 10:00  mql       -
        """,
        activity=call("11-05 10:15"),
    ) == same("L1#1  breached_open\nL1#2  met")


@pytest.mark.parametrize(("calendar", "due"), [("owner", "11-03 08:30"), ("company", DUE), ("24x7", "11-02 17:30")])
def test_the_hours_are_those_that_the_promise_names(build, calendar, due):
    # In the calendar of this owner it is half past five in the evening.
    owner = "owner_id  calendar_id\n rep  emea"
    assert clock(build, promise(calendar=calendar), columns="due_at", owner=owner) == due


@pytest.mark.parametrize(
    ("stop", "events", "stopped"),
    [
        (["sal"], "L1  11-03 09:00  sal  -  map", "11-03 09:00"),
        (["decision"], "L1  11-03 09:00  sal  -  map", "11-03 09:00"),
        (["sql"], "L1  11-03 09:00  sal  -  map", "-"),
        (["sql"], "L1  11-03 09:00  sql  -  map", "11-03 09:00"),
        (["reasoned_exit"], "L1  11-03 09:00  recycled  no_budget  map", "11-03 09:00"),
        (["decision"], "L1  11-03 09:00  recycled  no_budget  map", "11-03 09:00"),
        (["reasoned_exit"], "L1  11-03 09:00  recycled  -  map", "-"),  # no decision without a reason
        (["reasoned_exit"], "L1  11-03 09:00  recycled  -  map\n L1  11-03 09:10  recycled  price  map", "11-03 09:10"),
        (["crm_event"], "L1  11-03 09:00  sal  -  crm", "11-03 09:00"),
        (["crm_event"], "L1  11-03 09:00  sal  -  map", "-"),
        (["sql", "sal"], "L1  11-03 09:00  sal  -  map\n L1  11-03 09:10  sql  -  map", "11-03 09:00"),
    ],
)
def test_the_first_of_the_agreed_stops_counts(build, stop, events, stopped):
    drawn = f"lead_id  occurred_at  to_stage  reason_code  source_system\n L1  11-02 16:30  mql  -  map\n {events}"
    assert clock(build, promise(stop=stop), columns="stopped_at", lifecycle_event=drawn) == stopped


@pytest.mark.parametrize(
    ("assigned", "stopped"),
    [
        ("L1  11-02 17:30  rep", "11-02 17:30"),
        ("L1  11-02 16:00  rep\n L1  11-02 17:30  rep", "11-02 16:30"),  # a seller owned it already
    ],
)
def test_delivery_stops_with_the_assignment_to_a_seller(build, assigned, stopped):
    given = {"assignment": f"lead_id  occurred_at  owner_id\n {assigned}"}
    assert clock(build, promise(stop=["assignment"]), columns="stopped_at", **given) == stopped


@pytest.mark.parametrize(
    ("calls", "stopped"),
    [
        ("11-03 09:00  no_answer\n L1  11-03 10:00  no_answer", "-"),
        ("11-03 09:00  no_answer\n L1  11-03 10:00  no_answer\n L1  11-03 11:00  no_answer", "11-03 11:00"),
        ("11-03 09:00  no_answer\n L1  11-03 10:00  connected", "11-03 10:00"),
        ("11-02 16:00  connected\n L1  11-03 09:00  no_answer", "-"),  # before the hand-over
        (
            "11-03 09:00  no_answer\n L1  11-03 09:04  no_answer\n L1  11-03 11:00  no_answer",
            "-",
        ),  # two of them are one
    ],
)
def test_the_promised_number_of_attempts_or_a_connection_stops(build, calls, stopped):
    tries = promise(stop=["attempts", "connected"], per_tier=[{"value": 10, "unit": "business_days", "attempts": 3}])
    activity = f"lead_id  occurred_at  outcome\n L1  {calls}"
    assert clock(build, tries, columns="stopped_at", activity=activity) == stopped


@pytest.mark.parametrize(
    ("touches", "stopped"),
    [
        ("L1  11-04 10:00  true\n L1  11-05 10:00  true", "11-04 10:00"),
        ("L1  11-04 10:00  false", "-"),
        ("L1  11-03 10:00  true", "-"),  # at the exit itself
        ("L0  11-04 10:00  true", "11-04 10:00"),  # a record that was merged into it
    ],
)
def test_a_recycled_lead_waits_for_a_touch_by_marketing(build, touches, stopped):
    nurture = promise(
        trigger="recycled", stop=["marketing_touch"], accountable="marketing", direction="marketing_to_sales"
    )
    assert (
        clock(
            build,
            nurture,
            columns="triggered_at stopped_at accountable_team",
            lead="lead_id  merged_into_lead_id\n L1  -\n L0  L1",
            lifecycle_event="lead_id  occurred_at  to_stage\n L1  11-02 16:30  mql\n L1  11-03 10:00  recycled",
            touch=f"lead_id  occurred_at  is_marketing\n {touches}",
        )
        == f"11-03 10:00  {stopped}  marketing"
    )


def test_an_accepted_lead_owes_a_final_result_from_then_on(build):
    outcome = promise(trigger="sal", stop=["sql", "reasoned_exit"])
    events = "lead_id  occurred_at  to_stage\n L1  11-02 16:30  mql\n L1  11-03 10:00  sal\n L1  11-03 10:45  sql"
    assert clock(build, outcome, columns="triggered_at state", lifecycle_event=events) == "11-03 10:00  met"


QUALITY = {
    "kind": "quality", "stop": [], "accountable": "marketing", "direction": "marketing_to_sales",
    "per_tier": [{"value": 1, "unit": "ratio"}], "required_fields": ["interest_level", "decision_maker_access=1"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("interest", "access", "state"),
    [
        ("high", "true", "met"),
        ("-", "true", "breached_open"),
        ("high", "false", "breached_open"),
        ("high", "-", "breached_open"),
    ],
)
def test_a_hand_over_keeps_the_promise_of_quality_with_every_agreed_field(build, interest, access, state):
    lead = f"lead_id  interest_level  decision_maker_access\n L1  {interest}  {access}"
    assert clock(build, promise(**QUALITY), lead=lead) == state


@pytest.mark.parametrize(
    ("exit", "state"),
    [
        ("recycled  no_budget", "met"),
        ("recycled  -", "breached_open"),
        ("recycled  other", "breached_open"),
        ("sal  -", ""),
    ],
)
def test_a_rejection_says_why_and_other_is_no_reason(build, exit, state):
    reason = promise(kind="reason", trigger="rejection", stop=[], per_tier=[{"value": 1, "unit": "ratio"}])
    events = f"lead_id  occurred_at  to_stage  reason_code\n L1  11-02 16:30  mql  -\n L1  11-03 10:00  {exit}"
    assert clock(build, reason, lifecycle_event=events) == state


# ------------------------------------------------------------------------------------------ what stands beside


@pytest.mark.parametrize(("calls", "early"), [(("11-03 09:00",), 1), (("11-03 09:00", "11-04 09:00"), 0)])
def test_giving_up_before_the_promised_attempts_is_found(build, calls, early):
    tries = promise(stop=["attempts"], per_tier=[{"attempts": 2, "value": 10, "unit": "business_days"}])
    facts = build(
        commitments=(tries,),
        lead=LEAD,
        owner=TEAM,
        lifecycle_event="lead_id  occurred_at  to_stage  reason_code\n L1  11-02 16:30  mql  -\n"
        " L1  11-06 10:00  recycled  unable_to_reach",
        activity="lead_id  occurred_at  outcome\n" + "\n".join(f"L1  {moment}  no_answer" for moment in calls),
    )
    assert facts.found("early_give_up") == early


def test_the_time_until_an_owner_had_it_is_not_the_owners_time(build):
    facts = build(
        lead=LEAD,
        owner=TEAM,
        lifecycle_event=HANDED,
        assignment="lead_id  occurred_at  owner_id\n L1  11-03 09:10  rep",
        activity=call("11-03 10:00"),
    )
    assert facts.draw("response_part", "routing_s owner_s") == f"{40 * 60}  {50 * 60}"  # half an hour of Monday, too


@pytest.mark.parametrize(("ends", "found"), [("11-16 17:00", 0), ("11-17 17:00", 1)])
def test_a_pause_of_more_business_days_than_agreed_is_pointed_out(build, ends, found):
    facts = build(
        lead=LEAD, owner=TEAM, lifecycle_event=HANDED,
        sla_pause=f"lead_id  commitment_id  start_at  end_at\n L1  -  11-03 09:00  {ends}",
    )  # fmt: skip
    assert facts.found("long_pause") == found


def test_a_qualified_lead_waits_for_its_deal(build):
    deal = promise(trigger="sql", stop=["opportunity"], per_tier=[{"value": 8, "unit": "business_hours"}])
    drawn = clock(
        build,
        deal,
        columns="triggered_at due_at stopped_at state",
        lifecycle_event="lead_id  occurred_at  to_stage\n L1  11-02 09:00  mql\n L1  11-02 10:00  sql",
        opportunity="opportunity_id  primary_lead_id  created_at\n D1  L1  11-03 10:30",
    )
    assert drawn == "11-02 10:00  11-03 10:00  11-03 10:30  breached_late"


@pytest.mark.parametrize("scope", ["region", "segment", "channel"])
def test_a_promise_may_speak_of_a_part_of_the_leads(build, scope):
    one = promise(per_tier=[{scope: "one", "value": 1, "unit": "business_hours"}])
    drawn = build(
        commitments=(one,),
        owner=TEAM,
        lead=f"lead_id  {scope}\n L1  one\n L2  two\n L3  -",
        lifecycle_event="lead_id  occurred_at  to_stage\n" + "\n".join(f"L{n}  11-02 09:00  mql" for n in (1, 2, 3)),
        activity=SILENCE,
    ).draw("sla_clock", "lead_id state")
    assert drawn == "L1  breached_open"
