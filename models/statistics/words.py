"""What the figures of reports are called, on the screen and in the terminal alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.values.durations import DAY, HOUR, words
from models.values.language import _
from models.values.numbers import percent_text

if TYPE_CHECKING:
    from models.statistics.durations import Percentile, StageDuration
    from models.statistics.transitions import StageExits, Way


def lasting(seconds: int | None, day: int) -> str:
    """A time in two units, days of the clock's length (`day` seconds); nothing for none."""
    return "" if seconds is None else words(seconds // day * DAY + seconds % day)


def within(one: Percentile, day: int) -> tuple[str, str]:
    """A time and its interval, `3 d` and `2 d–6 d`, with `…` for a limit that there is not."""
    if one.value is None and one.low is None:
        return "", ""
    value, low, high = (lasting(seconds, day) or "…" for seconds in (one.value, one.low, one.high))
    return value, f"{low}–{high}"


def roughly(one: Percentile, day: int) -> tuple[str, str]:
    """The same to the nearest day, below two days to the nearest hour: `6 d` and `5–7 d`."""
    if one.value is None and one.low is None:
        return "–", ""
    figures = (one.value, one.low, one.high)
    longest = max(seconds for seconds in figures if seconds is not None)
    size, word = (day, _("{count} d")) if longest >= 2 * day else (HOUR, _("{count} h")) if longest >= 2 * HOUR else (60, _("{count} min"))
    value, low, high = ("…" if seconds is None else str(int(seconds / size + 0.5)) for seconds in figures)
    return word.format(count=value), word.format(count=f"{low}–{high}")


def account_line(stage: StageDuration) -> str:
    """`carried in 5 + entered 10 = advance 8 + … + still there 2`: what came in, and what became of it."""
    one = stage.account
    came = f"{_('carried in')} {one.carried_in} + {_('entered')} {one.entered}"
    went = [
        (_("advance"), one.advance), (_("skip"), one.skip), (_("return"), one.return_), (_("won"), one.won),
        (_("lost"), one.lost), (_("retyped"), one.retyped),
    ]  # fmt: skip
    told = [f"{word} {count}" for word, count in went if count]
    return f"{came} = " + " + ".join([*told, f"{_('still there')} {one.there}"])


def clock_word(clock: str) -> str:
    return {"calendar": _("calendar clock"), "working": _("working clock")}[clock]


def target_word(way: Way) -> str:
    """A stage by its name, an end in words."""
    ends = {"won": _("won"), "lost": _("lost"), "retyped": _("another type")}
    return ends[way.to] if way.to_id is None else way.to


def kind_word(how: str) -> str:
    """How an exit was made; of an end the target says it."""
    return {"advance": _("advance"), "skip": _("skip"), "return": _("return")}.get(how, "")


def share_text(share: float | None) -> str:
    return "" if share is None else percent_text(share)


def range_text(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{percent_text(low)[:-2]}–{percent_text(high)}"


def told(stage: StageExits) -> bool:
    """Whether there are enough exits to show more than counts."""
    from models.statistics.transitions import TOO_FEW

    return stage.exits >= TOO_FEW


def unit_for(longest: float, day: int) -> tuple[int, str]:
    """The unit for an axis that reaches `longest` seconds, and its name."""
    if longest >= 2 * day:
        return day, _("days")
    return (HOUR, _("hours")) if longest >= 2 * HOUR else (60, _("minutes"))
