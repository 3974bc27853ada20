"""Each measure by month, the newest on top; `v` goes through the measures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from models.statistics.pictures import trend_lines
from models.statistics.words import lasting, measure_name, month_name, range_text, share_text
from models.values.instants import day_end
from models.values.language import _
from models.values.money import money_text
from models.values.numbers import int_text
from tui.statistics.report import Asked, Column, Number, Report, Row
from tui.statistics.reports.kept import filtered, history_of
from tui.widgets.words import symbol

if TYPE_CHECKING:
    from models.session import Session
    from models.statistics.trend import Month, StageMedian, TrendReport

MEASURES = ("deals", "share", "median", "amount", "open")


class Trend(Report):
    name = "trend"
    table = 2

    def title(self) -> str:
        return _("Trend")

    def forms(self) -> Sequence[str]:
        return tuple(measure_name(one) for one in MEASURES)

    def read(self, session: Session, asked: Asked, kept: dict[Any, Any]) -> TrendReport:
        from models.statistics.trend import trend

        return trend(session, asked.filters.type_id, history=history_of(session, asked, kept), **filtered(asked))

    def columns(self, found: TrendReport, asked: Asked) -> Sequence[Column]:
        measure = MEASURES[asked.form]
        if measure == "median":
            columns = [Column(stage, 13, place) for place, (_id, stage) in enumerate(found.stages)]
        elif measure == "amount":
            columns = [Column(code, 16, place) for place, code in enumerate(found.currencies)]
        else:
            heads = {
                "deals": (_("started"), _("won"), _("lost")),
                "share": (_("won"), _("lost"), _("share"), "95\u00a0%"),
                "open": (_("at the end"),),
            }[measure]
            columns = [Column(head, 12, place) for place, head in enumerate(heads)]
        return [Column(_("month"), 16), *columns]

    def rows(self, found: TrendReport, asked: Asked) -> Sequence[Row]:
        measure = MEASURES[asked.form]
        return [
            Row(one.month, (month_name(one), *_cells(found, one, measure)), numbers=_numbers(found, asked, one, measure))
            for one in reversed(found.months)
        ]

    def chart(self, found: TrendReport, asked: Asked, row: Row | None, width: int, height: int, ascii: bool) -> list[str]:
        return trend_lines(found, MEASURES[asked.form], width, height, ascii=ascii)

    def note(self, found: TrendReport, asked: Asked, row: Row | None) -> str:
        said = {
            "deals": _("Won and lost are the deals that stand so now, in the month in which they were closed."),
            "share": _("Of the deals closed in the month. Below ten they are few, below five only counted."),
            "median": _("Of the visits entered in the month, those that last counted as lasting; in brackets how many ended, where fewer than five did."),
            "amount": _("Won in the month; currencies stand side by side."),
            "open": _("Deals open at the month's end, whenever they started."),
        }[MEASURES[asked.form]]
        part = _("* only a part of the month") if any(one.partial for one in found.months) else ""
        return f" {symbol('·')} ".join(one for one in (said, part) if one)


def _cells(found: TrendReport, one: Month, measure: str) -> tuple[str, ...]:
    if measure == "median":
        return tuple(_median(stage, found.day) for stage in one.medians)
    if measure == "amount":
        sums = {money.currency: money_text(money) for money in one.amounts}
        return tuple(sums.get(code, "") for code in found.currencies)
    if measure == "open":
        return (int_text(one.open),)
    if measure == "deals":
        return int_text(one.started), int_text(one.won), int_text(one.lost)
    few = f"{symbol('~')} " if one.few else ""
    return int_text(one.won), int_text(one.lost), f"{few}{share_text(one.share)}" if one.told else "", range_text(one.low, one.high) if one.told else ""


def _median(one: StageMedian, day: int) -> str:
    if not one.told:
        return f"({one.completed})" if one.visits else ""
    return lasting(one.median, day) or "–"


def _numbers(found: TrendReport, asked: Asked, one: Month, measure: str) -> tuple[Number, ...]:
    """The deals behind a month, of the days that the period lets in."""
    filters = asked.filters
    first, last = filters.days(asked.known.today)
    end = (one.month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    within = filters._replace(period="days", first=max(one.month, first or date.min), last=min(end, last or date.max))
    if measure == "median":
        return tuple(
            _number(one, stage.stage, stage.visits, {"filters": within, "stage_id": stage.stage_id, "visits": "all"})
            for stage in one.medians
            if stage.visits
        )
    if measure == "open":
        at = min(day_end(min(end, last or date.max), asked.known.timezone) - 1, found.as_of)
        then = filters._replace(as_of=None if at == found.as_of and filters.as_of is None else at)
        return (_number(one, _("open"), one.open, {"filters": then, "behind": "open"}),) if one.open else ()
    closed = [(_("won"), "won", one.won), (_("lost"), "lost", one.lost)][: 1 if measure == "amount" else 2]
    numbers = [_number(one, word, count, {"filters": within, "behind": "closed", "outcome": how}) for word, how, count in closed if count]
    return tuple(numbers)


def _number(one: Month, word: str, count: int, asked: dict[str, Any]) -> Number:
    return Number(f"{month_name(one)} {symbol('·')} {word} {int_text(count)}", asked)
