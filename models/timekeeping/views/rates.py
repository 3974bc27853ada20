"""The rates and policies that are set, and why an entry has the price it has."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from models.people.rules import may_set_rates
from models.storage.database import database
from models.timekeeping.rules.rates import LADDER, Keys, category_on, rank_of
from models.timekeeping.rules.rounding import Policy
from models.timekeeping.views.prices import price, read_policies, read_pricing, read_rates
from models.values.errors import NotFound
from models.values.language import _
from models.values.money import Money

if TYPE_CHECKING:
    from models.session import Session


class RateShown(NamedTuple):
    """A rate as it was set; names of what it is for, None where it is for any."""

    id: int
    side: str
    rank: int
    keys: Keys
    deal_id: int | None
    client: str | None
    employee: str | None
    service: str | None
    category: str | None
    from_day: date
    to_day: date | None
    amount: Money

    @property
    def scope(self) -> str:
        """What it is for, in words."""
        said = [
            "" if self.keys.entry is None else _("entry {id}").format(id=self.keys.entry),
            "" if self.deal_id is None else _("deal {id}").format(id=self.deal_id),
            self.client, self.employee, self.service, self.category,
        ]  # fmt: skip
        return ", ".join(filter(None, said)) or _("the company")


class Step(NamedTuple):
    """A rank for an entry: what it is for in words, and the rate that it holds."""

    rank: int
    scope: str
    rate: Money | None


class Explained(NamedTuple):
    """Why an entry has its price. `won` is the rank of the price it has; a fixed price may differ from the ladder."""

    id: int
    day: date
    ladder: list[Step]
    won: int | None
    rate: Money | None
    seconds: int
    rounded_seconds: int
    policy: Policy
    policy_of: str | None
    charge: Money | None
    fixed: bool


class PolicyShown(NamedTuple):
    """A policy and whose it is: a client's, a service's, or (neither) the company's."""

    client: str | None
    service: str | None
    policy: Policy
    client_id: int | None = None
    service_id: int | None = None

    @property
    def scope(self) -> str:
        """Whose it is, in words."""
        return self.client or self.service or _("the company")


def rates(session: Session, side: str | None = None) -> list[RateShown]:
    """The rates, by side, rank and day. Raises NotFound to who may not see them."""
    _must_see(session)
    names = _names()
    found = []
    for one in ("bill", "pay") if side is None else (side,):
        for line in read_rates(one):
            keys, rank = line.keys, rank_of(line.keys)
            found.append(
                RateShown(
                    line.id, one, rank or 0, keys, keys.deal, names["client"].get(keys.client),
                    names["employee"].get(keys.employee), names["service"].get(keys.service),
                    names["category"].get(keys.category), line.from_day, line.to_day, Money(line.amount, line.currency),
                )
            )
    return sorted(found, key=lambda rate: (rate.side, rate.rank, *(key or 0 for key in rate.keys), rate.from_day))


def rate(session: Session, rate_id: int) -> RateShown:
    """One rate. Raises NotFound."""
    for one in rates(session):
        if one.id == rate_id:
            return one
    raise NotFound(_("There is no rate {id}.").format(id=rate_id))


def roundings(session: Session) -> list[PolicyShown]:
    """The policies that are set: the company's, services', clients'."""
    policies, names = read_policies(), _names()
    found = [] if policies.company is None else [PolicyShown(None, None, policies.company)]
    found += [PolicyShown(None, names["service"][key], policy, service_id=key) for key, policy in sorted(policies.services.items())]
    # A rep is told of clients that they may read, and no others.
    from models.clients.views import card

    for key, policy in sorted(policies.clients.items()):
        try:
            found.append(PolicyShown(card(session, key).name, None, policy, client_id=key))
        except NotFound:
            continue
    return found


def rounding(session: Session, *, client_id: int | None = None, service_id: int | None = None) -> PolicyShown:
    """The policy that is set for that client, that service or (neither) the company. Raises NotFound."""
    policies = read_policies()
    if client_id is not None:
        from models.clients.views import card

        name, policy = card(session, client_id).name, policies.clients.get(client_id)
        found = None if policy is None else PolicyShown(name, None, policy, client_id=client_id)
    elif service_id is not None:
        policy = policies.services.get(service_id)
        found = None if policy is None else PolicyShown(None, _names()["service"][service_id], policy, service_id=service_id)
    else:
        found = None if policies.company is None else PolicyShown(None, None, policies.company)
    if found is None:
        raise NotFound(_("There is no such rounding."))
    return found


def explain(session: Session, entry_id: int, side: str = "bill") -> Explained:
    """The whole ladder for an entry, which rank won, and how its time was rounded. Raises NotFound where the actor may
    not read the entry or its price."""
    one = price(session, entry_id, side)
    if one.hidden:
        raise NotFound(_("There is no time entry {id}.").format(id=entry_id))
    pricing = read_pricing(side)
    category = category_on(pricing.categories.get(one.employee_id), one.day)
    keys = Keys(one.id, one.deal_id, one.client_id, one.employee_id, one.service_id, category)
    policy, policy_of = pricing.policies.find(one.client_id, one.service_id)
    said = _said(keys)
    ladder = [
        Step(
            rung.rank,
            ", ".join(said[name] for name in LADDER[rung.rank - 1]) or _("the company"),
            None if rung.line is None else Money(rung.line.amount, rung.line.currency),
        )
        for rung in pricing.book.ladder(keys, one.day)
    ]
    return Explained(
        one.id, one.day, ladder, one.rank, one.rate, one.seconds, one.rounded_seconds, policy, policy_of, one.charge,
        one.fixed,
    )


def _said(keys: Keys) -> dict[str, str]:
    """What each key of an entry is called."""
    names = _names()
    told = {
        "entry": _("this entry"),
        "deal": _("no deal") if keys.deal is None else _("deal {id}").format(id=keys.deal),
        "client": names["client"].get(keys.client) or _("no client"),
        "employee": names["employee"].get(keys.employee) or "",
        "service": names["service"].get(keys.service) or _("no service"),
        "category": names["category"].get(keys.category) or _("no category"),
    }
    return told


def _names() -> dict[str, dict[int | None, str]]:
    return {
        table: dict(database.execute_sql(f"SELECT id, {column} FROM {table}").fetchall())
        for table, column in (("client", "name"), ("employee", "login"), ("service", "name"), ("category", "name"))
    }


def _must_see(session: Session) -> None:
    if not may_set_rates(session.actor):
        raise NotFound(_("Only an accountant or an administrator may see that."))
