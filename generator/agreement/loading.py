"""Reads content/agreement: the packaged files, the project's over them, then --settings; every mistake at once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from ..errors import AgreementError, Mistake, likely
from ..project import PACKAGED, Project
from .agreement import Agreement
from .calendars import CalendarsFile
from .channels import Channel, ChannelsFile
from .explaining import explain
from .findings import Files
from .forms import SCHEMA, AgreementFile
from .lifecycle import Lifecycle
from .lints import contradictions
from .overlay import Overlaid, lay_over
from .owners import OwnersFile
from .pipeline import Pipeline, qualified_from
from .reviews import Reviews, read_reviews
from .settings import Settings
from .sla import Sla, until_the_next_version
from .targets import TargetsFile, without_replaced_samples
from .yaml_reading import Reading, read_text

FOLDER = "content/agreement"
MODELS: dict[str, type[AgreementFile]] = {
    "settings": Settings,
    "lifecycle": Lifecycle,
    "sla": Sla,
    "calendars": CalendarsFile,
    "targets": TargetsFile,
    "channels": ChannelsFile,
    "pipeline": Pipeline,
    "owners": OwnersFile,
}


@dataclass
class _Loaded:
    """What is known while loading: each kind of file laid over, its value where it is sound, and the mistakes."""

    overlaid: dict[str, Overlaid] = field(default_factory=dict)
    values: dict[str, AgreementFile] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)


def load_agreement(project: Project, settings_file: Path | None = None) -> Agreement:
    """Return the agreement of `project`, with `settings_file` laid over its settings.

    Raises AgreementError with every mistake of every file.
    """
    loaded = _Loaded(mistakes=_strangers(project))
    for name, model in MODELS.items():
        _load_file(loaded, name, model, _readings(project, name, settings_file))
    files = Files(**loaded.values)  # type: ignore[arg-type]  # the names and types are those of MODELS
    loaded.mistakes += [
        Mistake(loaded.overlaid[found.file].where(found.path), found.what, found.next)
        for found in contradictions(files, tuple(loaded.values))
    ]
    reviews, written, wrong = read_reviews(project)
    loaded.mistakes += wrong
    if loaded.mistakes:
        count = len(loaded.mistakes)
        raise AgreementError(f"The agreement has {count} mistake{'s' * (count > 1)}.", loaded.mistakes)
    readings = [reading for overlaid in loaded.overlaid.values() for reading in overlaid.readings]
    return _assembled(files, reviews, [*readings, *written])


def _strangers(project: Project) -> list[Mistake]:
    """Name files in the folder that nothing reads: a wrong name would silently count for nothing."""
    known = [f"{name}.yml" for name in MODELS]
    return [
        Mistake(project.shown(path), "no agreement file has this name", _rename(path.stem, ", ".join(known)))
        for path in sorted((project.root / FOLDER).glob("*"))
        if path.suffix in (".yml", ".yaml", ".json") and path.name not in known
    ]


def _rename(stem: str, known: str) -> str:
    near = likely(stem, MODELS)
    return f"Rename it to {near}.yml." if near else f"Known: {known}."


def _readings(project: Project, name: str, settings_file: Path | None) -> list[Reading]:
    readings = []
    for layer in project.layers(FOLDER):
        path = layer / f"{name}.yml"
        # What is there and no file is read too, and found unreadable: ignored, it would count for nothing unsaid.
        if path.exists() or path.is_symlink():
            packaged = not project.is_packaged and path.is_relative_to(PACKAGED / FOLDER)
            readings.append(read_text(path, f"<packaged>/{FOLDER}/{path.name}" if packaged else project.shown(path)))
            _check_schema(readings[-1], required=True)
    if name == "settings" and settings_file is not None:
        readings.append(read_text(settings_file, project.shown(settings_file)))
        readings[-1].key = f"--settings {settings_file.name}"  # the same content, wherever it lies
        _check_schema(readings[-1], required=False)
    return readings


def _check_schema(reading: Reading, required: bool) -> None:
    if not isinstance(reading.data, dict):
        return
    schema = reading.data.get("schema")
    if schema is None:
        if required:
            reading.fault((), "`schema` is missing", f"Write `schema: {SCHEMA}` as the first line.")
    elif isinstance(schema, int) and not isinstance(schema, bool) and schema > SCHEMA:
        what = f"the file has schema {schema}; this version of onefunnel reads up to {SCHEMA}"
        reading.fault(("schema",), what, "Update onefunnel, or take the file as it was before.")
    elif schema != SCHEMA or isinstance(schema, bool):
        reading.fault(("schema",), f"'{schema}' is no schema", f"Write `schema: {SCHEMA}`.")


def _load_file(loaded: _Loaded, name: str, model: type[AgreementFile], readings: list[Reading]) -> None:
    overlaid = loaded.overlaid[name] = lay_over(f"{name}.yml", readings, model)
    loaded.mistakes += [mistake for reading in readings for mistake in reading.mistakes]
    if any(not isinstance(reading.data, dict) or _is_newer(reading) for reading in readings):
        return  # what stands in it cannot be judged
    try:
        value = model.model_validate({**overlaid.data, "schema": SCHEMA})
    except ValidationError as error:
        loaded.mistakes += explain(error, overlaid, model)
    else:
        if overlaid.is_readable:
            loaded.values[name] = value


def _is_newer(reading: Reading) -> bool:
    schema = reading.data.get("schema")
    return isinstance(schema, int) and schema > SCHEMA


def _assembled(files: Files, reviews: Reviews, readings: list[Reading]) -> Agreement:
    settings, channels = _paid(files.settings, files.channels.channels)
    texts = {reading.key or reading.label: reading.text for reading in readings}
    return Agreement(
        settings=settings,
        lifecycle=files.lifecycle,
        sla=files.sla.model_copy(update={"commitments": until_the_next_version(files.sla.commitments)}),
        calendars=tuple(entry.value() for entry in files.calendars.calendars),
        targets=tuple(
            target
            for entry in without_replaced_samples(files.targets.targets)
            for target in entry.values(settings.fiscal_year_start_month)
        ),
        channels=channels,
        pipeline=qualified_from(files.pipeline, settings.min_qualified_stage),
        owners=files.owners.owners,
        reviews=reviews,
        files=texts,
        digest=_digest(texts),
    )


def _paid(settings: Settings, channels: tuple[Channel, ...]) -> tuple[Settings, tuple[Channel, ...]]:
    """Bring the two homes of "paid" together: the setting rules where it is given, else the channels do."""
    if settings.paid_channels is None:
        paid = tuple(channel.id for channel in channels if channel.paid)
        return settings.model_copy(update={"paid_channels": paid}), channels
    named = settings.paid_channels
    return settings, tuple(channel.model_copy(update={"paid": channel.id in named}) for channel in channels)


def _digest(texts: dict[str, str]) -> str:
    digest = hashlib.sha256()
    for label in sorted(texts):
        digest.update(f"{label}\0{texts[label]}\0".encode())
    return digest.hexdigest()
