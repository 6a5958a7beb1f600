"""Reads content/kpis/*.md: a company's files over the packaged ones, every mistake of every file at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

from generator.errors import KpiError, Mistake, with_hint
from generator.kpis.checking import check_sql
from generator.kpis.choosing import all_chosen, choice_mistakes, chosen
from generator.kpis.document import Document, take_apart
from generator.kpis.formulas import check_formulas
from generator.kpis.front_matter import CompanionMatter, FrontMatter, read_front_matter
from generator.kpis.kpi import Figure, Kind, Kpi
from generator.kpis.vocabulary import RESERVED, SECTIONS, TEAMS, not_one_of
from generator.project import Project

if TYPE_CHECKING:
    from generator.agreement import Agreement

FOLDER = "content/kpis"
_CROSSED = (Kind.RATE, Kind.RATIO, Kind.SUM)
_APART = (Kind.RATIO, Kind.SUM)


def load_kpis(project: Project, agreement: Agreement) -> tuple[Kpi, ...]:
    """Return every KPI that is switched on, by section, order and id.

    A project's file lies over the packaged file of the same id. KpiError (exit 12) carries every mistake found.
    """
    files, covered = _files(project)
    return read_kpis(_texts(files, project), agreement, covered)


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
        if not isinstance(document, Document):
            mistakes += document
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
            texts[shown] = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as problem:
            mistakes.append(Mistake(shown, f"cannot be read: {problem}", "KPI files are UTF-8 text."))
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
    front = read_front_matter(document.path, document.front)
    if not isinstance(front, FrontMatter):
        return None, list(front)
    settings = agreement.settings.setting_rows()
    figures = _figures(front, document, settings)
    kpi = Kpi(
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
        sources=front.sources,
        sentence=document.sentence,
        prose=document.prose,
        figures=figures,
        path=document.path,
        text=document.text,
    )
    return kpi, [*_mistakes(kpi, front, document, settings), *_sql_mistakes(kpi)]


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
    return tuple(
        _figure(name, matter, own, document, settings)
        for name, matter in [("", own), *((name, matter) for name, matter in front.companions.items())]
    )


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
        crossed=crossed if kind in _CROSSED else None,
        apart=apart if kind in _APART else None,
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


def _mistakes(kpi: Kpi, front: FrontMatter, document: Document, settings: Mapping[str, str]) -> Iterable[Mistake]:
    path = document.path
    if kpi.id != Path(path).stem:
        yield Mistake(f"{path}: id", f"'{kpi.id}' is not the file's name", f"Call the file {kpi.id}.md.")
    if not kpi.sentence:
        yield Mistake(path, "no prose", "Say in a first paragraph what the number is, in one sentence.")
    for team in TEAMS:
        if team not in kpi.roles:
            yield Mistake(f"{path}: roles", f"what {team} does for this number is missing", f"Add `{team}:`.")
    for team in kpi.roles:
        if problem := not_one_of(team, TEAMS):
            yield Mistake(f"{path}: roles.{team}", problem)
    for key in kpi.settings:
        if key not in settings and not any(name.startswith(f"{key}.") for name in settings):
            yield Mistake(f"{path}: settings", f"unknown setting {with_hint(key, settings)}")
    for text in (*front.needs, front.formula or "", *(block.formula or "" for block in front.companions.values())):
        yield from choice_mistakes(path, text, settings)
    yield from _band_mistakes(kpi, front, settings)
    for name in sorted(document.queries.keys() - {"", *front.companions}):
        where = f"{path}, line {document.queries[name].line - 1}"
        yield Mistake(where, f"sql block {with_hint(name, front.companions)} has no entry under `companions:`")
    yield from _headline_mistakes(kpi, front)
    yield from _figure_mistakes(kpi, document, settings)


def _band_mistakes(kpi: Kpi, front: FrontMatter, settings: Mapping[str, str]) -> Iterable[Mistake]:
    where = f"{kpi.path}: band"
    if isinstance(front.band, str) and kpi.band is None:
        yield Mistake(where, f"no setting {with_hint(front.band, settings)} that holds two numbers")
    elif (kpi.better == "band") != (kpi.band is not None):
        yield Mistake(where, "a band and `better: band` belong together", "Give [lower, upper], or a setting.")


_KEYS_OF_KINDS = (
    ("formula", (Kind.FORMULA,)),
    ("window", (Kind.COHORT,)),
    ("within", (Kind.RATE, Kind.RATIO)),
    ("crossed", _CROSSED),
    ("apart", _APART),
    ("requires_both", (Kind.RATIO,)),
)


def _headline_mistakes(kpi: Kpi, front: FrontMatter) -> Iterable[Mistake]:
    for key, kinds in _KEYS_OF_KINDS:
        blocks = [("", front), *((f"companions.{name}.", block) for name, block in front.companions.items())]
        for (prefix, block), figure in zip(blocks, kpi.figures, strict=True):
            if getattr(block, key) is not None and figure.kind not in kinds:
                # The KPI's own key may be meant for its companions alone.
                if not prefix and any(other.kind in kinds for other in kpi.figures):
                    continue
                yield Mistake(f"{kpi.path}: {prefix}{key}", f"only `measure: {' or '.join(kinds)}` knows this key")


def _figure_mistakes(kpi: Kpi, document: Document, settings: Mapping[str, str]) -> Iterable[Mistake]:
    windows = [name.removeprefix("windows.") for name in settings if name.startswith("windows.")]
    for figure in kpi.figures:
        where = f"{kpi.path}: companions.{figure.name}" if figure.name else kpi.path
        if figure.name in RESERVED:
            yield Mistake(where, "targets give a result of this name", "Choose another name.")
        if figure.kind is Kind.FORMULA:
            if not figure.formula:
                yield Mistake(where, "a formula figure without `formula:`")
            if figure.name in document.queries:
                yield Mistake(where, "a formula has no SQL", "Remove the block, or choose another measure.")
        elif not figure.sql:
            block = f"```sql {figure.name}".strip()
            yield Mistake(where, "no SQL", f"Add a fenced block {block} that returns the unit rows.")
        if figure.kind is Kind.COHORT and figure.window is None:
            yield Mistake(f"{where}: window", "a cohort needs a window", f"One of: {', '.join(windows)}.")
        if figure.window is not None and (problem := not_one_of(figure.window, windows)):
            yield Mistake(f"{where}: window", problem, "Windows stand in content/agreement/settings.yml.")
        if not figure.total and not figure.by:
            yield Mistake(
                f"{where}: total", "without a total there must be members to show", "Name dimensions in `by`."
            )
        for key, dim in (("within", figure.within), ("crossed", figure.crossed), ("apart", figure.apart)):
            if dim is not None and dim not in figure.by:
                yield Mistake(f"{where}: {key}", f"{with_hint(dim, figure.by)} is not among `by`")


def _sql_mistakes(kpi: Kpi) -> Iterable[Mistake]:
    """Check each query once, also where a companion counts the headline's rows."""
    for figure in kpi.figures:
        if figure.sql:
            yield from check_sql(kpi, figure)


def _neighbour_mistakes(kpis: list[Kpi], hidden: set[str]) -> Iterable[Mistake]:
    ids = {kpi.id for kpi in kpis} | hidden
    for kpi in kpis:
        for neighbour in kpi.neighbours:
            if neighbour not in ids:
                yield Mistake(f"{kpi.path}: neighbours", f"unknown KPI {with_hint(neighbour, sorted(ids))}")


def _without(kpi: Kpi, hidden: set[str]) -> Kpi:
    """Drop links to KPIs that are switched off: hiding one file must not ask for edits in others."""
    return replace(kpi, neighbours=tuple(name for name in kpi.neighbours if name not in hidden))
