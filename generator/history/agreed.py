"""The whole agreement of a version as one record, and the way back: from the record to what a build reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.agreement import Agreement, load_agreement
from generator.kpis import Kpi, kpi_ids, read_kpis
from generator.project import PACKAGED, Project
from generator.sources import profile_texts

_BELOW = "<packaged>/"  # labels of files that came with the product and lay under a project's own
_SETTINGS = "--settings "
_PROFILES = "content/sources"


def record_of(project: Project, agreement: Agreement, kpis: tuple[Kpi, ...]) -> dict[str, Any]:
    """Return everything that was agreed, as texts: YAML files, KPI files, the KPIs switched off, source profiles."""
    return {
        "agreement": dict(agreement.files),
        "kpis": {kpi.path: kpi.text for kpi in kpis},
        "hidden": sorted(kpi_ids(project) - {kpi.id for kpi in kpis}),
        "profiles": profile_texts(project),
    }


@dataclass(frozen=True)
class Restored(Project):
    """A project laid out from a record; what was packaged then lies below it, not what is packaged now."""

    below: Path = PACKAGED

    def layers(self, folder: str) -> tuple[Path, ...]:
        """Return the folders called `folder`, those of the product as it was first."""
        return tuple(path for path in (self.below / folder, self.root / folder) if path.is_dir())

    def shown(self, path: Path) -> str:
        """Return `path` under the label that it had."""
        if path.is_relative_to(self.below):
            return f"{_BELOW}{path.relative_to(self.below).as_posix()}"
        return super().shown(path)


@dataclass(frozen=True)
class Agreed:
    """An agreement that can be measured by again."""

    project: Project  # for the source profiles
    agreement: Agreement
    kpis: tuple[Kpi, ...]


def restored(record: Mapping[str, Any], folder: Path) -> Agreed:
    """Return what `record` holds, laid out in the empty `folder`.

    AgreementError or KpiError where this version of onefunnel no longer reads it.
    """
    project = Restored(folder / "own", below=folder / "packaged")
    settings = None
    for label, text in record["agreement"].items():
        path = _place(project, label)
        _write(path, text)
        if label.startswith(_SETTINGS):
            settings = path
    for label, text in record.get("profiles", {}).items():
        _write(project.root / _PROFILES / Path(label).name, text)
    agreement = load_agreement(project, settings)
    hidden = record.get("hidden", [])
    resting = {f"content/kpis/{name}.md": f"---\nid: {name}\nenabled: false\n---\n" for name in hidden}
    return Agreed(project, agreement, read_kpis({**record["kpis"], **resting}, agreement, hidden))


def _place(project: Restored, label: str) -> Path:
    """Return where a file of the agreement goes; only its folder and its name decide."""
    if label.startswith(_SETTINGS):
        return project.root / "given" / Path(label.removeprefix(_SETTINGS)).name
    root = project.below if label.startswith(_BELOW) else project.root
    below = label.removeprefix(_BELOW).rpartition("content/")[2].split("/")
    return root.joinpath("content", *(part for part in below if part not in ("", ".", "..")))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("utf-8"))
