"""What entries come to: rate, rounded seconds and charge, of many at once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from models.people.rules import Owners, overlap, readable
from models.storage.database import database
from models.timekeeping.rules.rates import Keys, RateBook, RateLine, category_on
from models.timekeeping.rules.rounding import Policies, Policy, charge, rounded, shared_out
from models.timekeeping.views.entries import planned_after
from models.values.errors import NotFound
from models.values.instants import DAY, SECOND, Instant, LocalDays
from models.values.language import _
from models.values.money import Money

if TYPE_CHECKING:
    from models.session import Session

ROWS = """
    SELECT t.id, t.employee_id, t.client_id, t.deal_id, t.service_id, t.started_at, t.ended_at, t.billable,
        f.id, f.rank, f.amount, f.currency, f.rounded_seconds, f.charge
    FROM time_entry t LEFT JOIN fixed_price f ON f.entry_id = t.id AND f.side = ?
"""
AT_ONCE = 5_000
NEIGHBOURS = 2 * DAY  # no two zones are further apart than a day and two hours

History = tuple[list[date], list[int]]


class Priced(NamedTuple):
    """An entry and its price. `day` is the employee's on which it began, `seconds` up to now while it runs; `rate` an
    hour, `rank` where the ladder found it. Without a rate, and (billed) where it is not billable, `charge` is None.
    `fixed`: the price does not change any more; `hidden`: the actor may see the time, not its price."""

    id: int
    employee_id: int
    client_id: int | None
    deal_id: int | None
    service_id: int | None
    started_at: Instant
    ended_at: Instant | None
    seconds: int
    billable: bool
    day: date
    rank: int | None
    rate: Money | None
    rounded_seconds: int
    charge: Money | None
    fixed: bool
    hidden: bool


class Pricing(NamedTuple):
    """What prices of one side come from, read once: rates, the employees' categories, rounding, the days of their zones."""

    side: str
    book: RateBook
    categories: Mapping[int, History]
    policies: Policies
    zones: Mapping[int, LocalDays]


def prices(
    session: Session,
    *,
    ids: Collection[int] | None = None,
    employee_ids: Collection[int] | None = None,
    client_id: int | None = None,
    deal_id: int | None = None,
    since: Instant | None = None,
    until: Instant | None = None,
    as_of: Instant | None = None,
    side: str = "bill",
) -> list[Priced]:
    """The entries that the actor may read, in order of start, priced; those that began in [since, until). With `as_of` as
    far as they had come at that instant: what was under way then ends there, and what began later has no time."""
    pricing = read_pricing(side)
    found = price_entries(
        session, pricing, owners=overlap(readable(session.actor), employee_ids), ids=ids, client_id=client_id,
        deal_id=deal_id, since=since, until=until, as_of=as_of,
    )
    return _without_what_is_hidden(session, found, side)


def billed(entry_ids: Collection[int]) -> set[int]:
    """Those of the entries that stand on an invoice."""
    if not entry_ids:
        return set()
    sql = "SELECT subject_id FROM lock WHERE subject = 'entry' AND use = 'billing' AND subject_id BETWEEN ? AND ?"
    rows = database.execute_sql(sql, (min(entry_ids), max(entry_ids))).fetchall()
    return {row[0] for row in rows}.intersection(entry_ids)


def price(session: Session, entry_id: int, side: str = "bill") -> Priced:
    """One entry that the actor may read, priced. Raises NotFound."""
    found = prices(session, ids=[entry_id], side=side)
    if not found:
        raise NotFound(_("There is no time entry {id}.").format(id=entry_id))
    return found[0]


def read_pricing(side: str) -> Pricing:
    """All rates of a side, all categories, all policies, all zones."""
    policies = read_policies() if side == "bill" else Policies()
    return Pricing(side, RateBook(read_rates(side)), read_categories(), policies, _zones())


def read_rates(side: str) -> list[RateLine]:
    from models.timekeeping.tables import Rate

    query = Rate.select(
        Rate.id, Rate.entry, Rate.deal, Rate.client, Rate.employee, Rate.service, Rate.category, Rate.from_day,
        Rate.to_day, Rate.amount, Rate.currency,
    ).where(Rate.side == side)
    return [RateLine(row[0], Keys._make(row[1:7]), *row[7:]) for row in query.tuples()]


