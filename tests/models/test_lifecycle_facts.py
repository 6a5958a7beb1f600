"""What a lead went through: order, cycles, marks, merges."""

import pytest
from models_bench import same

from generator.errors import ExportError

LEAD = """
    lead_id
    L1
"""


def moves(build, events, **tables):
    facts = build(**{"lead": LEAD, **tables}, lifecycle_event=events)
    return facts.draw("lifecycle", "occurred_at stage cycle move")


def test_each_forward_stage_is_entered_once_in_order(build):
    assert moves(
        build,
        """
        lead_id  occurred_at  to_stage
        L1       11-02 09:00  mql
        L1       11-03 09:00  sal
        L1       11-04 09:00  sql
        """,
    ) == same("""
        11-02 09:00  mql  1  entry
        11-03 09:00  sal  1  entry
        11-04 09:00  sql  1  entry
    """)


@pytest.mark.parametrize("side", ["recycled", "disqualified"])
def test_a_lead_that_comes_back_after_an_exit_begins_a_new_cycle(build, side):
    assert moves(
        build,
        f"""
        lead_id  occurred_at  to_stage
        L1       11-02 09:00  mql
        L1       11-03 09:00  {side}
        L1       11-04 09:00  mql
        L1       11-05 09:00  sql
        """,
    ) == same(f"""
        11-02 09:00  mql  1  entry
        11-03 09:00  {side}  1  exit
        11-04 09:00  mql  2  entry
        11-05 09:00  sql  2  entry
    """)


def test_the_first_stage_of_all_does_not_begin_a_cycle(build):
    assert moves(
        build,
        """
        lead_id  occurred_at  to_stage
        L1       11-02 09:00  mql
        L1       11-03 09:00  recycled
        L1       11-04 09:00  lead
        L1       11-05 09:00  mql
        """,
    ) == same("""
        11-02 09:00  mql  1  entry
        11-03 09:00  recycled  1  exit
        11-04 09:00  lead  1  backward
        11-05 09:00  mql  2  entry
    """)


def test_several_exits_in_a_row_end_one_cycle(build):
    assert moves(
        build,
        """
        lead_id  occurred_at  to_stage
        L1       11-02 09:00  mql
        L1       11-03 09:00  recycled
        L1       11-04 09:00  disqualified
        L1       11-05 09:00  recycled
        L1       11-06 09:00  sql
        L1       11-09 09:00  recycled
        L1       11-10 09:00  mql
        """,
    ) == same("""
        11-02 09:00  mql  1  entry
        11-03 09:00  recycled  1  exit
        11-04 09:00  disqualified  1  exit
        11-05 09:00  recycled  1  exit
        11-06 09:00  sql  2  entry
        11-09 09:00  recycled  2  exit
        11-10 09:00  mql  3  entry
    """)


def test_a_move_back_inside_a_cycle_is_no_entry(build):
    assert moves(
        build,
        """
        lead_id  occurred_at  to_stage
        L1       11-02 09:00  sql
        L1       11-03 09:00  mql
        L1       11-04 09:00  sql
        L1       11-05 09:00  opportunity
        """,
    ) == same("""
        11-02 09:00  sql  1  entry
        11-03 09:00  mql  1  backward
        11-04 09:00  sql  1  repeat
        11-05 09:00  opportunity  1  entry
    """)


def test_stages_of_one_instant_read_forward_whatever_their_ids(build):
    assert moves(
        build,
        """
        event_id  lead_id  occurred_at  to_stage
        e1        L1       11-02 09:00  recycled
        e2        L1       11-02 09:00  sal
        e3        L1       11-02 09:00  mql
        """,
    ) == same("""
        11-02 09:00  mql  1  entry
        11-02 09:00  recycled  1  exit
        11-02 09:00  sal  1  entry
    """)


def test_the_same_stage_at_the_same_instant_is_one_event(build):
    facts = build(
        lead=LEAD,
        lifecycle_event="""
        lead_id  occurred_at  to_stage  source_system  reason_code
        L1       11-02 09:00  recycled  map            -
        L1       11-02 09:00  recycled  crm            no_budget
        """,
    )
    assert facts.draw("lifecycle", "stage source_system reason move") == "recycled  crm  no_budget  exit"


