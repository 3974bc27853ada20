"""Answering a move that somebody asked for, with what is known of the deal in view."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from models.values.dates import day_text
from models.values.durations import short_age
from models.values.instants import SECOND, local_day
from models.values.language import _
from models.values.money import money_text
from tui.widgets import asks
from tui.widgets.dialogs import Choice, Field, Form, Line, Part
from tui.widgets.refusal import Try, carry_through
from tui.widgets.words import cells

if TYPE_CHECKING:
    from models.pipeline.commands import Done
    from models.pipeline.views import DealCard, RequestLine
    from models.session import Session
    from tui.widgets.frame import FramedScreen


async def answer_request(screen: FramedScreen, request: RequestLine) -> None:
    """Accept or decline a request with a word, or take one's own back. To be run in a worker. Raises StagewatchError."""
    card = await screen.desk.ask(asks.deal_card, request.deal_id)
    title = _("{who} asks: {client} to {stage}").format(
        who=request.asked_by, client=request.client, stage=request.stage or _("won")
    )
    answers = [(_accept, _("Accept"))] * request.may + [(_decline, _("Decline, with a word"))] * request.may
    answers += [(_withdraw, _("Take it back"))] * request.own
    facts = _facts(card, request, screen.desk.session())
    chosen = await screen.app.push_screen_wait(Answer(title, [Line(words) for _act, words in answers], facts))
    if chosen is None:
        return
    said = await answers[chosen][0](screen, request)
    await screen.read_safely()
    if said:
        screen.say(f"{request.client}: {said}")


class Answer(Choice):
    """A choice below the facts that it is about."""

    def __init__(self, title: str, lines: Sequence[Line], facts: Sequence[tuple[str, str]]) -> None:
        super().__init__(title, lines, hint=_("digit or enter: choose   esc: leave"))
        self._facts = [(label, value) for label, value in facts if value]

    def lead(self) -> list[Part]:
        parts: list[Part] = []
        for label, value in self._facts:
            parts += [(cells(label, 15), "dim"), f"{value}\n"]
        return [*parts, "\n", *super().lead()]


def _facts(card: DealCard, request: RequestLine, session: Session) -> list[tuple[str, str]]:
    now, zone = session.now(), session.actor.timezone
    done = sum(line.done_at is not None for line in card.stage_actions)
    return [
        (_("Why"), request.reason),
        (_("Deal"), card.title),
        (_("Amount"), money_text(card.amount) if card.amount else ""),
        (_("Expected"), day_text(card.expected_close, local_day(now, zone)) if card.expected_close else ""),
        (_("Stage"), f"{card.stage}, {short_age(card.visits[-1].seconds)}" if card.visits else ""),
        (_("Actions"), f"{done}/{len(card.stage_actions)}" if card.stage_actions else ""),
        (_("Owner"), card.owner_name),
        (_("Asked"), _("{age} ago").format(age=short_age((now - request.asked_at) // SECOND))),
    ]


async def _accept(screen: FramedScreen, request: RequestLine) -> str:
    form = Form(_("Accept"), [Field("answer", _("A word to {who}").format(who=request.asked_by))])
    values = await screen.app.push_screen_wait(form)
    if values is None:
        return ""

    def act(session: Session, *, reason: str, version: Any) -> Done:
        from models.pipeline.commands import accept_request

        return accept_request(session, request.id, answer=reason)

    attempt = Try("accept", request.deal_id, request.client, act, request.stage_id, request.stage or "", None, values["answer"])
    return _("accepted") if await carry_through(screen, attempt) is not None else ""


async def _decline(screen: FramedScreen, request: RequestLine) -> str:
    async def decline(values: dict[str, str]) -> None:
        await screen.desk.do(_decline_request, request.id, values["reason"])

    field = Field("reason", _("Why not"), needed=True)
    return _("declined") if await screen.app.push_screen_wait(Form(_("Decline"), [field], decline)) is not None else ""


async def _withdraw(screen: FramedScreen, request: RequestLine) -> str:
    await screen.desk.do(_withdraw_request, request.id)
    return _("taken back")


def _decline_request(session: Session, request_id: int, reason: str) -> None:
    from models.pipeline.commands import decline_request

    decline_request(session, request_id, reason=reason)


def _withdraw_request(session: Session, request_id: int) -> None:
    from models.pipeline.commands import withdraw_request

    withdraw_request(session, request_id)
