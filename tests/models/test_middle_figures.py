"""From lead to decision: fit, ageing, persistence, reasons, second lives and what nobody touched."""

import pytest

from generator.agreement.criteria import Criteria

LEAD = "lead_id  created_at\n"
EVENT = "lead_id  occurred_at  to_stage  source_system  reason_code\n"
REP = "owner_id  team   calendar_id\nrep  sales  company\nada  marketing  company"


def leads(*names, at="10-01 08:00"):
    return LEAD + "\n".join(f"{name}  {at}" for name in names)


def events(*rows):
    """Draw moves: "lead instant-day instant-hour stage [reason]"."""
    lines = []
    for row in rows:
        lead, day, hour, stage, *reason = row.split()
        lines.append(f"{lead}  {day} {hour}  {stage}  crm  {(*reason, '-')[0]}")
    return EVENT + "\n".join(lines)


def single(found, metric, dim, period="2026-10"):
    """Return the members of one dimension alone."""
    return {name: value for name, value in found.members(metric, dim, period).items() if ";" not in name}


# -------------------------------------------------------------------------------------------------- top


def test_fit_is_a_share_of_those_whose_fit_is_known(measure):
    drawing = "lead_id  created_at   icp_fit\n" + "\n".join(
        f"L{n}  10-01 08:00  {fit}" for n, fit in enumerate(["true"] * 6 + ["false"] * 2 + ["-"] * 2)
    )
    found = measure("icp_fit_rate", lead=drawing)
    assert found.of("icp_fit_rate") == 0.75
    assert found.cell("icp_fit_rate").n == 8
    assert found.of("icp_fit_rate.unknown") == 0.2


def test_where_nobody_knows_the_fit_of_any_lead_the_drop_cannot_answer(measure):
    found = measure("icp_fit_rate", lead=leads("L1", "L2"))
    assert found.of("icp_fit_rate") == "missing_input"
    assert found.of("icp_fit_rate.unknown") == 1


def test_the_agreed_rule_says_who_fits_where_the_export_does_not(measure):
    rule = {"all": [{"attr": "employee_count", "op": ">=", "value": 50}], "none": [{"attr": "country", "op": "in",
            "value": ["XX"]}]}  # fmt: skip
    drawing = """
        lead_id  created_at   icp_fit  employee_count  country
        large    10-01 08:00  -        80              de
        small    10-01 08:00  -        20              de
        barred   10-01 08:00  -        80              xx
        unknown  10-01 08:00  -        -               de
        said     10-01 08:00  true     20              de
        nowhere  10-01 08:00  -        80              -
    """
    found = measure("icp_fit_rate", lead=drawing, settings={"icp_rule": Criteria.model_validate(rule)})
    assert (found.cell("icp_fit_rate").numerator, found.cell("icp_fit_rate").n) == (3, 5)
    assert found.of("icp_fit_rate.unknown") == pytest.approx(1 / 6)


def test_leads_qualify_within_their_window_to_the_last_second(measure):
    names = [f"L{n}" for n in range(10)]
    moved = [f"L{n} 10-{11 + n} 08:00 mql" for n in range(3)]
    found = measure(
        "lead_to_mql",
        lead=leads(*names),
        lifecycle_event=events(*moved, "L3 10-31 08:00 mql", "L4 11-01 08:00 mql"),
    )
    cell = found.cell("lead_to_mql")
    assert (cell.value, cell.numerator, cell.n) == (0.4, 4, 10)
    assert found.of("lead_to_mql.period") == 0.4
    assert found.of("lead_to_mql", "2026-11") is None or found.cell("lead_to_mql", "2026-11").n == 0


def test_a_lead_filed_after_it_had_qualified_is_in_no_conversion(measure):
    found = measure(
        "lead_to_mql",
        lead=leads("late", "skewed", "never"),
        lifecycle_event=events("late 09-30 08:00 mql", "skewed 10-01 07:56 mql"),
    )
    assert (found.cell("lead_to_mql").numerator, found.cell("lead_to_mql").n) == (1, 2)


@pytest.mark.parametrize(("share_of", "shares"), [
    ("leads", {"paid": 0.6, "email": 0.3, "Unknown": 0.1}), ("mql", {"email": 1.0}),
])  # fmt: skip
def test_shares_of_channels_add_to_one_with_their_interval(measure, share_of, shares):
    rows = [
        f"L{n}  10-01 08:00  marketing  {channel}" for n, channel in enumerate(["paid"] * 6 + ["email"] * 3 + ["-"])
    ]
    drawing = "lead_id  created_at   origin_team  channel\n" + "\n".join([*rows, "S1  10-01 08:00  sales  outbound"])
    found = measure(
        "channel_share",
        lead=drawing,
        lifecycle_event=events("L6 10-05 09:00 mql", "L7 10-05 09:00 mql"),
        settings={"share_of": share_of},
    )
    assert single(found, "channel_share", "channel") == shares
    cell = found.cell("channel_share", scope="channel=email")
    assert cell.low < cell.value <= cell.high


