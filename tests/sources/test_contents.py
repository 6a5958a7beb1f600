"""Files that are no tables: what a failed export leaves behind."""

from __future__ import annotations

import pytest

from generator.errors import ExportError

LEADS = "lead_id,created_at,channel,region\n" + "".join(
    f"L{n},2026-01-0{n}T00:00:00Z,webinar,EU\n" for n in range(1, 9)
)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty, without even a header"),
        (b"\xef\xbb\xbf", "holds no header, only blanks"),
        (b"\n\r\n  \n", "holds no header, only blanks"),
        (b"<!DOCTYPE html><html><body>Please log in</body></html>", "HTML page"),
        (b"\xef\xbb\xbf\n <!-- proxy --><HTML lang=en>", "HTML page"),
        (b"<?xml version='1.0'?><soap:Envelope/>", "XML"),
        (b"<Errors><Error/></Errors>", "XML"),
        (b'{"error": "invalid_grant"}', "JSON"),
        (b'[\n  {"lead_id": "L1"}]', "JSON"),
        (b"[]", "JSON"),
        (b"%PDF-1.7", "a PDF document"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
        (bytes(range(256)) * 9, "binary data"),
        (LEADS.encode("utf-16-le"), "declare `encodings: utf-16-le`"),
        (LEADS.encode("utf-16-be"), "declare `encodings: utf-16-be`"),
        (b"ERROR: permission denied for table leads\n", "names no column that a profile knows"),
        (b"x" * 9_000_000, "names no column that a profile knows"),
        (LEADS.encode() + b"L9,2026-01-01," + b"x" * (18 << 20), "line 10 is longer than 16,777,216 bytes"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_said_in_its_own_words(read, content, words):
    with pytest.raises(ExportError) as caught:
        read({"lead.csv": content})
    (mistake,) = caught.value.mistakes
    assert mistake.where == "lead.csv"
    assert words in f"{mistake.what} {mistake.next}"
    assert mistake.next


def test_all_such_files_are_named_at_once_with_missing_columns_of_others(read):
    files = {"lead.csv": b"", "opportunity.csv": b"<html>", "owner.csv": b"owner_idd,team\nR1,sales\n"}
    with pytest.raises(ExportError) as caught:
        read(files)
    assert [mistake.where for mistake in caught.value.mistakes] == ["lead.csv", "opportunity.csv", "owner.csv"]


def test_files_that_nobody_claims_may_be_anything(read):
    assert read({"lead.csv": LEADS, "manual.pdf": b"%PDF-1.7"}).report.unclaimed == ("manual.pdf",)


def test_a_stray_nul_costs_its_row_and_is_not_offered_for_pasting(read):
    drop = read({"lead.csv": LEADS + "L9,2026-01-01T00:00:00Z,web\0inar,EU\n"})
    assert drop.quarantined() == [("lead.csv", 10, "undecodable", "")]
    assert drop.finding("unmapped_channel") is None


def test_control_characters_in_a_member_become_blanks(read):
    drop = read({"lead.csv": LEADS + "L9,2026-01-01T00:00:00Z,\x1b[31mred\x07,EU\n"})
    assert drop.rows("select channel from canonical.lead where lead_id = 'L9'") == [("[31mred",)]


def test_a_cell_of_ten_megabytes_is_read_at_once_and_not_shown(read):
    drop = read({"lead.csv": LEADS + f"L9,2026-01-01T00:00:00Z,{'y' * 10_000_000},EU\n"})
    assert drop.rows("select channel from canonical.lead where lead_id = 'L9'") == [("(withheld)",)]
    assert drop.finding("withheld_member").failing == 1


def test_a_header_of_another_delimiter_than_its_rows_is_asked_about(read):
    with pytest.raises(ExportError, match="both written with one delimiter"):
        read({"lead.csv": LEADS.replace(",", ";", 3)}, max_quarantine_share=0.01)


def test_what_office_programs_leave_behind_is_no_export(read):
    drop = read({"lead.csv": LEADS, "~$lead.xlsx": b"\x05user", "Thumbs.db": b"\0", "desktop.ini": b"x"})
    assert [file.path for file in drop.report.files] == ["lead.csv"]


@pytest.mark.parametrize(
    ("files", "words"), [({}, "holds no file"), ({"notes.csv": "a,b\n1,2\n"}, "notes.csv: no profile")]
)
def test_a_drop_with_nothing_to_read_is_a_mistake(read, tmp_path, files, words):
    (tmp_path / "drop").mkdir()
    with pytest.raises(ExportError, match=words):
        read(files)


def test_a_column_that_a_profile_can_do_without_is_missed_aloud(read):
    drop = read({"lead.csv": LEADS.replace("created_at", "created at")})
    assert drop.finding("absent_column").text.startswith("No file gives the created_at of lead;")
    assert read({"lead.csv": LEADS}, folder=None).finding("absent_column") is None
