"""Time worked and margin: hours and what they come to, by client, deal, stage, service or rep."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from models.statistics.pictures import margin_bars, time_bars
from models.statistics.time import GROUPS, Sums, TimeReport, amounts, time_report
from models.values.durations import clock_text
from models.values.language import _, ngettext
from models.values.numbers import percent_text
from tui.statistics.report import Asked, Column, Report, Row, money_words
from tui.statistics.reports.kept import filtered

if TYPE_CHECKING:
    from models.session import Session
    from models.values.money import Money

DRAWN = 12  # bars
MONEY = 15  # cells


class Time(Report):
    name = "time"
    table = 2
    uses = frozenset({"period", "rep", "as_of"})
    margin = False

    def title(self) -> str:
        return _("Time worked")

    def forms(self) -> Sequence[str]:
        return (_("client"), _("deal"), _("stage"), _("service"), _("rep"))

    def read(self, session: Session, asked: Asked, kept: dict[Any, Any]) -> TimeReport:
        return time_report(session, margin=self.margin, **filtered(asked, "rep_ids", "first", "last", "as_of"))

    def columns(self, found: TimeReport, asked: Asked) -> Sequence[Column]:
        money = [Column(_("charge"), MONEY), Column(_("unbilled"), MONEY, 1)]
        if self.margin:
            money = [Column(_("charge"), MONEY, 1), Column(_("paid"), MONEY, 2), Column(_("margin"), MONEY)]
        return [Column(self.forms()[asked.form], 18), Column(_("hours"), 9), Column(_("billable"), 14, 3), *money]

    def rows(self, found: TimeReport, asked: Asked) -> Sequence[Row]:
        lines = found.groups[GROUPS[asked.form]]
        if not lines:
            return []
        write = money_words((sums for one in (*lines, found.total) for sums in self._money(one)), MONEY, exact=asked.exact)

        def cells(name: str, one: Sums) -> tuple[str, ...]:
            share = one.share()
            return (name, clock_text(one.seconds)[:-3], "" if share is None else percent_text(share), *map(write, self._money(one)))

        return [
            *(Row((asked.form, one.name), cells(one.name or _("none"), one)) for one in lines),
            Row("all", cells(_("all"), found.total), "head"),
        ]

    def chart(self, found: TimeReport, asked: Asked, row: Row | None, width: int, height: int, ascii: bool) -> list[str]:
        lines = found.groups[GROUPS[asked.form]][: min(DRAWN, max(1, height - 4))]
        return (margin_bars if self.margin else time_bars)(lines, width, min(height, 2 * len(lines) + 4), ascii=ascii)

    def note(self, found: TimeReport, asked: Asked, row: Row | None) -> str:
        said = _("An entry counts as a whole on the day it began, at the stage its deal was at then.")
        without = found.total.unpriced
        if without:
            said = ngettext("{count} entry has no rate", "{count} entries have no rate", without).format(count=without) + ". " + said
        return said

    def empty(self) -> str:
        return _("No time in this period. f changes the filters; S starts the timer.")

    def _money(self, one: Sums) -> list[list[Money]]:
        sums = (one.charged, one.paid, one.margin()) if self.margin else (one.charged, one.unbilled)
        return [amounts(each) for each in sums]


class Margin(Time):
    name = "margin"
    margin = True

    def title(self) -> str:
        return _("Margin")
