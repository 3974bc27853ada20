"""How far the budgets of clients and deals are spent."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from models.people.rules import covers, readable
from models.storage.database import database
from models.timekeeping.rules.budgets import passed, spent_percent
from models.values.money import Money

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


def budget_warnings(session: Session, client_id: int | None, deal_id: int | None) -> list[BudgetState]:
    """The budgets of the deal and its client that have reached a warning: told, never refused."""
    asked = [budget(session, deal_id=deal_id)] if deal_id is not None else []
    asked += [budget(session, client_id=client_id)] if client_id is not None else []
    return [state for state in asked if state is not None and state.warning is not None]


def _rows(session: Session, rest: str, *values: int | None) -> list[tuple[object, ...]]:
    owners = readable(session.actor)
    rows = database.execute_sql(BUDGETS + rest, values).fetchall()
    return [row for row in rows if covers(owners, row[8])]


def _state(session: Session, row: tuple[object, ...]) -> BudgetState:
    client_id, deal_id, client, title, seconds, amount, currency, warnings, _owner = row
    column, value = ("client_id", client_id) if deal_id is None else ("deal_id", deal_id)
    aside = 0
    if seconds is not None:
        sql = f"SELECT sum(coalesce(ended_at, ?) - started_at) FROM time_entry WHERE {column} = ? AND started_at <= ?"
        now = session.now()
        spent = int(database.execute_sql(sql, (now, value, now)).fetchone()[0] or 0) // 1_000_000
        whole = int(str(seconds))
    else:
        spent, aside, whole = 0, 0, int(str(amount))
        for charge in _charges(session, column, value):
            if charge is None or charge.currency != currency:
                aside += 1
            else:
                spent += charge.amount
    warn_at = tuple(int(each) for each in str(warnings).split(",") if each)
    percent = spent_percent(spent, whole)
    return BudgetState(
        client_id, deal_id, str(client), title, seconds, None if amount is None else Money(whole, str(currency)),  # type: ignore[arg-type]
        spent, percent, warn_at, passed(percent, warn_at), aside,
    )  # fmt: skip


def _charges(session: Session, column: str, value: object) -> list[Money | None]:
    """What everybody's billable entries come to: a budget is spent by all, whoever looks at it."""
    from models.timekeeping.views.prices import price_entries, read_pricing

    which = {column: value}
    found = price_entries(session, read_pricing("bill"), until=session.now() + 1, **which)  # type: ignore[arg-type]
    return [one.charge for one in found if one.billable]
