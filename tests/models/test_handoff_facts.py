"""What Marketing handed over and what Sales made of it: answers, owners, calendars, attempts."""

import pytest
from models_bench import same

LEAD = """
    lead_id  owner_id
    L1       rep
"""
TEAM = """
    owner_id  team       calendar_id
    rep       sales      company
    other     sales      company
    campaign  marketing  company
"""
HANDED = """
    lead_id  occurred_at  to_stage
    L1       11-02 10:00  mql
"""
EXIT = """
    lead_id  occurred_at  to_stage  reason_code
    L1       11-02 10:00  mql       -
    L1       11-03 10:00  recycled  no_timing
    L1       11-05 10:00  mql       -
"""


def handed(build, **tables):
    return build(**{"lead": LEAD, "owner": TEAM, "lifecycle_event": HANDED, **tables})


def answers(facts):
    return facts.draw("handoff", "handoff_id is_answered responded_at response_s")


def test_the_first_human_contact_by_sales_answers_in_business_seconds(build):
    facts = handed(
        build,
        activity="""
        lead_id  occurred_at
        L1       11-03 09:30
        L1       11-04 09:30
        """,
    )
    # From 10:00 to 17:00 on Monday, and half an hour on Tuesday.
    assert answers(facts) == f"L1#1  yes  11-03 09:30  {int(7.5 * 3600)}"


@pytest.mark.parametrize(
    "activity",
    [
        "L1  rep       11-02 11:00  email    outbound  true   -",
        "L1  campaign  11-02 11:00  email    outbound  false  -",
        "L1  nobody    11-02 11:00  email    outbound  false  -",
        "L1  rep       11-02 11:00  task     outbound  false  -",
        "L1  rep       11-02 11:00  email    inbound   false  -",
        "L1  rep       11-02 11:00  call     inbound   false  no_answer",
        "L9  rep       11-02 11:00  call     outbound  false  -",
    ],
)
def test_automatic_and_marketing_contacts_tasks_and_missed_calls_do_not_answer(build, activity):
    facts = handed(
        build, activity=f"lead_id  owner_id  occurred_at  type  direction  is_automated  outcome\n{activity}"
    )
    assert answers(facts) == "L1#1  no  -  -"


@pytest.mark.parametrize(
    "activity",
    [
        "L1  rep    11-02 11:00  meeting  inbound   -",
        "L1  other  11-02 11:00  sms      outbound  no_answer",
        "L1  rep    11-02 11:00  call     inbound   connected",
    ],
)
def test_meetings_calls_and_messages_by_anybody_in_sales_answer(build, activity):
    facts = handed(build, activity=f"lead_id  owner_id  occurred_at  type  direction  outcome\n{activity}")
    assert answers(facts) == "L1#1  yes  11-02 11:00  3600"


def test_a_contact_on_the_deal_of_the_lead_answers(build):
    facts = handed(
        build,
        opportunity="opportunity_id  primary_lead_id  created_at\n O1  L1  11-02 10:30",
        activity="lead_id  opportunity_id  occurred_at\n -  O1  11-02 11:00",
    )
    assert answers(facts) == "L1#1  yes  11-02 11:00  3600"


@pytest.mark.parametrize(
    ("contact", "expected"),
    [
        ("11-02 09:55", "L1#1  yes  11-02 10:00  0"),  # five minutes of clock skew
        ("11-02 09:54:59", "L1#1  no  -  -"),
    ],
)
def test_a_contact_within_the_clock_skew_answers_at_once_and_an_earlier_one_not(build, contact, expected):
    facts = handed(build, activity=f"lead_id  occurred_at\n L1  {contact}")
    assert answers(facts) == expected
    assert facts.found("contact_before_handoff") == (expected == "L1#1  no  -  -")


def test_a_cycle_borrows_no_answer_from_the_next_one(build):
    facts = handed(build, lifecycle_event=EXIT, activity="lead_id  occurred_at\n L1  11-05 10:30")
    assert answers(facts) == same("""
        L1#1  no   -            -
        L1#2  yes  11-05 10:30  1800
    """)


def test_a_contact_at_the_instant_of_the_exit_still_answers(build):
    facts = handed(build, lifecycle_event=EXIT, activity="lead_id  occurred_at\n L1  11-03 10:00")
    assert facts.draw("handoff", "handoff_id responded_at", "is_answered") == "L1#1  11-03 10:00"


def test_without_an_answer_a_lead_waited_until_its_exit_or_until_now(build):
    facts = handed(build, lifecycle_event=EXIT, as_of="11-05 12:00")
    assert facts.draw("handoff", "handoff_id waited_until waited_s") == same(f"""
        L1#1  11-03 10:00  {8 * 3600}
        L1#2  11-05 12:00  {2 * 3600}
    """)