def test_where_nobody_knows_who_produced_any_lead_marketings_channels_are_unknown(measure):
    drawing = "lead_id  created_at   origin_team  channel\nL1  10-01 08:00  unknown  paid\nL2  10-01 08:00  -  paid"
    found = measure("channel_share", lead=drawing)
    assert found.of("channel_share", "all") == "missing_input"
    assert found.missing["channel_share"] == ("lead.origin_team",)


# ------------------------------------------------------------------------------------------------- open


def test_open_hand_overs_are_counted_by_business_days(measure):
    found = measure(
        "lead_aging",
        lead=leads("one", "four", "twelve", "taken", "gone"),
        lifecycle_event=events(
            "one 11-18 10:00 mql", "four 11-13 10:00 mql", "twelve 11-03 10:00 mql",
            "taken 11-03 10:00 mql", "taken 11-04 10:00 sal",
            "gone 11-03 10:00 mql", "gone 11-04 10:00 disqualified not_icp",
        ),
        activity="lead_id  owner_id  occurred_at\nother  rep  11-02 09:30",
    )  # fmt: skip
    # A month that runs is counted at the end of its last completed day, all time at the instant of the drop.
    ages = {"2026-11": ({"0-1": 1, "4-5": 1, ">10": 1}, 12), "all": ({"2-3": 1, "4-5": 1, ">10": 1}, 13)}
    for period, (buckets, oldest) in ages.items():
        assert found.members("lead_aging", "bucket", period) == buckets
        assert found.of("lead_aging", period) == 3
        assert found.of("lead_aging.oldest", period) == oldest
        assert found.of("lead_aging.past_deadline", period) == 3
    assert found.of("lead_aging", "2026-10") is None


def test_a_hand_over_is_open_until_the_instant_of_its_decision(measure):
    found = measure(
        "lead_aging",
        lead=leads("L1"),
        lifecycle_event=events("L1 10-30 10:00 mql", "L1 11-02 10:00 sal"),
    )
    assert found.of("lead_aging", "2026-10") == 1
    assert found.of("lead_aging", "2026-11") == 0


def test_untouched_are_the_overdue_and_the_forgotten(measure):
    names = [f"L{n}" for n in range(40)]
    overdue = [f"L{n} 11-12 10:00 mql" for n in range(6)]
    answered = [f"L{n} 11-12 10:00 mql" for n in range(6, 40)]
    calls = "activity_id  lead_id  owner_id  occurred_at\n" + "\n".join(
        f"c{n}  L{n}  rep  11-12 10:30" for n in range(6, 40)
    )
    own = leads(*names).replace("created_at", "created_at  owner_id").replace("08:00", "08:00  ada")
    forgotten = "\n".join(
        [own, "F1  11-10 08:00  rep", "F2  11-13 08:00  rep", "F3  11-10 08:00  ada", "F4  11-10 08:00  rep"]
    )
    found = measure(
        "untouched_leads",
        lead=forgotten,
        owner=REP,
        lifecycle_event=events(*overdue, *answered),
        activity=calls + "\ncF4  F4  rep  11-11 09:00",
    )
    assert found.of("untouched_leads", "all") == 7  # six hand-overs, and F1; F2 is five business days old
    assert found.of("untouched_leads.share", "all") == 0.15
    assert found.cell("untouched_leads.share", "all").n == 40


# -------------------------------------------------------------------------------------------- decisions


def given_up(*tries):
    """Draw hand-overs of tier A closed as unable to reach after so many attempts, ten minutes apart."""
    names = [f"L{n}" for n in range(len(tries))]
    moves = [move for name in names for move in (f"{name} 10-05 09:00 mql", f"{name} 10-30 09:00 disqualified "
             "unable_to_reach")]  # fmt: skip
    calls = [
        f"a{n}{k}  L{n}  rep  10-{6 + k:02} 09:00  no_answer" for n, count in enumerate(tries) for k in range(count)
    ]
    return {
        "lead": leads(*names),
        "owner": REP,
        "lifecycle_event": events(*moves),
        "activity": "activity_id  lead_id  owner_id  occurred_at  outcome\n" + "\n".join(calls),
    }


def test_persistence_is_judged_by_the_promised_attempts(measure):
    found = measure("attempt_persistence", **given_up(1, 3, 6, 7))
    assert found.of("attempt_persistence") == 0.5
    assert found.members("attempt_persistence.tries", "bucket") == {"01": 1, "03": 1, "06": 1, "07": 1}
    assert found.of("attempt_persistence.connected") is None


