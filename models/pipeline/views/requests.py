"""Moves that were asked for and wait for an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from peewee import fn

from models.clients.tables import Client
from models.people import views as people
from models.people.rules import readable
from models.pipeline.tables import Deal, MoveRequest, Stage
from models.values.instants import Instant

if TYPE_CHECKING:
    from models.session import Session


class RequestLine(NamedTuple):
    """An open request: `stage` asked for (None: to win it), from `present`; `own` where the actor asked, `may` where the
    actor may answer it."""

    id: int
    deal_id: int
    client_id: int
    client: str
    title: str
    present: str
    stage_id: int | None
    stage: str | None
    reason: str
    asked_by: str
    asked_at: Instant
    own: bool
    may: bool


def open_requests(session: Session, *, deal_id: int | None = None) -> list[RequestLine]:
    """The open requests that the actor asked or may answer, oldest first (of one deal: all that may be read). What
    became needless since, because the deal is closed, at the stage or of another type, is left out."""
    asked = Stage.alias()
    of_its_type = asked.select(asked.id).where(
        (asked.id == MoveRequest.stage) & (asked.deal_type == Deal.deal_type)
    )
    query = (
        MoveRequest.select(MoveRequest, Deal, Client, Stage)
        .join(Deal)
        .join(Client)
        .switch(Deal)
        .join(Stage, on=Deal.stage == Stage.id)
        .where((MoveRequest.state == "open") & (Deal.outcome == "open"))
        .where(MoveRequest.stage.is_null() | (MoveRequest.stage != Deal.stage) & fn.EXISTS(of_its_type))
        .order_by(MoveRequest.asked_at, MoveRequest.id)
    )
    owners = readable(session.actor)
    if owners is not None:
        query = query.where(Deal.owner.in_(sorted(owners)))
    if deal_id is not None:
        query = query.where(MoveRequest.deal == deal_id)
    rows = list(query)
    if not rows:
        return []
    from models.pipeline.commands.requests import (
        may_answer,  # most have nothing to answer, and commands are much to import
    )

    logins = people.logins([row.asked_by_id for row in rows])
    stages = dict(Stage.select(Stage.id, Stage.name).where(Stage.id.in_([row.stage_id for row in rows])).tuples())
    found = []
    for row in rows:
        own = row.asked_by_id == session.actor.id
        may = may_answer(session, row.deal, row.stage_id)
        if not (own or may or deal_id is not None):
            continue
        found.append(
            RequestLine(
                row.id, row.deal_id, row.deal.client_id, row.deal.client.name, row.deal.title, row.deal.stage.name,
                row.stage_id, stages.get(row.stage_id), row.reason, logins.get(row.asked_by_id, "?"), row.asked_at,
                own, may,
            )  # fmt: skip
        )
    return found
