"""Deals themselves: new, changed, taken to another type, merged, deleted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from peewee import fn

from models.clients.commands import new_client
from models.clients.tables import Client
from models.clients.views import find_client
from models.journal.commands import Pen
from models.journal.views import last_subject
from models.people import views as people
from models.people.rules import covers, writable
from models.pipeline import facts, rules
from models.pipeline.commands.steps import (
    Done,
    enter,
    instant_of_step,
    leave_visit,
    record_line,
    record_step,
    refuse,
)
from models.pipeline.commands.terms import TERMS, write_terms
from models.pipeline.fields import custom_values, filled_fields, find_field, parse_custom
from models.pipeline.rules import Attempt
from models.pipeline.tables import (
    CustomField,
    CustomValue,
    Deal,
    DealTerms,
    Hold,
    MoveRequest,
    StageMap,
    Tick,
    Visit,
)
from models.values.errors import NotFound, Refused
from models.values.instants import Instant
from models.values.language import _
from models.values.money import exponent
from models.values.text import clean_line, clean_text, search_key

if TYPE_CHECKING:
    from models.session import Session


def new_deal(
    session: Session,
    client: str,
    *,
    type_id: int,
    stage_id: int | None = None,
    title: str = "",
    amount: int | None = None,
    currency: str | None = None,
    expected: date | None = None,
    owner: str | None = None,
    source: str = "",
    at: Instant | None = None,
    custom: Mapping[str, str] | None = None,
) -> Done:
    """Start a deal; `amount` in minor units, `custom` values as typed by the field's name. An unknown client is made.
    Without `stage_id` it starts at the first active stage. Raises Refused `move_refused` with the objections, NotFound,
    Refused."""
    with session.writing():
        now, pen = session.now(), Pen()
        deal_type = facts.type_facts(type_id)
        owner_id = people.find_employee(owner).id if owner else session.actor.id
        if not covers(writable(session.actor), owner_id):
            raise NotFound(_("You may not start a deal for {who}.").format(who=repr(owner or session.actor.login)))
        if stage_id is not None and stage_id not in [stage.id for stage in deal_type.stages]:
            raise NotFound(_("There is no stage {name}.").format(name=stage_id))
        company_currency = people.company().currency
        currency = currency or company_currency
        exponent(currency)
        values = {
            field.id: parse_custom(field, text, company_currency)
            for field, text in ((find_field(type_id, name), text) for name, text in (custom or {}).items())
            if text
        }
        happened = now if at is None else at
        deal = Deal(
            deal_type=type_id, owner=owner_id, title=clean_line(title, _("Title")), amount=amount, currency=currency,
            expected_close=expected, source=clean_line(source, _("Source")), started_at=happened,
            entered_at=happened, created_at=now,
        )  # fmt: skip
        try:
            deal.client = find_client(session, client)
        except NotFound:
            deal.client = None
        attempt = facts.attempt_by(
            session, owner_id, deal_type,
            Attempt("start", target=stage_id, at=at, filled=filled_fields(deal, values)),
        )  # fmt: skip
        refuse(rules.judge(None, deal_type, attempt, now))
        stage = deal_type.stage(stage_id) if stage_id is not None else deal_type.active()[0]
        deal.stage = stage.id
        if deal.client_id is None:
            deal.client = new_client(session, pen, client, now)
        deal.title_key = title_key(Client.get_by_id(deal.client_id).name, deal.title)
        deal.id = free_deal_id()
        pen.insert_row(deal)
        write_terms(pen, deal, happened)
        for field_id, value in values.items():
            pen.insert(CustomValue, deal=deal.id, custom_field=field_id, value=value)
        enter(session, pen, deal, seq=1, stage_id=stage.id, at=happened, how="start", now=now)
        line = record_line(session, "deal.new", deal.id, pen, now, stage=stage.name)
    return Done(deal.id, 1, line)


def free_deal_id() -> int:
    """The next number of a deal: never one that a deleted deal had, which the journal still speaks of."""
    return max(int(Deal.select(fn.MAX(Deal.id)).scalar() or 0), last_subject("deal")) + 1


def set_deal(
    session: Session, deal_id: int, *, version: int | None = None, custom: Mapping[str, str] | None = None, **changes: Any
) -> Done:
    """Change title, amount (minor units or None), currency, expected_close, owner (a login), probability (0 to 100 or
    None), source or custom fields (as typed, by name; empty clears) of a deal, open or closed. Raises Refused,
    ChangedMeanwhile, NotFound."""
    with session.writing():
        now, pen = session.now(), Pen()
        deal = _changeable(session, deal_id, version, now)
        values = _checked_changes(session, deal, changes)
        values = {field: value for field, value in values.items() if getattr(deal, field) != value}
        pen.update(deal, **values)
        if not values.keys().isdisjoint(TERMS):
            write_terms(pen, deal, now)
        _set_custom(pen, deal, custom or {})
        if not pen.images:
            return Done(deal.id, deal.version, 0)  # nothing was changed, and nobody need look again
        return record_step(session, "deal.set", deal.id, pen, now, fields=sorted([*values, *(custom or {})]))


def retype_deal(
    session: Session,
    deal_id: int,
    type_id: int,
    stage_map: Mapping[int, int],
    *,
    reason: str = "",
    version: int | None = None,
) -> Done:
    """Take an open deal to another type. `stage_map` says for its stages which ones of the new type they stand for: the
    present one must be among them, the others count as visited there. Its history stays as it was made; open requests for
    stages of the old type are withdrawn.

    Judged as a start in the new type, in strict at most as far as the deal has come. Values of custom fields go along
    where the new type has a field of that name and kind. Raises as `move_deal`, and Refused `stage_unmapped`.
    """
    with session.writing():
        now, pen = session.now(), Pen()
        deal = facts.readable_deal(session, deal_id)
        old, new = facts.type_facts(deal.deal_type_id), facts.type_facts(type_id)
        if old.id == new.id:
            raise Refused("same_type", _("The deal is of that type already."))
        _check_map(old.name, stage_map, {s.id for s in old.stages}, {s.id for s in new.stages}, deal)
        carried = _carried_values(deal, type_id)
        attempt = Attempt(
            "retype", stage_map.get(deal.stage_id or 0), clean_text(reason, _("Reason"), 1000), None, version,
            filled=filled_fields(deal, [*carried]), number=rules.number_of(old, deal.stage_id) if deal.stage_id else 1,
        )  # fmt: skip
        attempt = facts.attempt_by(session, deal.owner_id, new, attempt)
        known = facts.deal_facts(session, deal, old, version)
        refuse(rules.judge(known, new, attempt, now))
        at, marked = instant_of_step(known, None, now)
        seq = leave_visit(session, pen, deal.id, at, "retyped", now, attempt.reason)
        pen.update(deal, deal_type_id=type_id, stage_id=attempt.target, entered_at=at)
        _write_map(pen, deal, stage_map)
        for request in MoveRequest.select().where(
            (MoveRequest.deal == deal.id) & (MoveRequest.state == "open") & MoveRequest.stage.is_null(False)
        ):
            pen.update(request, state="withdrawn", answered_at=now, answered_by_id=session.actor.id)
        for field_id, value in carried.items():
            if not CustomValue.get_or_none((CustomValue.deal == deal.id) & (CustomValue.custom_field == field_id)):
                pen.insert(CustomValue, deal=deal.id, custom_field=field_id, value=value)
        assert attempt.target is not None
        enter(
            session, pen, deal, seq=seq + 1, stage_id=attempt.target, at=at, how="retyped", now=now,
            reason=attempt.reason, marks="clock" if marked else "",
        )  # fmt: skip
        return record_step(
            session, "deal.retype", deal.id, pen, now,
            type=new.name, stage=new.stage(attempt.target).name, reason=attempt.reason,
        )  # fmt: skip


def delete_deal(session: Session, deal_id: int, *, version: int | None = None) -> Done:
    """Remove a deal with its history, activities and requests, as if it had never been; undo brings it back.

    Raises Refused `deal_has_time` where time was spent on it, `move_refused`; ChangedMeanwhile, NotFound.
    """
    with session.writing():
        now, pen = session.now(), Pen()
        deal = _changeable(session, deal_id, version, now)
        said = {"client": Client.get_by_id(deal.client_id).name, "title": deal.title}
        session.follow("deal_deleted", pen=pen, deal_id=deal.id)
        _delete_rows(pen, deal)
        return Done(deal_id, 0, record_line(session, "deal.delete", deal_id, pen, now, **said))


def merge_deals(session: Session, deal_id: int, other_id: int) -> Done:
    """Put two deals of one client together: the first stays, with the activities, time and answered requests of the
    other, and with what it has in fields that are empty here; the other's own history goes.

    Raises Refused `same_deal`, `other_client`, `move_refused`; NotFound.
    """
    with session.writing():
        now, pen = session.now(), Pen()
        deal, other = _changeable(session, deal_id, None, now), _changeable(session, other_id, None, now)
        if deal.id == other.id:
            raise Refused("same_deal", _("A deal cannot be merged with itself."))
        if deal.client_id != other.client_id:
            raise Refused("other_client", _("The deals are of two clients."))
        session.follow("deal_merged", pen=pen, deal_id=deal.id, other_id=other.id)
        for request in MoveRequest.select().where((MoveRequest.deal == other.id) & (MoveRequest.state != "open")):
            pen.update(request, deal_id=deal.id)
        filled: dict[str, Any] = {}
        if deal.amount is None and other.amount is not None:
            filled |= {"amount": other.amount, "currency": other.currency}
        for field in ("expected_close", "probability"):
            if getattr(deal, field) is None and getattr(other, field) is not None:
                filled[field] = getattr(other, field)
        for field in ("title", "source"):
            if not getattr(deal, field) and getattr(other, field):
                filled[field] = getattr(other, field)
        if "title" in filled:
            filled["title_key"] = title_key(Client.get_by_id(deal.client_id).name, filled["title"])
        pen.update(deal, **filled)
        if not filled.keys().isdisjoint(TERMS):
            write_terms(pen, deal, now)
        held = custom_values(deal.id)
        for field_id, value in _carried_values(other, deal.deal_type_id).items():
            if field_id not in held:
                pen.insert(CustomValue, deal=deal.id, custom_field=field_id, value=value)
        said = {"other": other.id, "title": other.title}
        _delete_rows(pen, other)
        done = record_step(session, "deal.merge", deal.id, pen, now, **said)
        session.follow("steps_taken_back", deal_id=deal.id)
        return done


def note_next_due(deal_id: int, due_at: Instant | None) -> None:
    """Keep beside a deal when its next open activity is due, for lists that sort by it (called by activities)."""
    Deal.update(next_due_at=due_at).where(Deal.id == deal_id).execute()


def follow_client_renamed(session: Session, *, client_id: int, name: str) -> None:
    """The order by name follows the client's new name."""
    for deal in Deal.select(Deal.id, Deal.title).where(Deal.client == client_id):
        Deal.update(title_key=title_key(name, deal.title)).where(Deal.id == deal.id).execute()


