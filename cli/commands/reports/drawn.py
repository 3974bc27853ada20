"""What the reports share: their options, cells of CSV, bars in the terminal."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Sequence
from typing import Any

from cli.output import cells
from models.values.errors import NotFound, Usage
from models.values.language import _
from models.values.text import shown

# What sets the colours of a terminal; it has no place in a file.
_COLOUR = re.compile("\x1b\\[[0-9;]*m")


def neutral(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    safe = shown(text)
    return f"'{safe}" if safe[:1] in ("=", "+", "-", "@", "\t", "\r") else safe


def bars(title: str, rows: Sequence[tuple[str, int]]) -> None:
    """A bar for each row, the first one uppermost."""
    import plotext  # takes 100 ms and more: only here

    plotext.terminal.limit(False, False)
    labels = [f"{label} {value}" for label, value in rows][::-1]  # the first label is drawn at the bottom
    values = [value for _label, value in rows][::-1]
    width = min(shutil.get_terminal_size((80, 24)).columns, 120)
    figure = plotext.figure
    figure.clear()
    figure.plot_size(max(width, 40, max((cells(label) for label in labels), default=0) + 20), len(labels) * 3 + 3)
    figure.theme("colorless")
    figure.title(title)
    if labels:
        figure.draw(figure.bar(labels, values, orientation="horizontal", width=0.6))
        figure.ruler("x").lim(0, max(*values, 1))
    _print(figure)


def curve(title: str, points: Sequence[tuple[float, float | None, float, float | None]], mark: float | None) -> None:
    """A falling line of shares with its band: (x, lower line, share, upper line), and an upright line at `mark`."""
    import plotext

    plotext.terminal.limit(False, False)
    figure = plotext.figure
    figure.clear()
    figure.plot_size(max(40, min(shutil.get_terminal_size((80, 24)).columns, 120)), 16)
    figure.theme("colorless")
    figure.title(title)
    for place, sign in ((1, "."), (3, "."), (2, "braille")):
        steps = _steps([(point[0], point[place]) for point in points])
        if steps:
            figure.draw(figure.signal([x for x, _y in steps], [y for _x, y in steps], marker=sign).lines())
    if mark is not None:
        figure.line(mark, "vertical")
    figure.ruler("y").lim(0, 1)
    _print(figure)


def _steps(points: Sequence[tuple[float, float | None]]) -> list[tuple[float, float]]:
    """The corners of a line that keeps each value until the next."""
    corners: list[tuple[float, float]] = []
    for x, y in points:
        if y is None:
            break
        if corners:
            corners.append((x, corners[-1][1]))
        corners.append((x, y))
    return corners


def _print(figure: Any) -> None:
    drawn = str(figure.build())
    print(drawn if sys.stdout.isatty() else _COLOUR.sub("", drawn))


def one_type(name: str | None) -> int:
    """The type by name; stages of several types do not add up. Raises Usage `one_type`, NotFound."""
    from models.pipeline.facts import find_type

    try:
        return find_type(name)
    except NotFound:
        if name == "all":
            raise Usage("one_type", _("This report is of one deal type; say which with --type.")) from None
        raise
