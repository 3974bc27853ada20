"""Paths: the ways deals take through the stages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from models.statistics.pictures import paths_bars
from models.statistics.words import lasting, way_text
from models.values.language import _, ngettext
from models.values.numbers import int_text, percent_text
from tui.statistics.report import Asked, Column, Number, Report, Row
from tui.statistics.reports.kept import filtered, history_of
from tui.widgets.words import symbol

if TYPE_CHECKING:
    from models.session import Session
    from models.statistics.paths import Path, PathsReport

LISTED, DRAWN = 500, 8


class Paths(Report):
    name = "paths"
    table = 2

    def title(self) -> str:
        return _("Paths")

    def read(self, session: Session, asked: Asked, kept: dict[Any, Any]) -> PathsReport:
        from models.statistics.paths import paths

        said = filtered(asked, "rep_ids", "first", "last", "as_of", "clock")
        return paths(session, asked.filters.type_id, history=history_of(session, asked, kept), **said)

    def columns(self, found: PathsReport, asked: Asked) -> Sequence[Column]:
        return [Column(_("way"), 24), Column(_("deals"), 8), Column(_("share"), 8, 2), Column(_("won"), 8), Column(_("median"), 13, 1)]

    def rows(self, found: PathsReport, asked: Asked) -> Sequence[Row]:
        return [_row(path, found) for path in found.paths[:LISTED]]

    def chart(self, found: PathsReport, asked: Asked, row: Row | None, width: int, height: int, ascii: bool) -> list[str]:
        count = min(DRAWN, max(1, height - 3), len(found.paths))
        return paths_bars(found, count, width, min(height, 2 * count + 3), ascii=ascii)

    def note(self, found: PathsReport, asked: Asked, row: Row | None) -> str:
        ways = ngettext("{count} way", "{count} ways", len(found.paths)).format(count=int_text(len(found.paths)))
        broken = _("a strict type would have refused {strict} of {deals} deals, a semi-strict one {semi}; median: of a deal's whole time").format(
            strict=int_text(found.strict), semi=int_text(found.semi_strict), deals=int_text(found.deals)
        )
        return f"{ways} {symbol('·')} {broken}"


def _row(path: Path, found: PathsReport) -> Row:
    way = way_text(path.stages, found.stages, f" {symbol('→')} ") or symbol("·")
    cells = (
        way, int_text(path.deals), percent_text(path.deals / found.deals), percent_text(path.won / path.deals),
        lasting(path.median_seconds, found.day),
    )  # fmt: skip
    return Row(path.stages, cells, numbers=(Number(f"{way} {symbol('·')} {int_text(path.deals)}", {"ids": list(path.ids)}),))
