"""What the packaged sample agreement promises, so that editing it cannot quietly break a promise."""

import time
from datetime import date, timedelta
from decimal import Decimal

import pytest

from generator.agreement import load_agreement
from generator.agreement.lifecycle import LEAD_ATTRIBUTES
from generator.canonical import TABLES
from generator.project import PACKAGED, Project


@pytest.fixture(scope="module")
def sample():
    return load_agreement(Project(PACKAGED))


def test_it_loads_quickly(sample):
    begun = time.perf_counter()
    load_agreement(Project(PACKAGED))
    assert time.perf_counter() - begun < 1.0  # about 0.04 s; the bound only catches a change of order


def test_webinar_qualified_until_may_2026_and_demo_and_fit_from_then_on(sample):
    before, after = sample.definition_at("mql", date(2026, 4, 30)), sample.definition_at("mql", date(2026, 5, 1))
    assert (before.version, after.version) == ("v1", "v2")
    assert {condition.touch for condition in before.criteria.any} == {"webinar_attended", "demo_request"}
    assert after.required_fields == ("interest_level", "timeframe", "decision_maker_access")


@pytest.mark.parametrize("stage", ["mql", "sal", "sql", "opportunity", "customer"])
def test_every_stage_beyond_a_lead_has_a_definition_from_the_first_day_of_the_demo(sample, stage):
    assert sample.definition_at(stage, date(2024, 11, 1))


PROMISES = """
c.ms.volume        | all:1 of_target goal 1.0
c.ms.quality       | all:1 ratio goal 0.9
c.ms.delivery      | all:24 hours goal 0.95
c.ms.contribution  | all:1 of_target goal 1.0
c.ms.nurture       | all:5 business_days goal 0.9
c.ms.support       | all:0.6 ratio goal None
c.sm.first_response| A:60 business_minutes goal 0.95, B:480 business_minutes goal 0.9, C:960 business_minutes goal 0.9
c.sm.disposition   | all:2 business_days goal 0.9
c.sm.attempts      | A:10 business_days goal 0.9, B:10 business_days goal 0.9, C:10 business_days goal 0.9
c.sm.outcome       | all:15 business_days goal 0.85
c.sm.feedback      | all:1 ratio goal 1.0
c.sm.reporting     | all:0.95 ratio goal None
c.j.review         | all:1 ratio goal 1.0
"""


def test_the_thirteen_commitments_and_their_values(sample):
    said = {
        c.id: ", ".join(f"{t.tier or 'all'}:{t.value} {t.unit} goal {t.goal}" for t in c.per_tier)
        for c in sample.sla.commitments
    }
    drawn = (line.partition("|") for line in PROMISES.strip().splitlines())
    assert said == {name.strip(): value.strip() for name, _, value in drawn}
    assert [t.attempts for t in sample.commitment_at("c.sm.attempts", date(2026, 1, 1)).per_tier] == [6, 5, 3]


MOVES = """
               lead    mql     sal     sql     opportunity customer recycled disqualified
lead           -       counted skip    skip    skip        skip     counted  counted
mql            back    no_op   counted skip    skip        skip     counted  counted
sal            back    back    no_op   counted skip        skip     counted  counted
sql            back    back    back    no_op   counted     skip     counted  counted
opportunity    back    back    back    back    no_op       counted  counted  counted
customer       back    back    back    back    new_deal    no_op    not_allowed not_allowed
recycled       counted counted skip    skip    skip        skip     no_op    counted
disqualified   counted counted skip    skip    skip        skip     counted  no_op
"""


def test_the_moves_between_stages(sample):
    head, *rows = [line.split() for line in MOVES.strip().splitlines()]
    effects = {(move.from_stage, move.to_stage): move.effect for move in sample.lifecycle.moves}
    for start, *cells in rows:
        assert [effects.get((start, end), "-") for end in head] == cells
    moves = {(move.from_stage, move.to_stage): move for move in sample.lifecycle.moves}
    assert {pair for pair, move in moves.items() if move.rejection} == {("mql", "recycled"), ("mql", "disqualified")}
    assert all(moves["recycled", stage].new_cycle for stage in ("mql", "sal", "sql", "opportunity"))
    assert moves["disqualified", "lead"].reason == "reopened"


TARGETS = """
mql_count 500 month
sql_count 300 month
lead_to_customer 0.20 month
deal_size 10000 quarter
sales_cycle 45 year
revenue_growth 0.15 quarter
cac 1200 quarter
clv 50000 month
"""


@pytest.mark.parametrize("line", TARGETS.strip().splitlines())
def test_the_sample_targets(sample, line):
    metric, value, every = line.split()
    held = [target for target in sample.targets if (target.metric, target.every) == (metric, every)]
    assert {target.value for target in held} == {Decimal(value)}
    assert {target.currency for target in held} == {None}  # the reporting currency
    assert {target.version for target in held} == {"sample"}


