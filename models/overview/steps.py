"""The actor's own steps that can be taken back, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.clients.tables import Client
from models.journal.views import Line
from models.pipeline import commands
from models.pipeline.fields import FIELDS, field_name
from models.pipeline.tables import Deal
from models.values.instants import Instant
from models.values.language import _

if TYPE_CHECKING:
    from models.session import Session


@dataclass(frozen=True)
class StepLine:
    """A step that undo takes back by its journal `line`: when, with which client's deal, what."""

    line: int
    at: Instant
    deal_id: int
    client: str
    what: str


def steps(session: Session) -> list[StepLine]:
    """The actor's steps that can be taken back, newest first."""
    lines = commands.undoable(session)
    clients = _clients([line.subject_id for line in lines])
    return [
        StepLine(
            line.id, line.at, line.subject_id,
            clients.get(line.subject_id) or str(line.facts.get("client", "?")), step_words(line),
        )
        for line in lines
    ]  # fmt: skip


def step_words(line: Line) -> str:
    """What a step of a deal was: `moved to Demonstration`, `lost: too dear`."""
    stage, reason = str(line.facts.get("stage", "")), str(line.facts.get("reason", ""))
    fields = ", ".join(_field(str(name)) for name in line.facts.get("fields", []) if name != "title_key")
    action = str(line.facts.get("action", ""))
    words = {
        "deal.move": _("moved to {stage}").format(stage=stage),
        "deal.win": _("won"),
        "deal.lose": _("lost"),
        "deal.hold": _("put on hold"),
        "deal.resume": _("resumed"),
        "deal.reopen": _("opened again"),
        "deal.set": _("changed: {fields}").format(fields=fields),
        "deal.tick": _("ticked: {action}").format(action=action),
        "deal.untick": _("tick taken away: {action}").format(action=action),
        "deal.retype": _("taken to the type {type}").format(type=line.facts.get("type", "")),
        "deal.delete": _("deleted"),
    }.get(line.command, line.command)  # fmt: skip
    return f"{words} ({reason})" if reason else words


def _field(name: str) -> str:
    """A changed column, or custom field, as people call it."""
    words = {"expected_close": field_name("expected"), "owner_id": _("owner"), "currency": _("currency")}
    if name in words:
        return words[name]
    return field_name(name) if name in FIELDS else name


def _clients(deal_ids: Sequence[int]) -> dict[int, str]:
    query = Deal.select(Deal.id, Client.name).join(Client).where(Deal.id.in_(list(deal_ids)))
    return dict(query.tuples())
