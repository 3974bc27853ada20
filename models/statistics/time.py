"""Reports time and margin: hours and what they come to, by client, deal, stage, service and rep.

An entry counts as a whole on the day it began, so that hours and charge agree; the days are the company's. The stage is
the one its deal was at when it began.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from models.people.rules import overlap, readable
from models.people.views import company
from models.storage.database import database
from models.timekeeping.views.prices import Priced, billed, prices
from models.values.errors import NotFound, Usage
from models.values.instants import SECOND, Instant, day_end, day_start
from models.values.language import _
from models.values.money import Money, as_json

if TYPE_CHECKING:
    from models.session import Session

GROUPS = ("clients", "deals", "stages", "services", "reps")
SINGULAR = {"clients": "client", "deals": "deal", "stages": "stage", "services": "service", "reps": "rep"}
MAY_SEE_MARGIN = ("admin", "accountant")
IN_ONE_QUERY = 500  # ids


@dataclass
class Sums:
    """What entries add up to. `seconds` worked, `billable` of them, `unbilled` on no invoice yet; `unpriced` counts billable
    entries without a rate. Money by currency, in minor units; `paid` only in the report margin, where
    `unpaid` counts entries without a pay rate."""

    name: str | None
    seconds: int = 0
    billable: int = 0
    entries: int = 0
    unpriced: int = 0
    unpaid: int = 0
    charged: dict[str, int] = field(default_factory=dict)
    unbilled: dict[str, int] = field(default_factory=dict)
    paid: dict[str, int] = field(default_factory=dict)

    def margin(self) -> dict[str, int]:
        """Charged less paid, each currency for itself."""
        found = dict(self.charged)
        for currency, amount in self.paid.items():
            found[currency] = found.get(currency, 0) - amount
        return found

    def share(self) -> float | None:
        """Utilisation: the billable share of what was worked, None where nothing was."""
        return self.billable / self.seconds if self.seconds else None


class TimeReport(NamedTuple):
    """`groups` hold the sums of each client, deal, stage, service and rep, the most time first."""

    since: date | None
    until: date | None
    as_of: Instant
    groups: dict[str, list[Sums]]
    total: Sums

    def as_json(self, *, margin: bool) -> dict[str, Any]:
        return {
            "from": None if self.since is None else self.since.isoformat(),
            "to": None if self.until is None else self.until.isoformat(),
            **{
                name: [{SINGULAR[name]: one.name, **_sums_json(one, margin)} for one in found]
                for name, found in self.groups.items()
            },
            "total": _sums_json(self.total, margin),
        }


def amounts(said: dict[str, int]) -> list[Money]:
    """Sums by currency as money, in the order of the currencies' codes."""
    return [Money(said[currency], currency) for currency in sorted(said)]


def time_report(
    session: Session,
    *,
    since: date | None = None,
    until: date | None = None,
    rep_id: int | None = None,
    type_id: int | None = None,
    client_id: int | None = None,
    deal_id: int | None = None,
    as_of: Instant | None = None,
    margin: bool = False,
) -> TimeReport:
    """Time that the actor may read, begun in the company's days `since` to `until`, both included; with `type_id` only on
    deals of that type, with `client_id` or `deal_id` only on those. What was planned ahead of `as_of` (now) is left out. With `margin` what the time is paid at too,
    which is for accountants and administrators.

    Raises Usage `in_future`, `bad_period`; NotFound.
    """
    if margin and session.actor.role not in MAY_SEE_MARGIN:
        raise NotFound(_("Pay and margin are for accountants and administrators."))
    now = session.now()
    if as_of is not None and as_of > now:
        raise Usage("in_future", _("The instant is in the future."))
    if since is not None and until is not None and until < since:
        raise Usage("bad_period", _("The period ends before it begins."))
    at = now if as_of is None else as_of
    zone = company().timezone
    first = None if since is None else day_start(since, zone)
    last = at + 1 if until is None else min(at + 1, day_end(until, zone))
    owners = overlap(readable(session.actor), None if rep_id is None else [rep_id])
    with session.store.reading():
        asked: dict[str, Any] = {
            "employee_ids": owners, "client_id": client_id, "deal_id": deal_id, "since": first, "until": last,
        }  # fmt: skip
        found = prices(session, **asked)
        pay = prices(session, **asked, side="pay") if margin else []
        names = _Names(found)
        if type_id is not None:
            wanted = names.of_type(type_id)
            found = [one for one in found if one.deal_id in wanted]
        on_invoices = billed([one.id for one in found])
    paid = {one.id: one.charge for one in pay}
    groups: dict[str, dict[Any, Sums]] = {name: {} for name in GROUPS}
    total = Sums(None)
    for one in found:
        keys = {
            "clients": one.client_id, "deals": one.deal_id, "stages": names.stage(one), "services": one.service_id,
            "reps": one.employee_id,
        }  # fmt: skip
        for name in GROUPS:
            key = keys[name]
            sums = groups[name].get(key)
            if sums is None:
                sums = groups[name][key] = Sums(names.name(name, key))
            _add(sums, one, one.id in on_invoices, margin, paid.get(one.id))
        _add(total, one, one.id in on_invoices, margin, paid.get(one.id))
    ordered = {
        name: sorted(sums.values(), key=lambda each: (-each.seconds, each.name or "")) for name, sums in groups.items()
    }
    return TimeReport(since, until, at, ordered, total)