def test_both_teams_carry_revenue_in_every_quarter_of_the_demo(sample):
    starts = [(2024, 10), *((year, month) for year in (2025, 2026) for month in (1, 4, 7, 10))]
    for team in ("all", "sales", "marketing"):
        held = {t.period_start for t in sample.targets if t.metric == "revenue_won" and t.team == team}
        assert {date(year, month, 1) for year, month in starts} <= held


def test_criteria_may_read_every_column_of_a_lead_that_holds_a_fact_about_it():
    columns = {column.name for column in TABLES["lead"].columns}
    assert set(LEAD_ATTRIBUTES) <= columns
    told_apart = {"lead_id", "account_id", "created_at", "merged_into_lead_id", "is_test", "exclude_reason"}
    assert columns - set(LEAD_ATTRIBUTES) - told_apart == {"email_hash"}


SALESFORCE = {
    "deal_stage_by_native": {
        "Prospecting": "prospecting", "Qualification": "qualified", "Needs Analysis": "needs_analysis",
        "Value Proposition": "value_proposition", "Id. Decision Makers": "decision_makers",
        "Perception Analysis": "perception_analysis", "Proposal/Price Quote": "proposal",
        "Negotiation/Review": "negotiation", "Closed Won": "closed_won", "Closed Lost": "closed_lost",
    },
    "channel_by_native": {
        "Web": "website", "Phone Inquiry": "phone", "Partner Referral": "partner", "Purchased List": "purchased_list",
        "Trade Show": "event", "Word of mouth": "referral", "Public Relations": "public_relations", "Other": "other",
        "paid_search": "paid_search", "organic_search": "organic_search", "direct_traffic": "direct_traffic",
        "social": "social", "email": "email", "referral": "referral", "display": "display",
    },
    "stage_by_native": {
        "Open - Not Contacted": "lead", "Working - Contacted": "sal", "Closed - Converted": "sql",
        "Closed - Not Converted": "disqualified", "marketingqualifiedlead": "mql",
    },
}  # fmt: skip


@pytest.mark.parametrize("question", SALESFORCE)
def test_spellings_of_common_systems_are_known(sample, question):
    answers = {text: getattr(sample, question)(f"  {text.upper()} ") for text in SALESFORCE[question]}
    assert {text: answer and answer.id for text, answer in answers.items()} == SALESFORCE[question]


@pytest.mark.parametrize("text", ["unknown", "other_publicities", ""])
def test_a_channel_that_says_nothing_is_mapped_to_none(sample, text):
    assert sample.channel_by_native(text) is None


def easter(year):
    """The anonymous Gregorian computus."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    l = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7  # noqa: E741
    m = (a + 11 * h + 22 * l) // 451
    return date(year, (h + l - 7 * m + 114) // 31, (h + l - 7 * m + 114) % 31 + 1)


def weekday_of(year, month, weekday, number):
    """The number-th weekday (0 Monday) of a month; -1 is the last."""
    days = [day for day in _days_of(year) if day.month == month and day.weekday() == weekday]
    return days[number - 1 if number > 0 else number]


def _days_of(year):
    return [date(year, 1, 1) + timedelta(days=n) for n in range(366) if (date(year, 1, 1) + timedelta(n)).year == year]


def observed(day):
    return day + timedelta(days={5: -1, 6: 1}.get(day.weekday(), 0))


def federal_holidays(year):
    fixed = [observed(date(year, month, day)) for month, day in ((1, 1), (6, 19), (7, 4), (11, 11), (12, 25))]
    moving = [(1, 0, 3), (2, 0, 3), (5, 0, -1), (9, 0, 1), (10, 0, 2), (11, 3, 4)]
    return {*fixed, *(weekday_of(year, *rule) for rule in moving)}


def german_holidays(year):
    after_easter = [easter(year) + timedelta(days=days) for days in (-2, 1, 39, 50)]
    return {*after_easter, *(date(year, m, d) for m, d in ((1, 1), (5, 1), (10, 3), (12, 24), (12, 25), (12, 26)))}


@pytest.mark.parametrize(("calendar", "rule"), [("americas", federal_holidays), ("emea", german_holidays)])
def test_holidays_are_those_of_the_law(sample, calendar, rule):
    expected = {day for year in range(2024, 2029) for day in rule(year) if day.year in range(2024, 2028)}
    assert {holiday.date for holiday in sample.calendar(calendar).holidays} == expected


def test_the_christmas_eve_of_emea_is_a_short_day(sample):
    eve = next(holiday for holiday in sample.calendar("emea").holidays if holiday.date == date(2026, 12, 24))
    assert (eve.open, eve.close) == ("08:30", "12:00")


def test_known_dates_of_holidays():
    assert easter(2026) == date(2026, 4, 5)
    assert {date(2026, 7, 3), date(2026, 11, 26)} <= federal_holidays(2026)
