"""The templates of site_templates/, a project's own laid over the packaged ones by name, and how they are filled."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from html import escape

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
)

from generator import compiled
from generator.errors import Mistake, SiteError, with_hint
from generator.pages.markup import Trusted, finalize
from generator.project import Project
from generator.texts import not_utf8

FOLDER = "site_templates"


class Templates:
    """Templates by name; a name is looked up in the project's folder first, then among the packaged ones."""

    def __init__(self, project: Project, filters: Mapping[str, Callable[..., object]]) -> None:
        layers = [FileSystemLoader(folder) for folder in reversed(project.layers(FOLDER))]
        self._environment = Environment(
            loader=ChoiceLoader(layers),
            undefined=StrictUndefined,
            finalize=finalize,
            autoescape=True,  # so that what a macro returns counts as markup and is not encoded twice
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            bytecode_cache=compiled.PAGES,
        )
        self._environment.filters.update({**filters, "front": front_matter_text})

    def filled(self, name: str, page: str, values: Mapping[str, object]) -> str:
        """Return template `name` filled with `values` for `page`; a failing template names itself and the page."""
        try:
            return self._environment.get_template(name).render(values)
        except TemplateSyntaxError as error:
            raise _failure(error.filename or error.name or name, error.lineno, page, error.message) from error
        except TemplateNotFound as error:
            known = self._environment.list_templates(extensions=["j2"])
            what = f"there is no template {with_hint(str(error.message), known)}"
            raise _failure(f"{FOLDER}/{name}", None, page, what) from error
        except UnicodeDecodeError as error:
            raise _failure(f"{FOLDER}/{name}", None, page, not_utf8(error)) from error
        except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
            raise _failure(f"{FOLDER}/{name}", _line_in(name, error), page, str(error)) from error


def front_matter_text(text: object) -> Trusted:
    """Return `text` as a value of the front matter: JSON is YAML; escaped, for MkDocs prints it into HTML as it is."""
    plain = " ".join(str(text).split())
    return Trusted(json.dumps(escape(plain), ensure_ascii=False))


def _failure(where: str, line: int | None, page: str, what: str | None) -> SiteError:
    place = where[where.index(FOLDER) :] if FOLDER in where else f"{FOLDER}/{where}"
    mistake = Mistake(
        f"{place}:{line}" if line else place,
        what or "the template failed",
        "Mend the template, or remove your own copy to return to the packaged one.",
    )
    return SiteError(f"The page {page} cannot be written.", [mistake])


def _line_in(name: str, error: BaseException) -> int | None:
    """Return the line of the innermost template frame; Jinja rewrites tracebacks to the template's own lines."""
    line, trace = None, error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename.endswith(".j2"):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
