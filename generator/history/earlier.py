"""An earlier version, read from its data folder: results, how it was built, and the agreement as it was."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from generator.errors import Mistake, PublishError
from generator.measures.results import CELL_COLUMNS

RESULTS, BUILD, AGREEMENT = "kpis.parquet", "build.json", "agreement.json"


@dataclass(frozen=True)
class Earlier:
    """What a version left behind; the rows that it was counted from are not part of it."""

    folder: Path
    build: Mapping[str, Any]  # build.json
    record: Mapping[str, Any]  # agreement.json

    @property
    def version(self) -> str:
        """The name of the version's folder; of a data folder by itself, the id of its drop."""
        return self.folder.parent.name if self.folder.name == "data" and self.folder.parent.name else self.drop

    @property
    def drop(self) -> str:
        """The id of its drop."""
        return str(self.build["drop"])

    @property
    def as_of(self) -> datetime:
        """The instant at which its data was taken, naive UTC."""
        return datetime.fromisoformat(str(self.build["as_of"]).removesuffix("Z"))

    @property
    def generator(self) -> str:
        """The version of onefunnel that computed it."""
        return str(self.build["generator"])

    @property
    def exports(self) -> dict[str, str]:
        """The files that it read, with the sha256 of each."""
        return {path: str(file["sha256"]) for path, file in self.build["exports"].items()}

    @property
    def rows(self) -> dict[str, int]:
        """The rows that it kept, by table."""
        return {table: int(rows) for table, rows in self.build.get("tables", {}).items()}

    @cached_property
    def cells(self) -> pd.DataFrame:
        """The results as they were published, CELL_COLUMNS."""
        return pd.read_parquet(self.folder / RESULTS)


def read_earlier(folder: Path) -> Earlier:
    """Return the version whose data folder is `folder`; PublishError, naming each file that cannot be read."""
    folder = folder.resolve()
    mistakes: list[Mistake] = []
    read = {name: _json(folder / name, mistakes) for name in (BUILD, AGREEMENT)}
    mistakes += _spoilt(folder / RESULTS)
    if not mistakes and not _is_whole(read[BUILD]):
        mistakes.append(Mistake(str(folder / BUILD), "does not say what it was built from", "Publish it anew."))
    if mistakes:
        raise PublishError("The earlier version cannot be read.", mistakes)
    return Earlier(folder, read[BUILD], read[AGREEMENT])


def _spoilt(results: Path) -> Iterator[Mistake]:
    """Yield what is wrong with the file of results; only its foot is read."""
    try:
        missing = set(CELL_COLUMNS) - set(pq.read_schema(results).names)
    except FileNotFoundError:
        yield Mistake(str(results), "is not there", "Name the data folder of a version.")
    except (OSError, pa.ArrowException):
        yield Mistake(str(results), "cannot be read", "Restore it from a copy of the version.")
    else:
        if missing:
            yield Mistake(str(results), f"has no column {', '.join(sorted(missing))}", "Restore it from a copy.")


def _is_whole(build: Mapping[str, Any]) -> bool:
    """Whether a build.json says what is asked of it."""
    try:
        datetime.fromisoformat(str(build["as_of"]).removesuffix("Z"))
        return {"drop", "generator"} <= build.keys() and all("sha256" in one for one in build["exports"].values())
    except (KeyError, ValueError, TypeError, AttributeError):
        return False


def _json(path: Path, mistakes: list[Mistake]) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        what = "is not there" if isinstance(problem, FileNotFoundError) else "cannot be read"
        mistakes.append(Mistake(str(path), what, "Name the data folder of a version."))
        return {}
    return found if isinstance(found, dict) else {}
