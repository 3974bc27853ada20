"""What the figures of reports are called, on the screen and in the terminal alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from models.pipeline.rules import trail
from models.statistics.rules.coming import TOO_FEW as COUNTS_ONLY
from models.values.dates import month_text
from models.values.durations import DAY, HOUR, short_age, words
from models.values.language import _
from models.values.money import Money, money_text, short_money
from models.values.numbers import int_text, percent_text
from models.values.text import shown

if TYPE_CHECKING:
    from models.statistics.comparison import Measure, Told
    from models.statistics.durations import Percentile, StageDuration
    from models.statistics.rules.coming import Coming
    from models.statistics.transitions import StageExits, Way
    from models.statistics.trend import Month


def lasting(seconds: int | None, day: int) -> str:
    """A time in two units, days of the clock's length (`day` seconds); nothing for none."""
    return "" if seconds is None else words(seconds // day * DAY + seconds % day)


def way_text(stages: Sequence[str], of: Sequence[str], arrow: str) -> str:
    """A way through the stages `of` a type: where it has several, in short before in full, so that ways which begin alike
    are told apart where there is no room for the rest."""
    named = arrow.join(shown(stage) for stage in stages)
    return f"{trail(stages, of)}  {named}" if len(stages) > 1 else named


def age_text(seconds: int | None, day: int) -> str:
    """The largest whole unit, `9 d`, days of the clock's length; nothing for none."""
    return "" if seconds is None else short_age(seconds // day * DAY + seconds % day)


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
    size, word = scale_for(longest, day)
    value, low, high = ("…" if seconds is None else str(int(seconds / size + 0.5)) for seconds in figures)
    return word.format(count=value), word.format(count=f"{low}–{high}")


def account_line(stage: StageDuration) -> str:
    """`carried in 5 + entered 10 = advance 8 + … + still there 2`: what came in, and what became of it."""
    one = stage.account
    came = f"{_('carried in')} {int_text(one.carried_in)} + {_('entered')} {int_text(one.entered)}"
    went = [
        (_("advance"), one.advance), (_("skip"), one.skip), (_("return"), one.return_), (_("won"), one.won),
        (_("lost"), one.lost), (_("retyped"), one.retyped),
    ]  # fmt: skip
    told = [f"{word} {int_text(count)}" for word, count in went if count]
    return f"{came} = " + " + ".join([*told, f"{_('still there')} {int_text(one.there)}"])


def coming_text(coming: Coming | None, names: Mapping[int, str], *, bare: bool = False) -> str:
    """`usually next: Demonstration 61 % (52–70), after 6 d`; of few exits only how many went there."""
    if coming is None:
        return ""
    target = coming.target
    name = end_word(target) if isinstance(target, str) else names.get(target, "?")
    if coming.exits < COUNTS_ONLY:
        said = _("{target} {count} of {all}").format(target=name, count=coming.went, all=coming.exits)
    else:
        range_ = range_text(coming.low, coming.high)[:-2]
        said = _("{target} {share} ({range}), after {time}").format(
            target=name, share=share_text(coming.share), range=range_, time=short_age(_nearest(coming.after))
        )
        if not coming.aged:
            said += f" ({_('few')})"
    return said if bare else _("usually next: {what}").format(what=said)


def _nearest(seconds: int) -> int:
    """To the day from two days on, to the hour from two hours on, as ages are told."""
    unit = DAY if seconds >= 2 * DAY else HOUR if seconds >= 2 * HOUR else 60
    return (seconds + unit // 2) // unit * unit


def clock_word(clock: str) -> str:
    return {"calendar": _("calendar clock"), "working": _("working clock")}[clock]


def target_word(way: Way) -> str:
    """A stage by its name, an end in words."""
    return end_word(way.to) if way.to_id is None else way.to


def end_word(end: str) -> str:
    return {"won": _("won"), "lost": _("lost"), "retyped": _("another type")}[end]


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


def scale_for(longest: float, day: int) -> tuple[int, str]:
    """The unit in which times up to `longest` seconds are told, and how a count of it is written: `{count} d`."""
    return (day, _("{count} d")) if longest >= 2 * day else (HOUR, _("{count} h")) if longest >= 2 * HOUR else (60, _("{count} min"))


def unit_for(longest: float, day: int) -> tuple[int, str]:
    """The unit for an axis that reaches `longest` seconds, and its name."""
    if longest >= 2 * day:
        return day, _("days")
    return (HOUR, _("hours")) if longest >= 2 * HOUR else (60, _("minutes"))


def measure_word(one: Measure) -> str:
    """What is compared, but for the stage."""
    if one.name == "exits":
        return f"→ {end_word(one.to or '') if one.to_id is None else one.to}"
    said = {
        "open": _("open deals"), "planned": _("planned {currency}"), "won_share": _("won of closed"), "won_amount": _("won {currency}"),
        "median": _("median stay"), "win": _("leads to won"),
    }[one.name]  # fmt: skip
    return said.format(currency=one.currency)


def told_text(told: Told, of: Measure, day: int, *, short: bool = False) -> str:
    """A measure on one side: `46 % of 138`, `6 d 4 h`, `1,200.00 EUR`; where there is too little only the counts."""
    if of.currency is not None:
        return _money(told.value or 0, of.currency, short)
    if of.method is None:
        return int_text(int(told.value or 0))
    if of.name == "median":
        if not of.told:
            return _("{count} of {all} left").format(count=int_text(told.count), all=int_text(told.of))
        return lasting(None if told.value is None else int(told.value), day) or "–"
    if of.name == "win":
        return (share_text(told.value) or "–") if of.told else ""
    if not of.told:
        return _("{count} of {all}").format(count=int_text(told.count), all=int_text(told.of))
    return _("{share} of {all}").format(share=share_text(told.value), all=int_text(told.of)) if told.of else "–"


def difference_text(one: Measure, day: int, *, short: bool = False) -> tuple[str, str]:
    """The difference and its interval: `+6 pp` and `-2 to +14`; nothing where there is too little, no interval where there
    is none."""
    if one.difference is None or not one.told:
        return "", ""
    if one.currency is not None:
        sign = "+" if one.difference > 0 else ""
        return sign + _money(one.difference, one.currency, short), ""
    if one.method is None:
        return f"{one.difference:+d}" if one.difference else "0", ""
    figures = (one.difference, one.limits.low, one.limits.high)
    most = max(abs(figure) for figure in figures if figure is not None)
    size: float
    size, word = 0.01, _("{count} pp")
    if one.name == "median":
        size, word = (day, _("{count} d")) if most >= 4 * day else (HOUR, _("{count} h")) if most >= 2 * HOUR else (60, _("{count} min"))
    digits = 1 if most < 10 * size else 0
    middle, low, high = ("…" if figure is None else _signed(figure / size, digits) for figure in figures)
    none = one.limits.low is None and one.limits.high is None
    return word.format(count=middle), "" if none else _("{low} to {high}").format(low=low, high=high)


def _money(amount: float, currency: str, short: bool) -> str:
    money = Money(int(amount), currency)
    return short_money(money) if short else money_text(money)


def _signed(number: float, digits: int) -> str:
    said = f"{number:+.{digits}f}"
    return said if float(said) else "0"


def month_name(one: Month) -> str:
    """`Nov 2026`, with a star where only a part of it counts."""
    return month_text(one.month) + (" *" if one.partial else "")


def measure_name(measure: str) -> str:
    """What a line of the trend is called."""
    return {
        "deals": _("deals"), "share": _("share won"), "median": _("median stay"), "amount": _("amount won"),
        "open": _("open deals"),
    }[measure]  # fmt: skip


def verdict_word(one: Measure) -> str:
    """`differs` where the interval leaves out 0; else whether there is too little to say so."""
    if one.differs:
        return _("differs, few") if one.few else _("differs")
    return "" if one.method is None else _("too few") if not one.told else _("few") if one.few else ""