def read_categories() -> dict[int, History]:
    """The history of categories of each employee that has one."""
    from models.people.tables import EmployeeCategory

    found: dict[int, History] = {}
    query = EmployeeCategory.select(
        EmployeeCategory.employee, EmployeeCategory.from_day, EmployeeCategory.category
    ).order_by(EmployeeCategory.employee, EmployeeCategory.from_day)
    for employee, day, category in query.tuples():
        days, categories = found.setdefault(employee, ([], []))
        days.append(day)
        categories.append(category)
    return found


def read_policies() -> Policies:
    from models.timekeeping.tables import RoundingPolicy

    clients: dict[int, Policy] = {}
    services: dict[int, Policy] = {}
    company = None
    for row in RoundingPolicy.select():
        policy = Policy(row.increment, row.direction, row.minimum, row.unit)
        if row.client_id is not None:
            clients[row.client_id] = policy
        elif row.service_id is not None:
            services[row.service_id] = policy
        else:
            company = policy
    return Policies(clients, services, company)


def price_entries(
    session: Session,
    pricing: Pricing,
    *,
    owners: Owners = None,
    ids: Collection[int] | None = None,
    client_id: int | None = None,
    deal_id: int | None = None,
    since: Instant | None = None,
    until: Instant | None = None,
    as_of: Instant | None = None,
) -> list[Priced]:
    """The entries of `owners` in order of start, priced for whoever asks. Where a day is rounded together, its other
    entries are read too, though not given back."""
    narrow = _of(owners)
    for column, value in (("client_id", client_id), ("deal_id", deal_id)):
        narrow += "" if value is None else f" AND t.{column} = {int(value)}"
    by_day = pricing.policies.by_day()
    if ids is not None:
        rows = _rows_of(pricing.side, ids, narrow)
        if by_day:
            rows = _with_neighbours(pricing.side, rows)
    else:
        margin = NEIGHBOURS if by_day else 0
        rows = read_rows(pricing.side, narrow, None if since is None else since - margin, None if until is None else until + margin)
    if as_of is not None:
        rows = [(*row[:6], max(row[5], as_of), *row[7:]) if row[6] is not None and row[6] > as_of else row for row in rows]
    found = price_rows(rows, pricing, session.now() if as_of is None else as_of)
    if by_day and ids is not None:
        wanted = frozenset(ids)
        found = [one for one in found if one.id in wanted]
    if ids is not None or by_day:
        found = [
            one
            for one in found
            if (since is None or one.started_at >= since) and (until is None or one.started_at < until)
        ]
    return found


def read_rows(side: str, narrow: str = "", since: Instant | None = None, until: Instant | None = None) -> list[Any]:
    """Rows for `price_rows`; `narrow` is SQL that follows `WHERE TRUE`."""
    values: list[Any] = [side]
    for sign, instant in ((">=", since), ("<", until)):
        if instant is not None:
            narrow += f" AND t.started_at {sign} ?"
            values.append(instant)
    sql = f"{ROWS} WHERE TRUE{narrow} ORDER BY t.started_at, t.id"
    return list(database.execute_sql(sql, values).fetchall())


def price_rows(rows: Iterable[Any], pricing: Pricing, now: Instant) -> list[Priced]:
    """Price rows of `read_rows`, which must hold whole days where those are rounded together."""
    side, book, categories, policies, zones = pricing
    spans = _Spans(pricing)
    known_rates: dict[Any, tuple[int | None, Money | None]] = {}
    known_policies: dict[Any, Policy] = {}
    own = {line.keys.entry for line in book.lines if line.keys.entry is not None}
    billing = side == "bill"
    groups: dict[Any, list[int]] = {}
    found: list[Priced] = []
    for entry, employee, client, deal, service, start, end, billable, fixed, *fixed_price in rows:
        day = zones[employee].day(start)
        seconds = ((min(now, planned_after(employee, start) or now) if end is None else end) - start) // SECOND
        if seconds < 0:
            seconds = 0
        billed, amount, by_day = seconds, None, False
        if billing and billable:
            both = (client, service)
            policy = known_policies.get(both)
            if policy is None:
                policy = known_policies[both] = policies.find(client, service)[0]
            billed = rounded(seconds, policy)
            by_day = policy.unit == "day"
        if fixed is not None:
            rank, hour, currency, billed, fixed_charge = fixed_price
            rate = None if hour is None else Money(hour, currency)
            amount = None if fixed_charge is None else Money(fixed_charge, currency)
        else:
            span = spans[day]
            place = (deal, client, employee, service, span, entry if entry in own else None)
            try:
                rank, rate = known_rates[place]
            except KeyError:
                held = book.find(
                    Keys(entry, deal, client, employee, service, category_on(categories.get(employee), day)), day
                )
                rank, rate = (None, None) if held is None else (held[0], Money(held[1].amount, held[1].currency))
                known_rates[place] = rank, rate
            if rate is not None and (billable or not billing):
                amount = Money(charge(billed, rate.amount), rate.currency)
        if by_day:
            group = (employee, client, deal, service, rate, day)
            if group in groups:
                groups[group].append(len(found))
            else:
                groups[group] = [len(found)]
        found.append(
            Priced(
                entry, employee, client, deal, service, start, end, seconds, bool(billable), day, rank, rate, billed,
                amount, fixed is not None, False,
            )
        )
    for group, places in groups.items():
        if len(places) > 1:
            _share_out(found, places, known_policies[group[1], group[3]])
    return found


