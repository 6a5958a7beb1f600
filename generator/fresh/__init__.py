"""A project of one's own: what differs from the packaged content, and ready files for CI."""

from __future__ import annotations

from pathlib import Path

import generator
from generator.errors import Mistake, SiteError, told
from generator.project import PACKAGED

#: Files as they are written; `dot-` stands for a dot at the beginning of a name, which packaging would leave out.
_FILES = Path(__file__).with_name("files")
#: Packaged folders that a project takes a copy of, and what of them.
_COPIED = {"content/agreement/schema": "*.json", "content/reviews": "*"}


def write_project(folder: Path) -> list[str]:
    """Write a project into `folder` and return its files; SiteError where any of them is there already."""
    files = {_name(path): path.read_text(encoding="utf-8") for path in _FILES.rglob("*") if path.is_file()}
    files["requirements.txt"] = f"onefunnel=={generator.__version__}\n"
    for copied, pattern in _COPIED.items():
        for path in sorted((PACKAGED / copied).glob(pattern)):
            files[f"{copied}/{path.name}"] = path.read_text(encoding="utf-8")
    there = [name for name in sorted(files) if (folder / name).exists()]
    if there:
        mend = "Name an empty folder; a new project takes the place of nothing."
        raise SiteError("No project was written.", [Mistake(str(folder / name), "is there", mend) for name in there])
    with told(SiteError, "The project cannot be written."):
        for name, text in sorted(files.items()):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return sorted(files)


def _name(path: Path) -> str:
    parts = path.relative_to(_FILES).parts
    return "/".join(part.replace("dot-", ".", 1) if part.startswith("dot-") else part for part in parts)
