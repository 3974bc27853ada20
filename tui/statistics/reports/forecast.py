"""The forecast: what the open deals bring, by month; and how well it would have done in past months."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from models.statistics.pictures import forecast_bars, telling_rows
from models.values.dates import month_text
from models.values.language import _, ngettext
from models.values.money import Money
from models.values.numbers import int_text, percent_text
from tui.statistics.report import Asked, Column, Number, Report, Row, money_words
from tui.statistics.reports.kept import filtered, history_of
from tui.widgets.words import symbol

if TYPE_CHECKING:
    from models.session import Session
    from models.statistics.forecast import Backtest, Forecast

COMING, REPLAYED = range(2)
MONEY = 14  # cells


class Forecasts(Report):
    name = "forecast"
    table = 2
    uses = frozenset({"type", "rep", "as_of"})
    rereads = True

    def title(self) -> str:
        return _("Forecast")

    def forms(self) -> Sequence[str]:
        return (_("by month"), _("backtest"))

    def read(self, session: Session, asked: Asked, kept: dict[Any, Any]) -> Forecast | Backtest:
        from models.statistics.forecast import backtest, forecast

        said = filtered(asked, "rep_ids", "as_of")
        return (backtest if asked.form == REPLAYED else forecast)(
            session, asked.filters.type_id, history=history_of(session, asked, kept), **said
        )

    def columns(self, found: Any, asked: Asked) -> Sequence[Column]:
        if asked.form == REPLAYED:
            return [
                Column(_("months ahead"), 16), Column(_("forecasts"), 11, 1), Column(_("within P10–P90"), 16), Column(_("won"), MONEY, 2),
                Column(_("missed by"), MONEY), Column(_("weighted sum by"), 17, 1),
            ]  # fmt: skip
        return [Column(_("month"), 16), Column("P10", MONEY), Column("P50", MONEY), Column("P90", MONEY), Column(_("mean"), MONEY, 1)]

    def rows(self, found: Any, asked: Asked) -> Sequence[Row]:
        if asked.form == REPLAYED:
            money = [[[Money(amount, one.currency)] for amount in (one.won, one.mean_missed, one.weighted_missed)] for one in found.errors]
            write = money_words((sums for line in money for sums in line), MONEY, exact=asked.exact)
            return [
                Row(
                    (one.ahead, one.currency),
                    (
                        str(one.ahead), int_text(one.forecasts), percent_text(one.within / one.forecasts) if one.forecasts else "",
                        *map(write, line),
                    ),
                )
                for one, line in zip(found.errors, money, strict=True)
            ]  # fmt: skip
        telling = telling_rows(found.rows)
        money = [[[Money(amount, row.currency)] for amount in (row.p10, row.p50, row.p90, row.mean)] for row in telling]
        write = money_words((sums for line in money for sums in line), MONEY, exact=asked.exact)
        number = Number(f"{_('open')} {symbol('·')} {int_text(found.deals + found.without_amount)}", {"behind": "open"})
        return [
            Row(
                (row.month, row.currency),
                (month_text(row.month) if row.month is not None else _("later"), *map(write, line)),
                numbers=(number,),
            )
            for row, line in zip(telling, money, strict=True)
        ]

    def chart(self, found: Any, asked: Asked, row: Row | None, width: int, height: int, ascii: bool) -> list[str]:
        return [] if asked.form == REPLAYED else forecast_bars(found, width, height, ascii=ascii)

    def note(self, found: Any, asked: Asked, row: Row | None) -> str:
        if asked.form == REPLAYED:
            covered = found.coverage
            within = "" if covered is None else _("{share} of what came lay within P10–P90; 80 % should.").format(share=percent_text(covered)) + " "
            return within + _("Missed by: how far from what was won the mean and the plain weighted sum were, all forecasts together.")
        said = ngettext("From {count} open deal.", "From {count} open deals.", found.deals).format(count=int_text(found.deals))
        return said + " " + _("New deals are not invented.") + " " + _("P10, P50, P90: exceeded in nine, five, one case of ten; months without that one are left out.")

    def empty(self) -> str:
        return _("Nothing to forecast: no open deal with an amount, or none has ever been won.")