def test_entering_the_side_stage_again_is_a_repeat_that_may_bring_the_reason(build):
    facts = build(
        lead=LEAD,
        lifecycle_event="""
        lead_id  occurred_at  to_stage  reason_code
        L1       11-02 09:00  mql       -
        L1       11-03 09:00  recycled  -
        L1       11-04 09:00  recycled  no_budget
        """,
    )
    assert facts.draw("lifecycle", "stage move", "kind = 'side'") == "recycled  exit\nrecycled  repeat"
    assert facts.draw("handoff", "exit_at reasoned_at reason") == "11-03 09:00  11-04 09:00  no_budget"
    assert facts.found("missing_reason") == 0


def test_a_customer_is_neither_recycled_nor_disqualified(build):
    assert moves(
        build,
        """
        lead_id  occurred_at  to_stage
        L1       11-02 09:00  customer
        L1       11-03 09:00  recycled
        """,
    ) == same("11-02 09:00  customer  1  entry")


def test_events_of_unknown_leads_and_stages_are_left_out(build):
    assert (
        moves(
            build,
            """
        lead_id  occurred_at  to_stage
        L9       11-02 09:00  mql
        L1       11-02 09:00  daydreaming
        """,
        )
        == ""
    )


def test_a_deal_makes_an_opportunity_and_its_win_a_customer(build):
    facts = build(
        lead=LEAD,
        opportunity="""
        opportunity_id  primary_lead_id  account_id  created_at   stage       is_closed  is_won  close_date
        O1              L1               A1          11-03 09:00  closed_won  true       true    11-10
        """,
    )
    assert facts.draw("lifecycle", "occurred_at stage move") == same("""
        11-03 09:00  opportunity  entry
        11-10 00:00  customer     entry
    """)


def test_a_win_does_not_slip_before_the_deal_that_was_won(build):
    facts = build(
        lead=LEAD,
        opportunity="""
        opportunity_id  primary_lead_id  created_at   stage       is_closed  is_won  close_date
        O1              L1               11-03 09:00  closed_won  true       true    11-03
        """,
    )
    assert facts.draw("lifecycle", "occurred_at stage") == same("""
        11-03 09:00  opportunity
        11-03 09:00  customer
    """)


def test_only_the_first_qualification_is_first(build):
    facts = build(
        lead=LEAD,
        lifecycle_event="""
        lead_id  occurred_at  to_stage
        L1       11-02 09:00  mql
        L1       11-03 09:00  recycled
        L1       11-04 09:00  mql
        """,
    )
    assert facts.draw("stage_entry", "entered_at is_forward is_first", "stage = 'mql'") == same("""
        11-02 09:00  yes  yes
        11-04 09:00  yes  no
    """)


def test_moves_back_and_repeats_are_no_stage_entries(build):
    facts = build(
        lead=LEAD,
        lifecycle_event="""
        lead_id  occurred_at  to_stage
        L1       11-02 09:00  sql
        L1       11-03 09:00  mql
        L1       11-04 09:00  sql
        """,
    )
    assert facts.draw("stage_entry", "stage entered_at") == "sql  11-02 09:00"


def test_a_lead_stands_where_its_last_entry_or_exit_left_it(build):
    facts = build(
        lead="""
        lead_id
        straight
        aside
        back
        new
        """,
        lifecycle_event="""
        lead_id   occurred_at  to_stage
        straight  11-02 09:00  sql
        straight  11-03 09:00  mql
        aside     11-02 09:00  sql
        aside     11-03 09:00  recycled
        back      11-02 09:00  sql
        back      11-03 09:00  recycled
        back      11-04 09:00  mql
        """,
    )
    assert facts.draw("lead", "lead_id stage stage_since cycles") == same("""
        aside     recycled  11-03 09:00  1
        back      mql       11-04 09:00  2
        new       lead      -            1
        straight  sql       11-02 09:00  1
    """)


def test_chains_of_merges_end_at_the_last_record_with_the_earliest_creation(build):
    facts = build(
        lead="""
        lead_id  created_at   merged_into_lead_id
        a        11-03 08:00  b
        b        11-01 08:00  c
        c        11-05 08:00  -
        """,
        lifecycle_event="""
        lead_id  occurred_at  to_stage
        a        11-06 09:00  mql
        c        11-07 09:00  sql
        """,
    )
    assert facts.draw("lead", "lead_id created_at mql_at sql_at") == "c  11-01 08:00  11-06 09:00  11-07 09:00"
    assert facts.draw("lead_record", "lead_id records") == "c  3"
    assert facts.found("merged_record") == 2


