"""The deals behind a number of a report: every figure on a screen opens into them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from models.people import views as people
from models.statistics.arrays import ENDS, History, Ints
from models.statistics.selection import Selection, select
from models.statistics.standing import ask, closed_by_those_meant, closed_deals, open_deals
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
    first: date | None = None,
    last: date | None = None,
    as_of: Instant | None = None,
    clock: str | None = None,
    history: History | None = None,
) -> list[int]:
    """Ids of the deals with visits at a stage (or any): those that last at the instant (`there`), or were entered in the
    period: `all`, `completed` or `open` ones; with `exits` those that left in the period, `to` a stage's id or an end.
    With `rep` only visits of the employee with that login. Raises what `select` does; NotFound."""
    whose = rep_ids if rep is None else [people.find_employee(rep).id]
    asked = select(session, type_id, rep_ids=whose, first=first, last=last, as_of=as_of, clock=clock, history=history)
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
    as_of: Instant | None = None,
    rep_id: int | None = None,
) -> list[int]:
    """Ids of the deals that were open at the instant: at a stage, of a rep (by login), expected in a month (`2026-11`, or
    `none`: without a day), each where it is given. Raises Usage `in_future`; NotFound."""
    whose = rep_id if rep is None else people.find_employee(rep).id
    asked = ask(session, type_id, as_of=as_of, rep_id=whose)
    return [
        deal.deal_id
        for one in asked.types
        for deal in open_deals(asked, one.id)
        if stage_id in (None, deal.stage_id) and (month is None or (deal.expected or "none")[:7] in (month, month[:7]))
    ]


def closed_behind(
    session: Session,
    type_id: int | None,
    *,
    outcome: str,
    rep: str | None = None,
    first: date | None = None,
    last: date | None = None,
    as_of: Instant | None = None,
    rep_id: int | None = None,
) -> list[int]:
    """Ids of the deals `won` or `lost` in the period, of who owned them just before. Raises as `open_behind`."""
    whose = rep_id if rep is None else people.find_employee(rep).id
    asked = ask(session, type_id, since=first, until=last, as_of=as_of, rep_id=whose)
    return [
        deal.deal_id
        for one in asked.types
        for deal in closed_by_those_meant(asked, closed_deals(asked, one.id, only_won=outcome == "won"))
        if deal.outcome == outcome
    ]


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
