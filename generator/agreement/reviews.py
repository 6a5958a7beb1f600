"""content/reviews/*.yml: what the teams write down in their reviews, one small file an entry.

An action that somebody carries, a decision that is needed or was taken, a review that was held: the first key says
which.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, model_validator

from ..errors import Mistake
from ..project import PACKAGED, Project
from .explaining import explain
from .forms import Day, Frozen, Team, Text, mistake
from .overlay import Overlaid
from .yaml_reading import Reading, read_text

FOLDER = "content/reviews"

Cadence = Literal["weekly", "monthly", "quarterly"]


class Entry(Frozen):
    """What actions and decisions have in common; they are carried forward until they are closed."""

    id: Text = Field(description="Left out: the name of the file.")
    review: Cadence = Field(description="The review that wrote it down and follows it up.")
    raised_on: Day = Field(description="Day of that review.")
    team: Team = Field(description="Who carries it: marketing, sales, or joint.")
    who: Text | None = Field(None, description="The role that carries it, such as Head of Sales; no name.")
    due_on: Day | None = Field(None, description="Day by which it is to be done or decided.")
    closed_on: Day | None = Field(None, description="Day on which it was done or decided; left out: it is open.")
    outcome: Text | None = Field(None, description="What came of it; a closed decision says what was decided.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for name, day in (("due_on", self.due_on), ("closed_on", self.closed_on)):
            if day is not None and day < self.raised_on:
                raise mistake(f"`{name}` {day} lies before `raised_on` {self.raised_on}", "Correct one of them.")
        if self.outcome is not None and self.closed_on is None:
            raise mistake("there is an outcome, but no day", "Add `closed_on`, the day on which it was closed.")
        return self

    def is_raised_by(self, day: date) -> bool:
        """Whether it was known before `day` began."""
        return self.raised_on < day

    def is_open_at(self, day: date) -> bool:
        """Whether it was still open when `day` began."""
        return self.closed_on is None or self.closed_on >= day


class Action(Entry):
    """Something that one of the teams does until a day."""

    action: Text = Field(description="What is to be done.")

    @property
    def title(self) -> str:
        """What is to be done."""
        return self.action


class Decision(Entry):
    """Something that only both teams, or those who lead them, can settle."""

    decision: Text = Field(description="What is to be decided.")

    @model_validator(mode="after")
    def _decided(self) -> Self:
        if self.closed_on is not None and self.outcome is None:
            raise mistake("the decision is closed, but nobody says what was decided", "Add `outcome`.")
        return self

    @property
    def title(self) -> str:
        """What is to be decided."""
        return self.decision


class Held(Frozen):
    """A review that took place."""

    id: Text = Field(description="The review's id in the exports, if it stands there too; left out: the file's name.")
    held: Cadence = Field(description="Which review took place.")
    on: Day = Field(description="The day.")
    teams: Annotated[tuple[Literal["marketing", "sales"], ...], Field(min_length=1)] = Field(
        description="Which teams were there: [marketing, sales]."
    )


class Reviews(Frozen):
    """Everything that stands in the folder, in the order of the files' names."""

    actions: tuple[Action, ...] = ()
    decisions: tuple[Decision, ...] = ()
    held: tuple[Held, ...] = ()


_KINDS: dict[str, type[Action] | type[Decision] | type[Held]] = {"action": Action, "decision": Decision, "held": Held}


def read_reviews(project: Project) -> tuple[Reviews, list[Reading], list[Mistake]]:
    """Return the entries of `project`, what was read, and every mistake in it.

    `README.md` and files whose name begins with an underscore are not read; any other file that is no `.yml` is a
    mistake, because it would count for nothing unsaid.
    """
    found: list[Action | Decision | Held] = []
    readings, mistakes = [], []
    for name, path in sorted(project.files(FOLDER, "*").items()):
        if path.is_dir() or path.name == "README.md" or path.name.startswith(("_", ".")):
            continue
        label = f"<packaged>/{FOLDER}/{name}" if _is_packaged(project, path) else project.shown(path)
        if path.suffix != ".yml":
            mistakes.append(Mistake(label, "no entry of a review has this ending", "Call it .yml, or begin it with _."))
            continue
        reading = read_text(path, label)
        readings.append(reading)
        entry = _entry(name.removesuffix(".yml"), reading)
        mistakes += reading.mistakes
        found += [entry] if entry else []
    reviews = Reviews(
        actions=tuple(one for one in found if isinstance(one, Action)),
        decisions=tuple(one for one in found if isinstance(one, Decision)),
        held=tuple(one for one in found if isinstance(one, Held)),
    )
    return reviews, readings, [*mistakes, *_held_twice(reviews)]


def _is_packaged(project: Project, path: Path) -> bool:
    return not project.is_packaged and path.is_relative_to(PACKAGED / FOLDER)


def _entry(name: str, reading: Reading) -> Action | Decision | Held | None:
    """Return what a file says, or None after noting what is wrong with it."""
    if reading.mistakes:
        return None
    kinds = [kind for kind in _KINDS if kind in reading.data]
    if len(kinds) != 1:
        said = "says neither action, decision nor held" if not kinds else f"says both {' and '.join(kinds)}"
        reading.fault((), f"the file {said}", "One file is one entry; begin it with `action:`, `decision:` or `held:`.")
        return None
    model = _KINDS[kinds[0]]
    try:
        return model.model_validate({"id": name, **reading.data})
    except ValidationError as error:
        reading.mistakes += explain(error, Overlaid(reading.label, [reading], reading.data), model)
        return None


def _held_twice(reviews: Reviews) -> Iterator[Mistake]:
    """Find fault with two files about one review: which of them says who was there?"""
    first: dict[tuple[str, date], str] = {}
    for one in reviews.held:
        other = first.setdefault((one.held, one.on), one.id)
        if other != one.id:
            what = f"the {one.held} review of {one.on} is written down in '{other}', too"
            yield Mistake(f"{FOLDER}: {one.id}", what, "Keep one of the two files.")
