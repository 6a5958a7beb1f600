"""Reads content/kpis/*.md: a company's files over the packaged ones, every mistake of every file at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

from generator.errors import KpiError, Mistake, with_hint
from generator.kpis.choosing import all_chosen, chosen
from generator.kpis.document import Document, take_apart
from generator.kpis.formulas import check_formulas
from generator.kpis.front_matter import CompanionMatter, FrontMatter, read_front_matter, sound_part
from generator.kpis.kpi import Figure, Kind, Kpi
from generator.kpis.lint import APART, CROSSED, block_mistakes, mistakes_in
from generator.kpis.vocabulary import SECTIONS
from generator.project import Project
from generator.texts import text_of

if TYPE_CHECKING:
    from generator.agreement import Agreement

FOLDER = "content/kpis"


def load_kpis(project: Project, agreement: Agreement) -> tuple[Kpi, ...]:
    """Return every KPI that is switched on, by section, order and id.

    A project's file lies over the packaged file of the same id. KpiError (exit 12) carries every mistake found.
    """
    files, covered = _files(project)
    return read_kpis(_texts(files, project), agreement, covered)


def kpi_ids(project: Project) -> frozenset[str]:
    """Return the ids of all KPI files, those that are switched off among them."""
    return frozenset(_files(project)[0])


def read_kpis(texts: Mapping[str, str], agreement: Agreement, covered: Collection[str] = ()) -> tuple[Kpi, ...]:
    """Return the KPIs of `texts` (path as messages print it -> what the file says); one text per id.

    `covered` are the ids whose packaged file lies under one of these.
    """
    mistakes: list[Mistake] = []
    kpis: list[Kpi] = []
    hidden: set[str] = set()
    unread: set[str] = set()
    for path, text in texts.items():
        document = take_apart(path, text)
        if document.mistakes:
            mistakes += (*document.mistakes, *_blocks(document))
            unread.add(Path(path).stem)
        elif document.front.get("enabled") is False:
            hidden.add(Path(path).stem)
            mistakes += _hiding_mistakes(document, covered)
        else:
            kpi, found = _kpi(document, agreement)
            mistakes += found
            if kpi:
                kpis.append(kpi)
            else:
                unread.add(Path(path).stem)
    mistakes += _neighbour_mistakes(kpis, hidden | unread)
    mistakes += _judge_mistakes(kpis)
    mistakes += check_formulas(kpis, hidden, unread, numbers_of(agreement))
    if mistakes:
        raise KpiError("The KPI files hold mistakes.", sorted(mistakes, key=str))
    shown = (_without(kpi, hidden) for kpi in kpis)
    return tuple(sorted(shown, key=lambda kpi: (SECTIONS.index(kpi.section), kpi.order, kpi.id)))


def numbers_of(agreement: Agreement) -> dict[str, float]:
    """Return the settings that are numbers, NaN where nothing is set; formulas may name them."""
    numbers: dict[str, float] = {}
    for key, text in agreement.settings.setting_rows().items():
        try:
            number = float(text or "nan")
        except ValueError:
            continue
        if isfinite(number) or not text:
            numbers[key] = number
    return numbers


def _files(project: Project) -> tuple[dict[str, Path], set[str]]:
    """Return id -> the file that counts, the last layer's, and the ids that stand in several layers."""
    by_id: dict[str, Path] = {}
    covered: set[str] = set()
    mistakes: list[Mistake] = []
    for layer in project.layers(FOLDER):
        in_layer: dict[str, Path] = {}
        for path in sorted(layer.rglob("*.md")):
            if path.stem.casefold() in ("readme", "index") or path.stem.startswith("_"):
                continue
            if path.stem in in_layer:
                first = project.shown(in_layer[path.stem])
                mistakes.append(Mistake(project.shown(path), f"{first} bears this id already", "Rename one of them."))
            in_layer[path.stem] = path
        covered |= by_id.keys() & in_layer.keys()
        by_id |= in_layer
    if mistakes:
        raise KpiError("The KPI files hold mistakes.", mistakes)
    return by_id, covered


def _texts(files: Mapping[str, Path], project: Project) -> dict[str, str]:
    texts: dict[str, str] = {}
    mistakes: list[Mistake] = []
    for path in files.values():
        shown = project.shown(path)
        try:
            texts[shown] = text_of(path)
        except ValueError as problem:
            mistakes.append(Mistake(shown, str(problem), "KPI files are UTF-8 text."))
    if mistakes:
        raise KpiError("The KPI files cannot be read.", mistakes)
    return texts


def _hiding_mistakes(document: Document, covered: Collection[str]) -> Iterable[Mistake]:
    """A file that only hides must hide something; one that says more may simply rest."""
    stem = Path(document.path).stem
    if document.front.get("id", stem) != stem:
        yield Mistake(f"{document.path}: id", f"'{document.front['id']}' is not the file's name")
    if not document.front.keys() - {"id", "enabled"} and not document.queries and stem not in covered:
        yield Mistake(document.path, "hides nothing: there is no packaged KPI of this id", "Call the file as that KPI.")


def _kpi(document: Document, agreement: Agreement) -> tuple[Kpi | None, list[Mistake]]:
    settings = agreement.settings.setting_rows()
    front = read_front_matter(document.path, document.front)
    if isinstance(front, FrontMatter):
        kpi = _made(front, document, settings)
        return kpi, list(mistakes_in(kpi, front, document, settings))
    sound, mistaken = sound_part(document.path, document.front)
    if sound is None:
        return None, [*front, *_blocks(document)]
    others = mistakes_in(_made(sound, document, settings), sound, document, settings, mistaken)
    return None, [*front, *others]


