"""Tables to files: quoted CSV as export tools write it, and the manifest that names every file."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow import csv

BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Sheet:
    """One file to be written: its rows as text, and lines that no proper writer would write."""

    name: str  # file name
    rows: pd.DataFrame
    bom: bool
    raw: tuple[bytes, ...] = ()  # whole lines without their end, put after the rows

    def content(self) -> bytes:
        """Return the file's bytes: every cell quoted, empty ones too, lines ending with a line feed."""
        table = pa.table({name: _texts(self.rows[name]) for name in self.rows.columns})
        buffer = io.BytesIO(BOM if self.bom else b"")
        buffer.seek(0, io.SEEK_END)
        csv.write_csv(table, buffer, csv.WriteOptions(quoting_style="all_valid"))
        for line in self.raw:
            buffer.write(line + b"\n")
        return buffer.getvalue()

    @property
    def lines(self) -> int:
        """Rows that a reader meets, whole or not."""
        return len(self.rows) + len(self.raw)


@dataclass
class Written:
    """What was put into a folder."""

    folder: Path
    files: dict[str, int] = field(default_factory=dict)  # name -> rows
    sha256: dict[str, str] = field(default_factory=dict)


def _texts(column: pd.Series) -> pa.Array:
    return pa.array(column.to_numpy(dtype=object), type=pa.string())


def write_sheets(folder: Path, sheets: list[Sheet]) -> Written:
    """Write `sheets` into `folder` (made where it is missing), one file each."""
    folder.mkdir(parents=True, exist_ok=True)
    written = Written(folder)
    for sheet in sheets:
        content = sheet.content()
        (folder / sheet.name).write_bytes(content)
        written.files[sheet.name] = sheet.lines
        written.sha256[sheet.name] = hashlib.sha256(content).hexdigest()
    return written


def write_manifest(written: Written, drop_id: str, as_of: str, sources: Mapping[str, str]) -> None:
    """Write manifest.json beside the files: which drop, of when, from where, with how many rows and which bytes."""
    manifest = {
        "drop_id": drop_id,
        "as_of": as_of,
        "sources": dict(sources),
        "rows": written.files,
        "sha256": written.sha256,
        "reporting_currency": "USD",
        "reporting_timezone": "UTC",
    }
    text = json.dumps(manifest, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
    (written.folder / "manifest.json").write_text(text, encoding="utf-8")
