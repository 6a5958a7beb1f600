"""How text files may be written, and what becomes of lines that are broken."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generator.errors import ExportError
from generator.sources.delimited import Reject, clean_copy, counted_records, records
from generator.sources.layouts import Expected, layout_of

HEADER = "lead_id,created_at,channel,region\n"
ROWS = [("L1", "2026-01-01T00:00:00Z", "webinar", "Süd, Ost"), ("L2", "2026-01-02T00:00:00Z", "", 'the "far"\nNorth')]
PROFILE = """
system: other
title: Another system
own_names: true
encodings: {encodings}
tables:
  lead: {{files: [people.csv]}}
"""


def _text(delimiter: str = ",", newline: str = "\n", head: str = "") -> str:
    out = io.StringIO(head, newline="")
    out.seek(0, io.SEEK_END)
    writer = csv.writer(out, delimiter=delimiter, lineterminator=newline)
    writer.writerows([HEADER.strip().split(","), *ROWS])
    return out.getvalue()


EXPECTED = [("L1", "webinar", "Süd, Ost"), ("L2", None, 'the "far" North')]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_delimiters_line_ends_and_encodings(read, delimiter, newline, encoding):
    drop = read({"lead.csv": _text(delimiter, newline).encode(encoding)})
    assert drop.rows("select lead_id, channel, region from canonical.lead order by lead_id") == EXPECTED


def test_a_sep_line_names_the_delimiter_and_is_no_row(read):
    drop = read({"lead.csv": _text(";", "\r\n", head="sep=;\r\n")})
    assert drop.rows("select lead_id, channel, region from canonical.lead order by lead_id") == EXPECTED
    broken = read({"lead.csv": "sep=;\n" + HEADER.replace(",", ";") + "L1;nonsense;;\n"})
    assert broken.quarantined() == [("lead.csv", 3, "unreadable", "created_at")]


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_other_encodings_as_the_profile_declares(read, encoding):
    text = HEADER + "L1,2026-01-01T00:00:00Z,,Süd – Ost\n" if encoding == "cp1252" else HEADER + "L1,,,Süd\n"
    text = text.replace("L1,,", "L1,2026-01-01T00:00:00Z,")
    profiles = {"other.yml": PROFILE.format(encodings=f"[{encoding}]")}
    drop = read({"people.csv": text.encode(encoding)}, profiles=profiles)
    assert drop.column("lead", "region") == ["Süd – Ost" if encoding == "cp1252" else "Süd"]
    assert drop.finding("assumed_encoding") is None


def test_the_first_encoding_that_fits_is_taken_and_said_but_damaged_utf8_stays_utf8(read):
    profiles = {"other.yml": PROFILE.format(encodings="[utf-8, cp1252]")}
    drop = read({"people.csv": (HEADER + "L1,2026-01-01T00:00:00Z,,Süd\n").encode("cp1252")}, profiles=profiles)
    assert drop.column("lead", "region") == ["Süd"]
    assert drop.finding("assumed_encoding")
    lines = [f"L{n},2026-01-01T00:00:00Z,,Süd\n".encode() for n in range(5)] + [b"L9,2026-01-01T00:00:00Z,,S\xfcd\n"]
    drop = read({"people.csv": HEADER.encode() + b"".join(lines)}, profiles=profiles)
    assert drop.quarantined() == [("people.csv", 7, "undecodable", "")]
    assert drop.column("lead", "region") == ["Süd"] * 5


def test_broken_lines_cost_one_row_each_and_are_named_by_their_physical_line(read):
    text = (
        HEADER
        + 'L1,2026-01-01T00:00:00Z,,"two\nlines"\n'  # lines 2 and 3
        + "L2,2026-01-01T00:00:00Z\n"  # 4: too few cells
        + "\n"  # 5: no record
        + "L3,2026-01-01T00:00:00Z,,a,b\n"  # 6: too many
        + 'L4,2026-01-01T00:00:00Z,,"never closed\n'  # 7
        + "L5,2026-01-01T00:00:00Z,,fine\n"
        + 'L6,2026-01-01T00:00:00Z,,"x"y\n'  # 9: a quote in the middle of a quoted cell
        + "L7,yesterday,,fine\n"  # 10
        + "L8,2026-01-01T00:00:00Z,,fine\n"
    )
    drop = read({"lead.csv": text.encode().replace(b"L8", b"L\xff8")})
    assert drop.quarantined() == [
        ("lead.csv", 4, "ragged", ""),
        ("lead.csv", 6, "ragged", ""),
        ("lead.csv", 7, "ragged", ""),
        ("lead.csv", 9, "ragged", ""),
        ("lead.csv", 10, "unreadable", "created_at"),
        ("lead.csv", 11, "undecodable", ""),
    ]
    assert drop.column("lead", "lead_id") == ["L1", "L5"]
    assert drop.outcomes("lead") == {"read": 8, "kept": 2, "ragged": 4, "undecodable": 1, "unreadable": 1}


def test_lines_are_right_in_a_clean_file_with_cells_over_several_lines(read):
    text = HEADER + '"L1",2026-01-01T00:00:00Z,,"a\nb\n\nc"\n\nL2,never,,x\n'
    assert read({"lead.csv": text}).quarantined() == [("lead.csv", 7, "unreadable", "created_at")]


def test_too_many_unreadable_rows_stop_the_build_but_unknown_stages_do_not(read):
    rows = "".join(f"L{n},2026-01-01T00:00:00Z,,\n" for n in range(98))
    files = {"lead.csv": HEADER + rows + "LX,nonsense,,\n"}
    assert len(read(files, max_quarantine_share=0.02).quarantined()) == 1
    with pytest.raises(ExportError, match=r"2 of 100 rows cannot be read, .*line 100: created_at unreadable"):
        read({"lead.csv": files["lead.csv"] + "LY,short\n"}, max_quarantine_share=0.01)
    events = "event_id,lead_id,occurred_at,to_stage\n" + "E1,L1,2026-01-02T00:00:00Z,strange\n"
    assert read({"lead.csv": HEADER + rows, "lifecycle_event.csv": events}, max_quarantine_share=0.01).quarantined()


_CALLS = """
system: dialler
title: A dialler
nulls: ["-", "NULL", "(none)"]
tables:
  activity:
    files: ["calls.csv"]
    columns:
      activity_id: Id
      lead_id: Lead
      owner_id: Agent
      occurred_at: Time
      type: {constant: call}
      direction: {constant: outbound}
      is_automated: Robot
      outcome: Result
