"""What a measure asks of a figure and of the settings, without knowing the rooms that write them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol


class Figure(Protocol):
    """The question of one figure: how to count, by what to split, over which periods."""

    @property
    def kind(self) -> str:
        """One of the nine kinds."""

    @property
    def by(self) -> tuple[str, ...]:
        """Dimensions to split by; each is a column of the unit rows."""

    @property
    def grains(self) -> tuple[str, ...]:
        """Which of week, month, quarter, year, all."""

    @property
    def window(self) -> str | None:
        """Key below `windows` in the settings; cohort only."""

    @property
    def within(self) -> str | None:
        """The dimension over which the denominator is summed, so that its shares add to one; rate and ratio."""

    @property
    def crossed(self) -> str | None:
        """The dimension that is also combined with each of the others; rate, ratio and sum."""

    @property
    def apart(self) -> str | None:
        """The dimension whose members overlap, or are readings of one sum: no parts of the whole; ratio and sum."""

    @property
    def requires_both(self) -> bool:
        """Whether a member that only the denominator knows has no value; ratio only."""

    @property
    def total(self) -> bool:
        """Whether the whole says anything, or only its members do."""


class Settings(Protocol):
    """The settings that change how figures are counted."""

    @property
    def windows(self) -> Any:
        """Days by window name: a mapping, or a value with attributes."""

    @property
    def min_mature_share(self) -> float:
        """Below this share of mature units a cohort has no headline."""

    @property
    def min_n_band(self) -> int:
        """A score band with fewer units joins its neighbour."""


@dataclass(frozen=True)
class Shape:
    """A figure that a measure makes for itself."""

    kind: str
    by: tuple[str, ...]
    grains: tuple[str, ...]
    window: str | None = None
    within: str | None = None
    crossed: str | None = None
    apart: str | None = None
    requires_both: bool = False
    total: bool = True
