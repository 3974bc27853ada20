"""How long stays at each stage last: the figures, the curve of the stage under the cursor, its accounting line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from models.statistics.pictures import duration_curve
from models.statistics.words import account_line, lasting, roughly
from models.values.language import _
from models.values.numbers import int_text
from tui.statistics.report import Asked, Column, Number, Report, Row
from tui.statistics.reports.kept import filtered, history_of
from tui.widgets.words import symbol

if TYPE_CHECKING:
    from models.session import Session
    from models.statistics.durations import DurationsReport, StageDuration


class Durations(Report):
    name = "durations"

    def title(self) -> str:
        return _("Duration of each stage")

    def read(self, session: Session, asked: Asked, kept: dict[Any, Any]) -> DurationsReport:
        from models.statistics.durations import durations

        return durations(session, asked.filters.type_id, history=history_of(session, asked, kept), **filtered(asked))

    def columns(self, found: DurationsReport, asked: Asked) -> Sequence[Column]:
        return [
            Column(_("stage"), 18), Column(_("visits"), 12, 1), Column(_("open"), 9, 2), Column(_("median"), 10), Column("95\u00a0%", 11, 3),
            Column(_("80 % left by"), 14), Column("95\u00a0%", 12, 4), Column(_("90 % left by"), 14, 5), Column(_("mean of left"), 14, 6),
            Column(_("a deal in all"), 15, 7),
        ]  # fmt: skip

    def rows(self, found: DurationsReport, asked: Asked) -> Sequence[Row]:
        return [_row(stage, found.day) for stage in found.stages] if any(any(stage.account) for stage in found.stages) else []

    def chart(self, found: DurationsReport, asked: Asked, row: Row | None, width: int, height: int, ascii: bool) -> list[str]:
        stage = _stage(found, row)
        return [] if stage is None else duration_curve(stage, found.day, width, height, ascii=ascii)

    def note(self, found: DurationsReport, asked: Asked, row: Row | None) -> str:
        stage = _stage(found, row)
        return "" if stage is None else account_line(stage)


def _row(stage: StageDuration, day: int) -> Row:
    median, p80, p90 = (roughly(one, day) for one in (stage.median, stage.p80, stage.p90))
    cells = (
        stage.stage, int_text(stage.visits), int_text(stage.open) if stage.open else symbol("·"), *median,
        *p80, p90[0], lasting(stage.mean, day), lasting(stage.per_deal_median, day),
    )  # fmt: skip
    names = ((_("visits"), "all", stage.visits), (_("completed"), "completed", stage.completed), (_("open"), "open", stage.open))
    numbers = [
        Number(f"{stage.stage} {symbol('·')} {name} {int_text(count)}", {"stage_id": stage.stage_id, "visits": which})
        for name, which, count in names
        if count
    ]
    return Row(stage.stage_id, cells, "" if stage.visits else "muted", numbers=tuple(numbers))


def _stage(found: DurationsReport, row: Row | None) -> StageDuration | None:
    return None if row is None else next((stage for stage in found.stages if stage.stage_id == row.key), None)
