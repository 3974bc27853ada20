"""report volumes --forecast and --backtest."""

from __future__ import annotations

import csv
import sys
from typing import TYPE_CHECKING, Any

from cli.call import Call
from cli.output import print_json, say, table
from models.values.errors import Usage
from models.values.language import _, ngettext
from models.values.money import Money, money_text, plain_text
from models.values.numbers import int_text, percent_text

if TYPE_CHECKING:
    from models.session import Session
    from models.statistics.forecast import Backtest, Forecast


def forecast_of(session: Session, type_id: int | None, asked: dict[str, Any]) -> Forecast:
    """The forecast for those whom `report volumes` was asked for. Raises Usage `one_type`."""
    from models.statistics.forecast import forecast

    return forecast(session, _one(type_id), **_whose(asked))


def answer_backtest(call: Call, form: str, type_id: int | None, asked: dict[str, Any]) -> None:
    """Replay past months, and tell how well the forecast did. Raises Usage `one_type`."""
    from models.statistics.forecast import backtest

    found = backtest(call.session, _one(type_id), **_whose(asked))
    if call.as_json:
        print_json(found.as_json())
    elif form == "csv":
        _csv_backtest(found)
    else:
        _tell_backtest(found)


def bands_of(found: Forecast) -> dict[str, list[str]]:
    """P10, P50 and P90 by month (`2026-11`), of several currencies side by side; months without a chance left out."""
    bands: dict[str, list[str]] = {}
    for month in sorted({row.month for row in found.rows if row.month is not None and row.p90}):
        rows = [row for row in found.rows if row.month == month and row.p90]
        sides = ([(getattr(row, name), row.currency) for row in rows] for name in ("p10", "p50", "p90"))
        bands[month.isoformat()[:7]] = [", ".join(money_text(Money(*one)) for one in side) for side in sides]
    return bands


def csv_forecast(found: Forecast) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["month", "currency", "p10", "p50", "p90", "mean", "draws", "seed"])
    for row in found.rows:
        sums = (plain_text(Money(amount, row.currency)) for amount in (row.p10, row.p50, row.p90, row.mean))
        writer.writerow([row.month.isoformat()[:7] if row.month else "later", row.currency, *sums, row.draws, row.seed])


def tell_forecast(found: Forecast) -> None:
    """What comes later than the months, and what the forecast rests on."""
    later = [row for row in found.rows if row.month is None and row.p90]
    said = ngettext("From {count} open deal.", "From {count} open deals.", found.deals).format(count=int_text(found.deals))
    if found.without_amount:
        without = ngettext("{count} has no amount and is left out.", "{count} have no amount and are left out.", found.without_amount)
        said += " " + without.format(count=int_text(found.without_amount))
    say()
    for row in later:
        sums = [money_text(Money(amount, row.currency)) for amount in (row.p10, row.p50, row.p90)]
        say(_("Later: P10 {p10}, P50 {p50}, P90 {p90}.").format(p10=sums[0], p50=sums[1], p90=sums[2]))
    say(said + " " + _("New deals are not invented."))


def _tell_backtest(found: Backtest) -> None:
    table(
        [_("Months ahead"), _("Forecasts"), _("Within P10–P90"), _("Won"), _("Mean missed by"), _("P50 missed by"), _("Weighted sum missed by")],
        [
            [
                one.ahead, one.forecasts, percent_text(one.within / one.forecasts) if one.forecasts else "",
                *(money_text(Money(amount, one.currency)) for amount in (one.won, one.mean_missed, one.p50_missed, one.weighted_missed)),
            ]
            for one in found.errors
        ],
        right=tuple(range(7)),
    )  # fmt: skip
    say()
    covered = found.coverage
    say(_("No past month can be replayed yet.") if covered is None else _("{share} of what came lay within P10–P90; 80 % should.").format(share=percent_text(covered)))


def _csv_backtest(found: Backtest) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["made", "month", "currency", "p10", "p50", "p90", "mean", "weighted", "won", "within"])
    for row in found.rows:
        sums = (plain_text(Money(amount, row.currency)) for amount in (row.p10, row.p50, row.p90, row.mean, row.weighted, row.won))
        writer.writerow([row.made.isoformat()[:7], row.month.isoformat()[:7], row.currency, *sums, int(row.within)])


def _one(type_id: int | None) -> int:
    if type_id is None:
        raise Usage("one_type", _("A forecast is of one deal type; say which with --type."))
    return type_id


def _whose(asked: dict[str, Any]) -> dict[str, Any]:
    """Whose deals, and as of when, as the forecast takes it."""
    return {name: asked[name] for name in ("rep_ids", "team_id", "as_of")}
