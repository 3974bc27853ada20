"""Charts as lines of plain text by plotext: read without colour, in any theme, on a terminal or on paper.

Every chart is given its size in cells and gives that many lines or fewer, nothing where there is nothing to draw or no
room. Labels are to be harmless already. With `ascii` it holds ASCII signs alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from models.values.cldr import DECIMALS
from models.values.language import _, current_language
from models.values.money import STEPS
from models.values.text import fitted, width_of

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_FRAME = str.maketrans("┌┐└┘─│┤├┬┴┼", "++++-|+++++")
LEAST_WIDTH, LEAST_HEIGHT = 20, 4
TELLS_MIDDLE = 6  # lines from which an upright scale tells its middle, which else would stand for an end
FRAME = 2  # lines of an axis with its ticks
FILLS, ASCII_FILLS = "█▓▒░▚▞▤▥", "#=+:xo%*"
SHADES, ASCII_SHADES = " ░▒▓█", " .:*#"
# (x, lower line, share, upper line); a line ends where it is None
Band = Sequence[tuple[float, float | None, float, float | None]]
Ticks = Sequence[tuple[float, str]]
Box = tuple[float, float, float]
BOX, MOST_SLOT = 3, 16  # cells of a box, and at most of a month
MONTHS_FRAME = 2  # lines below the bars of months: the axis, the months


def bars(
    labels: Sequence[str], values: Sequence[float], unit: str, width: int, height: int, *, ascii: bool = False
) -> list[str]:
    """Horizontal bars on a scale in `unit`, the first label on top; of too many the first ones."""
    if not values or not max(values) or not _room(width, height):
        return []
    shown, height = _fitting(len(values), height)
    left, labels, values = len(values) - shown, _with_room(labels[:shown], unit), values[:shown]
    figure = _figure(width, height)
    # plotext draws the first bar at the bottom.
    figure.draw(
        figure.bar(
            list(labels)[::-1], list(values)[::-1], orientation="horizontal", width=0.01, marker="#" if ascii else None
        )
    )
    _counts(figure.ruler("x"), max(values))
    return [*_named(_lines(figure, ascii), labels, unit), *more(left, width)]


def stacked_bars(
    labels: Sequence[str], groups: Mapping[str, Sequence[float]], unit: str, width: int, height: int, *, ascii: bool = False
) -> list[str]:
    """Horizontal bars on a scale in `unit`, made of a part for each group (name → a value for each label), told apart by
    their filling, with the fillings explained above."""
    totals = [sum(values) for values in zip(*groups.values(), strict=True)] if groups else []
    if not totals or not max(totals) or not _room(width, height - 1):
        return []
    fills = (ASCII_FILLS if ascii else FILLS)[: len(groups)]
    explained = _explained(list(zip(fills, groups, strict=False)), width)[: max(1, height - LEAST_HEIGHT)]
    shown, height = _fitting(len(totals), height - len(explained))
    left, labels = len(totals) - shown, _with_room(labels[:shown], unit)
    groups = {name: values[:shown] for name, values in groups.items()}
    figure = _figure(width, height)
    figure.draw(
        figure.bar(
            list(labels)[::-1], [list(values)[::-1] for values in groups.values()], orientation="horizontal",
            stacked=True, width=0.01, marker=list(fills),
        )
    )  # fmt: skip
    _counts(figure.ruler("x"), max(totals))
    return [*explained, *_named(_lines(figure, ascii), labels, unit), *more(left, width)]


def months(
    labels: Sequence[str], groups: Mapping[str, Sequence[float]], marks: Sequence[float | None], mark: str,
    boxes: Sequence[Box | None], box: str, unit: str, width: int, height: int, *, ascii: bool = False,
) -> list[str]:  # fmt: skip
    """For each label an upright bar made of a part for each group, a line over it at its mark (a target), and beside it a
    box from the lowest to the highest of three values with the middle one marked; all on one scale in `unit`, explained
    above."""
    totals = [sum(values) for values in zip(*groups.values(), strict=True)] or [0.0] * len(labels)
    most = max([*totals, *(one for one in marks if one is not None), *(one[2] for one in boxes if one is not None)], default=0)
    fills, sign = ("#+:x%", "=") if ascii else ("█▒░▚▞", "━")
    parts = list(zip(fills, groups, strict=False))
    parts += [(sign, mark)] if any(one is not None for one in marks) else []
    parts += [("[o]" if ascii else "├●┤", box)] if any(one is not None for one in boxes) else []
    explained = _explained(parts, width, unit)
    tall = height - MONTHS_FRAME - len(explained)
    tall -= tall % 2 if tall > LEAST_HEIGHT else 0  # so that the middle is a line
    if not labels or not most or width < LEAST_WIDTH or tall < 2:
        return []
    top = _round_top(most)
    ticks = {0: _short(top), tall // 2: _short(top / 2)} if tall > LEAST_HEIGHT and not tall % 2 else {0: _short(top)}
    edge = max(map(len, ticks.values())) + 2
    slot = min(MOST_SLOT, (width - edge) // len(labels))
    bar = slot - BOX - 2
    if bar < 1:
        return []
    rows = [[" "] * (slot * len(labels)) for _row in range(tall)]

    def row(value: float) -> int:
        """The row that a value lies in, counted from below."""
        return min(tall - 1, max(0, math.ceil(value / top * tall - 1e-9) - 1))

    def put(at: int, from_below: int, text: str) -> None:
        rows[tall - 1 - from_below][at : at + len(text)] = text

    for place in range(len(labels)):
        left, sum_ = place * slot + 1, 0.0
        for fill, values in zip(fills, groups.values(), strict=False):
            begun, sum_ = round(sum_ / top * tall), sum_ + values[place]
            for at in range(begun, round(sum_ / top * tall)):
                put(left, at, fill * bar)
        if sum_ and not round(sum_ / top * tall):
            put(left, 0, ("_" if ascii else "▁") * bar)
        goal, one = marks[place], boxes[place]
        if goal is not None:
            put(left, row(goal), sign * (slot - 1))
        if one is not None and one[2]:
            _put_box(put, left + bar, (row(one[0]), row(one[1]), row(one[2])), ascii)
    line, corner, cross = ("-", "+", "|") if ascii else ("─", "└", "┤")
    drawn = [f"{ticks.get(at, ''):>{edge - 1}}{cross if at in ticks or ascii else '│'}{''.join(cells)}" for at, cells in enumerate(rows)]
    below = "".join(fitted(label, slot - 1).center(slot - 1) + " " for label in labels)
    drawn += [f"{'0':>{edge - 1}}{corner}{line * (slot * len(labels))}", " " * edge + below.rstrip()]
    return [fitted(one, width) for one in (*explained, *drawn)]


def _put_box(put: Any, left: int, rows: tuple[int, int, int], ascii: bool) -> None:
    """A box of BOX cells from the lowest to the highest row; of one row a bracket."""
    low, middle, high = rows
    dot = "o" if ascii else "●"
    if low == high:
        put(left, low, f"[{dot}]" if ascii else f"├{dot}┤")
        return
    for at, ends in [(low, "+-+" if ascii else "└─┘"), (high, "+-+" if ascii else "┌─┐")]:
        put(left, at, ends)
    for at in range(low + 1, high):
        for side in (left, left + BOX - 1):
            put(side, at, "|" if ascii else "│")
    put(left + 1, middle, dot)


def curve(
    band: Band, mark: float | None, ticks: Ticks, width: int, height: int, *, ascii: bool = False
) -> list[str]:
    """A falling line of shares from 1 to 0 with its band, and an upright line at `mark`."""
    if len(band) < 2 or not _room(width, height):
        return []
    figure = _figure(width, height)
    for place, sign in ((1, "."), (3, "."), (2, "*" if ascii else "braille")):
        corners = _steps([(point[0], point[place]) for point in band])
        if len(corners) > 1:
            figure.draw(figure.signal([x for x, _y in corners], [y for _x, y in corners], marker=sign).lines())
    if mark is not None:
        figure.line(mark, "vertical")
    figure.ruler("y").lim(0, 1)
    middle = {0.5: ".5" if ascii else "½"} if height >= TELLS_MIDDLE else {}
    shares = {0: "0"} | middle | {1: "1"}
    figure.ruler("y").ticks(list(shares), list(shares.values()))
    figure.ruler("x").ticks([x for x, _label in ticks], [label for _x, label in ticks])
    return _lines(figure, ascii)


def trend(
    labels: Sequence[str], lines: Mapping[str, Sequence[float | None]], unit: str, width: int, height: int, *, ascii: bool = False
) -> list[str]:
    """Lines over the labels (months) on a scale in `unit`, told apart by their signs, which are explained above; a value
    that is not known leaves a gap."""
    known = [value for values in lines.values() for value in values if value is not None]
    if not known or len(labels) < 2 or not _room(width, height - 1):
        return []
    signs = ("*", "o", "x", "+", ":") if ascii else ("●", "○", "×", "+", "·")
    explained = _explained(list(zip(signs, lines, strict=False)), width, unit)[: height - LEAST_HEIGHT]
    figure = _figure(width, height - len(explained))
    drawn = [(sign, _runs(values)) for sign, values in zip(signs, lines.values(), strict=False)]
    for _sign, runs in drawn:
        for places, ys in runs:
            if len(places) > 1:
                figure.draw(figure.signal(places, ys, marker="." if ascii else "braille").lines())
    for sign, runs in drawn:  # over all lines
        for places, ys in runs:
            figure.draw(figure.signal(places, ys, marker=sign))
    top = 2 * _round_top(max(known) / 2) if max(known) else 1.0  # so that the middle is round too
    figure.ruler("y").lim(0, top)
    ticks = [0, top / 2, top] if height - len(explained) >= TELLS_MIDDLE else [0, top]
    figure.ruler("y").ticks(ticks, [_short(one) for one in ticks])
    step = max(1, -(-len(labels) * 9 // width))
    figure.ruler("x").ticks(list(range(0, len(labels), step)), list(labels)[::step])
    return [*explained, *_lines(figure, ascii)]


def forest(
    rows: Sequence[tuple[str, float | None, float, float | None]], unit: str, width: int, *, ascii: bool = False
) -> list[str]:
    """A line for each (label, lower limit, difference, upper limit): the interval about the difference, an upright line at 0;
    a limit that there is not goes to the edge. The scale stands below, in `unit`."""
    if not rows or not _room(width, LEAST_HEIGHT):
        return []
    name = min(width * 2 // 5, max(width_of(row[0]) for row in rows) + 2)
    half = (width - name - 2) // 2
    most = max(abs(one) for _label, *figures in rows for one in figures if isinstance(one, float)) or 1.0
    dot, bar, first, last, zero = ("*", "-", "|", "|", ":") if ascii else ("●", "─", "├", "┤", "┊")
    lines = []
    for label, low, middle, high in rows:
        cells = [" "] * (2 * half + 1)
        cells[half] = zero
        at = half + round(middle / most * half)
        if low is not None or high is not None:
            left, right = (0 if low is None else half + round(low / most * half), 2 * half if high is None else half + round(high / most * half))
            cells[left : right + 1] = bar * (right - left + 1)
            cells[left], cells[right] = bar if low is None else first, bar if high is None else last
        cells[at] = dot
        said = fitted(label, name - 1)
        lines.append(said + " " * (name - width_of(said)) + "".join(cells))
    scale = f"{-most:+.3g}", "0", f"{most:+.3g} {unit}"
    below = scale[0] + " " * max(1, half - len(scale[0])) + scale[1]
    below += " " * max(1, 2 * half + 1 - len(below) - len(scale[2])) + scale[2]
    return [*(fitted(line, width) for line in lines), fitted(" " * name + below, width)]


def shade(value: float, most: float, *, ascii: bool = False) -> str:
    """A cell of a heat map: the darker, the nearer `value` is to `most`."""
    shades = ASCII_SHADES if ascii else SHADES
    if value <= 0 or most <= 0:
        return shades[0]
    return shades[1 + min(len(shades) - 2, int(value / most * (len(shades) - 1)))]


def _fitting(count: int, height: int) -> tuple[int, int]:
    """How many bars have room in that many lines, the first ones, and the lines that they take: each its own, where there
    is room with an empty one between; of too many one less, for the line that tells of the others."""
    if 2 * count - 1 + FRAME <= height:
        return count, 2 * count - 1 + FRAME
    shown = count if count <= height - FRAME else max(1, height - FRAME - 1)
    return shown, shown + FRAME


def more(left: int, width: int) -> list[str]:
    """The line that tells of what had no room."""
    return [fitted(" " + _("{count} more stand in the table").format(count=left), width)] if left else []


def _explained(parts: Sequence[tuple[str, str]], width: int, unit: str = "") -> list[str]:
    """The unit of an upright scale and what the signs mean, in as many lines as that takes."""
    lines = [fitted(f" {unit} ", width) if unit else ""]
    for sign, name in parts:
        said = fitted(f" {sign} {name}", width)
        joined = f"{lines[-1]} {said}" if lines[-1] else said
        if width_of(joined) <= width:
            lines[-1] = joined
        else:
            lines.append(said)
    return lines


def _room(width: int, height: int) -> bool:
    return width >= LEAST_WIDTH and height >= LEAST_HEIGHT


def _figure(width: int, height: int) -> Any:
    import plotext  # 100 ms and more: only where a chart is drawn

    plotext.terminal.limit(False, False)
    figure = plotext.figure
    figure.clear()
    figure.theme("colorless")
    figure.plot_size(width + 1, height + 1)  # of which _lines leaves out the frame above and at the right
    return figure


def _with_room(labels: Sequence[str], unit: str) -> list[str]:
    """The labels of bars, with room for the unit below them."""
    first, *others = (f" {label}" for label in labels)
    return [" " * (width_of(unit) + 1 - width_of(first)) + first, *others]


def _named(lines: list[str], labels: Sequence[str], unit: str) -> list[str]:
    """The lines of bars with the unit of their scale, beside it and below the labels."""
    edge = max(map(width_of, labels))
    if lines[-1][:edge].strip():
        return lines
    return [*lines[:-1], " " * (edge - width_of(unit)) + unit + lines[-1][edge:]]


def _counts(ruler: Any, most: float) -> None:
    """An axis from 0 to `most`, with at most six round numbers, whole ones where there is one to tell."""
    ruler.lim(0, most)
    step = _round_top(most / 4)
    if most >= 1:
        step = max(1, math.ceil(step))
    ticks = [step * place for place in range(int(most / step + 1e-9) + 1)]
    ruler.ticks(ticks, [_short(tick) for tick in ticks])


def _round_top(most: float) -> float:
    """The next round number: a scale that ends on one can be read."""
    step = 10.0 ** math.floor(math.log10(most))
    return next(step * part for part in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if step * part >= most * (1 - 1e-9))


def _short(value: float) -> str:
    """`250k`, `1.25M`, `4.5`, `0.025`; thousands begin at 10,000, so that a count stays one."""
    language = current_language()
    size, letter = next(((size, letter) for size, letter in reversed(STEPS[language]) if value >= max(size, 10_000)), (1, ""))
    places = 2 if value >= 1 else 6  # of hours a scale may tell seconds
    return f"{value / size:.{places}f}".rstrip("0").rstrip(".").replace(".", DECIMALS[language]) + letter


def _runs(values: Sequence[float | None]) -> list[tuple[list[int], list[float]]]:
    """The places and values of those that are known, each run between gaps by itself."""
    runs: list[tuple[list[int], list[float]]] = []
    before = None
    for place, value in enumerate(values):
        if value is not None:
            if before is None:
                runs.append(([], []))
            runs[-1][0].append(place)
            runs[-1][1].append(value)
        before = value
    return runs


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


def _lines(figure: Any, ascii: bool) -> list[str]:
    _top, *framed = (line.rstrip() for line in _COLOUR.sub("", str(figure.build())).rstrip("\n").split("\n"))
    drawn = [line[:-1].rstrip() if line.endswith(("│", "┘")) else line for line in framed]
    return [line.translate(_FRAME) for line in drawn] if ascii else drawn