def test_a_record_merged_into_one_that_is_absent_survives_as_itself(build):
    facts = build(
        lead="""
        lead_id  merged_into_lead_id
        a        gone
        """
    )
    assert facts.draw("lead", "lead_id") == "a"
    assert facts.draw("survivor", "record_id") == ""


@pytest.mark.parametrize("loop", ["a  a", "a  b\n b  a", "a  b\n b  c\n c  a"])
def test_merges_in_a_circle_are_refused(build, loop):
    with pytest.raises(ExportError, match="loop") as refused:
        build(lead=f"lead_id  merged_into_lead_id\n {loop}\n free  -").draw("survivor", "record_id")
    assert f"{loop.count(chr(10)) + 1} records" in str(refused.value.mistakes[0])


def test_leads_of_accounts_that_another_deal_had_won_before_are_existing_customers(build):
    facts = build(
        lead="""
        lead_id  account_id  created_at
        before   A1          11-01 08:00
        later    A1          11-12 08:00
        own      A2          11-12 08:00
        """,
        opportunity="""
        opportunity_id  account_id  primary_lead_id  created_at   is_closed  is_won  close_date
        O1              A1          before           11-02 08:00  true       true    11-10
        O2              A2          own              11-02 08:00  true       true    11-10
        """,
    )
    assert facts.draw("lead", "lead_id is_existing_customer") == same("""
        before  no
        later   yes
        own     no
    """)


def test_test_records_count_nowhere_and_say_why(build):
    facts = build(
        lead="""
        lead_id  is_test  exclude_reason
        real     false    -
        test     true     -
        rival    false    competitor
        """
    )
    assert facts.draw("lead", "lead_id excluded") == same("""
        real   -
        rival  competitor
        test   test
    """)
    assert facts.draw("lead_outcome", "lead_id") == "real"


@pytest.mark.parametrize(
    ("touches", "outcome"),
    [
        ("L1  01-20 09:00", "yes  no"),  # heard from within the last 60 of its 90 days
        ("L1  2025-11-20 09:00", "no  yes"),  # silent since
        ("L1  05-01 09:00", "no  yes"),  # after the window says nothing
        ("L9  01-20 09:00", "no  yes"),  # somebody else
        ("L0  01-20 09:00", "yes  no"),  # a record that was merged into it
    ],
)
def test_a_lead_that_nobody_hears_from_before_its_window_ends_is_out(build, touches, outcome):
    facts = build(
        lead="""
        lead_id  created_at        merged_into_lead_id
        L1       2025-11-01 08:00  -
        L0       2025-11-01 08:00  L1
        """,
        touch=f"lead_id  occurred_at\n {touches}",
    )
    assert facts.draw("lead_outcome", "is_open is_exited") == outcome


def test_a_lead_that_was_put_aside_or_lost_inside_its_window_is_out_with_the_reason(build):
    facts = build(
        lead="""
        lead_id  created_at
        aside    01-01 08:00
        back     01-01 08:00
        lost     01-01 08:00
        late     01-01 08:00
        won      01-01 08:00
        """,
        lifecycle_event="""
        lead_id  occurred_at  to_stage  reason_code
        aside    02-01 08:00  recycled  no_budget
        back     02-01 08:00  recycled  no_budget
        back     02-02 08:00  mql       -
        late     06-01 08:00  recycled  no_budget
        won      02-01 08:00  recycled  no_budget
        """,
        opportunity="""
        opportunity_id  primary_lead_id  created_at   is_closed  is_won  close_date  loss_reason
        O1              lost             01-05 08:00  true       false   02-01       price
        O2              won              01-05 08:00  true       true    02-03       -
        """,
    )
    assert facts.draw("lead_outcome", "lead_id is_purchased is_exited is_open reason") == same("""
        aside  no   yes  no   no_budget
        back   no   no   yes  -
        late   no   no   yes  -
        lost   no   yes  no   price
        won    yes  no   no   -
    """)


def test_where_the_drop_has_neither_touches_nor_activities_no_lead_is_silent(build):
    facts = build(lead="lead_id  created_at\n L1  01-01 08:00")
    assert facts.draw("lead_outcome", "is_purchased is_exited is_open") == "no  no  yes"
