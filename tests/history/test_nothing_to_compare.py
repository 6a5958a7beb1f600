import pandas as pd

from generator.agreement import Settings
from generator.history.restatements import restated_rows


def test_where_no_figure_stands_in_both_versions_nothing_was_restated():
    columns = {"metric_id": "str", "period": "str", "scope": "str", "value": "float", "cut": "str"}
    nothing = pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in columns.items()})
    assert restated_rows(nothing, nothing, {"mql_count": "count"}, Settings()).empty
