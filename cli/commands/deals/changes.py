"""deal new, set, retype, delete, merge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cli.call import Call
from cli.commands.deals.answers import answer_deal, document
from cli.commands.deals.group import VERSION, deal
from cli.names import deal_number, instant, pairs, percent, stage_of
from cli.output import say
from models.values import money
from models.values.errors import Refused
from models.values.instants import parse_day
from models.values.language import _
from models.values.text import quoted, search_key

if TYPE_CHECKING:
    from models.pipeline.views import DealCard

CHANGEABLE = ("title", "amount", "currency", "expected", "owner", "probability", "source")


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


@deal.command("set")
@click.argument("deal_id", metavar="ID")
@click.argument("changes", metavar="KEY=VALUE…", nargs=-1, required=True)
@VERSION
@click.pass_obj
def set_(call: Call, deal_id: str, changes: tuple[str, ...], version: int | None) -> None:
    """Change title, amount, currency, expected, owner, probability, source or a custom field; an empty value clears it."""
    session, wanted, said = call.session, deal_number(deal_id), pairs(changes)
    from models.pipeline import commands, views

    with session.writing():  # an amount in another currency is worked out from the present one
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
