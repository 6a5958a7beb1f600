"""Archives, workbooks and links."""

from __future__ import annotations

import datetime as dt
import errno
import gzip
import io
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
import zstandard

from generator.errors import ExportError
from generator.sources.containers import Unpacking

LEADS = "lead_id,created_at,channel,region\n"


def _row(n: int) -> str:
    return f"L{n},2026-01-0{n}T00:00:00Z,webinar,EU\n"


def _zip(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    "files",
    [
        {"lead.csv.gz": gzip.compress((LEADS + _row(1)).encode())},
        {"lead.csv.zst": zstandard.compress((LEADS + _row(1)).encode())},
        {"lead.csv": gzip.compress((LEADS + _row(1)).encode())},
        {"export.zip": _zip({"folder/LEAD.CSV": (LEADS + _row(1)).encode()})},
        {"lead.zip": _zip({"extract.csv": (LEADS + _row(1)).encode()})},
        {"outer.zip": _zip({"inner.zip": _zip({"lead.csv": (LEADS + _row(1)).encode()})})},
        {"outer.zip": _zip({"lead.csv.gz": gzip.compress((LEADS + _row(1)).encode())})},
    ],
)
def test_containers_are_read_whatever_their_names(read, files):
    drop = read(files)
    assert drop.column("lead", "lead_id") == ["L1"]
    assert not drop.report.unclaimed


def test_parts_from_several_archives_join_and_copies_of_a_whole_part_collapse(read):
    part = _zip({"lead.csv": (LEADS + _row(1) + _row(2)).encode()})
    drop = read(
        {
            "WE_1.ZIP": part,
            "WE_2.ZIP": _zip({"lead.csv": b"lead_id,region,created_at\nL3,US,2026-01-03T00:00:00Z\n"}),
            "WE_3.ZIP": part,
        }
    )
    assert drop.column("lead", "lead_id") == ["L1", "L2", "L3"]
    assert drop.outcomes("lead") == {"read": 5, "kept": 3, "duplicate_key": 2}
    assert [file.path for file in drop.report.files] == ["WE_1.ZIP!lead.csv", "WE_2.ZIP!lead.csv", "WE_3.ZIP!lead.csv"]


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"a.zip": _zip({"../lead.csv": b"x"})}, "leads out of it"),
        ({"a.zip": _zip({"/etc/lead.csv": b"x"})}, "leads out of it"),
        ({"a.zip": _zip({"b.zip": _zip({"c.zip": _zip({"lead.csv": b"x"})})})}, "nested too deeply"),
        ({"lead.csv.gz": gzip.compress(b"x" * 10_000)[:-9]}, "damaged"),
        ({"a.zip": _zip({"lead.csv": b"x" * 1000})[:-30]}, "damaged"),
        ({"lead.xls": b"\xd0\xcf\x11\xe0" + b"x" * 600}, "old XLS"),
        ({"lead.xlsx": _zip({"xl/workbook.xml": b"<nonsense"})}, "workbook cannot be read"),
        ({"lead.parquet": b"PAR1 and no more"}, "Parquet file is damaged"),
    ],
)
def test_what_cannot_be_unpacked_is_named(read, files, words):
    with pytest.raises(ExportError, match=words):
        read(files)


def test_an_archive_may_not_unpack_beyond_the_setting(read):
    bomb = _zip({"lead.csv": LEADS.encode() + b"\n" * 3_000_000})
    assert len(bomb) < 10_000
    with pytest.raises(ExportError, match="max_unpacked_bytes"):
        read({"a.zip": bomb}, max_unpacked_bytes=1_000_000)


def test_archives_made_to_burst_are_refused_before_they_do(read, tmp_path):
    blanks = b"\n" * (150 << 20)
    packed = {
        "b.zip": _zip({"lead.csv": blanks}),
        "c.csv.gz": gzip.compress(blanks),
        "d.zst": zstandard.compress(blanks),
    }
    packed["e.zip"] = _zip({"inner.zip": packed["b.zip"]})
    packed["f.xlsx"] = _zip({"xl/workbook.xml": b"<a/>", "xl/worksheets/sheet1.xml": blanks})
    with pytest.raises(ExportError) as caught:
        read(packed)
    assert {mistake.where.partition("!")[0] for mistake in caught.value.mistakes} == set(packed)
    assert all("made to burst" in mistake.what for mistake in caught.value.mistakes)


def test_a_declared_size_beyond_the_setting_is_refused_at_once(read):
    claims = b"\x28\xb5\x2f\xfd\xe0" + (60 << 30).to_bytes(8, "little") + b"\0" * 10
    with pytest.raises(ExportError, match=r"unpacks to 64,424,509,440 bytes, more than max_unpacked_bytes"):
        read({"lead.csv.zst": claims})


def test_an_archive_of_countless_files_is_refused(read):
    with pytest.raises(ExportError, match=r"holds 10,001 files"):
        read({"a.zip": _zip({f"{n}.csv": b"" for n in range(10_001)})})


def test_every_damaged_archive_is_named_at_once(read):
    with pytest.raises(ExportError) as caught:
        read({"a.zip": _zip({"lead.csv": b"x" * 1000})[:-30], "b.csv.gz": gzip.compress(b"x" * 10_000)[:-9]})
    assert [mistake.where for mistake in caught.value.mistakes] == ["a.zip", "b.csv.gz"]