class _Spans(dict[date, int]):
    """The number of the span of days in which a day lies: within one, neither a rate nor a category changes."""

    def __init__(self, pricing: Pricing) -> None:
        super().__init__()
        changes = {line.from_day for line in pricing.book.lines}
        changes |= {line.to_day + timedelta(days=1) for line in pricing.book.lines if line.to_day is not None}
        for days, _categories in pricing.categories.values():
            changes.update(days)
        self._changes = sorted(changes)

    def __missing__(self, day: date) -> int:
        span = self[day] = bisect_right(self._changes, day)
        return span


def _share_out(found: list[Priced], places: list[int], policy: Policy) -> None:
    """Round the entries of a day at those places together."""
    free = [place for place in places if not found[place].fixed]
    fixed = [found[place] for place in places if found[place].fixed]
    taken = sum(one.seconds for one in fixed), sum(one.rounded_seconds for one in fixed)
    for place, billed in zip(free, shared_out([found[place].seconds for place in free], policy, taken), strict=True):
        one = found[place]
        amount = None if one.rate is None else Money(charge(billed, one.rate.amount), one.rate.currency)
        found[place] = one._replace(rounded_seconds=billed, charge=amount)


def _rows_of(side: str, ids: Collection[int], narrow: str) -> list[Any]:
    wanted = sorted({int(one) for one in ids})
    rows: list[Any] = []
    for place in range(0, len(wanted), AT_ONCE):
        some = ", ".join(map(str, wanted[place : place + AT_ONCE]))
        rows += read_rows(side, f"{narrow} AND t.id IN ({some})")
    return sorted(rows, key=_by_start)


def _with_neighbours(side: str, rows: list[Any]) -> list[Any]:
    """The rows, and the other ones of the same employees on the same days."""
    spans: dict[int, tuple[Instant, Instant]] = {}
    for row in rows:
        first, last = spans.get(row[1], (row[5], row[5]))
        spans[row[1]] = min(first, row[5]), max(last, row[5])
    whole: dict[int, Any] = {row[0]: row for row in rows}
    for employee, (first, last) in spans.items():
        narrow = f" AND t.employee_id = {employee}"
        whole |= {row[0]: row for row in read_rows(side, narrow, first - NEIGHBOURS, last + NEIGHBOURS)}
    return sorted(whole.values(), key=_by_start)


def _by_start(row: Any) -> tuple[Instant, int]:
    return row[5], row[0]


def _zones() -> dict[int, LocalDays]:
    days: dict[str, LocalDays] = {}
    rows = database.execute_sql("SELECT id, timezone FROM employee").fetchall()
    return {employee: days.setdefault(zone, LocalDays(zone)) for employee, zone in rows}


def _without_what_is_hidden(session: Session, found: list[Priced], side: str) -> list[Priced]:
    """Semantics §8: pay is for oneself, accountants and administrators; what is billed is also for managers, and for
    who has the client."""
    actor = session.actor
    if actor.role in ("admin", "accountant") or side == "bill" and actor.role == "manager":
        return found
    own: frozenset[int] = frozenset()
    if side == "bill" and not all(one.employee_id == actor.id for one in found):
        rows = database.execute_sql("SELECT id FROM client WHERE owner_id = ?", (actor.id,)).fetchall()
        own = frozenset(row[0] for row in rows)
    return [
        one
        if one.employee_id == actor.id or one.client_id is not None and one.client_id in own
        else one._replace(rank=None, rate=None, rounded_seconds=one.seconds, charge=None, hidden=True)
        for one in found
    ]


def _of(owners: Owners) -> str:
    if owners is None:
        return ""
    return f" AND t.employee_id IN ({', '.join(str(owner) for owner in sorted(owners)) or 'NULL'})"
