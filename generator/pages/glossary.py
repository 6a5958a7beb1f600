"""The words of the site: stages and KPIs from the data, the rest from content/glossary.yml; hover explains them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from generator.errors import Mistake, SiteError
from generator.pages.context import Context
from generator.project import Project
from generator.texts import text_of, yaml_of

FILE = "glossary.yml"
#: The build gives every page the lines that it needs; names that begin with an underscore are not published.
ABBREVIATIONS = "_glossary.md"
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\s]+")


@dataclass(frozen=True)
class Term:
    """A word, what it means, and where to read on."""

    word: str
    meaning: str  # plain text, one or two sentences
    also: tuple[str, ...] = ()  # other spellings that are explained by the same text
    page: str = ""  # a page below docs, with anchor
    on_hover: bool = True


def read_terms(project: Project) -> tuple[Term, ...]:
    """Return the terms of content/glossary.yml, a project's own laid over the packaged ones by word."""
    found: dict[str, Term] = {}
    for layer in project.layers("content"):
        path = layer / FILE
        if path.is_file():
            try:
                entries = yaml_of(text_of(path)) or {}
                found.update({term.word: term for term in map(_term, entries.get("terms", []))})
            except (TypeError, KeyError, AttributeError, ValueError) as error:
                mend = "Write entries like: - {term: paced, meaning: Compared with the part that is due., also: [pace]}"
                raise SiteError(
                    "The glossary cannot be read.", [Mistake(project.shown(path), str(error), mend)]
                ) from error
    return tuple(found.values())


def _term(entry: dict[str, object]) -> Term:
    if unknown := sorted(set(entry) - {"term", "meaning", "also", "page", "hover"}):
        raise ValueError(f"unknown key '{unknown[0]}'")
    also = entry.get("also") or []
    if not isinstance(also, list):
        raise ValueError(f"`also` of '{entry['term']}' is not a list")
    page, hover = str(entry.get("page") or ""), bool(entry.get("hover", True))
    return Term(str(entry["term"]), str(entry["meaning"]), tuple(str(word) for word in also), page, hover)


def stage_terms(context: Context) -> list[Term]:
    """Return a term per stage: its title, and its id where that is an abbreviation."""
    terms = []
    for stage in context.report.agreement.lifecycle.stages:
        page = f"definitions.md#{stage.id}"
        short = stage.id.upper() if len(stage.id) <= 3 else ""
        if short:
            terms.append(Term(short, f"{stage.title}: {stage.meaning}", (f"{short}s", stage.title), page))
        else:
            # "Lead" or "Customer" in every other sentence would underline the whole site.
            terms.append(Term(stage.title, stage.meaning, (), page, on_hover=False))
    return terms


def kpi_terms(context: Context) -> list[Term]:
    """Return a term per KPI: its title and its definition in a sentence."""
    return [Term(kpi.title, kpi.sentence, (), f"kpis/{kpi.id}.md") for kpi in context.report.kpis]


def terms(context: Context, project: Project) -> list[Term]:
    """Return every term, sorted without regard to case; the glossary file wins over what is generated."""
    written = read_terms(project)
    known = {term.word.casefold() for term in written}
    generated = [*stage_terms(context), *kpi_terms(context)]
    fresh = {term.word.casefold(): term for term in reversed(generated) if term.word.casefold() not in known}
    return sorted([*written, *fresh.values()], key=lambda term: (term.word.casefold(), term.word))


def write_glossary(context: Context, project: Project) -> None:
    """Write guide/glossary.md, and the abbreviations that every page gets."""
    found = terms(context, project)
    context.write("guide/glossary.md", "glossary.md.j2", {"terms": found})
    lines = sorted({line for term in found if term.on_hover for line in _lines(term)})
    (context.docs / ABBREVIATIONS).write_text("\n\n".join(lines) + "\n", encoding="utf-8")


def anchor(word: str) -> str:
    """Return the id of a term's entry: `Wilson interval` gives `wilson-interval`."""
    return re.sub(r"[^a-z0-9]+", "-", word.casefold()).strip("-") or "term"


def _lines(term: Term) -> list[str]:
    meaning = one_line(term.meaning)
    return [f"*[{word}]: {meaning}" for word in (one_line(term.word), *map(one_line, term.also)) if _is_plain(word)]


def one_line(text: str) -> str:
    """Return text for a tooltip: the stack takes it as it stands and escapes it itself, so markup signs go."""
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return _INVISIBLE.sub(" ", plain.replace("*", "").replace("`", "")).strip()


def _is_plain(word: str) -> bool:
    """Whether a word can be explained on hover: the syntax cannot write brackets, and single letters hit everywhere."""
    return len(word) > 1 and not set(word) & set("[]*\\")
