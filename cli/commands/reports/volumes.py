"""report volumes: what is planned, weighted by chance, against target and won."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from cli.call import Call
from cli.commands.reports.drawn import draw
from cli.commands.reports.filters import any_type, begin, deal_options, filters, head, share_text, sums_text
from cli.commands.reports.forecast import answer_backtest, bands_of, csv_forecast, forecast_of, tell_forecast
from cli.main import Command
from cli.output import print_json, say, table
from models.values.dates import day_text, month_text
from models.values.instants import parse_month
from models.values.language import _, ngettext
from models.values.money import Money, exponent, plain_text
from models.values.numbers import int_text
from models.values.text import neutral, shown

if TYPE_CHECKING:
    from models.statistics.forecast import Forecast
    from models.statistics.volumes import Volume, VolumesReport

HEIGHT = 20  # lines of the chart


@click.command(cls=Command)
@deal_options
@click.option("--currency", metavar="CODE", help="Add the whole up in this currency, at the company's rates.")
@click.option("--forecast", "ahead", is_flag=True, help="What the open deals bring, by month: P10, P50, P90 and mean.")
@click.option("--backtest", is_flag=True, help="The forecasts of past months as of then, against what came of them.")
@click.pass_obj
def volumes(
    call: Call, /, type_name: str | None, first: str | None, last: str | None, as_of: str | None, rep: str | None,
    team: str | None, clock: str | None, form: str, currency: str | None, ahead: bool, backtest: bool,
) -> None:  # fmt: skip
    """What is planned by stage, month and rep, weighted by chance, against target and won; the period is of won and target."""
    session = begin(call, form)
    from models.statistics.volumes import volumes as volumes_of

    if currency is not None:
        exponent(currency)
    type_id, asked = any_type(type_name), filters(session, first, last, as_of, rep, team)
    if backtest:
        answer_backtest(call, form, type_id, asked)
        return
    coming = forecast_of(session, type_id, asked) if ahead else None
    found = volumes_of(session, type_id, currency=currency, **asked)
    if call.as_json:
        print_json(found.as_json() | ({} if coming is None else {"forecast": coming.as_json()}))
    elif form == "csv":
        _csv(found) if coming is None else csv_forecast(coming)
    elif form == "chart":
        from models.statistics.pictures import volumes_bars

        say(f"{_('Planned volumes')}, {_('all types') if found.type == 'all' else shown(found.type)}")
        draw(lambda width, ascii: volumes_bars(found, width, HEIGHT, coming=coming, ascii=ascii))
    else:
        head(session, found.type, found.as_of)
        _tell(found, coming)


def _figures(one: Volume) -> list[str]:
    return [sums_text(one.planned), sums_text(one.weighted), sums_text(one.won), sums_text(one.target)]


def _tell(found: VolumesReport, coming: Forecast | None) -> None:
    sources = {"observed": _("observed"), "set": _("set"), None: ""}
    table(
        [_("Stage"), _("Deals"), _("On hold"), _("Planned"), _("Chance"), "", _("Weighted")],
        [
            [
                one.stage, one.deals, one.held or "", sums_text(one.amounts), share_text(one.probability), sources[one.source],
                sums_text(one.weighted),
            ]
            for one in found.stages
        ],
        right=(1, 2, 3, 4, 6),
    )
    heads = [_("Planned"), _("Weighted"), _("Amount won"), _("Target")]
    bands = {} if coming is None else bands_of(coming)
    percentiles = [] if coming is None else ["P10", "P50", "P90"]
    by_month = {one.key or "": one for one in found.months}
    say()
    table(
        [_("Month"), *heads, *percentiles],
        [
            [month_text(parse_month(key)), *(_figures(by_month[key]) if key in by_month else [""] * 4), *bands.get(key, [""] * len(percentiles))]
            for key in sorted({*by_month, *bands})
        ],
        right=tuple(range(1, 5 + len(percentiles))),
    )
    if coming is not None:
        tell_forecast(coming)
    say()
    lines = [(one.key, one) for one in found.reps] + [(_("Together"), found.total)]
    table([_("Rep"), *heads], [[name, *_figures(one)] for name, one in lines], right=(1, 2, 3, 4))
    apart = [
        (found.without_amount, _("without an amount"), ()),
        (found.without_date, _("without an expected close"), found.undated.planned),
        (found.without_probability, _("without any chance, not weighted"), found.unweighted),
    ]
    if any(count for count, _words, _money in apart):
        say()
    for count, why, sums in apart:
        if count:
            deals = ngettext("{count} deal", "{count} deals", count).format(count=int_text(count))
            say(f"{deals} {why}" + (f": {sums_text(sums)}" if sums else ""))
    if found.converted is not None:
        total = found.converted.total
        say()
        table(
            [_("In {currency}").format(currency=found.converted.currency), _("Planned"), _("Weighted"), _("Amount won"), _("Target")],
            [["", sums_text(total.planned), sums_text(total.weighted), sums_text(total.won), sums_text(total.target)]],
            right=(1, 2, 3, 4),
        )
        for one in found.converted.rates:
            from models.values.exchange import rate_text

            said = _("1 {source} = {rate} {target}, rate of {day}")
            rate = rate_text(one.units, one.places)
            say(said.format(source=one.source, rate=rate, target=one.target, day=f"{day_text(one.day)} {one.day.year}"))


def _csv(found: VolumesReport) -> None:
    """A row for each stage, month and rep, and each of its currencies."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["by", "name", "deals", "held", "probability", "probability_source", "currency", "planned", "weighted", "won", "target"])

    def write(by: str, name: str, facts: Sequence[Any], sides: Sequence[Sequence[Money]]) -> None:
        sums = [{money.currency: plain_text(money) for money in side} for side in sides]
        for currency in sorted({code for side in sums for code in side}) or [""]:
            writer.writerow([by, neutral(name), *facts, currency, *(side.get(currency, "") for side in sums)])

    for stage in found.stages:
        write("stage", stage.stage, [stage.deals, stage.held, stage.probability, stage.source], [stage.amounts, stage.weighted, (), ()])
    for by, lines in (("month", found.months), ("rep", found.reps)):
        for line in lines:
            write(by, line.key or "", [""] * 4, [line.planned, line.weighted, line.won, line.target])


COMMANDS = {"volumes": volumes}
