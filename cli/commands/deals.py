"""deal …: each a call of a command of the pipeline, then the deal as `show` prints it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from cli.call import Call
from cli.commands.deal_answers import (
    answer_deal,
    document,
    line_document,
    local_time,
    outcome_word,
    request_document,
    request_words,
    tell_lines,
)
from cli.main import Group
from cli.names import deal_number, instant, number, pairs, percent, stage_of
from cli.output import say, say_aside, table
from models.values import money
from models.values.errors import NotFound, Refused
from models.values.instants import instant_text, parse_day
from models.values.language import _
from models.values.text import quoted, search_key

if TYPE_CHECKING:
    from models.pipeline.commands import Done, Several
    from models.pipeline.views import DealCard
    from models.session import Session

CHANGEABLE = ("title", "amount", "currency", "expected", "owner", "probability", "source")


@click.group(cls=Group)
def deal() -> None:
    """Deals: start, move, win, lose, hold, request, take back."""


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
@click.option("--set", "custom", metavar="FIELD=VALUE", multiple=True, help="A custom field of the type.")
@click.pass_obj
def new(
    call: Call, client: str, type_name: str | None, stage: str | None, title: str, amount: str | None,
    currency: str | None, expected: str | None, owner: str | None, source: str, at: str | None, custom: tuple[str, ...],
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
        custom=pairs(custom),
    )
    answer_deal(call, done.deal_id)


VERSION = click.option(
    "--version", type=click.IntRange(0, 2**62), metavar="N", help="Refuse if the deal is no longer at this version."
)


def _step_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        VERSION,
        click.option("--at", metavar="INSTANT", help="When it happened, if not now."),
        click.option("--reason", default="", help="Why."),
    ):
        command = option(command)
    return command


DEAL_IDS = click.argument("deal_ids", metavar="ID…", nargs=-1, required=True)


@deal.command()
@DEAL_IDS
@click.argument("stage")
@_step_options
@click.pass_obj
def move(
    call: Call, deal_ids: tuple[str, ...], stage: str, reason: str, at: str | None, version: int | None
) -> int:
    """Bring a deal, or several, to another stage of its type."""
    return _take_step(call, "move", deal_ids, stage, reason, at, version)


def _step(name: str, words: str) -> None:
    """Add a command that closes, holds, resumes or reopens deals."""

    @deal.command(name, help=words)
    @DEAL_IDS
    @_step_options
    @click.pass_obj
    def step(call: Call, deal_ids: tuple[str, ...], reason: str, at: str | None, version: int | None) -> int:
        return _take_step(call, name, deal_ids, None, reason, at, version)


for _name, _words in (
    ("win", "Close a deal, or several, as won."),
    ("lose", "Close a deal, or several, as lost, with a reason."),
    ("hold", "Pause a deal, or several, with a reason."),
    ("resume", "End the pause of a deal, or several."),
    ("reopen", "Open a closed deal, or several, again, with a reason."),
):
    _step(_name, _words)


def _take_step(
    call: Call, kind: str, said: tuple[str, ...], stage: str | None, reason: str, at: str | None, version: int | None
) -> int:
    """The step of one deal, or of several: those that are refused are told and stay as they are."""
    session, wanted = call.session, list(dict.fromkeys(map(deal_number, said)))
    from models.pipeline import commands

    if len(wanted) > 1 and version is not None:
        raise click.UsageError(_("--version is for one deal."))
    stage_id = None if stage is None else _stage_for(session, wanted, stage)
    happened = instant(session, at)
    if len(wanted) > 1:
        return _answer_several(call, commands.step_deals(session, wanted, kind, stage_id=stage_id, reason=reason, at=happened))
    if stage_id is not None:
        commands.move_deal(session, wanted[0], stage_id, reason=reason, at=happened, version=version)
    else:
        getattr(commands, f"{kind}_deal")(session, wanted[0], reason=reason, at=happened, version=version)
    answer_deal(call, wanted[0])
    return 0


def _stage_for(session: Session, deal_ids: list[int], stage: str) -> int:
    """The stage of that name in the type of the first of the deals that knows it. Raises NotFound as for the first."""
    from models.pipeline import facts as pipeline

    errors: list[NotFound] = []
    for deal_id in deal_ids:
        try:
            return stage_of(pipeline.readable_deal(session, deal_id).deal_type_id, stage).id
        except NotFound as error:
            errors.append(error)
    raise errors[0]


def _answer_several(call: Call, several: Several) -> int:
    from models.pipeline import views

    cards = [views.deal(call.session, done.deal_id) for done in several.done]

    def tell() -> None:
        for card in cards:
            say(f"{card.id}  {card.client}  {card.title}  {card.stage or ''}  {outcome_word(card.outcome, card.held_at is not None)}")
        for left in several.left:
            for objection in left.objections:
                lift = f" ({objection.lift})" if objection.lift else ""
                say(_("Left as it is: {deal}: {why}").format(deal=f"{left.deal_id} {left.title}".rstrip(), why=f"{objection.message}{lift}"))

    refused = [
        {"id": left.deal_id, "objections": [objection.as_json() for objection in left.objections]}
        for left in several.left
    ]
    if call.as_json and not cards:
        raise Refused("move_refused", _("None of the deals could go."), refused)
    call.answer({"deals": [document(card) for card in cards], "refused": refused}, tell)
    return 0 if cards else 1


@deal.command()
@click.argument("deal_id", metavar="ID")
@click.argument("action")
@click.pass_obj
def tick(call: Call, deal_id: str, action: str) -> None:
    """Mark an action of the deal's stage as done: by its text, the beginning of it, or its number in the list."""
    session, wanted = call.session, deal_number(deal_id)
    from models.pipeline import commands

    commands.tick_action(session, wanted, commands.find_action(session, wanted, action))
    answer_deal(call, wanted)