def title_key(client: str, title: str) -> str:
    """What a list by name sorts and searches by."""
    return search_key(f"{client} {title}")


def _changeable(session: Session, deal_id: int, version: int | None, now: Instant) -> Deal:
    """The row, where the actor may change it and nobody has since `version`. Raises as `move_deal`."""
    deal = facts.readable_deal(session, deal_id)
    deal_type = facts.type_facts(deal.deal_type_id)
    attempt = facts.attempt_by(session, deal.owner_id, deal_type, Attempt("set", version=version))
    if version is not None and version != deal.version:
        refuse(rules.judge(facts.deal_facts(session, deal, deal_type, version), deal_type, attempt, now))
    if not attempt.may:
        refuse([rules.objection_authority(_("You may not change this deal."), list(attempt.people))])
    return deal


def _check_map(
    type_name: str, stage_map: Mapping[int, int], old: set[int], new: set[int], deal: Deal
) -> None:
    if not stage_map.keys() <= old or not set(stage_map.values()) <= new:
        raise NotFound(_("The map names a stage that its type does not have."))
    if deal.outcome == "open" and deal.stage_id not in stage_map:
        raise Refused("stage_unmapped", _("Say which stage of the new type the deal's present stage stands for."))


def _write_map(pen: Pen, deal: Deal, stage_map: Mapping[int, int]) -> None:
    """Keep what the stages that the deal has visited stand for in the new type."""
    visited = {row[0] for row in Visit.select(Visit.stage).where(Visit.deal == deal.id).tuples()}
    known = set(StageMap.select(StageMap.from_stage, StageMap.to_stage).where(StageMap.deal == deal.id).tuples())
    for start, end in stage_map.items():
        if start in visited and (start, end) not in known:
            pen.insert(StageMap, deal=deal.id, from_stage=start, to_stage=end)