def _blocks(document: Document) -> Iterable[Mistake]:
    """Yield what is wrong with the queries of a file of which nothing else can be read."""
    for name, query in document.queries.items():
        yield from block_mistakes(document.path, name, query)


def _made(front: FrontMatter, document: Document, settings: Mapping[str, str]) -> Kpi:
    return Kpi(
        id=front.id,
        title=front.title,
        section=front.section,
        order=front.order,
        unit=front.unit,
        better=front.better,
        basis=front.basis,
        target=front.target,
        by=front.by,
        compare=front.compare,
        pages=front.pages,
        roles=front.roles,
        needs=all_chosen(front.needs, settings),
        settings=front.settings,
        neighbours=front.neighbours,
        band=_band(front.band, settings),
        judged_by=front.judged_by or "",
        sources=front.sources,
        sentence=document.sentence,
        prose=document.prose,
        figures=_figures(front, document, settings),
        path=document.path,
        text=document.text,
    )


def _figures(front: FrontMatter, document: Document, settings: Mapping[str, str]) -> tuple[Figure, ...]:
    own = CompanionMatter(
        title=front.title,
        measure=front.measure,
        unit=front.unit,
        by=front.by,
        window=front.window,
        formula=front.formula,
        within=front.within,
        crossed=front.crossed,
        apart=front.apart,
        requires_both=front.requires_both,
        total=front.total,
        grains=front.grains,
    )
    figures = tuple(
        _figure(name, matter, own, document, settings)
        for name, matter in [("", own), *((name, matter) for name, matter in front.companions.items())]
    )
    return _headline_instead(figures, chosen(front.instead or "", settings))


def _headline_instead(figures: tuple[Figure, ...], companion: str) -> tuple[Figure, ...]:
    """Return `figures` with the headline counted as the companion of that name is; "" leaves it as it is."""
    headline, *others = figures
    counted = [replace(other, name="") for other in others if companion and other.name == companion]
    return (*(counted or [headline]), *others)


def _figure(
    name: str, matter: CompanionMatter, own: CompanionMatter, document: Document, settings: Mapping[str, str]
) -> Figure:
    """Return a figure with what its block leaves out taken from the KPI's own keys."""
    assumed = Kind.FORMULA if matter.formula else Kind(own.measure or Kind.FORMULA)
    kind = Kind(matter.measure) if matter.measure else assumed
    headline = document.queries.get("") if not (name and own.measure == Kind.FORMULA) else None
    query = None if kind is Kind.FORMULA else document.queries.get(name, headline)
    is_ratio = kind is Kind.RATIO
    by = own.by or () if matter.by is None else matter.by
    # A companion that is not split by the KPI's dimension does not take it over.
    within = matter.within or (own.within if not name or own.within in by else None)
    crossed = matter.crossed or (own.crossed if not name or own.crossed in by else None)
    apart = matter.apart or (own.apart if not name or own.apart in by else None)
    return Figure(
        name=name,
        title=matter.title or f"{own.title} ({name.replace('_', ' ')})",
        kind=kind,
        sql=query.sql.strip() if query else "",
        formula=chosen(matter.formula or own.formula or "", settings) if kind is Kind.FORMULA else "",
        unit=matter.unit or own.unit or "",
        by=by,
        grains=matter.grains or own.grains or (),
        window=(matter.window or own.window) if kind is Kind.COHORT else None,
        within=within if kind in (Kind.RATE, Kind.RATIO) else None,
        crossed=crossed if kind in CROSSED else None,
        apart=apart if kind in APART else None,
        requires_both=is_ratio and bool(own.requires_both if matter.requires_both is None else matter.requires_both),
        total=bool(own.total if matter.total is None else matter.total),
        line=query.line if query else 0,
    )


def _band(band: tuple[float, float] | str | None, settings: Mapping[str, str]) -> tuple[float, float] | None:
    """Return the band; where a setting holds it, read from the setting's two numbers."""
    if not isinstance(band, str):
        return band
    numbers = [part.strip(" ()[]") for part in settings.get(band, "").split(",")]
    try:
        low, high = (float(number) for number in numbers)
    except ValueError:
        return None
    return low, high


def _judge_mistakes(kpis: list[Kpi]) -> Iterable[Mistake]:
    """Yield the figures by which a KPI of the same file is to be judged and that the file does not have."""
    for kpi in kpis:
        own = [kpi.metric_id(figure) for figure in kpi.figures]
        if kpi.judged_by and kpi.judged_by not in own[1:]:
            yield Mistake(f"{kpi.path}: judged_by", f"no companion of this KPI is {with_hint(kpi.judged_by, own[1:])}")
        elif kpi.judged_by and kpi.target != "level":
            yield Mistake(f"{kpi.path}: judged_by", "only a KPI with `target: level` is judged by another figure")


def _neighbour_mistakes(kpis: list[Kpi], hidden: set[str]) -> Iterable[Mistake]:
    ids = {kpi.id for kpi in kpis} | hidden
    for kpi in kpis:
        for neighbour in kpi.neighbours:
            if neighbour not in ids:
                yield Mistake(f"{kpi.path}: neighbours", f"unknown KPI {with_hint(neighbour, sorted(ids))}")


def _without(kpi: Kpi, hidden: set[str]) -> Kpi:
    """Drop links to KPIs that are switched off: hiding one file must not ask for edits in others."""
    return replace(kpi, neighbours=tuple(name for name in kpi.neighbours if name not in hidden))