"""


@pytest.mark.parametrize("word", ["-", "null", "(None)", " NULL ", '"-"'])
def test_words_for_nothing_are_nothing_in_cells_of_every_kind(read, word):
    text = (
        f"Id,Lead,Agent,Time,Robot,Result\nC1,{word},R1,2026-01-01T09:00:00Z,{word},{word}\nC2,L2,R1,{word},no,held\n"
    )
    drop = read({"calls.csv": text}, profiles={"dialler.yml": _CALLS})
    assert drop.rows("select activity_id, lead_id, is_automated, outcome from canonical.activity") == [
        ("C1", None, None, None)
    ]
    assert drop.quarantined() == [("calls.csv", 3, "missing_required", "occurred_at")]


def test_a_column_that_stands_twice_is_an_error_only_where_it_is_read(read):
    assert read({"lead.csv": "lead_id,created_at,x,X\nL1,2026-01-01T00:00:00Z,,\n"}).column("lead", "lead_id") == ["L1"]
    with pytest.raises(ExportError, match="'region' more than once"):
        read({"lead.csv": "lead_id,created_at,region,Region\nL1,2026-01-01T00:00:00Z,,\n"})


_CELLS = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00"), max_size=12)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(_CELLS, _CELLS, _CELLS), max_size=8),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    newline=st.sampled_from(["\n", "\r\n"]),
)
def test_whatever_a_csv_writer_writes_is_read_back_with_its_lines(tmp_path, rows, delimiter, newline):
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=newline, quoting=csv.QUOTE_ALL)
    writer.writerow(["a", "b", "c"])
    writer.writerows(rows)
    path = tmp_path / "x.csv"
    path.write_bytes(out.getvalue().encode())
    layout = layout_of(path, Expected(("utf-8",), delimiter))
    assert counted_records(path, layout) == len(rows)
    starts = [record[0] for record in records(path, layout)]
    assert starts == sorted(starts)
    copied = clean_copy(path, layout, tmp_path / "copy.csv")
    assert (copied.written, copied.rejects) == (len(rows), ())
    with (tmp_path / "copy.csv").open(encoding="utf-8", newline="") as copy:
        assert list(csv.reader(copy)) == [[str(line), *cells] for line, cells in zip(starts, rows, strict=True)]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_no_bytes_crash_the_careful_reading(tmp_path, content):
    path = tmp_path / "x.csv"
    path.write_bytes(b"a,b,c\n" + content)
    layout = layout_of(path, Expected())
    for record in records(path, layout):
        if not isinstance(record, Reject):
            cells = next(csv.reader([record[1]])) if isinstance(record[1], str) else record[1]
            assert len(cells) == len(layout.header)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            _CELLS | st.sampled_from(["2026-01-01T00:00:00Z", "2026-01-01", "2026-01-01 10:00:00+02:00", "9999-12-31"]),
            _CELLS | st.sampled_from(["1", "0", "true", "No"]),
            _CELLS | st.sampled_from(["12", "1.5", "1e400", "-3", "١٢", "NaN"]),
            _CELLS,
        ),
        max_size=6,
    )
)
def test_no_cell_crashes_the_reading_and_the_books_always_agree(read, rows):
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(["lead_id", "created_at", "is_test", "employee_count", "region"])
    writer.writerows([(f"L{n}", *row) for n, row in enumerate(rows)])
    drop = read({"lead.csv": out.getvalue()})
    read_rows = sum(line.rows for line in drop.report.ledger if line.outcome == "read")
    assert read_rows == len(rows)
    assert drop.report.tables["lead"].rows == len(drop.column("lead", "lead_id"))