def _carried_values(deal: Deal, type_id: int) -> dict[int, str]:
    """The deal's values by the id of the new type's field of the same name and kind; what it held there before stays."""
    target = {
        (field.name_key, field.kind): field.id
        for field in CustomField.select().where((CustomField.deal_type == type_id) & CustomField.archived_at.is_null())
    }
    held = custom_values(deal.id)
    carried = {field_id: value for field_id, value in held.items() if field_id in target.values()}
    for field in CustomField.select().where(CustomField.id.in_([*held])):
        wanted = target.get((field.name_key, field.kind))
        if wanted is not None:
            carried.setdefault(wanted, held[field.id])
    return carried


def _delete_rows(pen: Pen, deal: Deal) -> None:
    """Delete a deal and all that the pipeline keeps of it, what refers before what is referred to."""
    visits = Visit.select(Visit.id).where(Visit.deal == deal.id)
    for row in Tick.select().where(Tick.visit.in_(visits)):
        pen.delete(row)
    for kind in (MoveRequest, CustomValue, StageMap, Hold):
        for row in kind.select().where(kind.deal == deal.id):
            pen.delete(row)
    for row in Visit.select().where(Visit.deal == deal.id).order_by(Visit.seq.desc()):
        pen.delete(row)
    for row in DealTerms.select().where(DealTerms.deal == deal.id):
        pen.delete(row)
    pen.delete(deal)


