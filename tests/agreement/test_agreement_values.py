from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.agreement import load_agreement
from generator.agreement.calendars import weekdays_of
from generator.agreement.settings import Settings
from generator.agreement.targets import whole_periods
from generator.project import PACKAGED, Project


@pytest.fixture(scope="module")
def sample():
    return load_agreement(Project(PACKAGED))


def test_before_the_first_version_there_is_no_definition(sample):
    assert sample.definition_at("mql", date(2024, 9, 30)) is None
    assert sample.definition_at("mql", date(2024, 10, 1)).version == "v1"


def test_a_version_of_a_commitment_ends_where_the_next_begins(agreed):
    text = """commitments:
  - {id: c.new, title: N, direction: sales_to_marketing, accountable: sales, kind: clock, promise: P., trigger: mql,
     stop: [sal], per_tier: [{value: 2, unit: hours}], effective_from: 2024-01-01}
  - {id: c.new, version: v2, title: N, direction: sales_to_marketing, accountable: sales, kind: clock, promise: P.,
     trigger: mql, stop: [sal], per_tier: [{value: 1, unit: hours}], effective_from: 2025-01-01,
     effective_to: 2026-01-01}
"""
    agreement = agreed(sla=text)
    days = [date(2023, 12, 31), date(2024, 1, 1), date(2024, 12, 31), date(2025, 1, 1), date(2026, 1, 1)]
    found = [agreement.commitment_at("c.new", day) for day in days]
    assert [version and version.version for version in found] == [None, "v1", "v1", "v2", None]
    assert found[1].effective_to == date(2025, 1, 1)
    assert "c.new" in [version.id for version in agreement.commitments_at(date(2025, 6, 1))]


@pytest.mark.parametrize("text", ["Not Interested", "  not   interested ", "NO_INTENT", "no intent to buy"])
def test_a_spelling_is_found_without_regard_to_case_and_blanks(sample, text):
    assert sample.reason_by_native(text).code == "no_intent"


def test_unicode_spellings_are_compared_in_one_form(agreed):
    agreement = agreed(channels="channels:\n  - {id: fair, title: Fair, native: [Messe Köln]}")
    assert agreement.channel_by_native("messe ko\u0308ln").id == "fair"


def test_a_region_follows_the_calendar_that_names_it(sample):
    assert [sample.calendar_of_region(text).id for text in ("EMEA", "dach", "North America")] == [
        "emea",
        "emea",
        "americas",
    ]
    assert sample.calendar_of_region("Moon") is None


def test_pipeline_counts_as_qualified_from_the_setting_on(agreed):
    agreement = agreed(settings="min_qualified_stage: proposal")
    qualified = [stage.id for stage in agreement.pipeline.stages if stage.qualified]
    assert qualified == ["proposal", "negotiation", "closed_won"]


def test_settings_become_rows_of_dotted_keys_and_text(agreed):
    rows = agreed(
        settings="fx: {constant: {EUR: 1.08}}\nowner_names: yes\nsources: {'*.csv': canonical}"
    ).setting_rows()
    assert rows["fx.constant.EUR"] == "1.08"
    assert rows["windows.mql_to_sql"] == "30"
    assert rows["owner_names"] == "true"
    assert rows["source_currency"] == ""
    assert rows["exclude_reasons"] == '["spam", "test", "duplicate"]'
    assert rows["sources.*.csv"] == "canonical"
    assert "schema" not in rows
    assert "schema_" not in rows


def test_the_settings_of_the_package_are_the_defaults_of_the_code(sample):
    packaged = sample.settings.model_dump() | {"paid_channels": None}
    assert packaged == Settings().model_dump()


def test_values_cannot_be_changed(sample):
    with pytest.raises(ValueError, match="frozen"):
        sample.settings.company = "Other"


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("mon-fri", (0, 1, 2, 3, 4)),
        ("Saturday", (5,)),
        ("mon, wed-thu", (0, 2, 3)),
        ("daily", (0, 1, 2, 3, 4, 5, 6)),
    ],
)
def test_weekdays_are_read_from_short_names(text, days):
    assert weekdays_of(text) == days


def test_split_days_become_sorted_windows(agreed):
    text = """calendars:
  - id: spare
    title: Spare
    timezone: UTC
    hours: [{days: tue, open: "13:00", close: "24:00"}, {days: mon-tue, open: "08:00", close: "12:00"}]
"""
    windows = agreed(calendars=text).calendar("spare").windows
    assert [(w.weekday, w.open, w.close) for w in windows] == [
        (0, "08:00", "12:00"),
        (1, "08:00", "12:00"),
        (1, "13:00", "24:00"),
    ]


@pytest.mark.parametrize(
    ("grain", "month", "expected"),
    [
        ("month", 1, ["2026-02-01", "2026-03-01", "2026-04-01", "2026-05-01", "2026-06-01"]),
        ("quarter", 1, ["2026-04-01"]),
        ("quarter", 2, ["2026-02-01"]),
        ("quarter", 3, ["2026-03-01"]),
        ("year", 1, []),
    ],
)
def test_every_takes_the_whole_fiscal_periods_of_a_span(grain, month, expected):
    spans = whole_periods(date(2026, 1, 2), date(2026, 7, 1), grain, month)
    assert [start.isoformat() for start, _ in spans] == expected


DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))


@given(DAYS, DAYS, st.sampled_from(["month", "quarter", "year"]), st.integers(1, 12))
def test_whole_periods_lie_in_the_span_without_gap_and_leave_less_than_one_at_either_end(start, end, grain, month):
    spans = whole_periods(start, end, grain, month)
    assert all(start <= first < last <= end for first, last in spans)
    assert all(one[1] == other[0] for one, other in pairwise(spans))
    longest = {"month": 31, "quarter": 92, "year": 366}[grain]
    if spans:
        assert (spans[0][0] - start).days < longest
        assert (end - spans[-1][1]).days < longest
    elif start < end:
        assert (end - start).days < 2 * longest
