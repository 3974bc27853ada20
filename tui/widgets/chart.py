"""Charts by plotext, as plain text of a given size: read without colour, in any theme."""

from __future__ import annotations

import re
from collections.abc import Sequence

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def bars(labels: Sequence[str], values: Sequence[int], width: int, height: int) -> list[str]:
    """Horizontal bars, the first label on top, in `height` lines of `width` cells; nothing where there is nothing to
    draw or no room. Labels are to be harmless already."""
    if not values or not max(values) or width < 20 or height < 3:
        return []
    import plotext  # 100 ms and more: only where a chart is drawn

    plotext.terminal.limit(False, False)
    figure = plotext.figure
    figure.clear()
    figure.theme("colorless")
    figure.plot_size(width, height)
    # plotext draws the first bar at the bottom, and takes the axis's end from the last but one: so both are told.
    figure.draw(figure.bar(list(labels)[::-1], list(values)[::-1], orientation="horizontal", width=0.01))
    axis = figure.ruler("x")
    axis.lim(0, max(values))
    axis.ticks(sorted({0, max(values) // 2, max(values)}))
    return [_COLOUR.sub("", line) for line in str(figure.build()).rstrip("\n").split("\n")]
