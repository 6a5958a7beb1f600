"""A window that ends before conversions usually do is told."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest
from kpi_bench import kpi_text, read

from generator.kpis.windows import windows_too_short

SQL = "select handoff_id as unit, handed_at as moment, exit_at as done_at, region, channel from handoff"


@pytest.mark.parametrize(("days", "told"), [(30.0, []), (30.5, ["window_too_short"])])
def test_one_conversion_in_ten_beyond_the_window_is_noted(days, told):
    kpis = read(kpi_text(SQL, measure="cohort", basis="cohort", window="mql_to_sql"))
    cells = [("sal_acceptance.lag_p90", "all", "all", days, 40)]
    results = SimpleNamespace(cells=pd.DataFrame(cells, columns=["metric_id", "period", "scope", "value", "n"]))
    found = windows_too_short(kpis, results, {"mql_to_sql": 30})
    assert [one.id for one in found] == told
    assert all("Acceptance" in one.text for one in found)


RATIO = (
    "\n```sql period\nselect 'a' as unit, handed_at as moment, 1 as num, 1 as den, region, channel from handoff\n```\n"
)


def switched(**changes):
    text = kpi_text(
        SQL,
        blocks=RATIO,
        measure="cohort",
        basis="cohort",
        window="mql_to_sql",
        instead="period if conversion_basis = period",
        companions={"period": {"measure": "ratio"}},
    )
    (kpi,) = read(text, **changes)
    return kpi


def test_a_setting_may_have_the_headline_counted_as_a_companion():
    assert [figure.kind for figure in switched().figures] == ["cohort", "ratio"]
    headline, companion = switched(conversion_basis="period").figures
    assert (headline.kind, headline.name, headline.sql) == ("ratio", "", companion.sql)


def test_the_companion_counted_instead_must_be_there():
    with pytest.raises(Exception, match="instead: unknown"):
        read(kpi_text(instead="nothing if conversion_basis = period"))
