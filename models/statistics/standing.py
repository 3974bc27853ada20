"""How deals stood at an instant: which were open and where, which were closed and by whom, how likely each stage was won
from; and what is to be won."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

from models.people import views as people
from models.people.rules import Owners, covers, readable
from models.statistics.arrays import ENDS, LOST, NONE, WON, Bools, Ints, Visits, covered, last_before
from models.statistics.rules.chains import Target, win_probabilities
from models.statistics.selection import Question, Selection

if TYPE_CHECKING:
    from models.people.views import TargetLine
    from models.session import Session


class Open(NamedTuple):
    """Open deals, by number: the place of the visit that lasts, the stage's id, the owner at the instant; `amount` in minor
    units (NONE without one), `currency` its place among those of the deals; `expected` a day as 20261130, 0 without one;
    `probability` its own percentage at the instant, NONE without one; `held`: on hold."""

    visit: Ints
    deal: Ints
    stage: Ints
    owner: Ints
    client: Ints
    amount: Ints
    currency: Ints
    expected: Ints
    probability: Ints
    held: Bools
    entered: Ints
    started: Ints


class Closed(NamedTuple):
    """Closed deals: `outcome` is WON or LOST, `owner` whose they are at the instant, `closer` whose they were just before
    they were closed. `stage` (an id) is NONE of one that an import knew no stage of, and so is `visit`."""

    visit: Ints
    deal: Ints
    stage: Ints
    outcome: Ints
    at: Ints
    owner: Ints
    closer: Ints
    amount: Ints
    currency: Ints
    started: Ints


Some = TypeVar("Some", Open, Closed)


class Chance(NamedTuple):
    """The chance that a deal at a stage is won, 0 to 1, and where it is from: `observed`, or `set` by hand."""

    value: float
    source: str


def open_deals(asked: Selection) -> Open:
    """The deals open at the instant, of the owners of then that are meant."""
    found = asked.visits.once("open", lambda: _open(asked.visits))
    return found if asked.question.owners is None else only(found, covered(asked.question.owners, found.owner))


def closed_deals(asked: Selection) -> Closed:
    """The deals that were won or lost at the instant, whosever they are and whenever that was."""
    return asked.visits.once("closed", lambda: _closed(asked.visits))


def closed_by_those_meant(asked: Selection) -> Closed:
    """The deals that were closed in the period by the owners that are meant."""
    found = closed_deals(asked)
    return only(found, asked.question.within(found.at) & covered(asked.question.owners, found.closer))


def started_deals(asked: Selection) -> tuple[Ints, Ints]:
    """The deals that started in the period, were of the type at the instant and belonged to those meant then, by number;
    and how they stood: WON, LOST, or 0 while open."""
    alive, closed = open_deals(asked), closed_deals(asked)
    alive = only(alive, asked.question.within(alive.started))
    closed = only(closed, (closed.visit >= 0) & asked.question.within(closed.started) & covered(asked.question.owners, closed.owner))
    deal = np.concatenate([alive.deal, closed.deal])
    outcome = np.concatenate([np.zeros(len(alive.deal), np.int64), closed.outcome])
    order = np.argsort(deal)
    return deal[order], outcome[order]


def only(deals: Some, some: Bools | Ints) -> Some:
    """Those of them at some places."""
    kind = type(deals)
    return kind._make(column[some] for column in deals)


def together(deals: Sequence[Some], kind: type[Some]) -> Some:
    """Deals of several types as one."""
    columns = [np.concatenate([one[place] for one in deals]) if deals else np.zeros(0, np.int64) for place in range(len(kind._fields))]
    return deals[0] if len(deals) == 1 else kind._make(columns)


def currencies_of(asked: Sequence[Selection]) -> tuple[str, ...]:
    """The currencies that `currency` counts."""
    return asked[0].visits.records.deals.currencies if asked else ()


def day_text(expected: int) -> str | None:
    """A day of `expected` as ISO writes it."""
    return f"{expected // 10_000:04}-{expected // 100 % 100:02}-{expected % 100:02}" if expected else None


def _open(visits: Visits) -> Open:
    known = visits.records
    place = np.flatnonzero(visits.there)
    terms = last_before(known.owner_deal, known.owner_at, visits.deal[place], np.full(len(place), visits.at + 1))
    place, terms = place[terms >= 0], terms[terms >= 0]
    deal = visits.deal[place]
    row = np.searchsorted(known.deals.id, deal)
    waits = (known.hold_started <= visits.at) & (known.hold_ended > visits.at)
    return Open(
        place, deal, _stage_ids(visits)[visits.stage[place]], known.owner_id[terms], known.deals.client[row],
        known.deals.amount[terms], known.deals.currency[terms], known.deals.expected[terms], known.deals.probability[terms],
        np.isin(deal, known.hold_deal[waits]), visits.entered[place], known.deals.started[row],
    )  # fmt: skip


def _closed(visits: Visits) -> Closed:
    known, deals = visits.records, visits.records.deals
    ended = ((visits.left_as == WON) | (visits.left_as == LOST)) & ~visits.reopened
    place = np.flatnonzero(ended)
    # Those of a snapshot have no visit.
    bare = np.flatnonzero(
        (deals.type_id == known.type.id) & (deals.outcome > 0) & (deals.closed <= visits.at) & ~np.isin(deals.id, known.deal)
    )
    row = np.concatenate([np.searchsorted(deals.id, visits.deal[place]), bare])
    deal, at = deals.id[row], np.concatenate([visits.left[place], deals.closed[bare]])
    without = np.full(len(bare), NONE)
    terms = last_before(known.owner_deal, known.owner_at, deal, np.full(len(deal), visits.at + 1))
    before = last_before(known.owner_deal, known.owner_at, deal, at)
    some = terms >= 0
    terms, before = terms[some], before[some]
    return only(
        Closed(
            np.concatenate([place, without]), deal, np.concatenate([_stage_ids(visits)[visits.stage[place]], without]),
            np.concatenate([visits.left_as[place], deals.outcome[bare]]), at, at, at, at, at, deals.started[row],
        ),
        some,
    )._replace(
        owner=known.owner_id[terms], closer=known.owner_id[before], amount=deals.amount[terms], currency=deals.currency[terms]
    )  # fmt: skip


def _stage_ids(visits: Visits) -> Ints:
    return np.array([stage.id for stage in visits.records.type.stages], np.int64)


def exits_of(visits: Visits) -> dict[int, dict[Target, int]]:
    """How many exits were made by the instant, by stage and target."""
    stages = visits.records.type.stages
    width = len(stages) + len(ENDS)
    gone = ~visits.there
    counts = np.bincount(visits.stage[gone] * width + visits.target[gone], minlength=len(stages) * width).reshape(-1, width)
    targets: list[tuple[int, Target]] = [(len(stages) + place, end) for place, end in enumerate(ENDS)]
    targets += sorted(((place, stage.id) for place, stage in enumerate(stages)), key=itemgetter(1))
    return {
        stage.id: {target: int(row[to]) for to, target in targets if row[to]}
        for stage, row in zip(stages, counts, strict=True)
        if row.any()
    }


def chances_of(visits: Visits) -> dict[int, Chance]:
    """By stage the observed win probability over all exits, else the set percentage; absent where there is neither."""
    return visits.once("chances", lambda: _chances(visits))


def _chances(visits: Visits) -> dict[int, Chance]:
    percentages = {stage.id: stage.probability for stage in visits.records.type.stages}
    found = {}
    for stage, chance in win_probabilities(exits_of(visits), percentages, percentages).items():
        percent = percentages[stage]
        if chance is not None:
            found[stage] = Chance(chance, "observed")
        elif percent is not None:
            found[stage] = Chance(percent / 100, "set")
    return found


def added_up(amounts: Ints, *keys: Ints) -> Iterator[tuple[int, ...]]:
    """Each combination of the keys with the sum of its amounts, which is exact however large."""
    if not len(amounts):
        return
    order = np.lexsort(keys)
    sorted_keys = [key[order] for key in keys]
    changed = np.ones(len(order), bool)
    changed[1:] = np.logical_or.reduce([key[1:] != key[:-1] for key in sorted_keys])
    starts = np.flatnonzero(changed)
    values = amounts[order]
    if int(values.max()) * len(values) >= 2**63:
        values = values.astype(object)
    sums = np.add.reduceat(values, starts)
    yield from zip(*(key[starts].tolist() for key in sorted_keys), sums.tolist(), strict=True)


Targets = dict[date, dict[str, int]]


def targets(session: Session, asked: Question) -> tuple[Targets, dict[int, dict[str, int]]]:
    """What is to be won, of the months that the period touches: by month and currency for those meant, and by employee
    and currency.

    A team's target is its own, and where it has none in a month and currency, the sum of its members'; everybody's is the
    sum of the teams' and of those who are in none. Who may not read everybody's asks for their team, if they may read
    that, else for themselves. Teams are those of today.
    """
    lines = people.targets(session.actor, since=asked.first, until=asked.last)
    teams = people.teams()
    reps, team_id = asked.rep_ids, asked.team_id
    if reps is None and team_id is None and readable(session.actor) is not None:
        whole_team = session.actor.role == "manager" or session.actor.team_read
        team_id = people.team_of(session.actor.id) if whole_team else None
        reps = None if team_id is not None else frozenset({session.actor.id})
    of_reps: dict[int, dict[str, int]] = {}
    for line in lines:
        if line.employee_id is not None and covers(asked.owners, line.employee_id):
            sums = of_reps.setdefault(line.employee_id, {})
            sums[line.currency] = sums.get(line.currency, 0) + line.amount
    own: set[tuple[int | None, date, str]] = {
        (line.team_id, line.month, line.currency) for line in lines if line.team_id is not None
    }
    found: Targets = {}
    for line in lines:
        if _counts(line, asked.owners, reps, team_id, teams, own):
            month = found.setdefault(line.month, {})
            month[line.currency] = month.get(line.currency, 0) + line.amount
    return found, of_reps


def _counts(
    line: TargetLine, owners: Owners, reps: frozenset[int] | None, team_id: int | None, teams: Mapping[int, int | None],
    own: set[tuple[int | None, date, str]],
) -> bool:  # fmt: skip
    """Whether a target is part of the target of those meant."""
    if line.employee_id is not None and not covers(owners, line.employee_id):
        return False
    if reps is not None:
        return line.employee_id is not None and line.employee_id in reps
    team = line.team_id if line.employee_id is None else teams.get(line.employee_id)
    if team_id is not None and team != team_id:
        return False
    return line.employee_id is None or team is None or (team, line.month, line.currency) not in own
