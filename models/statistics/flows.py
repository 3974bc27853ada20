"""The flow of a type drawn: stages one below the other, and from each the ribbons to where its deals go, as thick as the
share of its exits that went there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from models.statistics.words import share_text, told
from models.values.language import _, ngettext
from models.values.numbers import int_text
from models.values.text import fitted, shown, width_of

if TYPE_CHECKING:
    from models.statistics.transitions import StageExits, TransitionsReport, Way

LEAST_WIDTH, MOST_WIDTH = 40, 132
MOST_TALL = 3  # lines of a stage
SHARE = 4  # cells of most shares
SAID = 6  # with what stands about them
NAME = 4  # cells of a name at the least
NAMED = 26  # cells from which the ribbons back name where to
THICK, ASCII_THICK = "▁▂▃▄▅▆▇█", ".-=#"


class Parted(NamedTuple):
    """The exits of a stage by where they lead: back, on to the stage that most go to (named where it is not the next), to
    others further on, to ends."""

    back: int
    back_to: str
    on: int
    on_to: str
    further: int
    ends: dict[str, int]


def flow(
    found: TransitionsReport, width: int, height: int, *, at: int | None = None, ascii: bool = False
) -> list[str]:
    """Each stage a line or up to three, those about the stage `at` where not all have room: to the left what returns, below it
    (in one line: beside it) what goes on, to the right what is won and lost; with the shares, of few exits their count."""
    stages = [stage for stage in found.stages if stage.exits or stage.open]
    if not any(stage.exits for stage in stages) or width < LEAST_WIDTH or height < 3:
        return []
    width = min(width, MOST_WIDTH)
    tall = max(1, min(MOST_TALL, (height - 1) // len(stages)))
    about = around([stage.stage_id for stage in stages], at, height - 1)
    following = [*(stage.stage_id for stage in stages[1:]), None]
    parts = [_parted(stage, after) for stage, after in zip(stages, following, strict=True)]
    ends = ["won", "lost", *(["retyped"] if any(one.ends["retyped"] for one in parts) else [])]
    lanes = _lanes(width, len(ends), tall, max(width_of(shown(stage.stage)) + len(int_text(stage.exits)) for stage in stages) + 4)
    lines = [_line(_heads(lanes, ends, ascii), lanes)]
    for stage, one in list(zip(stages, parts, strict=True))[about]:
        lines += _stage(stage, one, ends, lanes, tall, ascii)
    left = len(stages) - len(stages[about])
    if left:
        lines.append(" " + ngettext("{count} more stage: move in the table", "{count} more stages: move in the table", left).format(count=left))
    return [fitted(line.rstrip(), width) for line in lines]


def around(ids: Sequence[int], at: int | None, most: int) -> slice:
    """The places of at most so many of the stages, less one for a line that tells of the others; those about the stage `at`."""
    if len(ids) <= most:
        return slice(0, len(ids))
    place = ids.index(at) if at in ids else 0
    first = max(0, min(place - (most - 1) // 2, len(ids) - (most - 1)))
    return slice(first, first + most - 1)


class Lanes(NamedTuple):
    """Cells of the name (none where it stands above its ribbons), of what goes back, of what goes on, and of each end."""

    name: int
    back: int
    on: int
    end: int


def _lanes(width: int, ends: int, tall: int, name: int) -> Lanes:
    end = max(9, width // (4 + ends))
    if tall == 1:
        end = max(9, width // (6 + ends))
        name = min(name, width * 3 // 10)
        back = max(9, (width - name - ends * end) * 2 // 5)
        return Lanes(name, back, width - name - back - ends * end, end)
    back = max(10, (width - ends * end) * 3 // 8)
    return Lanes(0, back, width - back - ends * end, end)


def _line(cells: Sequence[str], lanes: Lanes) -> str:
    sizes = [lanes.name, lanes.back, lanes.on, *[lanes.end] * (len(cells) - 3)]
    return "".join(_padded(cell, size) for cell, size in zip(cells, sizes, strict=True))


def _heads(lanes: Lanes, ends: Sequence[str], ascii: bool) -> list[str]:
    left, right, on, further = ("<", ">", "#", "+") if ascii else ("◂", "▸", "█", "▒")
    words = {"won": _("won"), "lost": _("lost"), "retyped": _("another type")}
    middle = f"{on} {_('on')}  {further} {_('further')}"
    if not lanes.name:
        middle = _centred(fitted(f"{_('stage, exits')}  {middle}" if lanes.on >= 40 else middle, lanes.on - 1), lanes.on)
    back = f"{left} {_('back')}"
    return [" " + _("stage, exits"), back if lanes.name else " " + back, middle, *(f"{right} {words[end]}" for end in ends)]


def _stage(stage: StageExits, one: Parted, ends: Sequence[str], lanes: Lanes, tall: int, ascii: bool) -> list[str]:
    count = int_text(stage.exits)
    size = (lanes.name or lanes.on) - len(count) - 4
    name = f"{fitted(shown(stage.stage), max(3, size))}  {count}"
    back = _ribbon(stage, one.back, lanes.back, ascii, left=True, to=one.back_to)
    away = [_ribbon(stage, one.ends[end], lanes.end, ascii) for end in ends]
    if tall == 1:
        return [_line([" " + name, back, _trunk(stage, one, lanes.on, ascii), *away], lanes)]
    trunk = _trunk(stage, one, lanes.on, ascii, centred=True)
    bare = _trunk(stage, one, lanes.on, ascii, centred=True, said=False)
    node = _line(["", "", _centred(name, lanes.on), *[""] * len(ends)], lanes)
    return [node, _line(["", back, trunk, *away], lanes), *[_line(["", "", bare, *[""] * len(ends)], lanes)] * (tall - 2)]


def _parted(stage: StageExits, following: int | None) -> Parted:
    on: list[Way] = sorted((way for way in stage.ways if way.to_id is not None and way.how != "return"), key=lambda way: -way.count)
    back = sorted((way for way in stage.ways if way.how == "return" and way.count), key=lambda way: -way.count)
    ends = {end: sum(way.count for way in stage.ways if way.to_id is None and way.to == end) for end in ("won", "lost", "retyped")}
    to = back[0].to + (" …" if len(back) > 1 else "") if back else ""
    on_to = on[0].to if on and on[0].to_id != following else ""
    return Parted(sum(way.count for way in back), to, on[0].count if on else 0, on_to, sum(way.count for way in on[1:]), ends)


def _said(stage: StageExits, count: int) -> str:
    return share_text(count / stage.exits) if told(stage) else f"({count})"


def _ribbon(stage: StageExits, count: int, lane: int, ascii: bool, *, left: bool = False, to: str = "") -> str:
    """Sideways: as thick as the share is large, all of one length; nothing where nothing went there."""
    if not count:
        return ""
    signs = ASCII_THICK if ascii else THICK
    sign = signs[min(len(signs), max(1, math.ceil(count / stage.exits * len(signs)))) - 1] if told(stage) else ("." if ascii else "┈")
    said = _said(stage, count)
    if not left:
        return f"{sign * max(1, lane - 3 - max(len(said), SHARE))}{'>' if ascii else '▸'} {said}"
    named = ""
    if lane >= NAMED:
        named = fitted(shown(to.replace(" …", "") if ascii else to), lane // 2 - 4) + " "
    body = sign * max(2, lane - width_of(named) - len(said) - 5)
    return f" {named}{said} {'<' if ascii else '◂'}{body}"


def _trunk(stage: StageExits, one: Parted, lane: int, ascii: bool, *, centred: bool = False, said: bool = True) -> str:
    """Downwards: as wide as the share is large, the stage that most go on to and the others told apart."""
    on, further = ("#", "+") if ascii else ("█", "▒")
    if not one.on:
        return ""
    most = lane - 2 * SAID - 1 if not centred else lane - SAID - 3
    most = max(2, most)
    wide, more = (max(1, round(count / stage.exits * most)) if count else 0 for count in (one.on, one.further))
    if not told(stage):
        wide, on, more = (1, "." if ascii else "┊", 0)
    text = _said(stage, one.on)
    body, after = on * wide, _said(stage, one.further) if one.further and said else ""
    if said and one.on_to:
        room = max(wide - 4 if centred else 0, lane - wide - more - len(after) - 4) - len(text) - 1
        text += f" {fitted(shown(one.on_to), room)}" if room >= NAME else ""
    if said and centred and wide >= width_of(text) + 4:
        half = (wide - width_of(text) - 2) // 2
        body = f"{on * half} {text} {on * (wide - half - width_of(text) - 2)}"
    elif said:
        after = f"{text} + {after}" if after else text
    ribbon = body + further * more
    if not centred:
        return f"{ribbon} {after}"
    left = max(0, (lane - wide - more) // 2)
    return " " * left + ribbon + (f" {after}" if after else "")


def _padded(text: str, size: int) -> str:
    """The text in a lane, a space at its end."""
    if not size:
        return ""
    text = fitted(text, size - 1)
    return text + " " * (size - width_of(text))


def _centred(text: str, size: int) -> str:
    return " " * max(0, (size - width_of(text)) // 2) + text
