"""Every way of counting that the settings offer changes the number it says it changes."""

import pytest

LEAD = "lead_id  created_at\n"
EVENT = "lead_id  occurred_at  to_stage  source_system  reason_code\n"
OWNERS = "owner_id  team   calendar_id\nrep  sales  company\nada  sales  company"


def events(*rows):
    """Draw moves: "lead day hour stage [reason]"."""
    lines = []
    for row in rows:
        lead, day, hour, stage, *reason = row.split()
        lines.append(f"{lead}  {day} {hour}  {stage}  crm  {(*reason, '-')[0]}")
    return EVENT + "\n".join(lines)


HANDED = {
    "lead": LEAD + "L1  11-02 09:00\nL2  11-02 09:00",
    "owner": OWNERS,
    "lifecycle_event": events("L1 11-02 10:00 mql", "L2 11-02 10:00 mql"),
    "assignment": "lead_id  occurred_at  owner_id\nL1  11-02 11:00  rep\nL1  11-02 12:00  ada",
    "activity": "lead_id  owner_id  occurred_at\nL1  ada  11-02 12:30\nL2  ada  11-02 09:30",
}


@pytest.mark.parametrize(
    ("settings", "minutes", "units"),
    [
        ({}, 150, 2),  # L1 after two and a half hours; L2, called before it was handed over, waits on
        ({"response_start": "lead_created"}, 30, 2),  # L1 after three and a half hours, L2 after half an hour
        ({"response_start": "assigned"}, 90, 1),  # nobody was given L2
        ({"restart_on_reassign": True}, 30, 2),
        ({"response_start": "assigned", "restart_on_reassign": True}, 30, 1),
    ],
)
def test_response_time_begins_where_it_was_agreed(measure, settings, minutes, units):
    found = measure("lead_response_time", **HANDED, settings=settings)
    assert found.of("lead_response_time", "2026-11") == minutes
    assert found.cell("lead_response_time", "2026-11").n == units


@pytest.mark.parametrize(("restarts", "states"), [
    (False, {"L1": ("breached_late", "11-02 11:00")}), (True, {"L1": ("met", "11-02 13:00")}),
])  # fmt: skip
def test_a_new_owner_restarts_the_clocks_of_sales_where_that_was_agreed(build, restarts, states):
    facts = build(**HANDED, settings={"restart_on_reassign": restarts})
    drawn = facts.draw("sla_clock", "lead_id state due_at", "commitment = 'c.sm.first_response' and lead_id = 'L1'")
    assert drawn == "\n".join(f"{lead}  {state}  {due}" for lead, (state, due) in states.items())
    delivery = facts.draw("sla_clock", "triggered_at", "commitment = 'c.ms.delivery' and lead_id = 'L1'")
    assert delivery == "11-02 10:00"


def test_a_lead_that_changed_hands_after_its_answer_is_answered(build):
    drawn = HANDED | {"activity": "lead_id  owner_id  occurred_at\nL1  rep  11-02 11:30"}
    facts = build(**drawn, settings={"restart_on_reassign": True})
    assert facts.draw("handoff", "lead_id waiting_since owner", "lead_id = 'L1'") == "L1  11-02 10:00  rep"


@pytest.mark.parametrize(("due", "period"), [("due", "2026-11"), ("trigger", "2026-10")])
def test_an_obligation_falls_in_the_period_of_its_deadline_or_its_trigger(measure, due, period):
    found = measure(
        "sla_attainment",
        lead=LEAD + "L1  10-30 09:00",
        owner=OWNERS,
        lifecycle_event=events("L1 10-30 16:30 mql", "L1 11-02 10:00 sal"),
        settings={"sla_period": due},
    )
    assert found.of("sla_attainment", period, "commitment=c.sm.disposition") == 1
    other = {"2026-11": "2026-10", "2026-10": "2026-11"}[period]
    assert found.of("sla_attainment", other, "commitment=c.sm.disposition") is None


@pytest.mark.parametrize(("counted", "october", "november"), [("first", 2, 0), ("all", 2, 1)])
def test_volume_is_first_qualifications_or_all(measure, counted, october, november):
    found = measure(
        "mql_count",
        lead=LEAD + "L1  10-01 08:00\nL2  10-01 08:00",
        lifecycle_event=events("L1 10-05 10:00 mql", "L2 10-05 10:00 mql", "L1 10-06 10:00 recycled no_timing",
                               "L1 11-03 10:00 mql"),
        settings={"mql_count": counted},
    )  # fmt: skip
    assert (found.of("mql_count"), found.of("mql_count", "2026-11")) == (october, november)


WON = """
    opportunity_id  primary_lead_id  account_id  created_at        close_date  closed_at         is_closed  is_won
    D1              L1               A1          2026-05-05 10:00  2026-06-20  2026-06-20 10:00  true       true
    D2              L2               A2          2026-05-05 10:00  2026-06-25  2026-06-25 10:00  true       false
"""
BOUGHT = {
    "lead": LEAD + "\n".join(f"L{n}  2026-0{5 if n < 4 else 6}-01 08:00" for n in range(1, 7)),
    "lifecycle_event": events("L4 2026-06-05 10:00 disqualified not_icp"),
    "opportunity": WON,
}


@pytest.mark.parametrize(("basis", "may", "june"), [("cohort", 1 / 3, 0), ("period", 0, 1 / 3)])
def test_customers_are_counted_by_their_cohort_or_by_the_period(measure, basis, may, june):
    found = measure("lead_to_customer", **BOUGHT, settings={"conversion_basis": basis})
    assert found.of("lead_to_customer", "2026-05") == pytest.approx(may)
    assert found.of("lead_to_customer", "2026-06") == pytest.approx(june)
    assert found.of("lead_to_customer.period", "2026-06") == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("basis", "may", "june"),
    # Of May: one bought, one lost its deal, one fell silent... there are no contacts in this drop, so it stays open.
    [("cohort", 1 / 3, 1 / 3), ("event", None, 2 / 3)],
)
def test_exits_are_counted_by_the_cohort_or_by_their_own_day(measure, basis, may, june):
    found = measure("exit_no_purchase", **BOUGHT, settings={"exit_basis": basis})
    assert found.of("exit_no_purchase", "2026-05") == (None if may is None else pytest.approx(may))
    assert found.of("exit_no_purchase", "2026-06") == pytest.approx(june)


@pytest.mark.parametrize(("days", "left"), [(60, 1), (80, 0)])
def test_a_lead_leaves_by_silence_after_the_agreed_days(measure, days, left):
    found = measure(
        "exit_no_purchase",
        lead=LEAD + "L1  2026-05-01 08:00",
        activity="lead_id  owner_id  occurred_at\nL1  rep  2026-05-20 08:00",
        settings={"inactive_days": days},
    )
    assert found.of("exit_no_purchase", "2026-05") == left


@pytest.mark.parametrize(("days", "untouched"), [(5, 1), (8, 0)])
def test_a_lead_is_forgotten_after_the_agreed_business_days(measure, days, untouched):
    found = measure(
        "untouched_leads",
        lead="lead_id  created_at  owner_id\nL1  11-10 08:00  rep",
        owner=OWNERS,
        settings={"stale_days": days},
    )
    assert found.of("untouched_leads", "all") == (untouched or None)
