"""What every chart has in common; colours are variables of the page's style sheet."""

from __future__ import annotations

from typing import Any

#: What every chart has in common. A font size of zero is never measured; the style sheet gives the real one.
CONFIG: dict[str, Any] = {
    "aria": False,
    "background": None,
    "view": {"stroke": None},
    "text": {"fontSize": 0, "baseline": "alphabetic", "color": "currentColor", "font": "sans-serif"},
    "rule": {"color": "var(--of-chart-line)", "strokeWidth": 1},
}