def _add(sums: Sums, one: Priced, is_billed: bool, margin: bool, paid: Money | None) -> None:
    sums.entries += 1
    sums.seconds += one.seconds
    if one.billable:
        sums.billable += one.seconds
        if one.charge is None:
            sums.unpriced += not one.hidden
        else:
            amount, currency = one.charge
            sums.charged[currency] = sums.charged.get(currency, 0) + amount
            if not is_billed:
                sums.unbilled[currency] = sums.unbilled.get(currency, 0) + amount
    if margin:
        if paid is None:
            sums.unpaid += 1
        else:
            sums.paid[paid.currency] = sums.paid.get(paid.currency, 0) + paid.amount


class _Names:
    """The names of what entries are about, and the stages that their deals were at."""

    def __init__(self, found: Collection[Priced]) -> None:
        self._known = {
            "clients": dict(_of_ids("SELECT id, name FROM client WHERE id", {one.client_id for one in found})),
            "deals": _deal_names({one.deal_id for one in found}),
            "services": dict(database.execute_sql("SELECT id, name FROM service").fetchall()),
            "reps": dict(database.execute_sql("SELECT id, login FROM employee").fetchall()),
            "stages": dict(database.execute_sql("SELECT id, name FROM stage").fetchall()),
        }
        self._visits = _visits({one.deal_id for one in found})

    def name(self, group: str, key: int | None) -> str | None:
        return None if key is None else self._known[group].get(key)

    def stage(self, one: Priced) -> int | None:
        """The stage at which the deal was in the second the entry began; before its first visit there is none."""
        if one.deal_id is None or one.deal_id not in self._visits:
            return None
        entered, left, stages = self._visits[one.deal_id]
        place = bisect_right(entered, one.started_at + SECOND - 1) - 1
        if place < 0 or left[place] is not None and left[place] <= one.started_at:
            return None
        return stages[place]

    def of_type(self, type_id: int) -> set[int]:
        rows = database.execute_sql("SELECT id FROM deal WHERE deal_type_id = ?", (type_id,)).fetchall()
        return {row[0] for row in rows}


def _of_ids(sql: str, ids: Collection[int | None]) -> Iterator[Any]:
    """The rows of `sql`, which ends before its condition on the id, for these ids."""
    wanted = sorted(one for one in ids if one is not None)
    for place in range(0, len(wanted), IN_ONE_QUERY):
        some = wanted[place : place + IN_ONE_QUERY]
        yield from database.execute_sql(f"{sql} IN ({', '.join('?' * len(some))})", some).fetchall()


def _deal_names(ids: Collection[int | None]) -> dict[int, str]:
    """The title, or the client's name and the number where the deal has none."""
    sql = "SELECT d.id, d.title, c.name FROM deal d JOIN client c ON c.id = d.client_id WHERE d.id"
    return {row[0]: row[1] or f"{row[2]} #{row[0]}" for row in _of_ids(sql, ids)}


def _visits(ids: Collection[int | None]) -> dict[int, tuple[list[int], list[Any], list[int]]]:
    """The instants of entering and leaving and the stages of each deal's visits, in order."""
    found: dict[int, list[tuple[int, int, Any, int]]] = {}
    for deal, *visit in _of_ids("SELECT deal_id, seq, entered_at, left_at, stage_id FROM visit WHERE deal_id", ids):
        found.setdefault(deal, []).append(tuple(visit))
    ordered = {deal: sorted(visits, key=lambda visit: visit[0]) for deal, visits in found.items()}
    return {
        deal: ([one[1] for one in visits], [one[2] for one in visits], [one[3] for one in visits])
        for deal, visits in ordered.items()
    }


def _money_json(said: dict[str, int]) -> list[dict[str, Any] | None]:
    return [as_json(one) for one in amounts(said)]


def _sums_json(one: Sums, margin: bool) -> dict[str, Any]:
    found: dict[str, Any] = {
        "seconds": one.seconds,
        "billable_seconds": one.billable,
        "utilisation": one.share(),
        "entries": one.entries,
        "charged": _money_json(one.charged),
        "unbilled": _money_json(one.unbilled),
        "unpriced": one.unpriced,
    }
    if margin:
        found |= {"paid": _money_json(one.paid), "margin": _money_json(one.margin()), "unpaid": one.unpaid}
    return found

