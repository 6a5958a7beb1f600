"""What lies in a drop: plain files and, inside archives, the files that they hold, unpacked within a limit."""

from __future__ import annotations

import gzip
import hashlib
import lzma
import os
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path, PurePosixPath
from typing import IO

import zstandard

from ..errors import ExportError, Mistake, printable

_CHUNK = 1 << 20
_COMPRESSED = (".gz", ".zst", ".zip")
_TOO_LARGE = "Raise the setting if the archive is really that large."
#: Tables shrink to a tenth, repetitive ones to a hundredth; only archives made to burst shrink further.
_MOST_GROWTH = 500
#: Below this size nothing bursts.
_HARMLESS = 1 << 27
_MOST_ENTRIES = 10_000
_CLUTTER = ("__macosx", "thumbs.db", "desktop.ini")


_Unpacked = IO[bytes] | gzip.GzipFile


class Form(Enum):
    """How the rows of a file are kept."""

    TEXT = "text"
    SHEET = "sheet"
    PARQUET = "parquet"


@dataclass(frozen=True)
class Member:
    """One file of the drop, on this disk, whatever it was packed in."""

    label: str  # relative to the drop; "archive.zip!Lead.csv" inside a container
    names: tuple[str, ...]  # base names by which profiles may know it
    path: Path
    form: Form
    sha256: str
    size: int  # bytes, unpacked
    sheet: str = ""


def drop_files(drop: Path) -> tuple[Path, ...]:
    """Return the files of a drop, sorted, without dot files and the like; ExportError for a link that leads out."""
    root = drop.resolve()
    found: list[Path] = []
    outside: list[Path] = []
    for folder, folders, names in os.walk(root, followlinks=True):
        # A link to a folder above would be walked for ever.
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and _is_below(Path(folder, name), Path(folder), root, outside)
        )
        for name in sorted(names):
            path = Path(folder, name)
            # A pipe or a socket would be waited for.
            if path.exists() and not path.is_file():
                continue
            if not _is_clutter(name) and (not path.is_symlink() or _leads_inside(path, root, outside)):
                found.append(path)
    if outside:
        mistakes = [
            Mistake(
                label_of(path, root),
                "this link leads out of the drop, or nowhere",
                "Copy the file into the drop.",
            )
            for path in outside
        ]
        raise ExportError("Links in a drop may only lead to files of the drop.", mistakes)
    return tuple(sorted(found))


def _is_below(path: Path, folder: Path, root: Path, outside: list[Path]) -> bool:
    if not path.is_symlink():
        return True
    if not _leads_inside(path, root, outside):
        return False
    return not folder.resolve().is_relative_to(path.resolve())


def _leads_inside(path: Path, root: Path, outside: list[Path]) -> bool:
    try:
        if path.resolve(strict=True).is_relative_to(root):
            return True
    except (OSError, RuntimeError):  # a link to itself, or to nothing
        pass
    outside.append(path)
    return False


def label_of(path: Path, drop: Path) -> str:
    """Return how a file of the drop is called on pages, in the ledger and in messages."""
    return _shown(path.relative_to(drop).as_posix())


def _shown(name: str) -> str:
    return printable(name).replace("\n", "\\n")


