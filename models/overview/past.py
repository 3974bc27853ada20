"""The board as of a past instant: counts, sums and cards as they were then, by what is known today of that instant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from models.overview.board import PAGE, BoardHead, Card, Column, Look
from models.people.rules import readable
from models.people.views import company_clock
from models.values.errors import Usage
from models.values.instants import Instant, day_end, local_day, parse_day, typed
from models.values.language import _
from models.values.money import Money
from models.values.text import search_key

if TYPE_CHECKING:
    from models.session import Session

# The visit that lasts at the instant, and the deal's terms of that instant.
_STOOD = """
    SELECT visit.stage_id, visit.deal_id, visit.entered_at, terms.amount, terms.currency, terms.owner_id,
        EXISTS (SELECT 1 FROM hold WHERE hold.deal_id = visit.deal_id AND hold.started_at <= ?2
            AND (hold.ended_at IS NULL OR hold.ended_at > ?2)),
        {name}
    FROM visit
    JOIN deal_terms AS terms ON terms.id = (
        SELECT id FROM deal_terms WHERE deal_id = visit.deal_id AND at <= ?2 ORDER BY at DESC, id DESC LIMIT 1)
    WHERE visit.deal_type_id = ?1 AND visit.entered_at <= ?2 AND (visit.left_at IS NULL OR visit.left_at > ?2)
"""
_NAME = "(SELECT title_key FROM deal WHERE deal.id = visit.deal_id)"

# deal, entered_at, amount, currency, held, name (where it is looked at)
Stood = tuple[int, Instant, int | None, str, int, str]


@dataclass(frozen=True)
class Past:
    """A board of the past, read once: `stood` has the deals of each stage in the order that was asked for."""

    at: Instant
    head: BoardHead
    stood: Mapping[int, tuple[Stood, ...]]

    def place(self, deal_id: int) -> tuple[int, int] | None:
        """Where a deal stood: stage and place in its column."""
        for stage_id, rows in self.stood.items():
            for place, row in enumerate(rows):
                if row[0] == deal_id:
                    return stage_id, place
        return None


def past_board(session: Session, look: Look, at: Instant) -> Past:
    """The board of a type at the end of what happened at `at`. Order, norms and names of stages are today's, and so are
    the names that `look.text` is held against; the next steps of then are not known: by them it is sorted by age.

    Raises Usage `in_future`.
    """
    if at > session.now():
        raise Usage("in_future", _("The board can be asked for as of the past, not of the future."))
    run = session.store.database.execute_sql
    named = look.order == "name" or bool(look.text)
    owners, words = readable(session.actor), search_key(look.text).split()
    stood: dict[int, list[Stood]] = {}
    for stage_id, deal_id, entered_at, amount, currency, owner, held, name in run(
        _STOOD.format(name=_NAME if named else "''"), (look.type_id, at)
    ):
        if (owners is None or owner in owners) and all(word in name for word in words):
            stood.setdefault(stage_id, []).append((deal_id, entered_at, amount, currency, held, name))
    for rows in stood.values():
        rows.sort(key=_KEYS.get(look.order, _KEYS["entered"]), reverse=look.order == "amount")
    name, mode = run("SELECT name, mode FROM deal_type WHERE id = ?", (look.type_id,)).fetchone()
    columns = [
        _column(stage_id, stage, norm, archived is not None, stood.get(stage_id, []))
        for stage_id, stage, norm, archived in run(
            "SELECT id, name, norm, archived_at FROM stage WHERE deal_type_id = ? ORDER BY position, id", (look.type_id,)
        )
        if archived is None or stage_id in stood
    ]
    head = BoardHead(int(look.type_id or 0), name, mode, tuple(columns), company_clock())
    return Past(at, head, {stage_id: tuple(rows) for stage_id, rows in stood.items()})


def past_cards(session: Session, past: Past, stage_id: int, offset: int) -> tuple[Card, ...]:
    """A window (PAGE rows) of the deals that stood at a stage."""
    rows = past.stood.get(stage_id, ())[offset : offset + PAGE]
    marks = ", ".join("?" * len(rows))
    known = {
        deal_id: names
        for deal_id, *names in session.store.database.execute_sql(
            "SELECT d.id, d.client_id, c.name, d.title, d.version FROM deal d JOIN client c ON c.id = d.client_id"
            f" WHERE d.id IN ({marks})",
            [row[0] for row in rows],
        )
    }
    holds: dict[int, list[tuple[Instant, Instant | None]]] = {}
    for deal_id, begun, ended in session.store.database.execute_sql(
        f"SELECT deal_id, started_at, ended_at FROM hold WHERE deal_id IN ({marks})", [row[0] for row in rows]
    ):
        holds.setdefault(deal_id, []).append((begun, ended))
    found = []
    for deal_id, entered_at, amount, currency, held, _name in rows:
        client_id, client, title, version = known[deal_id]
        money = None if amount is None else Money(amount, currency)
        rested = tuple(holds.get(deal_id, ()))
        found.append(Card(deal_id, client_id, client, title, money, entered_at, bool(held), None, "", False, version, rested))
    return tuple(found)


def end_of(session: Session, day: date) -> Instant | None:
    """The last instant of a day of the actor's, None where the day is not over yet. Raises Usage `in_future` where it
    has not begun."""
    today = local_day(session.now(), session.actor.timezone)
    if day > today:
        raise Usage("in_future", _("The board can be asked for as of the past, not of the future."))
    return None if day == today else day_end(day, session.actor.timezone) - 1


def day_said(session: Session, text: str) -> date:
    """A day as a person types it: `-7` days from today, or a date. Raises Usage `bad_date`, `in_future`."""
    said = text.strip().replace("\N{MINUS SIGN}", "-")
    if said.startswith("-") and said[1:].isascii() and said[1:].isdigit() and len(said) < 6:
        return local_day(session.now(), session.actor.timezone) - timedelta(days=int(said[1:]))
    day = parse_day(typed(said))
    end_of(session, day)
    return day


def first_day(session: Session, type_id: int) -> date:
    """The day on which the first deal of a type began, today where there is none."""
    at = session.store.database.execute_sql(
        "SELECT min(entered_at) FROM visit WHERE deal_type_id = ?", (type_id,)
    ).fetchone()[0]
    return local_day(session.now() if at is None else at, session.actor.timezone)


_KEYS: dict[str, Any] = {
    "entered": lambda row: (row[1], row[0]),
    "amount": lambda row: (-1 if row[2] is None else row[2], row[0]),
    "name": lambda row: (row[5], row[0]),
}


def _column(stage_id: int, name: str, norm: int | None, archived: bool, rows: list[Stood]) -> Column:
    held = sum(bool(row[4]) for row in rows)
    return Column(stage_id, name, norm, archived, len(rows), held, _sums(rows))


def _sums(rows: Iterable[Stood]) -> tuple[Money, ...]:
    sums: dict[str, int] = {}
    for row in rows:
        if row[2]:
            sums[row[3]] = sums.get(row[3], 0) + row[2]
    return tuple(Money(amount, currency) for currency, amount in sorted(sums.items(), key=lambda one: -one[1]))