@pytest.mark.parametrize(
    ("assigned", "expected"),
    [
        ("", "rep  -"),  # what the lead says now
        ("L1  11-02 09:00  other", "other  11-02 10:00"),  # a seller owned it already: delivered at once
        ("L1  11-02 09:00  other\n L1  11-02 09:30  rep", "rep  11-02 10:00"),  # the latest up to the hand-over
        ("L1  11-02 10:00  other", "other  11-02 10:00"),
        ("L1  11-02 11:00  other\n L1  11-02 12:00  rep", "other  11-02 11:00"),  # else the first one after it
        ("L1  11-02 09:00  other\n L1  11-02 11:00  rep", "other  11-02 10:00"),
        ("L0  11-02 09:00  other", "other  11-02 10:00"),  # a record that was merged into it
    ],
)
def test_the_owner_at_hand_over_is_the_one_assigned_then(build, assigned, expected):
    facts = build(
        lead="lead_id  owner_id  merged_into_lead_id\n L1  rep  -\n L0  -  L1",
        owner=TEAM,
        lifecycle_event=HANDED,
        assignment=f"lead_id  occurred_at  owner_id\n {assigned}" if assigned else "lead_id  occurred_at  owner_id",
    )
    assert facts.draw("handoff", "owner assigned_at") == expected


@pytest.mark.parametrize(
    ("owner", "region", "calendar"),
    [
        ("rep", "US", "emea"),  # the owner's own
        ("roaming", "us", "americas"),  # an unknown one: the region's
        ("-", "US", "americas"),
        ("-", "Mars", "company"),
        ("-", "-", "company"),
    ],
)
def test_hours_are_the_owners_else_the_regions_else_the_companys(build, owner, region, calendar):
    facts = build(
        lead=f"lead_id  owner_id  region\n L1  {owner}  {region}",
        owner="owner_id  calendar_id\n rep  emea\n roaming  the_moon",
        lifecycle_event=HANDED,
    )
    assert facts.draw("handoff", "calendar_id") == calendar


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ("L1  11-03 10:00  sal  -", "yes  no  no  -"),
        ("L1  11-03 10:00  sql  -", "yes  no  no  -"),  # beyond is accepted too
        ("L1  11-03 10:00  recycled  not_icp", "no  yes  yes  not_icp"),
        ("L1  11-03 10:00  recycled  no_budget", "no  yes  no  no_budget"),
        ("L1  11-03 10:00  sal  -\n L1  11-04 10:00  recycled  no_budget", "yes  no  no  no_budget"),
        ("L1  11-03 10:00  recycled  no_budget\n L1  11-04 10:00  sal  -", "no  yes  no  no_budget"),
        ("L1  11-03 10:00  mql  -", "no  no  no  -"),
    ],
)
def test_sales_accepts_or_rejects_whichever_comes_first(build, events, expected):
    facts = handed(
        build, lifecycle_event=f"lead_id  occurred_at  to_stage  reason_code\n L1  11-02 10:00  mql  -\n {events}"
    )
    assert facts.draw("handoff", "is_accepted is_rejected is_disagreement reason", "cycle = 1") == expected


def test_reasons_that_are_no_decision_make_the_hand_over_void(build):
    facts = handed(
        build,
        lifecycle_event="""
        lead_id  occurred_at  to_stage      reason_code
        L1       11-02 10:00  mql           -
        L1       11-03 10:00  disqualified  spam
        """,
    )
    assert facts.draw("handoff", "is_void reason_family") == "yes  admin"


def test_a_rejection_without_a_reason_is_counted(build):
    facts = handed(
        build, lifecycle_event="lead_id  occurred_at  to_stage\n L1  11-02 10:00  mql\n L1  11-03 10:00  recycled"
    )
    assert facts.found("missing_reason") == 1


@pytest.mark.parametrize(
    ("calls", "kept"),
    [
        ("10:00  10:04  10:06", "10:00  10:06"),  # six minutes from the one that was kept
        ("10:00  10:05  10:10  10:11", "10:00  10:10"),  # at five minutes it is still the same
        ("10:00  10:00", "10:00"),
        ("10:00  10:05:01", "10:00  10:05:01"),
        ("10:00  11:00  12:00", "10:00  11:00  12:00"),
    ],
)
def test_the_same_attempt_within_five_minutes_of_the_kept_one_counts_once(build, calls, kept):
    lines = "\n".join(f"L1  11-02 {call}" for call in calls.split("  "))
    facts = handed(build, activity=f"lead_id  occurred_at\n{lines}")
    assert facts.draw("attempt", "attempted_at") == "\n".join(f"11-02 {call}" for call in kept.split("  "))


def test_attempts_of_another_owner_type_or_lead_are_attempts_of_their_own(build):
    facts = build(
        lead="lead_id\n L1\n L2",
        activity="""
        lead_id  owner_id  type   occurred_at
        L1       rep       call   11-02 10:00
        L1       rep       email  11-02 10:01
        L1       other     call   11-02 10:02
        L2       rep       call   11-02 10:03
        L1       rep       call   11-02 10:04
        """,
    )
    assert facts.draw("attempt", "attempted_at") == same("""
        11-02 10:00
        11-02 10:01
        11-02 10:02
        11-02 10:03
    """)


def test_attempts_on_a_merged_record_or_a_deal_are_attempts_on_the_lead(build):
    facts = build(
        lead="lead_id  merged_into_lead_id\n L1  -\n L0  L1",
        opportunity="opportunity_id  primary_lead_id\n O1  L0",
        activity="""
        lead_id  opportunity_id  occurred_at
        L0       -               11-02 10:00
        L1       -               11-02 10:01
        -        O1              11-02 11:00
        -        O9              11-02 12:00
        """,
    )
    assert facts.draw("attempt", "lead_id attempted_at") == same("""
        L1  11-02 10:00
        L1  11-02 11:00
    """)
