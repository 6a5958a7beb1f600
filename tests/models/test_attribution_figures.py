"""Figures of attribution: the worked examples, what leaves them, and what each rule changes."""

import pytest

from generator.agreement.settings import Attribution, Windows

HEAD = (
    "opportunity_id  account_id  primary_lead_id  amount  type  created_at  close_date  closed_at  is_closed  is_won\n"
)


def deal(name, amount, day="10-20", kind="new_business", lead="-", made="10-01 08:00"):
    return f"{name}  A{name}  {lead}  {amount}  {kind}  {made}  {day}  {day} 12:00  true  true"


def deals(*rows):
    return HEAD + "\n".join(rows)


def leads(*origins):
    lines = [f"L{n}  A{name}  09-01 08:00  {origin}" for n, (name, origin) in enumerate(origins)]
    return "lead_id  account_id  created_at  origin_team\n" + "\n".join(lines)


FIVE = {
    "lead": leads(("O1", "marketing"), ("O2", "marketing"), ("O3", "sales"), ("O4", "marketing"), ("O5", "sales")),
    "opportunity": deals(
        deal("O1", 100000, lead="L0"), deal("O2", 50000, lead="L1"), deal("O3", 30000, lead="L2"),
        deal("O4", 20000, lead="L3"), deal("O5", 10000, lead="L4"),
    ),
    "touch": """
        touch_id  lead_id  occurred_at  channel
        T1        L0       09-10 08:00  email
        T2        L0       10-10 08:00  webinar
        T3        L1       09-10 08:00  email
        T4        L3       10-20 12:00  webinar
        T5        L4       09-10 08:00  search
        T6        L2       10-21 08:00  email
    """,
}  # fmt: skip


def test_originated_and_influenced_revenue_of_five_deals(measure):
    found = measure("originated_revenue", "influenced_revenue", "attribution_coverage", "revenue_won", **FIVE)
    assert found.of("originated_revenue") == 170_000
    assert found.of("originated_revenue.share") == pytest.approx(170 / 210)
    assert found.of("influenced_revenue") == 180_000  # what came after the close does not count
    assert found.of("influenced_revenue.share") == pytest.approx(180 / 210)
    assert found.of("attribution_coverage") == pytest.approx(180 / 210)


def test_a_deal_counts_in_full_for_each_channel_that_touched_it(measure):
    found = measure("influenced_revenue", "revenue_won", **FIVE)
    by_channel = found.members("influenced_revenue", "channel")
    assert by_channel == {"email": 150_000, "webinar": 120_000, "search": 10_000}


def test_what_marketing_originated_is_influenced_even_where_nobody_logged_a_touch(measure):
    found = measure(
        "originated_revenue",
        "influenced_revenue",
        "revenue_won",
        **{**FIVE, "touch": "touch_id  lead_id  occurred_at\nT1  L2  01-01 08:00"},
    )
    assert found.of("influenced_revenue") == found.of("originated_revenue") + 30_000


@pytest.mark.parametrize(("days", "expected"), [(365, 10_000), (20, "0")])
def test_how_far_back_a_touch_influences_is_agreed(measure, days, expected):
    drawing = {
        "lead": leads(("O1", "sales")), "opportunity": deals(deal("O1", 10000, lead="L0")),
        "touch": "touch_id  lead_id  occurred_at\nT1  L0  09-10 08:00",
    }  # fmt: skip
    found = measure("influenced_revenue", "revenue_won", settings={"influence_lookback_days": days}, **drawing)
    assert found.of("influenced_revenue") == float(expected)


@pytest.mark.parametrize(("rule", "expected"), [("lead_origin", 170_000), ("first_touch", 160_000)])
def test_the_agreed_rule_says_what_marketing_originated(measure, rule, expected):
    target = """
        metric_id           period_start  period_end  team       value
        originated_revenue  2026-10-01    2026-11-01  marketing  340000
        revenue_won         2026-10-01    2026-11-01  sales      840000
    """
    found = measure(
        "originated_revenue", "revenue_won", "team_attainment",
        settings={"originated_rule": rule}, target=target, **FIVE,
    )  # fmt: skip
    assert found.of("originated_revenue") == expected
    assert found.of("team_attainment", scope="team=marketing") == expected / 340_000


