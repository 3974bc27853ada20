"""The deals behind a number of a report: every figure on a screen opens into them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from models.people import views as people
from models.statistics.arrays import ENDS, Ints, Records
from models.statistics.selection import Selection, select
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
    records: Records | None = None,
) -> list[int]:
    """Ids of the deals with visits at a stage (or any): those that last at the instant (`there`), or were entered in the
    period: `all`, `completed` or `open` ones; with `exits` those that left in the period, `to` a stage's id or an end.
    With `rep` only visits of the employee with that login. Raises what `select` does; NotFound."""
    whose = rep_ids if rep is None else [people.find_employee(rep).id]
    asked = select(session, type_id, rep_ids=whose, first=first, last=last, as_of=as_of, clock=clock, records=records)
    stages = [one.id for one in asked.visits.records.type.stages]
    places = np.concatenate([asked.of_stage(place) for place, one in enumerate(stages) if stage_id in (None, one)] or [np.zeros(0, np.int64)])
    meant = _exits(asked, places, to, stages) if exits else _visits(asked, places, visits)
    return [int(one) for one in np.unique(asked.visits.deal[meant])]


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
