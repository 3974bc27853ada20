"""Charts in the terminal, and cells of a CSV."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Sequence

from cli.output import cells
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
    drawn = str(figure.build())
    print(drawn if sys.stdout.isatty() else _COLOUR.sub("", drawn))