def test_where_touches_decide_and_there_are_none_marketings_attainment_is_missing(measure):
    target = """
        metric_id           period_start  period_end  team       value
        originated_revenue  2026-10-01    2026-11-01  marketing  340000
        revenue_won         2026-10-01    2026-11-01  sales      840000
    """
    drop = {name: drawn for name, drawn in FIVE.items() if name != "touch"}
    found = measure(
        "originated_revenue",
        "revenue_won",
        "team_attainment",
        settings={"originated_rule": "first_touch"},
        target=target,
        **drop,
    )
    assert found.of("team_attainment", scope="team=marketing") == "missing_input"
    assert found.of("team_attainment", scope="team=sales") == 210_000 / 840_000


def test_where_nobody_knows_who_made_any_lead_the_number_is_missing(measure):
    found = measure("originated_revenue", "revenue_won", opportunity=deals(deal("O1", 1000)))
    assert found.of("originated_revenue") == "missing_input"


def test_expansion_is_influenced_and_never_originated(measure):
    drawing = {
        "lead": leads(("O1", "marketing")),
        "opportunity": deals(deal("O1", 1000, kind="expansion", lead="L0"), deal("O1", 50, kind="renewal", lead="L0")),
        "touch": "touch_id  lead_id  occurred_at\nT1  L0  09-10 08:00",
    }
    drawing["opportunity"] = drawing["opportunity"].replace("O1  AO1  L0  50", "O2  AO1  L0  50")
    found = measure("originated_revenue", "influenced_revenue", "revenue_won", **drawing)
    assert found.of("influenced_revenue") == 1000
    assert found.of("originated_revenue") is None


@pytest.mark.parametrize("model", ["first", "last", "shapley"])
def test_the_whole_shows_the_agreed_default_and_every_model_the_same_revenue(measure, model):
    found = measure("attributed_revenue", settings={"attribution": Attribution(default_model=model)}, **FIVE)
    assert found.of("attributed_revenue") == 210_000
    totals = found.members("attributed_revenue", "model")
    assert {name: value for name, value in totals.items() if ";" not in name and name != "markov"} == dict.fromkeys(
        ("first", "last", "linear", "u", "w", "z", "time_decay", "position", "shapley"), pytest.approx(210_000)
    )
    for channel in ("email", "webinar", "search", "(no marketing touch)"):
        whole = found.of("attributed_revenue", scope=f"channel={channel}")
        assert whole == found.of("attributed_revenue", scope=f"channel={channel};model={model}")


def test_removal_effects_are_withheld_for_small_numbers_and_leave_the_whole_alone(measure):
    found = measure("attributed_revenue", **FIVE)
    assert found.of("attributed_revenue", scope="model=markov") == "suppressed"
    assert found.of("attributed_revenue", scope="channel=email;model=markov") == "suppressed"
    assert found.of("attributed_revenue", scope="channel=(no marketing touch);model=markov") == 30_000
    shown = measure("attributed_revenue", settings={"attribution": Attribution(min_won=1, min_journeys=1)}, **FIVE)
    assert shown.of("attributed_revenue", scope="model=markov") == pytest.approx(210_000)
    for channel in ("email", "webinar", "search"):
        low, middle, high = (
            shown.of(metric, scope=f"channel={channel}{more}")
            for metric, more in (
                ("attributed_revenue.markov_low", ""), ("attributed_revenue", ";model=markov"),
                ("attributed_revenue.markov_high", ""),
            )
        )  # fmt: skip
        assert 0 <= low <= middle <= high <= 180_000


def test_three_readings_of_originated_and_how_far_they_lie_apart(measure):
    ten = {
        "lead": leads(*((f"O{n}", "marketing" if n < 4 else "sales") for n in range(10))),
        "opportunity": deals(*(deal(f"O{n}", 1000, lead=f"L{n}") for n in range(10))),
        "touch": "touch_id  lead_id  occurred_at\n" + "\n".join(f"T{n}  L{n}  09-10 08:00" for n in range(5, 10)),
        "activity": "lead_id  occurred_at\nL5  09-09 08:00\nL6  09-11 08:00",
    }
    found = measure("sourced_gap", **ten)
    assert found.of("sourced_gap.lead_origin") == 0.4
    assert found.of("sourced_gap.first_touch") == 0.5
    assert found.of("sourced_gap.pre_sales_touch") == 0.4
    assert found.of("sourced_gap") == pytest.approx(0.1)


def test_how_much_of_the_sales_target_marketing_leads_met(measure):
    drawing = {
        "lead": leads(("O1", "marketing"), ("O2", "sales")),
        "opportunity": deals(deal("O1", 450000, lead="L0"), deal("O2", 500000, lead="L1")),
        "target": """
            metric_id    period_start  period_end  team   value
            revenue_won  2026-10-01    2027-01-01  sales  3000000
        """,
    }
    found = measure("mkt_quota_share", "originated_revenue", "revenue_won", **drawing)
    assert found.of("mkt_quota_share", "2026Q4") == pytest.approx(0.15)