def test_the_share_reached_by_each_attempt_grows_to_one(measure):
    drawn = given_up(3, 1)
    drawn["activity"] = drawn["activity"].replace("a02  L0  rep  10-08 09:00  no_answer", "a02  L0  rep  10-08 09:00"
        "  connected").replace("a10  L1  rep  10-06 09:00  no_answer", "a10  L1  rep  10-06 09:00  replied")  # fmt: skip
    found = measure("attempt_persistence", **drawn)
    shares = found.members("attempt_persistence.connected", "bucket")
    assert [shares[key] for key in sorted(shares)] == [0.5, 0.5, *[1] * 8]
    assert found.of("attempt_persistence.connected") is None  # no cell of the whole


REJECTED = events(
    *[f"L{n} 10-05 09:00 mql" for n in range(7)],
    "L0 10-06 09:00 disqualified not_icp", "L1 10-06 09:00 disqualified not_icp", "L2 10-06 09:00 recycled no_timing",
    "L3 10-06 09:00 recycled no_timing", "L4 10-06 09:00 disqualified", "L5 10-06 09:00 disqualified spam",
    "L6 10-06 09:00 sal",
)  # fmt: skip


def test_reasons_are_counted_and_a_missing_one_is_a_bar_of_its_own(measure):
    found = measure("rejection_reasons", lead=leads(*[f"L{n}" for n in range(7)]), lifecycle_event=REJECTED)
    assert found.members("rejection_reasons", "reason") == {"not_icp": 2, "no_timing": 2, "Unknown": 1}
    assert found.members("rejection_reasons.share", "reason") == {"not_icp": 0.4, "no_timing": 0.4, "Unknown": 0.2}
    assert found.members("rejection_reasons.family", "family") == {"fit": 2, "intent": 2, "Unknown": 1}
    assert sum(found.members("rejection_reasons.family_share", "family").values()) == 1


def test_disagreement_is_about_fit_and_perhaps_about_intent(measure):
    found = measure("definition_disagreement", lead=leads(*[f"L{n}" for n in range(7)]), lifecycle_event=REJECTED)
    assert found.of("definition_disagreement") == pytest.approx(2 / 6)
    assert found.of("definition_disagreement.with_intent") == pytest.approx(4 / 6)


@pytest.mark.parametrize(("sla_period", "value"), [("due", 0.8), ("trigger", 0.9)])
def test_hand_overs_are_decided_with_a_reason_or_not_at_all(measure, sla_period, value):
    # The last five are handed over on the last Friday of October, so their decision is due in November.
    moves = [f"L{n} 10-{5 if n < 5 else 30:02} 09:00 mql" for n in range(10)]
    moves += [f"L{n} 10-{6 if n < 5 else 30:02} 10:00 sal" for n in range(1, 10)] + ["L0 10-06 10:00 recycled"]
    found = measure(
        "disposition_rate",
        lead=leads(*[f"L{n}" for n in range(10)]),
        lifecycle_event=events(*moves),
        settings={"sla_period": sla_period},
    )
    assert found.of("disposition_rate") == value
    assert found.of("disposition_rate.event") == 0.9


def test_leads_sent_back_have_a_second_life(measure):
    names = [f"L{n}" for n in range(9)]
    moves = [f"{name} 2026-03-02 09:00 mql" for name in names]
    moves += [f"{name} 2026-03-03 09:00 sal" for name in names[2:]]
    moves += ["L0 2026-03-04 09:00 recycled no_timing", "L1 2026-03-04 09:00 recycled no_timing"]
    moves += ["L0 2026-03-20 09:00 mql", "L1 2026-08-31 09:00 mql"]
    deal = """
        opportunity_id  primary_lead_id  account_id  created_at        close_date  closed_at         is_closed  is_won  amount
        D0              L0               A0          2026-04-01 09:00  2026-05-01  2026-05-01 09:00  true       true    700
    """
    found = measure(
        "recycle_rate",
        lead=leads(*names, at="2026-03-01 08:00"),
        lifecycle_event=events(*moves),
        opportunity=deal,
    )
    assert found.of("recycle_rate", "2026-03") == pytest.approx(2 / 10)  # ten decided, with the second round of L0
    assert single(found, "recycle_rate", "reason", "2026-03") == {"no_timing": 0.2, "Unknown": 0}
    assert found.of("recycle_rate.requalified", "2026-03") == 1
    assert found.of("recycle_rate.won", "2026-03") == 0.5
    assert found.of("recycle_rate.revenue_won", "2026-03") == 700
