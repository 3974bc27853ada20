"""Reps: what each has open, and what they won and lost in the period."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from models.statistics.pictures import reps_bars
from models.statistics.words import lasting, range_text, share_text
from models.values.language import _, pgettext
from models.values.money import money_text, short_money
from models.values.numbers import int_text
from tui.statistics.report import Asked, Column, Number, Report, Row
from tui.statistics.reports.kept import filtered, history_of
from tui.widgets.words import symbol

if TYPE_CHECKING:
    from models.session import Session
    from models.statistics.reps import RepLine, RepsReport

LEAST = 5  # closed deals below which a share says nothing


class Reps(Report):
    name = "reps"

    def title(self) -> str:
        return _("Reps")

    def read(self, session: Session, asked: Asked, kept: dict[Any, Any]) -> RepsReport:
        from models.statistics.reps import reps

        return reps(session, asked.filters.type_id, history=history_of(session, asked, kept), **filtered(asked))

    def columns(self, found: RepsReport, asked: Asked) -> Sequence[Column]:
        return [
            Column(pgettext("column", "rep"), 16), Column(_("open"), 9), Column(_("clients"), 9, 5), Column(_("won"), 10), Column(_("lost"), 11, 1),
            Column(_("share"), 8), Column("95\u00a0%", 9, 1), Column(_("won amount"), 9, 2), Column(_("target"), 10, 4), Column(_("to win"), 12, 6),
            Column(_("planned"), 10, 3), Column(_("ageing"), 8, 7), Column(_("idle"), 7, 8), Column(_("no step"), 9, 9),
        ]  # fmt: skip

    def rows(self, found: RepsReport, asked: Asked) -> Sequence[Row]:
        return [_row(one, found.day, asked.exact) for one in (*found.reps, found.together)] if found.reps else []

    def chart(self, found: RepsReport, asked: Asked, row: Row | None, width: int, height: int, ascii: bool) -> list[str]:
        return reps_bars(found, width, min(height, 2 * len(found.reps) + 4), ascii=ascii)

    def note(self, found: RepsReport, asked: Asked, row: Row | None) -> str:
        return _("Share: won of those closed in the period, with its 95 % interval. To win: the median time from the start of a deal.")


def _row(one: RepLine, day: int, exact: bool) -> Row:
    write = money_text if exact else short_money
    won, target, planned = (" + ".join(map(write, sums)) for sums in (one.won, one.target, one.planned))
    enough = one.deals_won + one.deals_lost >= LEAST
    cells = (
        one.rep or _("all"), int_text(one.deals), int_text(one.clients), int_text(one.deals_won), int_text(one.deals_lost),
        share_text(one.share) if enough else "", range_text(one.low, one.high) if enough else "", won, target,
        lasting(one.median, day), planned, *(int_text(one.flags[flag]) for flag in ("ageing", "idle", "no_next_step")),
    )  # fmt: skip
    said = {} if one.rep is None else {"rep": one.rep}
    name, dot = one.rep or _("all"), symbol("·")
    numbers = [Number(f"{name} {dot} {_('open')} {int_text(one.deals)}", {"behind": "open", **said})] if one.deals else []
    for word, outcome, count in ((_("won"), "won", one.deals_won), (_("lost"), "lost", one.deals_lost)):
        if count:
            numbers.append(Number(f"{name} {dot} {word} {int_text(count)}", {"behind": "closed", "outcome": outcome, **said}))
    return Row(one.rep or "all", cells, "" if one.rep else "head", numbers=tuple(numbers))
