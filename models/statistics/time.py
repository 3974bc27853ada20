"""Reports time and margin: hours and what they come to, by client, deal, stage, service and rep.

An entry counts as a whole on the day it began, so that hours and charge agree; the days are the company's. The stage is
the one its deal was at when it began.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from models.people.rules import Owners, covers, overlap, readable
from models.people.views import company, members
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
AT_ONCE = 20_000  # entries, from which on those of other employees wait

Visits = tuple[list[int], list[Any], list[int]]  # of a deal: when it entered and left a stage, and which


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

    first: date | None
    last: date | None
    as_of: Instant
    groups: dict[str, list[Sums]]
    total: Sums

    def as_json(self, *, margin: bool) -> dict[str, Any]:
        return {
            "from": None if self.first is None else self.first.isoformat(),
            "to": None if self.last is None else self.last.isoformat(),
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
    first: date | None = None,
    last: date | None = None,
    rep_ids: Iterable[int] | None = None,
    team_id: int | None = None,
    type_id: int | None = None,
    client_id: int | None = None,
    deal_id: int | None = None,
    as_of: Instant | None = None,
    margin: bool = False,
) -> TimeReport:
    """Time that the actor may read, begun in the company's days `first` to `last`, both included; with `type_id` only on
    deals of that type, with `client_id` or `deal_id` only on those. Of what was under way at `as_of`
    (now) the part up to it counts; what was planned ahead is left out. With `margin` what the time is paid at too,
    which is for accountants and administrators.

    Raises Usage `in_future`, `bad_period`, `one_of`; NotFound.
    """
    if margin and session.actor.role not in MAY_SEE_MARGIN:
        raise NotFound(_("Pay and margin are for accountants and administrators."))
    now = session.now()
    if as_of is not None and as_of > now:
        raise Usage("in_future", _("The instant is in the future."))
    if first is not None and last is not None and last < first:
        raise Usage("bad_period", _("The period ends before it begins."))
    at = now if as_of is None else as_of
    zone = company().timezone
    if rep_ids is not None and team_id is not None:
        raise Usage("one_of", _("A report is of an employee or of a team, not of both."))
    owners = overlap(readable(session.actor), rep_ids if team_id is None else members(session.actor, team_id))
    asked: dict[str, Any] = {
        "client_id": client_id, "deal_id": deal_id, "since": None if first is None else day_start(first, zone),
        "until": at + 1 if last is None else min(at + 1, day_end(last, zone)), "as_of": at,
    }  # fmt: skip
    groups: dict[str, dict[int | None, Sums]] = {name: {} for name in GROUPS}
    total = Sums(None)
    with session.store.reading():
        wanted = None if type_id is None else _of_type(type_id)
        few = client_id is not None or deal_id is not None
        for employees in [owners] if few else _by_and_by(owners):
            for keys, sums in _alike(session, asked, employees, wanted, margin).items():
                for name, key in zip(GROUPS, keys, strict=True):
                    _merge(groups[name].setdefault(key, Sums(None)), sums)
                _merge(total, sums)
        _name(groups)
    ordered = {
        name: sorted(sums.values(), key=lambda each: (-each.seconds, each.name or "")) for name, sums in groups.items()
    }
    return TimeReport(first, last, at, ordered, total)


def _by_and_by(owners: Owners) -> Iterator[frozenset[int]]:
    """The employees that are meant, some at a time, so that what is worked on at once stays small."""
    some: set[int] = set()
    entries = 0
    for employee, count in database.execute_sql("SELECT employee_id, count(*) FROM time_entry GROUP BY employee_id").fetchall():
        if covers(owners, employee):
            some.add(employee)
            entries += count
            if entries >= AT_ONCE:
                yield frozenset(some)
                some, entries = set(), 0
    if some:
        yield frozenset(some)


Keys = tuple[int | None, int | None, int | None, int | None, int]  # as GROUPS


def _alike(
    session: Session, asked: dict[str, Any], employees: Collection[int] | None, wanted: Collection[int] | None, margin: bool
) -> dict[Keys, Sums]:
    """The sums of entries that agree in all of GROUPS, of these employees and on the wanted deals."""
    found = prices(session, **asked, employee_ids=employees)
    paid = {one.id: one.charge for one in prices(session, **asked, employee_ids=employees, side="pay")} if margin else {}
    if wanted is not None:
        found = [one for one in found if one.deal_id in wanted]
    on_invoices, visits = billed([one.id for one in found]), _visits({one.deal_id for one in found})
    alike: dict[Keys, Sums] = {}
    for one in found:
        keys = one.client_id, one.deal_id, _stage(visits, one), one.service_id, one.employee_id
        sums = alike.get(keys)
        if sums is None:
            sums = alike[keys] = Sums(None)
        _add(sums, one, one.id in on_invoices, margin, paid.get(one.id))
    return alike


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


def _merge(sums: Sums, more: Sums) -> None:
    sums.seconds += more.seconds
    sums.billable += more.billable
    sums.entries += more.entries
    sums.unpriced += more.unpriced
    sums.unpaid += more.unpaid
    for side, of_more in ((sums.charged, more.charged), (sums.unbilled, more.unbilled), (sums.paid, more.paid)):
        for currency, amount in of_more.items():
            side[currency] = side.get(currency, 0) + amount


def _stage(visits: Mapping[int, Visits], one: Priced) -> int | None:
    """The stage at which the deal was in the second the entry began; before its first visit there is none."""
    if one.deal_id is None or one.deal_id not in visits:
        return None
    entered, left, stages = visits[one.deal_id]
    place = bisect_right(entered, one.started_at + SECOND - 1) - 1
    if place < 0 or left[place] is not None and left[place] <= one.started_at:
        return None
    return stages[place]


def _name(groups: dict[str, dict[int | None, Sums]]) -> None:
    """Give the sums the names of what they are of; those of nothing have none."""
    names = {
        "clients": dict(_of_ids("SELECT id, name FROM client WHERE id", groups["clients"])),
        "deals": _deal_names(groups["deals"]),
        "services": dict(database.execute_sql("SELECT id, name FROM service").fetchall()),
        "reps": dict(database.execute_sql("SELECT id, login FROM employee").fetchall()),
        "stages": dict(database.execute_sql("SELECT id, name FROM stage").fetchall()),
    }
    for name, found in groups.items():
        for key, sums in found.items():
            sums.name = None if key is None else names[name].get(key)


def _of_type(type_id: int) -> set[int]:
    return {row[0] for row in database.execute_sql("SELECT id FROM deal WHERE deal_type_id = ?", (type_id,)).fetchall()}


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


def _visits(ids: Collection[int | None]) -> dict[int, Visits]:
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

