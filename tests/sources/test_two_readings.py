"""A file is read as it lies there where it is well formed, else record by record: both ways read the same cells."""

from __future__ import annotations

import pytest

_HEADER = ("activity_id", "lead_id", "owner_id", "occurred_at", "type", "direction")
#: Ids as careless writers write them; the careful reading must not be the stricter one.
_IDS = (
    *("V{}", '"V{}"', " V{} ", ' "V{}"', '"V{}" ', '  " V{} "  ', '"V{}""s"', '"V{}"" s""" ', '"V{},s" ', ' "V{},s"'),
    *('"V{}\ns"', ' "V{}\ns" ', '"V{}\n\ns" ', "V'{}", "V{}\\", "\ufeffV{}", "V{}\x1a", "V\x0b{}\x0c", "V\u2028{}"),
    *("V\x85{}", "\u3000V{}", "V{}\xa0", "V{}\u200b", "V\x1c{}", '""', '"" ', ' "" '),
)
_MOMENTS = (
    *("2026-04-01 09:00:00", "2024-02-29", "2026-02-29", "0000-00-00", "9999-12-31", "2026-06-30 23:59:60"),
    *("9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2026-04-01T09:00:00+14:00", "10000-01-01", "1" * 40),
)


def _text(end: str, sign: str) -> str:
    pairs = [*((name, _MOMENTS[0]) for name in _IDS), *(("V{}", moment) for moment in _MOMENTS)]
    rows = [[name.format(n), f"L{n}", "R1", moment, "call", "outbound"] for n, (name, moment) in enumerate(pairs)]
    return "".join(sign.join(row).replace("\n", end) + end for row in [_HEADER, *rows])


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_both_ways_read_the_same_cells_on_the_same_lines(read, tmp_path, end, sign):
    text, found, copies = _text(end, sign), [], []
    for way in ("fast", "careful"):
        # With a row that is cut off nothing is well formed any more.
        broken = "" if way == "fast" else f"V,cut off{end}"
        drop = read({"activity.csv": text + broken}, folder=tmp_path / way)
        copies.append("ragged" in drop.outcomes("activity"))
        found.append((drop.rows("select * from canonical.activity order by all"), drop.quarantined()))
    assert copies == [False, True]
    assert len(found[0][0]) > 20
    assert found[0][0] == found[1][0]
    assert found[0][1] == found[1][1][:-1]


def test_blanks_after_commas_do_not_hide_the_names_of_columns(read):
    text = '"activity_id", "lead_id", "owner_id", "occurred_at", "type", "direction"\n"V1", "L1", "R1", "2026-04-01", "call", "outbound"\n'
    assert read({"activity.csv": text}).column("activity", "activity_id") == ["V1"]


def test_a_sign_behind_a_closing_quote_breaks_its_row_alone(read):
    rows = '"V1"x,L1,R1,2026-04-01,call,outbound\n"V2" ,L2,R1,2026-04-01,call,outbound\n"V3 ,L3,R1,2026-04-01,call,outbound\n'
    drop = read({"activity.csv": ",".join(_HEADER) + "\n" + rows})
    assert drop.column("activity", "activity_id") == ["V2"]
    assert [(line, reason) for _, line, reason, _ in drop.quarantined()] == [(2, "ragged"), (4, "ragged")]
