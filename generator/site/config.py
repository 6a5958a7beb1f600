"""The config of one build: the hand-written mkdocs.yml, the company's over it, and what only this build knows."""

from __future__ import annotations

import importlib
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from generator.errors import Mistake, SiteError
from generator.project import PACKAGED, Project
from generator.site.glossary import GLOSSARY
from generator.texts import text_of, yaml_of

#: Keys that a company's mkdocs.yml may not set, because the build does.
_OURS = ("docs_dir", "site_dir", "nav", "hooks")
#: Whose functions settings may name.
_EXTENSIONS = ("material", "pymdownx", "markdown")
_HOOK = Path(__file__).with_name("hook.py")


def write_config(
    work: Path,
    project: Project,
    docs: Path,
    *,
    site_name: str | None,
    nav: Sequence[Any],
    site_url: str | None,
    latest: str | None = None,
) -> Path:
    """Write the config of this build and its theme below `work`; return the config's path.

    It INHERITs the company's mkdocs.yml, which in turn lies over the packaged one unless it inherits from another.
    SiteError when the company's file is not a mapping or sets what the build sets.
    """
    parent = _hand_written(work, project)
    derived: dict[str, Any] = {
        "INHERIT": str(parent),
        "docs_dir": str(docs.resolve()),
        "nav": list(nav),
        "not_in_nav": "*\n",  # a short navigation, and index pages that lead to the rest
        "exclude_docs": f"{GLOSSARY}\n",
        "theme": {"custom_dir": str(_theme(work, project))},
        "hooks": [str(_HOOK)],
        "markdown_extensions": {"pymdownx.snippets": {"base_path": [str(docs.resolve())]}},
    }
    if site_name:
        derived["site_name"] = site_name
    if site_url:
        derived["site_url"] = site_url.rstrip("/") + "/"
    if latest:
        # Says which index Material's version selector reads: ../versions.json.
        derived["extra"] = {"version": {"provider": "mike", "default": latest}}
    path = work / "mkdocs.yml"
    path.write_text(yaml.safe_dump(derived, sort_keys=True, allow_unicode=True), encoding="utf-8")
    return path


def _hand_written(work: Path, project: Project) -> Path:
    """Return the mkdocs.yml to inherit from: the company's, laid over the packaged one, or the packaged one itself."""
    packaged, own = PACKAGED / "mkdocs.yml", project.root / "mkdocs.yml"
    if project.is_packaged or not own.is_file():
        return packaged
    settings = _read(own, project)
    _settle_parent(settings, own, packaged, project)
    # A copy, because a company's file need not know where the package stands.
    copy = work / "company.yml"
    copy.write_text(yaml.dump(settings, sort_keys=True, allow_unicode=True), encoding="utf-8")
    return copy


def _read(path: Path, project: Project) -> dict[str, Any]:
    shown = project.shown(path)
    try:
        settings = yaml_of(text_of(path), _loader())
    except ValueError as problem:
        mend = "Correct it there; an empty file is fine too."
        raise SiteError("The site's settings cannot be read.", [Mistake(shown, str(problem), mend)]) from None
    if settings is None:
        return {}
    if not isinstance(settings, dict):
        raise SiteError("The site's settings cannot be read.", [Mistake(shown, "is not a mapping of settings")])
    wrong = [
        Mistake(f"{shown}: {key}", "is set by the build", "Remove the key; pages come from content/.")
        for key in _OURS
        if key in settings
    ]
    if isinstance(settings.get("markdown_extensions"), list):
        mend = "Write them as keys (`markdown_extensions: {footnotes: {}}`); a list would take the place of all others."
        wrong.append(Mistake(f"{shown}: markdown_extensions", "is a list", mend))
    if wrong:
        raise SiteError("The site's settings contradict the build.", wrong)
    return settings


def key_lines(project: Project) -> dict[str, int]:
    """Return the lines on which the top keys of the company's mkdocs.yml stand, in a file that could be read."""
    own = project.root / "mkdocs.yml"
    if project.is_packaged or not own.is_file():
        return {}
    keys = re.finditer(r"^([A-Za-z_]\w*)\s*:", text_of(own), re.MULTILINE)
    return {key[1]: key.string.count("\n", 0, key.start()) + 1 for key in keys}


def _settle_parent(settings: dict[str, Any], own: Path, packaged: Path, project: Project) -> None:
    """Let the settings inherit from the packaged ones, unless they name others; these are held to the same rules."""
    inherits = settings.get("INHERIT")
    settings["INHERIT"] = str((own.parent / str(inherits)).resolve()) if inherits else str(packaged)
    seen, here = {own.resolve()}, settings["INHERIT"]
    while here and Path(here) != packaged:
        if Path(here) in seen:
            mistake = Mistake(f"{project.shown(own)}: INHERIT", "the settings inherit from themselves", "Remove it.")
            raise SiteError("The site's settings cannot be read.", [mistake])
        seen.add(Path(here))
        parent = _read(Path(here), project).get("INHERIT")
        here = str((Path(here).parent / str(parent)).resolve()) if parent else ""


def _loader() -> Any:
    """Return a YAML loader that knows the tags of MkDocs, and runs nothing: settings are no program."""
    from mkdocs.utils.yaml import get_yaml_loader

    loader = get_yaml_loader(yaml.SafeLoader)
    loader.add_multi_constructor("tag:yaml.org,2002:python/name:", _named)
    return loader


def _named(_: Any, name: str, node: yaml.Node) -> Any:
    """Return the function of an extension that `!!python/name:` names, such as the emoji of Material."""
    module, _dot, function = name.rpartition(".")
    try:
        if module.partition(".")[0] in _EXTENSIONS:
            return getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError):
        pass
    what = f"'{name}' is no function of {', '.join(_EXTENSIONS)}"
    raise yaml.constructor.ConstructorError(None, None, what, node.start_mark)


def _theme(work: Path, project: Project) -> Path:
    """Copy the theme's files together: a company's `site_templates/theme` replaces packaged files of the same name."""
    folder = work / "theme"
    shutil.rmtree(folder, ignore_errors=True)
    for name, path in project.files("site_templates/theme", "*").items():
        if path.is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, folder / name)
    return folder.resolve()
