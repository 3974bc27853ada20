"""How far the budgets of clients and deals are spent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from models.clients.views import writable_client
from models.people.rules import covers, readable
from models.pipeline import facts
from models.storage.database import database
from models.timekeeping.rules.budgets import passed, spent_percent
from models.timekeeping.views.entries import planned_after, running
from models.timekeeping.views.prices import price_entries, read_pricing
from models.values.errors import Refused
from models.values.instants import SECOND
from models.values.language import _
from models.values.money import Money
from models.values.text import shown

if TYPE_CHECKING:
    from models.session import Session

BUDGETS = """
    SELECT b.client_id, b.deal_id, coalesce(c.name, o.name), d.title, b.seconds, b.amount, b.currency, b.warn_at,
        coalesce(c.owner_id, d.owner_id)
    FROM budget b LEFT JOIN client c ON c.id = b.client_id
        LEFT JOIN deal d ON d.id = b.deal_id LEFT JOIN client o ON o.id = d.client_id
"""


class BudgetState(NamedTuple):
    """A budget of hours (`seconds`) or money (`amount`), what of it is spent (seconds or minor units) and in percent, and
    the highest of the chosen warnings that was reached. Of money, `aside` counts billable entries without a rate or in
    another currency, which are not in it. A client's budget holds the time of its deals too, of everybody."""

    client_id: int | None
    deal_id: int | None
    client: str
    deal: str | None
    seconds: int | None
    amount: Money | None
    spent: int
    percent: int
    warn_at: tuple[int, ...]
    warning: int | None
    aside: int


def budgets(session: Session) -> list[BudgetState]:
    """All budgets of clients and deals that the actor may read, the most spent first."""
    found = [_state(session, row) for row in _rows(session, "")]
    return sorted(found, key=lambda state: (-state.percent, state.client, state.deal or ""))


def budget(session: Session, *, client_id: int | None = None, deal_id: int | None = None) -> BudgetState | None:
    """The budget of a client or of a deal, None where there is none that the actor may read."""
    column, value = ("client_id", client_id) if deal_id is None else ("deal_id", deal_id)
    rows = _rows(session, f"WHERE b.{column} = ?", value)
    return _state(session, rows[0]) if rows else None


def must_be_settable(session: Session, *, client_id: int | None = None, deal_id: int | None = None) -> None:
    """Raises NotFound; Refused `not_permitted` where the actor may read the client or deal, not change it."""
    if deal_id is None:
        assert client_id is not None
        writable_client(session, client_id)
    elif not facts.may_change(session, facts.readable_deal(session, deal_id)):
        raise Refused("not_permitted", _("You may read this deal, not change it."))


def budget_warnings(session: Session, client_id: int | None, deal_id: int | None) -> list[BudgetState]:
    """The budgets of the deal and of its client, or of the client, that have reached a warning: told, never refused."""
    if deal_id is not None:
        row = database.execute_sql("SELECT client_id FROM deal WHERE id = ?", (deal_id,)).fetchone()
        client_id = client_id if row is None else row[0]
    asked = [
        None if deal_id is None else budget(session, deal_id=deal_id),
        None if client_id is None else budget(session, client_id=client_id),
    ]
    return [state for state in asked if state is not None and state.warning is not None]


def warnings_of_running(session: Session) -> list[str]:
    """What is to be told of the budgets of what the actor times: a line for each that has reached a warning."""
    if database.execute_sql("SELECT 1 FROM budget LIMIT 1").fetchone() is None:
        return []
    entry = running(session)
    found = [] if entry is None else budget_warnings(session, entry.client_id, entry.deal_id)
    said = _("Budget of {name}: {percent} % spent.")
    return [
        said.format(name=shown(f"{one.client} · {one.deal}" if one.deal else one.client), percent=one.percent) for one in found
    ]


def _rows(session: Session, rest: str, *values: int | None) -> list[Any]:
    owners = readable(session.actor)
    return [row for row in database.execute_sql(BUDGETS + rest, values).fetchall() if covers(owners, row[8])]


def _state(session: Session, row: Any) -> BudgetState:
    client_id, deal_id, client, title, seconds, amount, currency, warnings, _owner = row
    whole = seconds if amount is None else amount
    spent, aside = (_seconds(session, client_id, deal_id), 0) if amount is None else _money(session, client_id, deal_id, currency)
    warn_at = tuple(int(each) for each in warnings.split(",") if each)
    percent = spent_percent(spent, whole)
    return BudgetState(
        client_id, deal_id, client, title, seconds, None if amount is None else Money(amount, currency), spent, percent,
        warn_at, passed(percent, warn_at), aside,
    )  # fmt: skip


def _seconds(session: Session, client_id: int | None, deal_id: int | None) -> int:
    """Seconds of everybody up to now; what runs has them up to the next entry planned ahead."""
    column, value = ("client_id", client_id) if deal_id is None else ("deal_id", deal_id)
    now = session.now()
    ended = f"CASE WHEN ended_at > {int(now)} THEN {int(now)} ELSE ended_at END"
    over = f"SELECT sum({ended} - started_at) FROM time_entry WHERE {column} = ? AND started_at <= ? AND ended_at IS NOT NULL"
    spent = int(database.execute_sql(over, (value, now)).fetchone()[0] or 0)
    runs = f"SELECT employee_id, started_at FROM time_entry WHERE {column} = ? AND ended_at IS NULL"
    for employee, start in database.execute_sql(runs, (value,)).fetchall():
        spent += max(0, min(now, planned_after(employee, start) or now) - start)
    return spent // SECOND


def _money(session: Session, client_id: int | None, deal_id: int | None, currency: str) -> tuple[int, int]:
    """What everybody's billable entries come to in the currency, and how many come to nothing in it: a budget is spent by
    all, whoever looks at it."""
    found = price_entries(
        session, read_pricing("bill"), client_id=client_id if deal_id is None else None, deal_id=deal_id,
        until=session.now() + 1,
    )  # fmt: skip
    charges = [one.charge for one in found if one.billable]
    counted = [charge.amount for charge in charges if charge is not None and charge.currency == currency]
    return sum(counted), len(charges) - len(counted)