class Unpacking:
    """Unpacks archives into a scratch folder; all of them together may not grow beyond `limit` bytes."""

    def __init__(self, drop: Path, scratch: Path, limit: int) -> None:
        self._drop, self._scratch, self._left, self._limit = drop.resolve(), scratch, limit, limit
        self._count = 0

    def members(self, path: Path) -> Iterator[Member]:
        """Yield what `path` holds; ExportError for what is damaged, locked, too large or leads elsewhere."""
        label = label_of(path, self._drop)
        try:
            yield from self._members(path, label, (path.name,), depth=0)
        except (
            zipfile.BadZipFile,
            gzip.BadGzipFile,
            zstandard.ZstdError,
            zlib.error,
            lzma.LZMAError,
            EOFError,
        ) as problem:
            raise _broken(label, "the archive is damaged", "Transfer it again.") from problem
        except NotImplementedError as problem:
            raise _broken(
                label, "the archive uses a compression that cannot be read", "Pack it as plain ZIP."
            ) from problem
        except OSError as problem:
            what = f"cannot be read or unpacked: {problem.strerror}"
            raise _broken(label, what, f"Check the file, and the space left in {self._scratch.parent}.") from problem

    def _members(self, path: Path, label: str, names: tuple[str, ...], depth: int) -> Iterator[Member]:
        with path.open("rb") as stream:
            magic = stream.read(4)
        if magic == b"PK\x03\x04":
            yield from self._zipped(path, label, names, depth)
        elif magic[:2] == b"\x1f\x8b":
            with path.open("rb") as packed, gzip.open(packed) as stream:
                yield from self._single(stream, packed, label, names, depth)
        elif magic == b"\x28\xb5\x2f\xfd":
            self._refuse_size(label, zstandard.frame_content_size(_beginning(path)))
            with (
                path.open("rb") as packed,
                zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True) as stream,
            ):
                yield from self._single(stream, packed, label, names, depth)
        elif magic == b"\xd0\xcf\x11\xe0":
            raise _broken(label, "this is a workbook of the old XLS format", "Save it as XLSX or CSV.")
        else:
            form = Form.PARQUET if magic == b"PAR1" else Form.TEXT
            yield Member(label, names, path, form, sha256_of(path), path.stat().st_size)

    def _single(
        self, stream: _Unpacked, packed: IO[bytes], label: str, names: tuple[str, ...], depth: int
    ) -> Iterator[Member]:
        if depth > 1:
            raise _broken(label, "archives are nested too deeply", "Unpack it once.")
        inner = tuple(dict.fromkeys(_stripped(name) for name in names))
        yield from self._members(self._copied(stream, label, packed), label, inner, depth + 1)

    def _zipped(self, path: Path, label: str, names: tuple[str, ...], depth: int) -> Iterator[Member]:
        with zipfile.ZipFile(path) as archive:
            entries = sorted((entry for entry in archive.infolist() if not entry.is_dir()), key=lambda e: e.filename)
            self._refuse_entries(entries, label)
            if any(entry.filename == "xl/workbook.xml" for entry in entries):
                yield from _sheets(path, label, names)
                return
            if depth > 1:
                raise _broken(label, "archives are nested too deeply", "Unpack it once.")
            kept = [entry for entry in entries if not _is_clutter(entry.filename)]
            for entry in kept:
                inner = f"{label}!{_shown(entry.filename)}"
                if _escapes(entry.filename) or (entry.external_attr >> 16) & 0o170000 == 0o120000:
                    raise _broken(
                        label, "an entry of the archive leads out of it", "Pack plain files without links or '..'."
                    )
                if entry.flag_bits & 1:
                    raise _broken(inner, "the archive asks for a password", "Pack it without one.")
                alone = tuple(_stripped(name) for name in names) if len(kept) == 1 else ()
                with archive.open(entry) as stream:
                    unpacked = self._copied(stream, inner)
                yield from self._members(unpacked, inner, (PurePosixPath(entry.filename).name, *alone), depth + 1)

    def _refuse_entries(self, entries: list[zipfile.ZipInfo], label: str) -> None:
        """Refuse an archive by what its directory says, before anything of it is unpacked."""
        if len(entries) > _MOST_ENTRIES:
            raise _broken(label, f"the archive holds {len(entries):,} files", f"Pack at most {_MOST_ENTRIES:,}.")
        self._refuse_size(label, sum(entry.file_size for entry in entries))
        for entry in entries:
            _refuse_growth(f"{label}!{_shown(entry.filename)}", entry.file_size, entry.compress_size)

    def _refuse_size(self, label: str, size: int) -> None:
        if size > self._left:
            what = f"unpacks to {size:,} bytes, more than max_unpacked_bytes ({self._limit:,}) leaves"
            raise _broken(label, what, _TOO_LARGE)

    def _copied(self, stream: _Unpacked, label: str, packed: IO[bytes] | None = None) -> Path:
        """Unpack `stream` to a file; where `packed` is given, its position tells how much of the archive was read."""
        self._count += 1
        target = self._scratch / f"unpacked{self._count}"
        size = 0
        try:
            with target.open("wb") as out:
                while chunk := stream.read(_CHUNK):
                    size += len(chunk)
                    if size > self._left:
                        raise _broken(label, f"unpacks to more than max_unpacked_bytes ({self._limit:,})", _TOO_LARGE)
                    if packed is not None:
                        _refuse_growth(label, size, packed.tell())
                    out.write(chunk)
        except BaseException:
            target.unlink()
            raise
        self._left -= size
        return target


def _refuse_growth(label: str, size: int, packed: int) -> None:
    if size > _HARMLESS and size > _MOST_GROWTH * packed:
        what = f"the archive grows to more than {_MOST_GROWTH} times its size: it is made to burst"
        raise _broken(label, what, "Take it out of the drop, or pack the export anew.")


def _beginning(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(64)


def _sheets(path: Path, label: str, names: tuple[str, ...]) -> Iterator[Member]:
    from python_calamine import CalamineError, CalamineWorkbook  # slow to import, and rarely needed

    try:
        sheets = CalamineWorkbook.from_path(str(path)).sheet_names
    except CalamineError as problem:
        raise _broken(label, "the workbook cannot be read", "Save it again as XLSX, without a password.") from problem
    digest, size = sha256_of(path), path.stat().st_size
    for sheet in sheets:
        alone = names if len(sheets) == 1 else ()
        shown = label if len(sheets) == 1 else f"{label}!{_shown(sheet)}"
        yield Member(shown, (*alone, f"{sheet}.xlsx"), path, Form.SHEET, digest, size, sheet)


def _broken(label: str, what: str, hint: str) -> ExportError:
    return ExportError("The drop cannot be read.", [Mistake(label, what, hint)])


def _stripped(name: str) -> str:
    return name[: -len(Path(name).suffix)] if Path(name).suffix.lower() in _COMPRESSED else name


def _escapes(name: str) -> bool:
    parts = PurePosixPath(name.replace("\\", "/"))
    return parts.is_absolute() or ".." in parts.parts or (len(name) > 1 and name[1] == ":")


def _is_clutter(name: str) -> bool:
    """Whether a file is what file managers and office programs leave behind."""
    parts = [part for part in PurePosixPath(name).parts if part != ".."]
    return any(part.startswith((".", "~$")) or part.casefold() in _CLUTTER for part in parts)


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file as hex digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
