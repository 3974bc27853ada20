"""The deals behind a number of a report: every figure on a screen opens into them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from models.people import views as people
from models.statistics.arrays import ENDS, LOST, WON, History, Ints
from models.statistics.selection import Selection, select, select_types
from models.statistics.standing import closed_by_those_meant, open_deals
from models.values.instants import Instant

if TYPE_CHECKING:
    from models.session import Session


def deals_behind(
    session: Session,
    type_id: int,
    *,
    stage_id: int | None = None,
    rep: str | None = None,
    visits: str = "there",
    exits: bool = False,
    to: int | str | None = None,
    rep_ids: Iterable[int] | None = None,
    team_id: int | None = None,
    first: date | None = None,
    last: date | None = None,
    as_of: Instant | None = None,
    clock: str | None = None,
    history: History | None = None,
) -> list[int]:
    """Ids of the deals with visits at a stage (or any): those that last at the instant (`there`), or were entered in the
    period: `all`, `completed` or `open` ones; with `exits` those that left in the period, `to` a stage's id or an end.
    With `rep` only visits of the employee with that login. Raises what `select` does; NotFound."""
    whose = _whose(rep, rep_ids, team_id)
    asked = select(
        session, type_id, **whose, first=first, last=last, as_of=as_of, clock=clock, history=history
    )
    stages = [one.id for one in asked.visits.records.type.stages]
    places = np.concatenate([asked.of_stage(place) for place, one in enumerate(stages) if stage_id in (None, one)] or [np.zeros(0, np.int64)])
    meant = _exits(asked, places, to, stages) if exits else _visits(asked, places, visits)
    return [int(one) for one in np.unique(asked.visits.deal[meant])]


def open_behind(
    session: Session,
    type_id: int | None,
    *,
    stage_id: int | None = None,
    rep: str | None = None,
    month: str | None = None,
    rep_ids: Iterable[int] | None = None,
    team_id: int | None = None,
    as_of: Instant | None = None,
    history: History | None = None,
) -> list[int]:
    """Ids of the deals that were open at the instant: at a stage, of a rep (by login), expected in a month (`2026-11`, or
    `none`: without a day), each where it is given. Raises what `select` does."""
    whose = _whose(rep, rep_ids, team_id)
    _question, asked = select_types(session, type_id, **whose, as_of=as_of, history=history, deals=True)
    ids = []
    for one in asked:
        found = open_deals(one)
        meant = np.ones(len(found.deal), bool) if stage_id is None else found.stage == stage_id
        if month is not None:
            meant &= found.expected // 100 == (0 if month == "none" else int(month[:7].replace("-", "")))
        ids += [int(deal) for deal in found.deal[meant]]
    return ids


def closed_behind(
    session: Session,
    type_id: int | None,
    *,
    outcome: str,
    rep: str | None = None,
    rep_ids: Iterable[int] | None = None,
    team_id: int | None = None,
    first: date | None = None,
    last: date | None = None,
    as_of: Instant | None = None,
    history: History | None = None,
) -> list[int]:
    """Ids of the deals `won` or `lost` in the period, of who owned them just before. Raises what `select` does."""
    whose = _whose(rep, rep_ids, team_id)
    _question, asked = select_types(
        session, type_id, **whose, first=first, last=last, as_of=as_of, history=history, deals=True
    )
    wanted = {"won": WON, "lost": LOST}[outcome]
    closed = [closed_by_those_meant(one) for one in asked]
    return [int(deal) for found in closed for deal in found.deal[found.outcome == wanted]]


def _visits(asked: Selection, places: Ints, which: str) -> Ints:
    if which == "there":
        return places[asked.visits.there[places]]
    entered = asked.entered(places)
    if which == "all":
        return entered
    there = asked.visits.there[entered]
    return entered[there if which == "open" else ~there]


def _exits(asked: Selection, places: Ints, to: int | str | None, stages: list[int]) -> Ints:
    ended = asked.ended(places)
    if to is None:
        return ended
    target = len(stages) + ENDS.index(to) if isinstance(to, str) else stages.index(to)
    return ended[asked.visits.target[ended] == target]


def _whose(rep: str | None, rep_ids: Iterable[int] | None, team_id: int | None) -> dict[str, Any]:
    """Whom `select` is asked about: the rep of that login where one is named. Raises NotFound."""
    return {"rep_ids": rep_ids, "team_id": team_id} if rep is None else {"rep_ids": [people.find_employee(rep).id]}
