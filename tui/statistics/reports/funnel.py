"""The funnel: how far the deals that started in the period have come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from models.statistics.pictures import funnel_bars
from models.statistics.words import share_text
from models.values.language import _
from models.values.numbers import int_text
from tui.statistics.report import Asked, Column, Number, Report, Row
from tui.statistics.reports.kept import filtered, history_of
from tui.widgets.words import symbol

if TYPE_CHECKING:
    from models.session import Session
    from models.statistics.funnel import FunnelReport, FunnelStage


class Funnel(Report):
    name = "funnel"
    uses = frozenset({"type", "period", "rep", "as_of"})

    def title(self) -> str:
        return _("Funnel")

    def read(self, session: Session, asked: Asked, kept: dict[Any, Any]) -> FunnelReport:
        from models.statistics.funnel import funnel

        said = filtered(asked, "rep_ids", "first", "last", "as_of")
        return funnel(session, asked.filters.type_id, history=history_of(session, asked, kept), **said)

    def columns(self, found: FunnelReport, asked: Asked) -> Sequence[Column]:
        reached = [] if found.semi_strict else [Column(_("came so far"), 12), Column(_("share"), 8)]
        before = _("not there yet") if found.semi_strict else _("open before")
        return [Column(_("stage"), 18), Column(_("visited"), 10, 1), Column(_("share"), 8, 1), *reached, Column(before, 14, 2)]

    def rows(self, found: FunnelReport, asked: Asked) -> Sequence[Row]:
        if not found.started:
            return []
        blank = () if found.semi_strict else (int_text(found.started), share_text(1.0))
        won = () if found.semi_strict else (int_text(found.won), share_text(found.share(found.won)))
        return [
            Row("started", (_("started"), int_text(found.started), share_text(1.0), *blank, ""), "head", numbers=(_number(_("started"), found.started, {}),)),
            *(_row(found, one) for one in found.stages),
            Row("won", (_("won"), int_text(found.won), share_text(found.share(found.won)), *won, ""), "head", numbers=(_number(_("won"), found.won, {"won": True}),)),
        ]

    def chart(self, found: FunnelReport, asked: Asked, row: Row | None, width: int, height: int, ascii: bool) -> list[str]:
        return funnel_bars(found, width, min(height, 2 * len(found.stages) + 7), ascii=ascii)

    def note(self, found: FunnelReport, asked: Asked, row: Row | None) -> str:
        if found.semi_strict:
            return _("Stages of this type may be passed in any order: who has covered each.")
        return _("Came so far: visited it or a later stage, or won. Open before: still open and not yet there, so they may come.")


def _row(found: FunnelReport, one: FunnelStage) -> Row:
    reached = () if found.semi_strict else (int_text(one.implied or 0), share_text(found.share(one.implied)))
    cells = (one.stage, int_text(one.actual), share_text(found.share(one.actual)), *reached, int_text(one.open_before))
    return Row(one.stage_id, cells, numbers=(_number(one.stage, one.actual, {"stage_id": one.stage_id}),) if one.actual else ())


def _number(name: str, count: int, said: dict[str, Any]) -> Number:
    return Number(f"{name} {symbol('·')} {int_text(count)}", {"behind": "funnel", **said})