def test_a_full_disk_is_said_and_nothing_half_unpacked_stays(tmp_path, monkeypatch):
    (tmp_path / "drop").mkdir()
    (tmp_path / "drop" / "lead.csv.gz").write_bytes(gzip.compress(LEADS.encode()))
    (tmp_path / "scratch").mkdir()

    class Full(io.FileIO):
        def write(self, _):
            raise OSError(errno.ENOSPC, "No space left on device")

    opened = Path.open
    monkeypatch.setattr(Path, "open", lambda self, mode="r": Full(self, mode) if "w" in mode else opened(self, mode))
    with pytest.raises(ExportError, match="No space left"):
        list(Unpacking(tmp_path / "drop", tmp_path / "scratch", 1000).members(tmp_path / "drop" / "lead.csv.gz"))
    assert list((tmp_path / "scratch").iterdir()) == []


def test_links_are_followed_inside_the_drop_only(read, tmp_path):
    folder = tmp_path / "drop"
    folder.mkdir()
    (folder / "data.txt").write_text(LEADS + _row(1))
    (folder / "lead.csv").symlink_to("data.txt")
    assert read(folder=folder).column("lead", "lead_id") == ["L1"]
    outside = tmp_path / "outside.csv"
    outside.write_text(LEADS + _row(2))
    (folder / "lead_2.csv").symlink_to(outside)
    with pytest.raises(ExportError, match=r"lead_2\.csv: this link leads out of the drop"):
        read(folder=folder)


def test_a_link_to_the_folder_above_is_not_walked_for_ever(read, tmp_path):
    folder = tmp_path / "drop" / "inner"
    folder.mkdir(parents=True)
    (folder / "lead.csv").write_text(LEADS + _row(1))
    (folder / "up").symlink_to("..")
    assert read(folder=tmp_path / "drop").column("lead", "lead_id") == ["L1"]


def test_workbooks_keep_dates_numbers_and_the_rows_of_their_sheet(read, tmp_path):
    rows = [
        ["lead_id", "created_at", "employee_count", "score_fit", "is_test"],
        ["L1", dt.datetime(2026, 1, 1, 9, 30), 12, 70.5, False],
        ["L2", "never", 3, None, True],
        [None, None, None, None, None],
        ["L3", dt.datetime(2026, 1, 3), 4000000, 1, None],
    ]
    drop = read({"lead.xlsx": _workbook({"Export": rows})})
    assert drop.rows(
        "select lead_id, created_at, employee_count, score_fit, is_test from canonical.lead order by 1"
    ) == [
        ("L1", dt.datetime(2026, 1, 1, 9, 30), 12, 70.5, False),
        ("L3", dt.datetime(2026, 1, 3), 4000000, 1.0, None),
    ]
    assert drop.quarantined() == [("lead.xlsx", 3, "unreadable", "created_at")]


def test_each_sheet_of_a_workbook_is_a_file_of_its_own(read):
    leads = [["lead_id", "created_at"], ["L1", "2026-01-01T00:00:00Z"]]
    owners = [["owner_id", "team"], ["R1", "sales"]]
    drop = read({"all.xlsx": _workbook({"lead": leads, "owner": owners, "Notes": [["hello"]]})})
    assert drop.column("owner", "owner_id") == ["R1"]
    assert drop.report.unclaimed == ("all.xlsx!Notes",)


def test_the_sheet_of_a_report_is_read_below_its_titles_without_its_totals(read):
    rows = [
        ["Campaign report", "", "", "", ""],
        ["September 2026", "", "", "", ""],
        ["Day", "Campaign", "Currency code", "Cost", "Clicks"],
        [dt.datetime(2026, 9, 1), "Brand", "EUR", 1234.5, 9],
        ["Total: account", "", "EUR", 1234.5, 9],
    ]
    drop = read({"Download (4).xlsx": _workbook({"Campaign report": rows})})
    assert drop.rows("select campaign_id, amount from canonical.spend") == [("Brand", Decimal("1234.5"))]
    assert drop.outcomes("spend") == {"read": 2, "kept": 1, "not_selected": 1}


def _workbook(sheets: dict[str, list[list[object]]]) -> bytes:
    """A minimal XLSX: inline strings, numbers, booleans, and dates by a date style."""
    names = list(sheets)
    books = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(names, 1))
    links = "".join(
        f'<Relationship Id="rId{n}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"'
        f' Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(names) + 1)
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    files = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="rId1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{books}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">{links}'
        f'<Relationship Id="rId99" Type="{office}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{main}"><cellXfs count="2">'
        '<xf numFmtId="0"/><xf numFmtId="22"/></cellXfs></styleSheet>',
    }
    for n, name in enumerate(names, 1):
        lines = "".join(
            f'<row r="{r}">{"".join(_cell(cell, f"{chr(65 + c)}{r}") for c, cell in enumerate(row))}</row>'
            for r, row in enumerate(sheets[name], 1)
        )
        files[f"xl/worksheets/sheet{n}.xml"] = f'<worksheet xmlns="{main}"><sheetData>{lines}</sheetData></worksheet>'
    return _zip({name: ('<?xml version="1.0"?>' + text).encode() for name, text in files.items()})


def _cell(value: object, place: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, dt.datetime):
        days = (value - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1)
        return f'<c r="{place}" s="1"><v>{days!r}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{place}"><v>{value}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'
