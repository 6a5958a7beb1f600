"""What is wrong with a KPI file: keys that do not go together, names that nobody knows, SQL that may not be said."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from generator.errors import Mistake, with_hint
from generator.kpis.checking import check_sql, fault_as_mistake
from generator.kpis.choosing import choice_mistakes, without_condition
from generator.kpis.document import Document, Query
from generator.kpis.front_matter import FrontMatter
from generator.kpis.kpi import Kind, Kpi
from generator.kpis.statement import read_statement
from generator.kpis.vocabulary import RESERVED, TEAMS, not_one_of

CROSSED = (Kind.RATE, Kind.RATIO, Kind.SUM)
APART = (Kind.RATIO, Kind.SUM)
#: Keys without which nobody knows what the figures of a file are.
_DECISIVE = frozenset({"measure", "by", "window", "formula", "within", "crossed", "apart", "total", "companions"})


def mistakes_in(
    kpi: Kpi,
    front: FrontMatter,
    document: Document,
    settings: Mapping[str, str],
    mistaken: Collection[str] = (),
) -> Iterable[Mistake]:
    """Yield what is wrong with a file whose front matter can be read; settings: dotted key -> text.

    mistaken: keys of the front matter that are wrong already, for which something else stands in; nothing is said that
    they may have caused.
    """
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
    conditional = (*front.needs, front.formula or "", front.instead or "")
    for text in (*conditional, *(block.formula or "" for block in front.companions.values())):
        yield from choice_mistakes(path, text, settings)
    if front.instead and (problem := not_one_of(without_condition(front.instead), front.companions)):
        yield Mistake(f"{path}: instead", problem, "Write: <companion> if <setting> = <value>.")
    if not {"band", "better"} & set(mistaken):
        yield from _band_mistakes(kpi, front, settings)
    for name in sorted(document.queries.keys() - {"", *front.companions}):
        where = f"{path}, line {document.queries[name].line - 1}"
        yield Mistake(where, f"sql block {with_hint(name, front.companions)} has no entry under `companions:`")
    is_sure = not _DECISIVE & set(mistaken)
    if is_sure:
        yield from _headline_mistakes(kpi, front)
        yield from _figure_mistakes(kpi, document, settings)
    yield from _sql_mistakes(kpi, document, is_sure)


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
    ("crossed", CROSSED),
    ("apart", APART),
    ("requires_both", (Kind.RATIO,)),
)


def _headline_mistakes(kpi: Kpi, front: FrontMatter) -> Iterable[Mistake]:
    for key, kinds in _KEYS_OF_KINDS:
        blocks = [("", front), *((f"companions.{name}.", block) for name, block in front.companions.items())]
        for (prefix, block), figure in zip(blocks, kpi.figures, strict=True):
            if getattr(block, key) is not None and figure.kind not in kinds:
                # The KPI's own key may be meant for its companions alone, or for when no setting has it otherwise.
                if not prefix and (front.measure in kinds or any(other.kind in kinds for other in kpi.figures)):
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


def _sql_mistakes(kpi: Kpi, document: Document, is_sure: bool) -> Iterable[Mistake]:
    """Check each query once, also where a companion counts the headline's rows, and those that no figure is for."""
    read = {figure.sql for figure in kpi.figures if figure.sql}
    for figure in kpi.figures if is_sure else ():
        if figure.sql:
            yield from check_sql(kpi, figure)
    for name, query in document.queries.items():
        if not is_sure or query.sql.strip() not in read:
            yield from block_mistakes(document.path, name, query)


def block_mistakes(path: str, name: str, query: Query) -> Iterable[Mistake]:
    """Yield what a query may not say, whatever figure it is for."""
    statement = read_statement(query.sql)
    for fault in statement if isinstance(statement, tuple) else ():
        yield fault_as_mistake(path, name, query.line, fault)