@deal.command()
@click.argument("deal_id", metavar="ID")
@click.argument("action")
@click.pass_obj
def untick(call: Call, deal_id: str, action: str) -> None:
    """Take the tick of an action away again."""
    session, wanted = call.session, deal_number(deal_id)
    from models.pipeline import commands

    commands.untick_action(session, wanted, commands.find_action(session, wanted, action))
    answer_deal(call, wanted)


@deal.command()
@click.argument("deal_id", metavar="ID")
@click.argument("type_name", metavar="TYPE")
@click.option("--map", "stages", metavar="OLD=NEW", multiple=True, help="Which stage of the new type a stage stands for; the present one is needed.")
@click.option("--reason", default="", help="Why.")
@VERSION
@click.pass_obj
def retype(
    call: Call, deal_id: str, type_name: str, stages: tuple[str, ...], reason: str, version: int | None
) -> None:
    """Take a deal to another type; its history stays. Judged as a start there."""
    session, wanted = call.session, deal_number(deal_id)
    from models.pipeline import commands
    from models.pipeline import facts as pipeline

    old, new_type = pipeline.readable_deal(session, wanted).deal_type_id, pipeline.find_type(type_name)
    mapped = {stage_of(old, start).id: stage_of(new_type, end).id for start, end in pairs(stages).items()}
    commands.retype_deal(session, wanted, new_type, mapped, reason=reason, version=version)
    answer_deal(call, wanted)


@deal.command()
@click.argument("deal_id", metavar="ID")
@click.argument("stage", metavar="STAGE|won")
@click.option("--reason", default="", help="Why.")
@click.pass_obj
def request(call: Call, deal_id: str, stage: str, reason: str) -> None:
    """Ask who may for a move, or a win, that you have no authority for."""
    session, wanted = call.session, deal_number(deal_id)
    from models.pipeline import commands, views
    from models.pipeline import facts as pipeline

    type_id = pipeline.readable_deal(session, wanted).deal_type_id
    try:
        target = stage_of(type_id, stage).id
    except NotFound:
        if search_key(stage) not in ("won", search_key(_("won"))):
            raise
        target = None
    made = commands.request_move(session, wanted, target, reason=reason)
    line = next(one for one in views.open_requests(session, deal_id=wanted) if one.id == made)
    call.answer(request_document(line), lambda: say(request_words(line)))


@deal.command("requests")
@click.pass_obj
def list_requests(call: Call) -> None:
    """The requests that you asked or may answer."""
    session = call.session
    from models.pipeline import views

    lines = views.open_requests(session)

    def tell() -> None:
        table(
            [_("Request"), _("Deal"), _("Client"), _("From"), _("To"), _("Asked by"), _("When"), _("Reason"), ""],
            [
                [
                    line.id, line.deal_id, line.client, line.present, line.stage or _("won"), line.asked_by,
                    local_time(line.asked_at, session.actor.timezone), line.reason, _("yours to answer") if line.may else "",
                ]
                for line in lines
            ],
            right=(0, 1),
        )

    call.answer({"requests": [request_document(line) for line in lines]}, tell)


REQUEST = click.argument("request_id", metavar="N")


def _request_number(text: str) -> int:
    return number(text, _("There is no request {id} that you may answer."))


@deal.command()
@REQUEST
@click.option("--answer", default="", help="A word to it.")
@click.pass_obj
def accept(call: Call, request_id: str, answer: str) -> None:
    """Make the move that was asked for, as your own."""
    session = call.session
    from models.pipeline import commands

    answer_deal(call, commands.accept_request(session, _request_number(request_id), answer=answer).deal_id)