def _set_custom(pen: Pen, deal: Deal, custom: Mapping[str, str]) -> None:
    currency = people.company().currency
    for name, text in custom.items():
        field = find_field(deal.deal_type_id, name)
        row = CustomValue.get_or_none((CustomValue.deal == deal.id) & (CustomValue.custom_field == field.id))
        if not text.strip():
            if row is not None:
                pen.delete(row)
        elif row is None:
            pen.insert(CustomValue, deal=deal.id, custom_field=field.id, value=parse_custom(field, text, currency))
        else:
            pen.update(row, value=parse_custom(field, text, currency))


def _checked_changes(session: Session, deal: Deal, changes: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field, value in changes.items():
        match field:
            case "title":
                values["title"] = clean_line(value, _("Title"))
                client = Client.get_by_id(deal.client_id)
                values["title_key"] = title_key(client.name, values["title"])
            case "source":
                values["source"] = clean_line(value, _("Source"))
            case "owner":
                owner = people.find_employee(value).id
                if not covers(writable(session.actor), owner) and session.actor.role != "admin":
                    raise NotFound(_("You may not give a deal to {who}.").format(who=repr(value)))
                values["owner_id"] = owner
            case "currency":
                exponent(value)
                values["currency"] = value
            case "amount" | "expected_close" | "probability":
                values[field] = value
            case _:
                raise Refused("unknown_field", _("A deal has no {field}.").format(field=repr(field)))
    return values
