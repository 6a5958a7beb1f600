"""The table of local days against zoneinfo, moment by moment."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.sources.zones import ZoneDay, to_local, to_utc, zone_days

ZONES = ["America/New_York", "Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]


@lru_cache
def _days(zone: str) -> dict[date, ZoneDay]:
    return {day.local_date: day for day in zone_days(zone, date(2010, 1, 1), date(2027, 12, 31))}


def _by_table(local: datetime, zone: str) -> datetime:
    day = _days(zone)[local.date()]
    second = (local - datetime.combine(local.date(), datetime.min.time())).total_seconds()
    return local - timedelta(seconds=day.before_s if second < day.switch_s else day.after_s)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(ZONES),
    st.datetimes(datetime(2010, 1, 1), datetime(2027, 12, 31)).map(lambda moment: moment.replace(microsecond=0)),
)
def test_the_table_reads_local_time_as_zoneinfo_does(zone, local):
    assert _by_table(local, zone) == to_utc(local, zone)


@pytest.mark.parametrize("zone", ZONES)
def test_around_every_change_of_clocks(zone):
    for day in _days(zone).values():
        if day.odd_to_s:
            start = datetime.combine(day.local_date, datetime.min.time())
            for second in range(0, 86_400, 900):
                local = start + timedelta(seconds=second)
                assert _by_table(local, zone) == to_utc(local, zone)
                is_odd = to_local(to_utc(local, zone), zone) != local or _is_twice(local, zone)
                assert is_odd == (day.odd_from_s <= second < day.odd_to_s)


def _is_twice(local: datetime, zone: str) -> bool:
    earlier = to_utc(local, zone)
    return any(to_local(earlier + timedelta(minutes=shift), zone) == local for shift in (30, 60))
