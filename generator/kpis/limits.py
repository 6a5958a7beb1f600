"""What a query may cost, and who is named when one fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer

from generator.engine import Engine
from generator.errors import EngineError, KpiError, Mistake
from generator.kpis.checking import said_by_engine
from generator.kpis.kpi import Figure, Kpi

#: What the engine says where a query asks for what its rows do not allow, such as a sum beyond the type.
_FAULTS_OF_THE_QUERY = ("Out of Range Error", "Conversion Error", "Invalid Input Error")


@contextmanager
def limited(kpi: Kpi, figure: Figure, engine: Engine, seconds: float) -> Iterator[None]:
    """Stop what runs inside after so many seconds; KpiError then, since the query is at fault."""
    stopped: list[bool] = []

    def stop() -> None:
        stopped.append(True)
        engine.interrupt()

    timer = Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield
    except EngineError:
        if not stopped:
            raise
        what = f"the query for {kpi.metric_id(figure)} ran longer than {seconds:g} seconds"
        advice = "Make it cheaper, or raise `query_seconds` in the settings."
        raise KpiError("A KPI passes its limits.", [Mistake(_where(kpi, figure), what, advice)]) from None
    finally:
        timer.cancel()


@contextmanager
def naming(kpi: Kpi, figure: Figure) -> Iterator[None]:
    """Say which KPI was being measured when the engine or a measure gives up."""
    metric_id = kpi.metric_id(figure)
    try:
        yield
    except KpiError as problem:
        if problem.mistakes and kpi.path in str(problem.mistakes[0]):
            raise
        found = problem.mistakes or (Mistake(metric_id, problem.summary),)
        raise KpiError(
            "The KPI files do not fit the facts.",
            [Mistake(_where(kpi, figure), f"{metric_id}: {mistake.what}", mistake.next) for mistake in found],
        ) from problem
    except EngineError as problem:
        raise _failure(metric_id, _where(kpi, figure), said_by_engine(problem)) from problem


def _failure(metric_id: str, where: str, said: str) -> KpiError | EngineError:
    """Return what went wrong: the query asked for what cannot be, or the engine failed by itself."""
    if "out of memory" in said.casefold():
        advice = "Make the query cheaper, or raise `memory_limit` in the settings."
        return KpiError(
            "A KPI passes its limits.", [Mistake(where, f"{metric_id} needs more memory than it may use", advice)]
        )
    if any(fault in said for fault in _FAULTS_OF_THE_QUERY):
        advice = "Cast to a wider type, or leave such rows out with `excluded`."
        return KpiError(
            "The SQL of a KPI fails on the rows of this drop.", [Mistake(where, f"{metric_id}: {said}", advice)]
        )
    return EngineError("The database failed.", [Mistake(where, f"{metric_id}: {said}")])


def _where(kpi: Kpi, figure: Figure) -> str:
    return f"{kpi.path}, line {figure.line}" if figure.line else kpi.path
