"""report volumes, funnel, ageing and reps: what is planned, how far deals come, which of them stand still, who sells."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from cli.call import Call
from cli.commands.reports.drawn import draw, whose
from cli.commands.reports.forecast import answer_backtest, bands_of, csv_forecast, forecast_of, tell_forecast
from cli.main import Command
from cli.names import instant
from cli.output import print_json, say, table
from models.statistics.words import lasting, range_text
from models.values.dates import day_text, day_time_text, month_text
from models.values.errors import NotFound, Usage
from models.values.instants import Instant, local_day, parse_day, parse_month
from models.values.language import _, ngettext
from models.values.money import Money, exponent, money_text, plain_text
from models.values.numbers import int_text, percent_text
from models.values.text import neutral, shown

if TYPE_CHECKING:
    from models.session import Session
    from models.statistics.ageing import Aged, AgeingReport, StageAges
    from models.statistics.forecast import Forecast
    from models.statistics.funnel import FunnelReport
    from models.statistics.reps import RepLine, RepsReport
    from models.statistics.volumes import Volume, VolumesReport

FLAGS = {"ageing": "ageing", "idle": "idle", "no-next-step": "no_next_step"}
DEALS_SHOWN = 30
VOLUMES_HEIGHT = 20  # lines


def _asked(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that every report has."""
    for option in (
        click.option("--format", "form", type=click.Choice(["table", "json", "csv", "chart"]), default="table", show_default=True, help="How it is printed."),
        click.option("--clock", type=click.Choice(["calendar", "working"]), help="What times are counted on; default: the company's clock."),
        click.option("--as-of", "as_of", metavar="INSTANT", help="As it stood at that instant; default: now."),
        click.option("--to", "last", metavar="DAY", help="The last day of the period."),
        click.option("--from", "first", metavar="DAY", help="The first day of the period."),
        click.option("--team", metavar="NAME", help="Only of this team."),
        click.option("--rep", "--employee", "rep", metavar="LOGIN", help="Only of this employee."),
        click.option("--type", "type_name", metavar="NAME", help="The deal type, or all; default: the only one, else the default one."),
    ):
        command = option(command)
    return command


def _begin(call: Call, form: str) -> Session:
    if form == "json":
        call.as_json = True
    return call.session


def _what(
    session: Session, first: str | None, last: str | None, as_of: str | None, rep: str | None, team: str | None
) -> dict[str, Any]:
    return {
        "first": None if first is None else parse_day(first),
        "last": None if last is None else parse_day(last),
        "as_of": instant(session, as_of),
        **whose(session, rep, team),
    }


def _type(name: str | None) -> int | None:
    """The type by name, None for all. Raises NotFound."""
    from models.pipeline.facts import find_type

    try:
        return find_type(name)
    except NotFound:
        if name == "all":
            return None
        raise


def _head(session: Session, name: str, at: Instant) -> None:
    zone = session.actor.timezone
    title = _("all types") if name == "all" else shown(name)
    say(f"{title}, {day_time_text(at, zone, local_day(session.now(), zone))}")
    say()


def _sums(sums: Sequence[Money]) -> str:
    return ", ".join(money_text(money) for money in sums)


def _share(fraction: float | None) -> str:
    return "" if fraction is None else percent_text(fraction)


@click.command(cls=Command)
@_asked
@click.option("--currency", metavar="CODE", help="Add the whole up in this currency, at the company's rates.")
@click.option("--forecast", "ahead", is_flag=True, help="What the open deals bring, by month: P10, P50, P90 and mean.")
@click.option("--backtest", is_flag=True, help="The forecasts of past months as of then, against what came of them.")
@click.pass_obj
def volumes(
    call: Call, /, type_name: str | None, first: str | None, last: str | None, as_of: str | None, rep: str | None,
    team: str | None, clock: str | None, form: str, currency: str | None, ahead: bool, backtest: bool,
) -> None:  # fmt: skip
    """What is planned by stage, month and rep, weighted by chance, against target and won; the period is of won and target."""
    session = _begin(call, form)
    from models.statistics.volumes import volumes as volumes_of

    if currency is not None:
        exponent(currency)
    type_id, asked = _type(type_name), _what(session, first, last, as_of, rep, team)
    if backtest:
        answer_backtest(call, form, type_id, asked)
        return
    coming = forecast_of(session, type_id, asked) if ahead else None
    found = volumes_of(session, type_id, currency=currency, **asked)
    if call.as_json:
        print_json(found.as_json() | ({} if coming is None else {"forecast": coming.as_json()}))
    elif form == "csv":
        _csv_volumes(found) if coming is None else csv_forecast(coming)
    elif form == "chart":
        from models.statistics.pictures import volumes_bars

        say(f"{_('Planned volumes')}, {_('all types') if found.type == 'all' else shown(found.type)}")
        draw(lambda width, ascii: volumes_bars(found, width, VOLUMES_HEIGHT, coming=coming, ascii=ascii))
    else:
        _head(session, found.type, found.as_of)
        _tell_volumes(found, coming)


