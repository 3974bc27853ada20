"""Where deals go from each stage: shares with intervals and when, the matrix, the flow, the win probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from models.statistics.flows import flow
from models.statistics.pictures import exits_bars, exits_matrix
from models.statistics.words import range_text, share_text, target_word, told
from models.values.language import _, ngettext
from models.values.numbers import int_text
from tui.statistics.report import Asked, Column, Number, Report, Row
from tui.statistics.reports.kept import filtered, history_of
from tui.widgets.words import symbol

if TYPE_CHECKING:
    from models.session import Session
    from models.statistics.transitions import StageExits, TransitionsReport

SHOWN_DAYS = ("30", "90", "365")


class Transitions(Report):
    name = "transitions"
    has_rest = True
    table = 2

    def title(self) -> str:
        return _("Transitions")

    def forms(self) -> Sequence[str]:
        return (_("matrix"), _("flow"), _("bars"))

    def read(self, session: Session, asked: Asked, kept: dict[Any, Any]) -> TransitionsReport:
        from models.statistics.transitions import transitions

        return transitions(
            session, asked.filters.type_id, history=history_of(session, asked, kept), intervals=False, **filtered(asked)
        )

    def read_rest(self, session: Session, asked: Asked, kept: dict[Any, Any]) -> TransitionsReport:
        """The intervals of the win chances too, which take longer than all else."""
        from models.statistics.transitions import transitions

        return transitions(session, asked.filters.type_id, history=history_of(session, asked, kept), **filtered(asked))

    def columns(self, found: TransitionsReport, asked: Asked) -> Sequence[Column]:
        return [
            Column(_("from, to"), 22), Column(_("exits"), 8), Column(_("share"), 8), Column("95\u00a0%", 13, 1),
            *(Column(_("within {count} d").format(count=days), 14, rank) for rank, days in enumerate(SHOWN_DAYS, 2)),
            Column(_("leads to won"), 13, 2 + len(SHOWN_DAYS)),
        ]  # fmt: skip

    def rows(self, found: TransitionsReport, asked: Asked) -> Sequence[Row]:
        return [row for stage in found.stages if stage.exits or stage.open for row in _rows(stage)]

    def chart(self, found: TransitionsReport, asked: Asked, row: Row | None, width: int, height: int, ascii: bool) -> list[str]:
        at = None if row is None else row.key[0]  # type: ignore[index]
        if asked.form == 0:
            return exits_matrix(found, width, height, at=at, ascii=ascii)[:height]
        if asked.form == 1:
            return flow(found, width, height, at=at, ascii=ascii)
        return exits_bars(found, width, height, ascii=ascii)

    def note(self, found: TransitionsReport, asked: Asked, row: Row | None) -> str:
        number = None if row is None else row.key[0]  # type: ignore[index]
        stage = next((one for one in found.stages if one.stage_id == number), None)
        if stage is None:
            return ""
        said = ngettext("{count} deal", "{count} deals", stage.deals).format(count=int_text(stage.deals))
        repeated = _("{count} with several exits").format(count=stage.repeated) if stage.repeated else ""
        win = stage.win
        chance = ""
        if told(stage) and win.chance is not None:
            chance = _("leads to won {share} ({range}; where exits lead, not when)").format(share=share_text(win.chance), range=range_text(win.low, win.high) or symbol("…"))
        few = _("few exits") if stage.few else ""
        given = _("the stage's set chance {share}").format(share=share_text(win.percentage)) if win.percentage is not None else ""
        beyond = _("+ later than anything observed") if told(stage) and any(days in stage.beyond for days in SHOWN_DAYS) else ""
        parts = [f"{stage.stage}: {said}", repeated, few, chance, given, beyond]
        return f" {symbol('·')} ".join(part for part in parts if part)


def _rows(stage: StageExits) -> list[Row]:
    shown = told(stage)
    win = share_text(stage.win.chance) if shown and stage.win.chance is not None else ""
    head = Row((stage.stage_id, None), (stage.stage, int_text(stage.exits), "", "", "", "", "", win), "head", firm=not stage.exits, numbers=(_number(stage, None, stage.exits),))
    rows = [head]
    for way in stage.ways:
        by = dict(zip(("7", "30", "90", "180", "365", "last"), way.incidence, strict=True))
        within = [f"{share_text(by[days])}{'+' if days in stage.beyond else ''}" if shown else "" for days in SHOWN_DAYS]
        back = symbol("←") if way.how == "return" else symbol("→")
        cells = (f"  {back} {target_word(way)}", int_text(way.count), share_text(way.share) if shown else "", range_text(way.low, way.high) if shown else "", *within, "")
        key = (stage.stage_id, way.to_id if way.to_id is not None else way.to)
        rows.append(Row(key, cells, numbers=(_number(stage, key[1], way.count, target_word(way)),) if way.count else ()))
    return rows


def _number(stage: StageExits, to: int | str | None, count: int, word: str = "") -> Number:
    name = f"{stage.stage} {symbol('→')} {word}" if word else stage.stage
    return Number(f"{name} {symbol('·')} {int_text(count)}", {"stage_id": stage.stage_id, "exits": True, "to": to})
