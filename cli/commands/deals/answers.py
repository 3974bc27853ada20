"""How deals are told: as the contract fixes their JSON, and for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli.call import Call
from cli.output import facts, say, table
from models.values import money
from models.values.instants import instant_text, local_datetime
from models.values.language import _

if TYPE_CHECKING:
    from models.pipeline.views import DealCard, DealLine, FieldLine, RequestLine
    from models.session import Session


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
        "stage_actions": [
            {
                "text": action.text,
                "required": action.required,
                "who": action.named or "owner",
                "done_at": None if action.done_at is None else instant_text(action.done_at),
                "done_by": action.done_by,
                "guidance": action.guidance,
                "may": action.may,
            }
            for action in card.stage_actions
        ],
        "fields": [{"name": field.name, "kind": field.kind, "value": _field_value(field)} for field in card.fields],
        "requests": [request_document(request) for request in card.requests],
        "trail": card.trail,
        "allowed": [name for _id, name in card.allowed],
        "refused": [
            {"stage": refusal.stage, "objections": [objection.as_json() for objection in refusal.objections]}
            for refusal in card.refused
        ],
    }


def _field_value(field: FieldLine) -> Any:
    """What a custom field holds as JSON: money as an object, yes/no as true or false, all else as text."""
    if field.value is None:
        return None
    if field.kind == "money":
        amount, _space, currency = field.value.partition(" ")
        return money.as_json(money.Money(int(amount), currency))
    return field.value == "yes" if field.kind == "yes/no" else field.value


def request_document(line: RequestLine) -> dict[str, Any]:
    """A request that waits; `stage` is null where the deal is to be won."""
    return {
        "id": line.id, "deal": line.deal_id, "client": line.client, "title": line.title, "from": line.present,
        "stage": line.stage, "reason": line.reason, "asked_by": line.asked_by, "asked_at": instant_text(line.asked_at),
        "own": line.own, "may": line.may,
    }  # fmt: skip


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
                line.id, line.client, line.title, line.type, line.stage or "", outcome_word(line.outcome, line.held),
                line.owner, "" if line.amount is None else money.money_text(line.amount),
            ]
            for line in lines
        ],
        right=(0, 7),
    )


def outcome_word(outcome: str, held: bool) -> str:
    words = {"open": _("open"), "won": _("won"), "lost": _("lost")}[outcome]
    return _("on hold") if held else words


def answer_deal(call: Call, deal_id: int) -> None:
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
            (_("Outcome"), outcome_word(card.outcome, card.held_at is not None)),
            (_("Reason"), card.close_reason or card.hold_reason),
            (_("Owner"), card.owner),
            (_("Amount"), "" if card.amount is None else money.money_text(card.amount)),
            (_("Expected close"), card.expected_close),
            (_("Probability"), "" if card.probability is None else f"{card.probability} %"),
            (_("Source"), card.source),
            (_("Version"), card.version),
            (_("Way"), card.trail),
            (_("Stages passed"), "" if card.covered is None else f"{card.covered[0]}/{card.covered[1]}"),
            *((field.name, field.text) for field in card.fields),
        ]
    )
    _tell_actions(card, zone)
    from models.values.durations import words

    say()
    table(
        [_("Stage"), _("Entered"), _("Left"), _("Time"), _("By"), _("Reason")],
        [
            [
                visit.stage, local_time(visit.entered_at, zone), "" if visit.left_at is None else local_time(visit.left_at, zone),
                words(visit.seconds), visit.by, visit.reason,
            ]
            for visit in card.visits
        ],
    )
    say()
    facts([(_("May move to"), ", ".join(name for _id, name in card.allowed))])
    for request in card.requests:
        say(request_words(request))
    for refusal in card.refused:
        for objection in refusal.objections:
            lift = f" ({objection.lift})" if objection.lift else ""
            say(_("Not to {stage}: {why}").format(stage=refusal.stage, why=f"{objection.message}{lift}"))


def _tell_actions(card: DealCard, zone: str) -> None:
    """The checklist of the present stage, each with its number for `deal tick`."""
    if not card.stage_actions:
        return
    say()
    table(
        ["", _("Stage action"), "", _("Who"), _("Done"), _("Done by")],
        [
            [
                f"{number} [{'x' if action.done_at is not None else ' '}]", action.text,
                _("required") if action.required else "", action.who,
                "" if action.done_at is None else local_time(action.done_at, zone), action.done_by or "",
            ]
            for number, action in enumerate(card.stage_actions, 1)
        ],
    )


def request_words(line: RequestLine) -> str:
    words = _("Request {id}: {who} asks to win it.") if line.stage is None else _("Request {id}: {who} asks to move it to {stage}.")
    said = words.format(id=line.id, who=line.asked_by, stage=line.stage)
    return f"{said} {line.reason}".rstrip()


def local_time(at: int, zone: str) -> str:
    return f"{local_datetime(at, zone):%Y-%m-%d %H:%M}"