def cohort(count, hits, event="mql", day="03-01"):
    lead = "lead_id  account_id  created_at\n" + "\n".join(f"L{n}  A{n}  {day} 08:00" for n in range(count))
    moves = "lead_id  occurred_at  to_stage\n" + "\n".join(f"L{n}  {day} 09:00  {event}" for n in range(count))
    return {"lead": lead, "lifecycle_event": moves, "opportunity": HEAD + "\n".join(hits)}


def of_lead(n, day, amount=1000, made="03-02 08:00"):
    return f"O{n}  A{n}  L{n}  {amount}  new_business  {made}  {day}  {day} 12:00  true  true"


def test_three_of_forty_qualified_leads_were_won_in_time(measure):
    hits = [of_lead(0, "04-01"), of_lead(1, "05-01"), of_lead(2, "06-29"), of_lead(3, "06-30")]
    found = measure("mql_to_won", **cohort(40, hits))
    assert found.of("mql_to_won", "2026-03") == 0.075  # day 120 counts, day 121 does not
    later = measure("mql_to_won", settings={"windows": Windows(mql_to_won=121)}, **cohort(40, hits))
    assert later.of("mql_to_won", "2026-03") == 0.1


def test_qualified_pipeline_by_lead_and_in_money(measure):
    hits = [of_lead(n, "05-01", amount) for n, amount in enumerate((10000, 20000, 20000, 10000))]
    found = measure("mql_to_pipeline", **cohort(20, hits))
    assert found.of("mql_to_pipeline", "2026-03") == 0.2
    assert found.of("mql_to_pipeline.value", "2026-03") == 3000


def test_young_leads_wait_in_number_and_in_money(measure):
    found = measure("mql_to_pipeline", **cohort(20, [of_lead(0, "11-18", made="11-02 08:00")], day="11-01"))
    assert found.of("mql_to_pipeline", "2026-11") == "maturing"
    assert found.of("mql_to_pipeline.value", "2026-11") == "maturing"


def test_twelve_of_twenty_open_deals_were_accompanied(measure):
    head = "opportunity_id  account_id  primary_lead_id  created_at  stage\n"
    touches = [f"T{n}  L{n}  {'10-25 08:00' if n < 12 else '09-30 08:00'}" for n in range(20)]
    found = measure(
        "pipeline_nurture",
        lead="lead_id  account_id  created_at\n" + "\n".join(f"L{n}  A{n}  09-01 08:00" for n in range(20)),
        opportunity=head + "\n".join(f"O{n}  A{n}  L{n}  09-15 08:00  qualified" for n in range(20)),
        touch="touch_id  lead_id  occurred_at\n" + "\n".join(touches),
    )
    cell = found.cell("pipeline_nurture")
    assert (cell.value, cell.numerator, cell.denominator) == (0.6, 12, 20)
    assert found.of("pipeline_nurture", "2026-W44") == 0.6


SPENT = """
    period_start  period_end  amount  team       purpose      channel
    2026-01-01    2026-02-01  150000  marketing  acquisition  email
    2026-03-01    2026-04-01  100000  marketing  brand        -
    2026-03-01    2026-04-01  70000   marketing  retention    -
    2026-03-01    2026-04-01  90000   sales      acquisition  -
"""
LEDGER = "account_id  month  amount  cogs\n*  2026-02-01  1000  200"


def test_marketing_returns_the_margin_on_what_it_is_credited_with(measure):
    drawing = {
        "lead": leads(("O1", "marketing"), ("O2", "sales")),
        "opportunity": deals(deal("O1", 500000, lead="L0"), deal("O2", 99000, lead="L1")),
        "touch": "touch_id  lead_id  occurred_at  channel\nT1  L0  09-10 08:00  email",
        "spend": SPENT, "revenue": LEDGER,
    }  # fmt: skip
    found = measure("marketing_roi", **drawing)
    assert found.of("marketing_roi", "2026Q4") == pytest.approx(0.6)
    assert found.of("marketing_roi.originated", "2026Q4") == pytest.approx(0.6)
    assert found.of("marketing_roi", "2026Q4", "channel=email") == pytest.approx(400 / 150 - 1)
    assert found.of("marketing_roi", "2026Q4", "channel=email;model=last") == pytest.approx(400 / 150 - 1)
    assert found.of("marketing_roi", "2026-10") is None  # spend comes long before what it brings
    assert found.of("marketing_roi", "2026Q1") == -1  # spent, and nothing won yet