@deal.command()
@REQUEST
@click.option("--reason", default="", help="Why not; needed.")
@click.pass_obj
def decline(call: Call, request_id: str, reason: str) -> None:
    """Decline a move that was asked for, with a word why."""
    session = call.session
    from models.pipeline import commands

    answer_deal(call, commands.decline_request(session, _request_number(request_id), reason=reason).deal_id)


@deal.command()
@REQUEST
@click.pass_obj
def withdraw(call: Call, request_id: str) -> None:
    """Take a request of your own back."""
    session = call.session
    from models.pipeline import commands

    answer_deal(call, commands.withdraw_request(session, _request_number(request_id)).deal_id)


@deal.command()
@click.argument("deal_id", metavar="ID")
@click.option("--yes", is_flag=True, help="Do not ask.")
@VERSION
@click.pass_obj
def delete(call: Call, deal_id: str, yes: bool, version: int | None) -> None:
    """Remove a deal with its history, as if it had never been; `undo` brings it back. Asks first."""
    session, wanted = call.session, deal_number(deal_id)
    from models.pipeline import commands, views

    card = views.deal(session, wanted)
    call.confirm(
        _("Delete deal {id} of {client} with its history?").format(id=card.id, client=quoted(card.client)),
        [{"id": card.id, "title": card.title, "change": "deleted"}],
        yes,
    )
    commands.delete_deal(session, wanted, version=version if version is not None else card.version)
    call.answer({**document(card), "deleted": True}, lambda: say(_("Deal {id} is deleted; `stagewatch deal undo {id}` brings it back.").format(id=wanted)))


@deal.command()
@click.argument("deal_id", metavar="ID")
@click.argument("other_id", metavar="OTHER")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def merge(call: Call, deal_id: str, other_id: str, yes: bool) -> None:
    """Put two deals of one client together: ID stays, with what OTHER has; OTHER's own history goes for good. Asks first."""
    session, kept, gone = call.session, deal_number(deal_id), deal_number(other_id)
    from models.pipeline import commands, views

    stays, goes = views.deal(session, kept), views.deal(session, gone)
    call.confirm(
        _("Merge deal {other} into deal {id}? There is no way back.").format(id=kept, other=gone),
        [
            {"id": stays.id, "title": stays.title, "change": "changed"},
            {"id": goes.id, "title": goes.title, "change": "deleted"},
        ],
        yes,
    )
    commands.merge_deals(session, kept, gone)
    answer_deal(call, kept)


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
    _answer_taken_back(call, commands.undo(session, wanted, line=line))


def _answer_taken_back(call: Call, done: Done) -> None:
    """The deal as it stands after an undo or a redo, which may have removed it."""
    if done.together > 1:
        say_aside(_("Together with it: {count} more deals.").format(count=done.together - 1))
    try:
        answer_deal(call, done.deal_id)
    except NotFound:
        call.answer({"id": done.deal_id, "deleted": True}, lambda: say(_("Deal {id} is deleted.").format(id=done.deal_id)))


def _list_steps(call: Call, deal_id: int | None) -> None:
    from models.pipeline import commands

    session = call.session
    steps = commands.undoable(session, deal_id)

    def tell() -> None:
        table(
            [_("Step"), _("When"), _("Deal"), _("What"), _("Stage")],
            [
                [
                    step.id, local_time(step.at, session.actor.timezone), step.subject_id,
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

    _answer_taken_back(call, commands.redo(session, wanted))


@deal.command("set")
@click.argument("deal_id", metavar="ID")
@click.argument("changes", metavar="KEY=VALUE…", nargs=-1, required=True)
@VERSION
@click.pass_obj
def set_(call: Call, deal_id: str, changes: tuple[str, ...], version: int | None) -> None:
    """Change title, amount, currency, expected, owner, probability, source or a custom field; an empty value clears it."""
    session, wanted, said = call.session, deal_number(deal_id), pairs(changes)
    from models.pipeline import commands, views

    card = views.deal(session, wanted)
    known = {search_key(field.name) for field in card.fields}
    custom = {key: text for key, text in said.items() if search_key(key) in known}
    values = _values(card, {key: text for key, text in said.items() if key not in custom})
    commands.set_deal(session, wanted, version=version, custom=custom, **values)
    answer_deal(call, wanted)


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
                    _("A deal has no {field}; there are: {fields}.").format(
                        field=quoted(key), fields=", ".join([*CHANGEABLE, *(field.name for field in card.fields)])
                    ),
                )
    return values


@deal.command()
@click.argument("deal_id", metavar="ID")
@click.pass_obj
def show(call: Call, deal_id: str) -> None:
    """One deal with its history, and which moves are allowed or refused."""
    wanted = deal_number(deal_id)
    answer_deal(call, wanted)


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
