"""What screens ask a person about deals, and the small calls that the answers become."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

from models.values.errors import Refused, Usage
from models.values.instants import DAY, Instant, day_end, local_day, parse_day, parse_instant, typed
from models.values.language import _
from tui.widgets.dialogs import Again, Field, Form
from tui.widgets.words import activity_kinds

if TYPE_CHECKING:
    from models.pipeline.commands import Done
    from models.pipeline.views import DealCard
    from models.session import Session

Act = Callable[[dict[str, str]], Awaitable[None]]


def deal_form(stages: Sequence[str], stage: str, act: Act, again: Again) -> Form:
    """A new deal that starts at one of the stages, `stage` before another is chosen."""
    return Form(
        _("New deal"),
        [
            Field("client", _("Client"), needed=True, placeholder=_("name; an unknown one is made")),
            Field("title", _("Title")),
            Field("amount", _("Amount")),
            Field("stage", _("Stage"), stage, options=stages),
        ],
        act,
        again=again,
    )


def activity_form(client: str, what: str, act: Act, again: Again) -> Form:
    """For `what` of plan, call, note."""
    text = Field("text", _("Text"), needed=what == "note")
    if what == "call":
        return Form(_("Call with {client}").format(client=client), [text], act, again=again)
    if what == "note":
        return Form(_("Note on {client}").format(client=client), [text], act, again=again)
    fields = [
        Field("kind", _("Kind"), _("call"), True, options=tuple(_kinds().values())),
        text,
        Field("due", _("When"), "+1", True, proposed=True),
    ]
    return Form(_("Activity with {client}").format(client=client), fields, act, note=how_due(), again=again)


def how_due() -> str:
    """How it is written when something is due."""
    return _("When: +2 (days), 2026-12-24 or 2026-12-24 15:00")


def stages_in_use(_session: Session, type_id: int) -> list[str]:
    """The names of a type's stages in order, without archived ones."""
    from models.pipeline import facts

    return [stage.name for stage in facts.type_facts(type_id).stages if not stage.archived]


def new_deal(session: Session, type_id: int, values: dict[str, str]) -> Done:
    """Start the deal that the form describes. Raises as the command, and Refused `bad_amount`, `bad_currency`."""
    from models.pipeline import commands, facts
    from models.values.money import parse_money

    money = parse_money(values["amount"], currency()) if values["amount"] else None
    stage_id = facts.find_stage(facts.type_facts(type_id), values["stage"]).id if values["stage"] else None
    return commands.new_deal(
        session, values["client"], type_id=type_id, stage_id=stage_id, title=values["title"],
        amount=None if money is None else money.amount, currency=None if money is None else money.currency,
    )  # fmt: skip


def fill_field(session: Session, deal_id: int, key: str, text: str, version: int | None) -> Done:
    """Fill a field of a deal, one of every deal by its code or a custom one by `custom:ID`, with what a person typed.

    Raises as `set_deal`, and Refused `bad_amount`, `bad_probability`, `bad_value`; Usage `bad_date`.
    """
    from models.pipeline import commands, views
    from models.values.money import parse_amount
    from models.values.numbers import parse_percent

    if not text:
        raise Refused("empty", _("It is to be filled."))
    card = views.deal(session, deal_id)
    for field in card.fields:
        if key == f"custom:{field.id}":
            return commands.set_deal(session, deal_id, version=version, custom={field.name: typed(text) if field.kind == "date" else text})
    if key == "amount":
        code = card.amount.currency if card.amount else currency()
        changes: dict[str, Any] = {"amount": parse_amount(text, code), "currency": code}
    elif key == "expected":
        day = local_day(due(text, session.now(), session.actor.timezone)[0] - 1, session.actor.timezone)
        changes = {"expected_close": day}
    elif key == "probability":
        changes = {"probability": parse_percent(text)}
    else:
        changes = {key: text}
    return commands.set_deal(session, deal_id, version=version, **changes)


def add_contact(session: Session, client_id: int, values: dict[str, str]) -> None:
    from models.clients.commands import add_contact

    add_contact(session, client_id, values.pop("name"), **values)


def add_activity(session: Session, client_id: int, deal_id: int | None, what: str, values: dict[str, str]) -> None:
    """Add what the form describes: something planned, a call that took place, a note."""
    from models.activities.commands import add_activity

    if what != "plan":
        add_activity(
            session, client_id=client_id, deal_id=deal_id, kind=what, text=values["text"], due_at=None,
            has_time=False, done=True,
        )
        return
    due_at, has_time = due(values["due"], session.now(), session.actor.timezone)
    add_activity(
        session, client_id=client_id, deal_id=deal_id, kind=kind_said(values["kind"]), text=values["text"],
        due_at=due_at, has_time=has_time,
    )


def kind_said(text: str) -> str:
    """The kind that a person typed, by its beginning, in their language or English. Raises Usage `bad_kind`."""
    said = text.strip().lower()
    for kind, word in _kinds().items():
        if said and (word.startswith(said) or kind.startswith(said)):
            return kind
    raise Usage("bad_kind", _("The kind is one of: {kinds}.").format(kinds=", ".join(_kinds().values())))


def _kinds() -> dict[str, str]:
    """What may be planned, in words."""
    return {kind: word for kind, word in activity_kinds().items() if kind != "note"}


def due(text: str, now: Instant, zone: str) -> tuple[Instant, bool]:
    """When something is due, and whether that is a time of day: `+2` days from today, a date, a date with time.

    Raises Usage `bad_instant`, `bad_date`.
    """
    said = text.strip()
    if said.startswith("+") and said[1:].isascii() and said[1:].isdigit() and len(said) < 6:
        return day_end(local_day(now + int(said[1:]) * DAY, zone), zone), False
    if ":" in said:
        return parse_instant(typed(said), zone), True
    return day_end(parse_day(typed(said)), zone), False


def deal_card(session: Session, deal_id: int) -> DealCard:
    """One deal whole. Raises NotFound."""
    from models.pipeline.views import deal

    return deal(session, deal_id)


def tick(session: Session, deal_id: int, action_id: int) -> Done:
    from models.pipeline.commands import tick_action

    return tick_action(session, deal_id, action_id)


def untick(session: Session, deal_id: int, action_id: int) -> Done:
    from models.pipeline.commands import untick_action

    return untick_action(session, deal_id, action_id)



def currency() -> str:
    """The company's."""
    from models.people.views import company

    return company().currency


def services(session: Session) -> list[tuple[int, str]]:
    """The services that time may be spent on: id and name."""
    from models.timekeeping.views import services

    return [(service.id, service.name) for service in services(session)]


def start_timer(session: Session, client_id: int, deal_id: int | None, service_id: int | None) -> None:
    from models.timekeeping.commands import start_timer

    start_timer(session, client_id=client_id, deal_id=deal_id, service_id=service_id)


def stop_timer(session: Session) -> None:
    from models.timekeeping.commands import stop_timer

    stop_timer(session)
