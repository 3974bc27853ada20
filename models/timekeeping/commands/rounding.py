"""Setting how billable time is rounded. None changes what is approved, invoiced or paid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.clients.tables import Client
from models.journal.commands import Pen, record
from models.people.commands import must_set_up
from models.timekeeping.commands.prices import reprice
from models.timekeeping.rules.rates import Keys
from models.timekeeping.rules.rounding import DIRECTIONS, INCREMENTS, LONGEST_MINIMUM, UNITS, Policy
from models.timekeeping.tables import RoundingPolicy, Service
from models.timekeeping.views.prices import read_policies, read_pricing
from models.values.errors import NotFound, Refused, Usage
from models.values.language import _

if TYPE_CHECKING:
    from models.session import Session


def set_rounding(
    session: Session,
    *,
    client_id: int | None = None,
    service_id: int | None = None,
    policy: Policy,
    confirmed: bool = False,
) -> None:
    """Set the policy of a client, a service or (neither) the company.

    Raises Refused `bad_policy`, `confirmation_needed` (the charge of entries would change); Usage `bad_combination`;
    NotFound.
    """
    must_set_up(session)
    _check(policy)
    with session.writing():
        pen, row = Pen(), _found(client_id, service_id)
        before = read_pricing("bill")
        if row is None:
            pen.insert(RoundingPolicy, client_id=client_id, service_id=service_id, **policy._asdict())
        else:
            pen.update(row, **policy._asdict())
        at = session.now()
        after = before._replace(policies=read_policies())
        keys = Keys(client=client_id, service=service_id)
        reprice(session, pen, before, after, keys=keys, asks=not confirmed, at=at)
        _record(session, "rounding.set", client_id, service_id, pen, at)


def drop_rounding(
    session: Session, *, client_id: int | None = None, service_id: int | None = None, confirmed: bool = False
) -> None:
    """Take a policy away. Raises Refused `confirmation_needed`; Usage `bad_combination`; NotFound."""
    must_set_up(session)
    with session.writing():
        pen, row = Pen(), _found(client_id, service_id)
        if row is None:
            raise NotFound(_("There is no such rounding."))
        before = read_pricing("bill")
        pen.delete(row)
        at = session.now()
        after = before._replace(policies=read_policies())
        keys = Keys(client=client_id, service=service_id)
        reprice(session, pen, before, after, keys=keys, asks=not confirmed, at=at)
        _record(session, "rounding.drop", client_id, service_id, pen, at)


def _found(client_id: int | None, service_id: int | None) -> RoundingPolicy | None:
    if client_id is not None and service_id is not None:
        raise Usage("bad_combination", _("Rounding is set for the company, a client or a service."))
    if client_id is not None and Client.get_or_none(Client.id == client_id) is None:
        raise NotFound(_("There is no client {id}.").format(id=client_id))
    if service_id is not None and Service.get_or_none(Service.id == service_id) is None:
        raise NotFound(_("There is no service {name}.").format(name=service_id))
    client = RoundingPolicy.client.is_null() if client_id is None else RoundingPolicy.client == client_id
    service = RoundingPolicy.service.is_null() if service_id is None else RoundingPolicy.service == service_id
    return RoundingPolicy.get_or_none(client & service)


def _check(policy: Policy) -> None:
    if policy.increment is not None and policy.increment not in INCREMENTS:
        raise Refused(
            "bad_policy",
            _("Time is rounded to {known} minutes, or not at all.").format(known=", ".join(map(str, INCREMENTS))),
        )
    if policy.direction not in DIRECTIONS or policy.unit not in UNITS:
        raise Refused("bad_policy", _("Rounding goes up, nearest or down, for each entry or a day."))
    if not 0 <= policy.minimum <= LONGEST_MINIMUM:
        raise Refused("bad_policy", _("The minimum is from 0 to {most} minutes.").format(most=LONGEST_MINIMUM))


def _record(
    session: Session, command: str, client_id: int | None, service_id: int | None, pen: Pen, at: int
) -> None:
    if client_id is not None:
        subject, subject_id = "client", client_id
    elif service_id is not None:
        subject, subject_id = "service", service_id
    else:
        subject, subject_id = "company", 1
    record(
        at=at, employee_id=session.actor.id, command=command, subject=subject, subject_id=subject_id, images=pen.images
    )
