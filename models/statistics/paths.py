"""Report paths: the distinct ways of deals through a type, and how many broke a stricter mode (semantics §4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from models.people import views as people
from models.people.rules import overlap, readable
from models.pipeline import facts
from models.pipeline.rules import TypeFacts
from models.pipeline.rules.replay import Replay
from models.pipeline.ways import mapped_stages, ways_through
from models.storage.database import database
from models.values.errors import Usage
from models.values.instants import Instant, day_end, day_start
from models.values.language import _

if TYPE_CHECKING:
    from models.session import Session

# Deals of the type at the instant, that started in the period: since when they are known, of whom, and how they stood.
_DEALS = """
    SELECT deal.id, deal.created_at, terms.owner_id,
        CASE WHEN last.left_at <= :at AND last.left_as IN ('won', 'lost') THEN last.left_as ELSE 'open' END
    FROM deal
    JOIN visit AS last ON last.deal_id = deal.id AND last.seq = (
        SELECT max(seq) FROM visit WHERE visit.deal_id = deal.id AND visit.entered_at <= :at)
    JOIN deal_terms AS terms ON terms.id = coalesce(
        (SELECT id FROM deal_terms WHERE deal_id = deal.id AND at <= :at ORDER BY at DESC, id DESC LIMIT 1),
        (SELECT id FROM deal_terms WHERE deal_id = deal.id ORDER BY at, id LIMIT 1))
    WHERE last.deal_type_id = :type AND deal.started_at >= :since AND deal.started_at < :until
"""
_STARTED = "SELECT id FROM deal WHERE started_at >= :since AND started_at < :until"
# Microseconds in the type up to the instant, holds among them; whether a beginning is not known.
_STAYS = """
    SELECT deal_id, sum(min(coalesce(left_at, :at), :at) - entered_at), max(begin_unknown)
    FROM visit WHERE deal_type_id = :type AND entered_at <= :at GROUP BY deal_id
"""
_HELD = """
    SELECT hold.deal_id, sum(max(0, min(coalesce(hold.ended_at, :at), coalesce(visit.left_at, :at), :at)
        - max(hold.started_at, visit.entered_at)))
    FROM hold JOIN visit ON visit.deal_id = hold.deal_id
    WHERE visit.deal_type_id = :type AND visit.entered_at <= :at AND hold.started_at <= :at GROUP BY hold.deal_id
"""
_FIRST, _LAST = -(2**62), 2**62


@dataclass(frozen=True)
class Path:
    """Deals that came one way: how many, how many of them are won, and the Kaplan–Meier median of their whole time
    without holds, in seconds, None where it is not reached. `ids` are the deals'."""

    stages: tuple[str, ...]
    deals: int
    won: int
    median_seconds: int | None
    ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class PathsReport:
    """The paths, the most frequent first; `strict` and `semi_strict` count the deals whose way broke that mode."""

    type: str
    as_of: Instant
    deals: int
    paths: tuple[Path, ...]
    strict: int
    semi_strict: int

    def as_json(self) -> dict[str, Any]:
        """The report as the command line's contract fixes it."""
        return {
            "paths": [
                {"stages": list(path.stages), "deals": path.deals, "won": path.won, "median_seconds": path.median_seconds}
                for path in self.paths
            ],
            "violations": {"strict": self.strict, "semi-strict": self.semi_strict},
        }


def paths(
    session: Session,
    type_id: int,
    *,
    since: date | None = None,
    until: date | None = None,
    as_of: Instant | None = None,
    rep_id: int | None = None,
) -> PathsReport:
    """The ways of the deals that started from `since` to `until` (days of the company, both included) and were of the
    type at `as_of`, as far as they had come by then (what happened at it included).

    Strict is judged with the type's own setting for returns. Raises Usage `in_future`, `bad_period`; NotFound.
    """
    now = session.now()
    if as_of is not None and as_of > now:
        raise Usage("in_future", _("A report can be asked as of the past, not of the future."))
    if since is not None and until is not None and until < since:
        raise Usage("bad_period", _("The period ends before it begins."))
    at, zone = now if as_of is None else as_of, people.company().timezone
    deal_type = facts.type_facts(type_id)
    period = {
        "since": _FIRST if since is None else day_start(since, zone),
        "until": _LAST if until is None else day_end(until, zone),
    }
    asked = {"type": type_id, "at": at}
    owners = overlap(readable(session.actor), None if rep_id is None else [rep_id])
    rows = database.execute_sql(_DEALS, {**asked, **period})
    deals = [(row[0], row[1], row[3]) for row in rows if owners is None or row[2] in owners]
    ways = ways_through(deal_type, _STARTED, {**period}, at)
    held = dict(database.execute_sql(_HELD, asked))
    stays = {
        deal_id: None if unknown else (stay - held.get(deal_id, 0)) // 1_000_000
        for deal_id, stay, unknown in database.execute_sql(_STAYS, asked)
    }
    names = {stage.id: stage.name for stage in deal_type.stages}
    gone: dict[tuple[str, ...], list[tuple[int, str]]] = defaultdict(list)
    for deal_id, _known, outcome in deals:
        gone[tuple(names[step.stage_id] for step in ways[deal_id])].append((deal_id, outcome))
    found = [
        Path(
            stages,
            len(some),
            sum(outcome == "won" for _id, outcome in some),
            median([(stay, outcome != "open") for deal, outcome in some if (stay := stays[deal]) is not None]),
            tuple(deal for deal, _outcome in some),
        )
        for stages, some in gone.items()
    ]
    found.sort(key=lambda path: (-path.deals, path.stages))
    broken = {mode: _broken(deal_type, mode, deals, ways) for mode in ("strict", "semi-strict")}
    return PathsReport(deal_type.name, at, len(deals), tuple(found), broken["strict"], broken["semi-strict"])


def median(times: Sequence[tuple[int, bool]]) -> int | None:
    """The Kaplan–Meier median of times with whether each is complete (an end, else censored): the first with at most
    half surviving, None where there is none."""
    left, survival = len(times), 1.0
    # At equal times ends come before what is censored.
    for time, ended in sorted(times, key=lambda one: (one[0], not one[1])):
        if ended:
            survival *= 1 - 1 / left
            if survival <= 0.5 + 1e-9:
                return time
        left -= 1
    return None


def _broken(
    deal_type: TypeFacts, mode: str, deals: Sequence[tuple[int, Instant, str]], ways: dict[int, Any]
) -> int:
    replay, mapped = Replay(deal_type, mode, deal_type.returns), mapped_stages(deal_type.id)
    return sum(
        bool(replay.broken(ways[deal_id], known_since=known_since, mapped=mapped.get(deal_id, frozenset())))
        for deal_id, known_since, _outcome in deals
    )