def _figures(one: Volume) -> list[str]:
    return [_sums(one.planned), _sums(one.weighted), _sums(one.won), _sums(one.target)]


def _tell_volumes(found: VolumesReport, coming: Forecast | None) -> None:
    sources = {"observed": _("observed"), "set": _("set"), None: ""}
    table(
        [_("Stage"), _("Deals"), _("On hold"), _("Planned"), _("Chance"), "", _("Weighted")],
        [
            [
                one.stage, one.deals, one.held or "", _sums(one.amounts), _share(one.probability), sources[one.source],
                _sums(one.weighted),
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
            say(f"{deals} {why}" + (f": {_sums(sums)}" if sums else ""))
    if found.converted is not None:
        total = found.converted.total
        say()
        table(
            [_("In {currency}").format(currency=found.converted.currency), _("Planned"), _("Weighted"), _("Amount won"), _("Target")],
            [["", _sums(total.planned), _sums(total.weighted), _sums(total.won), _sums(total.target)]],
            right=(1, 2, 3, 4),
        )
        for one in found.converted.rates:
            from models.values.exchange import rate_text

            said = _("1 {source} = {rate} {target}, rate of {day}")
            rate = rate_text(one.units, one.places)
            say(said.format(source=one.source, rate=rate, target=one.target, day=f"{day_text(one.day)} {one.day.year}"))


def _csv_volumes(found: VolumesReport) -> None:
    """A row for each stage, month and rep, and each of its currencies."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["by", "name", "deals", "probability", "source", "currency", "planned", "weighted", "won", "target"])

    def write(by: str, name: str, facts: Sequence[Any], sides: Sequence[Sequence[Money]]) -> None:
        sums = [{money.currency: plain_text(money) for money in side} for side in sides]
        for currency in sorted({code for side in sums for code in side}) or [""]:
            writer.writerow([by, neutral(name), *facts, currency, *(side.get(currency, "") for side in sums)])

    for stage in found.stages:
        write("stage", stage.stage, [stage.deals, stage.probability, stage.source], [stage.amounts, stage.weighted, (), ()])
    for by, lines in (("month", found.months), ("rep", found.reps)):
        for line in lines:
            write(by, line.key or "", ["", "", ""], [line.planned, line.weighted, line.won, line.target])


@click.command(cls=Command)
@_asked
@click.pass_obj
def funnel(
    call: Call, /, type_name: str | None, first: str | None, last: str | None, as_of: str | None, rep: str | None,
    team: str | None, clock: str | None, form: str,
) -> None:  # fmt: skip
    """How far the deals that started in the period have come, and how many are won."""
    session = _begin(call, form)
    from models.statistics.funnel import funnel as funnel_of

    type_id = _type(type_name)
    if type_id is None:
        raise Usage("one_type", _("A funnel is of one deal type; say which with --type."))
    found = funnel_of(session, type_id, **_what(session, first, last, as_of, rep, team))
    if call.as_json:
        print_json(found.as_json())
    elif form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(["stage", "actual", "implied", "open_before", "share", "share_implied"])
        for one in found.stages:
            shares = [found.share(one.actual), found.share(one.implied)]
            writer.writerow([neutral(one.stage), one.actual, one.implied, one.open_before, *shares])
        writer.writerow(["won", found.won, found.won, "", found.share(found.won), found.share(found.won)])
    elif form == "chart":
        from models.statistics.pictures import funnel_bars

        say(_("How far deals came, {type}").format(type=shown(found.type)))
        draw(lambda width, ascii: funnel_bars(found, width, 2 * len(found.stages) + 7, ascii=ascii))
    else:
        _head(session, found.type, found.as_of)
        _tell_funnel(found)


def _tell_funnel(found: FunnelReport) -> None:
    heads = [_("Stage"), _("Visited"), _("Share")]
    heads += [_("Still before")] if found.semi_strict else [_("Reached"), _("Share"), _("Open before")]
    rows: list[list[Any]] = [[_("Started"), int_text(found.started)]]
    for one in found.stages:
        implied = [] if found.semi_strict else [int_text(one.implied or 0), _share(found.share(one.implied))]
        rows.append([one.stage, int_text(one.actual), _share(found.share(one.actual)), *implied, int_text(one.open_before)])
    rows.append([_("Won"), int_text(found.won), _share(found.share(found.won))])
    table(heads, [[*row, *[""] * (len(heads) - len(row))] for row in rows], right=tuple(range(1, len(heads))))
    say()
    said = ngettext("{count} of them is still open.", "{count} of them are still open.", found.open)
    say(said.format(count=int_text(found.open)))


@click.command(cls=Command)
@_asked
@click.option("--flag", type=click.Choice(list(FLAGS)), default="ageing", show_default=True, help="Which deals are listed.")
@click.option("--idle", "idle_days", type=click.IntRange(1, 3650), default=14, show_default=True, metavar="DAYS", help="After how many days without a touch a deal is idle.")
@click.pass_obj
def ageing(
    call: Call, /, type_name: str | None, first: str | None, last: str | None, as_of: str | None, rep: str | None,
    team: str | None, clock: str | None, form: str, flag: str, idle_days: int,
) -> None:  # fmt: skip
    """Open deals that stay longer than the norm or than most, that are idle, that have no next step."""
    session = _begin(call, form)
    from models.statistics.ageing import ageing as ageing_of

    found = ageing_of(
        session, _type(type_name), flag=FLAGS[flag], idle_days=idle_days, clock=clock,
        **_what(session, first, last, as_of, rep, team),
    )  # fmt: skip
    if call.as_json:
        print_json(found.as_json())
    elif form == "csv":
        _csv_ageing(found.listed)
    elif form == "chart":
        from models.statistics.pictures import ageing_bars

        say(_("Ageing deals per stage, {type}").format(type=shown(found.type)))
        draw(lambda width, ascii: ageing_bars(found, width, 2 * len(found.stages) + 4, ascii=ascii))
    else:
        _head(session, found.type, found.as_of)
        _tell_ageing(found, session.actor.timezone)


def _limit(one: StageAges | Aged, day: int) -> str:
    sources = {"norm": _("norm"), "percentile": _("4 of 5 stays"), None: ""}
    return f"{lasting(one.limit.seconds, day)} {sources[one.limit.source]}".strip()


def _tell_ageing(found: AgeingReport, zone: str) -> None:
    table(
        [_("Stage"), _("Open"), _("On hold"), _("Ageing"), _("Ageing after")],
        [[one.stage, one.deals, one.held or "", one.ageing, _limit(one, found.day)] for one in found.stages],
        right=(1, 2, 3),
    )
    say()
    said = _("{open} open: {ageing} ageing, {idle} idle for {days} days, {bare} without a next step.")
    counts = found.counts
    say(said.format(open=found.deals, ageing=counts["ageing"], idle=counts["idle"], days=found.idle_days, bare=counts["no_next_step"]))
    if found.clock == "working":
        say(_("Days of {hours} working hours.").format(hours=f"{found.day / 3600:g}"))
    if not found.listed:
        return
    signs = {"ageing": _("ageing"), "idle": _("idle"), "no_next_step": _("no next step")}
    say()
    table(
        [_("No."), _("Client"), _("Deal"), _("Stage"), _("Rep"), _("Age"), _("Ageing after"), _("Touched"), ""],
        [
            [
                one.deal_id, one.client, one.title, one.stage, one.rep, lasting(one.seconds, found.day),
                _limit(one, found.day), day_text(local_day(one.touched_at, zone)), ", ".join(signs[flag] for flag in one.flags),
            ]
            for one in found.listed[:DEALS_SHOWN]
        ],
        right=(0, 5),
    )
    if len(found.listed) > DEALS_SHOWN:
        say(_("{count} more deals; --format json has all of them.").format(count=len(found.listed) - DEALS_SHOWN))


def _csv_ageing(listed: Sequence[Aged]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    heads = ["id", "client", "title", "stage", "rep", "amount", "currency", "held", "entered_at", "seconds", "limit", "limit_source", "touched_at", "pushed"]
    writer.writerow([*heads, *FLAGS.values()])
    for one in listed:
        told = one.as_json()
        money = told.pop("amount") or {"amount": "", "currency": ""}
        names = {name: neutral(told[name]) for name in ("client", "title", "stage", "rep")}
        told |= {**names, **money, "held": int(told["held"]), **{flag: int(told[flag]) for flag in FLAGS.values()}}
        writer.writerow([told[name] for name in (*heads, *FLAGS.values())])


@click.command(cls=Command)
@_asked
@click.option("--idle", "idle_days", type=click.IntRange(1, 3650), default=14, show_default=True, metavar="DAYS", help="After how many days without a touch a deal is idle.")
@click.pass_obj
def reps(
    call: Call, /, type_name: str | None, first: str | None, last: str | None, as_of: str | None, rep: str | None,
    team: str | None, clock: str | None, form: str, idle_days: int,
) -> None:  # fmt: skip
    """What each rep has open, and what they won and lost in the period: how much, with what share, how long it took."""
    session = _begin(call, form)
    from models.statistics.reps import reps as reps_of

    found = reps_of(
        session, _type(type_name), clock=clock, idle_days=idle_days, **_what(session, first, last, as_of, rep, team)
    )
    if call.as_json:
        print_json(found.as_json())
    elif form == "csv":
        _csv_reps(found)
    elif form == "chart":
        from models.statistics.pictures import reps_bars

        say(_("Deals won and lost by rep"))
        draw(lambda width, ascii: reps_bars(found, width, 2 * len(found.reps) + 4, ascii=ascii))
    else:
        _head(session, found.type, found.as_of)
        _tell_reps(found)


def _tell_reps(found: RepsReport) -> None:
    lines = [*found.reps, found.together]
    table(
        [_("Rep"), _("Open"), _("Clients"), _("Planned"), _("Weighted"), _("Ageing"), _("Idle"), _("No next step")],
        [
            [
                one.rep or _("Together"), one.deals, one.clients, _sums(one.planned), _sums(one.weighted),
                one.flags["ageing"], one.flags["idle"], one.flags["no_next_step"],
            ]
            for one in lines
        ],
        right=tuple(range(1, 8)),
    )
    say()
    table(
        [_("Rep"), _("Deals won"), _("Deals lost"), _("Share"), "95 %", _("Median to win"), _("Amount won"), _("Target")],
        [
            [
                one.rep or _("Together"), one.deals_won, one.deals_lost, *_shares(one), lasting(one.median, found.day),
                _sums(one.won), _sums(one.target),
            ]
            for one in lines
        ],
        right=tuple(range(1, 8)),
    )
    if found.clock == "working":
        say()
        say(_("Days of {hours} working hours.").format(hours=f"{found.day / 3600:g}"))


LEAST = 5  # below it shares say nothing, and only counts are shown


def _shares(one: RepLine) -> tuple[str, str]:
    if one.low is None or one.high is None or one.deals_won + one.deals_lost < LEAST:
        return "", ""
    few = f" ({_('few')})" if one.few else ""
    return f"{_share(one.share)}{few}", range_text(one.low, one.high)


def _csv_reps(found: RepsReport) -> None:
    """A row for each rep and each of the currencies of their sums."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    facts = [
        "rep", "name", "deals", "held", "clients", "ageing", "idle", "no_next_step", "deals_won", "deals_lost", "share", "low", "high",
        "median_seconds",
    ]  # fmt: skip
    sides = ("planned", "weighted", "won", "target")
    writer.writerow([*facts, "currency", *sides])
    for one in found.reps:
        told = one.as_json()
        told |= {"rep": neutral(told["rep"]), "name": neutral(told["name"])}
        sums = [{money["currency"]: money["amount"] for money in told[side]} for side in sides]
        for currency in sorted({code for side in sums for code in side}) or [""]:
            writer.writerow([*(told[name] for name in facts), currency, *(side.get(currency, "") for side in sums)])


COMMANDS = {"volumes": volumes, "funnel": funnel, "ageing": ageing, "reps": reps}
