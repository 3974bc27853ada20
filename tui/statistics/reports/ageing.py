"""Ageing: which open deals stay longer than the norm or than most, which nobody touches, which have no next step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from models.statistics.pictures import ageing_bars
from models.statistics.words import age_text
from models.values.language import _, pgettext
from models.values.money import Money, money_text, short_money
from models.values.numbers import int_text
from tui.statistics.report import Asked, Column, Number, Report, Row
from tui.statistics.reports.kept import filtered, history_of
from tui.widgets.words import symbol

if TYPE_CHECKING:
    from models.session import Session
    from models.statistics.ageing import Aged, AgeingReport

FLAGS = ("ageing", "idle", "no_next_step")
LISTED = 300


class Ageing(Report):
    name = "ageing"
    uses = frozenset({"type", "rep", "as_of", "clock"})

    def title(self) -> str:
        return _("Open deals that stand still")

    def forms(self) -> Sequence[str]:
        return (_("ageing"), _("idle"), _("no next step"))

    def read(self, session: Session, asked: Asked, kept: dict[Any, Any]) -> dict[str, AgeingReport]:
        from models.statistics.ageing import ageing

        said = {"history": history_of(session, asked, kept), **filtered(asked, "rep_ids", "as_of", "clock")}
        return {flag: ageing(session, asked.filters.type_id, flag=flag, most=LISTED, **said) for flag in FLAGS}

    def columns(self, found: dict[str, AgeingReport], asked: Asked) -> Sequence[Column]:
        return [
            Column(_("deal"), 20), Column(_("stage"), 18, 2, text=True), Column(pgettext("column", "rep"), 14, 3, text=True), Column(_("here"), 8), Column(_("limit"), 8, 1),
            Column(_("amount"), 10, 4), Column(_("flags"), 7, text=True),
        ]  # fmt: skip

    def rows(self, found: dict[str, AgeingReport], asked: Asked) -> Sequence[Row]:
        report = found[FLAGS[asked.form]]
        return [_row(deal, report.day, money_text if asked.exact else short_money) for deal in report.listed]

    def chart(self, found: dict[str, AgeingReport], asked: Asked, row: Row | None, width: int, height: int, ascii: bool) -> list[str]:
        report = found["ageing"]
        return ageing_bars(report, width, min(height, 2 * len(report.stages) + 4), ascii=ascii)

    def note(self, found: dict[str, AgeingReport], asked: Asked, row: Row | None) -> str:
        report = found[FLAGS[asked.form]]
        counts = _("of {open} open: {ageing} ageing (!), {idle} idle for {days} days (i), {none} without a next step ({sign}); limit: the norm, else what four of five stays keep").format(
            open=int_text(report.deals), ageing=int_text(report.counts["ageing"]), idle=int_text(report.counts["idle"]),
            days=report.idle_days, sign=symbol("·"), none=int_text(report.counts["no_next_step"]),
        )  # fmt: skip
        if report.counts[FLAGS[asked.form]] > LISTED:
            counts += ". " + _("The first {count} are listed.").format(count=LISTED)
        return counts

    def empty(self) -> str:
        return _("None: every open deal moves. v shows another flag.")


def _row(deal: Aged, day: int, write: Callable[[Money], str]) -> Row:
    name = f" {symbol('·')} ".join(part for part in (deal.client, deal.title) if part)
    flags = "".join(sign if flag in deal.flags else " " for flag, sign in (("ageing", symbol("!")), ("idle", "i"), ("no_next_step", symbol("·"))))
    cells = (
        name, deal.stage, deal.rep, age_text(deal.seconds, day), age_text(deal.limit.seconds, day),
        write(deal.amount) if deal.amount else "", flags,
    )  # fmt: skip
    return Row(deal.deal_id, cells, numbers=(Number(name, {"ids": [deal.deal_id]}),))
