"""deal …: each a call of a command of the pipeline, then the deal as `show` prints it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from cli.call import Call
from cli.main import Group
from cli.names import deal_number, instant, pairs, percent, stage_of
from cli.output import facts, say, table
from models.values import money
from models.values.errors import Refused
from models.values.instants import instant_text, local_datetime, parse_day
from models.values.language import _
from models.values.text import quoted

if TYPE_CHECKING:
    from models.pipeline.views import DealCard, DealLine
    from models.session import Session

CHANGEABLE = ("title", "amount", "currency", "expected", "owner", "probability", "source")


@click.group(cls=Group)
def deal() -> None:
    """Deals: start, move, win, lose, hold, take back."""


def document(card: DealCard) -> dict[str, Any]:
    """The deal as the contract fixes its JSON."""
    return {
        "id": card.id,
        "title": card.title,
        "client": card.client,
        "client_id": card.client_id,
        "type": card.type,
        "mode": card.mode,
        "stage": card.stage,
        "outcome": card.outcome,
        "held": card.held_at is not None,
        "owner": card.owner,
        "amount": money.as_json(card.amount),
        "expected_close": None if card.expected_close is None else card.expected_close.isoformat(),
        "probability": None if card.probability is None else card.probability / 100,
        "source": card.source,
        "close_reason": card.close_reason,
        "closed_at": None if card.closed_at is None else instant_text(card.closed_at),
        "external_id": card.external_id,
        "version": card.version,
        "visits": [
            {
                "stage": visit.stage,
                "entered_at": instant_text(visit.entered_at),
                "left_at": None if visit.left_at is None else instant_text(visit.left_at),
                "entered_as": visit.entered_as,
                "left_as": visit.left_as,
                "seconds": visit.seconds,
                "by": visit.by,
                "reason": visit.reason,
            }
            for visit in card.visits
        ],
        "stage_actions": [],
        "trail": card.trail,
        "allowed": [name for _id, name in card.allowed],
        "refused": [
            {"stage": refusal.stage, "objections": [objection.as_json() for objection in refusal.objections]}
            for refusal in card.refused
        ],
    }


def line_document(line: DealLine) -> dict[str, Any]:
    return {
        "id": line.id,
        "title": line.title,
        "client": line.client,
        "type": line.type,
        "stage": line.stage,
        "outcome": line.outcome,
        "owner": line.owner,
        "amount": money.as_json(line.amount),
        "expected_close": None if line.expected_close is None else line.expected_close.isoformat(),
        "entered_at": instant_text(line.entered_at),
        "held": line.held,
    }


def tell_lines(lines: list[DealLine]) -> None:
    table(
        [_("No."), _("Client"), _("Deal"), _("Type"), _("Stage"), _("Outcome"), _("Owner"), _("Amount")],
        [
            [
                line.id, line.client, line.title, line.type, line.stage or "", _outcome(line.outcome, line.held),
                line.owner, "" if line.amount is None else money.money_text(line.amount),
            ]
            for line in lines
        ],
        right=(0, 7),
    )


def _outcome(outcome: str, held: bool) -> str:
    words = {"open": _("open"), "won": _("won"), "lost": _("lost")}[outcome]
    return _("on hold") if held else words


def _answer(call: Call, deal_id: int) -> None:
    from models.pipeline import views

    card = views.deal(call.session, deal_id)
    call.answer(document(card), lambda: _tell(call.session, card))


def _tell(session: Session, card: DealCard) -> None:
    zone = session.actor.timezone
    facts(
        [
            (_("Deal"), f"{card.id}  {card.title}".rstrip()),
            (_("Client"), card.client),
            (_("Type"), card.type),
            (_("Stage"), card.stage),
            (_("Outcome"), _outcome(card.outcome, card.held_at is not None)),
            (_("Reason"), card.close_reason or card.hold_reason),
            (_("Owner"), card.owner),
            (_("Amount"), "" if card.amount is None else money.money_text(card.amount)),
            (_("Expected close"), card.expected_close),
            (_("Probability"), "" if card.probability is None else f"{card.probability} %"),
            (_("Source"), card.source),
            (_("Version"), card.version),
            (_("Way"), card.trail),
            (_("Stages passed"), "" if card.covered is None else f"{card.covered[0]}/{card.covered[1]}"),
        ]
    )
    from models.values.durations import words

    say()
    table(
        [_("Stage"), _("Entered"), _("Left"), _("Time"), _("By"), _("Reason")],
        [
            [
                visit.stage, _local(visit.entered_at, zone), "" if visit.left_at is None else _local(visit.left_at, zone),
                words(visit.seconds), visit.by, visit.reason,
            ]
            for visit in card.visits
        ],
    )
    say()
    facts([(_("May move to"), ", ".join(name for _id, name in card.allowed))])
    for refusal in card.refused:
        for objection in refusal.objections:
            lift = f" ({objection.lift})" if objection.lift else ""
            say(_("Not to {stage}: {why}").format(stage=refusal.stage, why=f"{objection.message}{lift}"))


def _local(at: int, zone: str) -> str:
    return f"{local_datetime(at, zone):%Y-%m-%d %H:%M}"


@deal.command()
@click.argument("client")
@click.option("--type", "type_name", metavar="NAME", help="The deal type; default: the only one, else the default one.")
@click.option("--stage", metavar="NAME", help="Where it starts; default: the first stage.")
@click.option("--title", default="", help="What it is about.")
@click.option("--amount", metavar="1000.00", help="What it is worth.")
@click.option("--currency", metavar="EUR", help="Default: the company's.")
@click.option("--expected", metavar="DAY", help="When it is expected to close.")
@click.option("--owner", metavar="LOGIN", help="Default: who acts.")
@click.option("--source", default="", help="Where it came from.")
@click.option("--at", metavar="INSTANT", help="When it began, if not now.")
@click.pass_obj
def new(
    call: Call, client: str, type_name: str | None, stage: str | None, title: str, amount: str | None,
    currency: str | None, expected: str | None, owner: str | None, source: str, at: str | None,
) -> None:
    """Start a deal; a client who is not known is added."""
    session = call.session
    from models.people.views import company
    from models.pipeline import commands
    from models.pipeline.facts import find_type

    type_id = find_type(type_name)
    currency = currency or company().currency
    done = commands.new_deal(
        session,
        client,
        type_id=type_id,
        stage_id=None if stage is None else stage_of(type_id, stage).id,
        title=title,
        amount=None if amount is None else money.parse_amount(amount, currency),
        currency=currency,
        expected=None if expected is None else parse_day(expected),
        owner=owner,
        source=source,
        at=instant(session, at),
    )
    _answer(call, done.deal_id)


def _step_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--version", type=click.IntRange(0, 2**62), metavar="N", help="Refuse if the deal is no longer at this version."),
        click.option("--at", metavar="INSTANT", help="When it happened, if not now."),
        click.option("--reason", default="", help="Why."),
    ):
        command = option(command)
    return command


@deal.command()
@click.argument("deal_id", metavar="ID")
@click.argument("stage")
@_step_options
@click.pass_obj
def move(call: Call, deal_id: str, stage: str, reason: str, at: str | None, version: int | None) -> None:
    """Bring a deal to another stage of its type."""
    session, wanted = call.session, deal_number(deal_id)
    from models.pipeline import commands, views

    type_id = views.deal(session, wanted).type_id
    commands.move_deal(
        session, wanted, stage_of(type_id, stage).id, reason=reason, at=instant(session, at), version=version
    )
    _answer(call, wanted)


def _step(name: str, words: str) -> None:
    """Add a command that closes, holds, resumes or reopens a deal."""

    @deal.command(name, help=words)
    @click.argument("deal_id", metavar="ID")
    @_step_options
    @click.pass_obj
    def step(call: Call, deal_id: str, reason: str, at: str | None, version: int | None) -> None:
        session, wanted = call.session, deal_number(deal_id)
        from models.pipeline import commands

        act = getattr(commands, f"{name}_deal")
        act(session, wanted, reason=reason, at=instant(session, at), version=version)
        _answer(call, wanted)


for _name, _words in (
    ("win", "Close a deal as won."),
    ("lose", "Close a deal as lost, with a reason."),
    ("hold", "Pause a deal, with a reason."),
    ("resume", "End the pause of a deal."),
    ("reopen", "Open a closed deal again, with a reason."),
):
    _step(_name, _words)


@deal.command()
@click.argument("deal_id", metavar="[ID]", required=False)
@click.option("--step", "line", type=click.IntRange(1, 2**62), metavar="N", help="The step of this number (--list).")
@click.option("--list", "listed", is_flag=True, help="Your steps that can be taken back.")
@click.pass_obj
def undo(call: Call, deal_id: str | None, line: int | None, listed: bool) -> None:
    """Take back your last step, of one deal if given, as if it had not been made."""
    session, wanted = call.session, None if deal_id is None else deal_number(deal_id)
    from models.pipeline import commands

    if listed:
        _list_steps(call, wanted)
        return
    if line is not None and wanted is not None and not any(
        step.id == line for step in commands.undoable(session, wanted)
    ):
        raise Refused("nothing_to_undo", _("Step {step} is none of deal {id} that can be taken back.").format(step=line, id=wanted))
    _answer(call, commands.undo(session, wanted, line=line).deal_id)


def _list_steps(call: Call, deal_id: int | None) -> None:
    from models.pipeline import commands

    session = call.session
    steps = commands.undoable(session, deal_id)

    def tell() -> None:
        table(
            [_("Step"), _("When"), _("Deal"), _("What"), _("Stage")],
            [
                [
                    step.id, _local(step.at, session.actor.timezone), step.subject_id,
                    step.command.partition(".")[2], step.facts.get("stage", ""),
                ]
                for step in steps
            ],
            right=(0, 2),
        )

    listed = [
        {
            "step": step.id, "at": instant_text(step.at), "deal": step.subject_id,
            "command": step.command, "stage": step.facts.get("stage"), "reason": step.facts.get("reason", ""),
        }
        for step in steps
    ]
    call.answer({"steps": listed}, tell)


@deal.command()
@click.argument("deal_id", metavar="[ID]", required=False)
@click.pass_obj
def redo(call: Call, deal_id: str | None) -> None:
    """Make the step again that you took back last."""
    session, wanted = call.session, None if deal_id is None else deal_number(deal_id)
    from models.pipeline import commands

    _answer(call, commands.redo(session, wanted).deal_id)


@deal.command("set")
@click.argument("deal_id", metavar="ID")
@click.argument("changes", metavar="KEY=VALUE…", nargs=-1, required=True)
@click.option("--version", type=click.IntRange(0, 2**62), metavar="N", help="Refuse if the deal is no longer at this version.")
@click.pass_obj
def set_(call: Call, deal_id: str, changes: tuple[str, ...], version: int | None) -> None:
    """Change title, amount, currency, expected, owner, probability or source; an empty value clears it."""
    session, wanted, said = call.session, deal_number(deal_id), pairs(changes)
    from models.pipeline import commands, views

    values = _values(views.deal(session, wanted), said)
    commands.set_deal(session, wanted, version=version, **values)
    _answer(call, wanted)


def _values(card: DealCard, said: dict[str, str]) -> dict[str, Any]:
    from models.people.views import company

    currency = said.get("currency") or (card.amount.currency if card.amount else company().currency)
    values: dict[str, Any] = {}
    for key, text in said.items():
        match key:
            case "amount":
                values["amount"] = money.parse_amount(text, currency) if text else None
                values["currency"] = currency
            case "currency":
                values["currency"] = currency
                if card.amount is not None and "amount" not in said:
                    values["amount"] = money.parse_amount(money.plain_text(card.amount), currency, decimal=".")
            case "expected" | "expected_close":
                values["expected_close"] = parse_day(text) if text else None
            case "probability":
                values["probability"] = percent(text) if text else None
            case "title" | "source" | "owner":
                values[key] = text
            case _:
                raise Refused(
                    "unknown_field",
                    _("A deal has no {field}; there are: {fields}.").format(field=quoted(key), fields=", ".join(CHANGEABLE)),
                )
    return values


@deal.command()
@click.argument("deal_id", metavar="ID")
@click.pass_obj
def show(call: Call, deal_id: str) -> None:
    """One deal with its history, and which moves are allowed or refused."""
    wanted = deal_number(deal_id)
    _answer(call, wanted)


@deal.command("list")
@click.option("--type", "type_name", metavar="NAME", help="Of this deal type.")
@click.option("--stage", metavar="NAME", help="At this stage.")
@click.option("--rep", "--employee", "rep", metavar="LOGIN", help="Of this employee.")
@click.option("--client", metavar="NAME", help="Of this client.")
@click.option("--outcome", type=click.Choice(["open", "won", "lost"]), help="With this outcome.")
@click.option("--as-of", "as_of", metavar="INSTANT", help="As they stood at that instant.")
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=100, show_default=True, help="At most so many.")
@click.pass_obj
def list_(
    call: Call, type_name: str | None, stage: str | None, rep: str | None, client: str | None,
    outcome: str | None, as_of: str | None, limit: int,
) -> None:
    """The deals that you may read, the newest first."""
    session = call.session
    from models.clients.views import find_client
    from models.people.views import find_employee
    from models.pipeline import views
    from models.pipeline.facts import find_type

    type_id = find_type(type_name) if type_name is not None or stage is not None else None
    wanted: dict[str, Any] = {
        "type_id": type_id,
        "stage_id": stage_of(type_id, stage).id if stage is not None and type_id is not None else None,
        "rep_id": find_employee(rep).id if rep is not None else None,
        "client_id": find_client(session, client) if client is not None else None,
        "outcome": outcome,
        "limit": limit,
    }
    if as_of is not None:
        from models.pipeline.history import deals_as_of

        lines = deals_as_of(session, instant(session, as_of) or 0, **wanted)
    else:
        lines = views.deals(session, **wanted)
    call.answer({"deals": [line_document(line) for line in lines]}, lambda: tell_lines(lines))


COMMANDS = {"deal": deal}
