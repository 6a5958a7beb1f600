"""Tables to files: quoted CSV as export tools write it, and the manifest that names every file."""

from __future__ import annotations

import hashlib
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
    parts: tuple[pd.DataFrame, ...]  # one after the other, all with the same columns
    bom: bool
    raw: tuple[bytes, ...] = ()  # whole lines without their end, put after the rows

    def write(self, path: Path) -> None:
        """Write every cell quoted, empty ones too, lines ending with a line feed."""
        with path.open("wb") as file:
            file.write(BOM if self.bom else b"")
            for nth, part in enumerate(self.parts):
                table = pa.Table.from_pandas(part, preserve_index=False)
                table = table.cast(pa.schema([(name, pa.large_string()) for name in table.column_names]))
                csv.write_csv(table, file, csv.WriteOptions(include_header=nth == 0, quoting_style="all_valid"))
            for line in self.raw:
                file.write(line + b"\n")

    @property
    def lines(self) -> int:
        """Rows that a reader meets, whole or not."""
        return sum(len(part) for part in self.parts) + len(self.raw)


@dataclass
class Written:
    """What was put into a folder."""

    folder: Path
    files: dict[str, int] = field(default_factory=dict)  # name -> rows
    sha256: dict[str, str] = field(default_factory=dict)


def write_sheets(folder: Path, sheets: list[Sheet]) -> Written:
    """Write `sheets` into `folder` (made where it is missing), one file each."""
    folder.mkdir(parents=True, exist_ok=True)
    written = Written(folder)
    for sheet in sheets:
        path = folder / sheet.name
        sheet.write(path)
        written.files[sheet.name] = sheet.lines
        with path.open("rb") as file:
            written.sha256[sheet.name] = hashlib.file_digest(file, "sha256").hexdigest()
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
