"""An earlier version, read from its data folder: results, how it was built, and the agreement as it was."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from generator.errors import Mistake, PublishError

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

    @cached_property
    def cells(self) -> pd.DataFrame:
        """The results as they were published, CELL_COLUMNS."""
        return pd.read_parquet(self.folder / RESULTS)


def read_earlier(folder: Path) -> Earlier:
    """Return the version whose data folder is `folder`; PublishError, naming each file that cannot be read."""
    folder = folder.resolve()
    mistakes: list[Mistake] = []
    read = {name: _json(folder / name, mistakes) for name in (BUILD, AGREEMENT)}
    if not (folder / RESULTS).is_file():
        mistakes.append(Mistake(str(folder / RESULTS), "is not there", "Name the data folder of a version."))
    wanted = {"drop", "as_of", "generator", "exports"}
    if not mistakes and not wanted <= read[BUILD].keys():
        mistakes.append(Mistake(str(folder / BUILD), "does not say what it was built from", "Publish it anew."))
    if mistakes:
        raise PublishError("The earlier version cannot be read.", mistakes)
    return Earlier(folder, read[BUILD], read[AGREEMENT])


def _json(path: Path, mistakes: list[Mistake]) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        what = "is not there" if isinstance(problem, FileNotFoundError) else "cannot be read"
        mistakes.append(Mistake(str(path), what, "Name the data folder of a version."))
        return {}
    return found if isinstance(found, dict) else {}
