"""The fields of a deal that stages may ask for: those of every deal, and the custom ones of its type."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from models.clients.tables import Contact
from models.pipeline.tables import CustomField, CustomValue, Deal
from models.values.dates import full_day
from models.values.errors import NotFound, Refused
from models.values.instants import parse_day
from models.values.language import _
from models.values.money import Money, money_text, parse_amount
from models.values.text import clean_line, quoted, search_key

FIELDS = ("amount", "expected", "contact", "source", "title", "probability")
KINDS = ("text", "number", "money", "date", "choice", "yes/no")
CUSTOM = "custom:"

_NUMBER = re.compile(r"[-\u2212]?[0-9]{1,15}(?:[.,][0-9]{1,9})?")
_CURRENCY = re.compile(r"[A-Z]{3}")


def field_name(field: str) -> str:
    """A field of every deal as people call it."""
    return {
        "amount": _("amount"), "expected": _("expected close"), "contact": _("contact"), "source": _("source"),
        "title": _("title"), "probability": _("probability"),
    }[field]  # fmt: skip


def custom_key(field_id: int) -> str:
    """The key of a custom field among those that a stage may ask for."""
    return f"{CUSTOM}{field_id}"


def find_field(type_id: int, text: str) -> CustomField:
    """A custom field in use of a type by name or id. Raises NotFound."""
    rows = list(CustomField.select().where((CustomField.deal_type == type_id) & CustomField.archived_at.is_null()))
    for row in rows:
        if row.name_key == search_key(text):
            return row
    for row in rows:
        if str(row.id) == text:
            return row
    raise NotFound(_("There is no field {name}.").format(name=quoted(text)), [{"id": row.id, "name": row.name} for row in rows])


def find_any_field(type_id: int, text: str) -> tuple[str | None, int | None]:
    """A field by name: one of every deal (its code or as people call it), or the id of a custom one. Raises NotFound."""
    field = field_of_every_deal(text)
    return (field, None) if field else (None, int(find_field(type_id, text).id))


def field_of_every_deal(text: str) -> str | None:
    """The code of a field that every deal has, by its code or as people call it; None for any other."""
    said = search_key(text)
    if said == "expected_close":
        return "expected"
    return next((field for field in FIELDS if said in (field, search_key(field_name(field)))), None)


def parse_custom(field: CustomField, text: str, currency: str) -> str:
    """What is stored of a value as a person typed it; `currency` is meant where an amount names none.

    Raises Refused `bad_value`, `bad_amount`, `bad_currency`, `bad_text`; Usage `bad_date`.
    """
    said = clean_line(text, field.name)
    match field.kind:
        case "number":
            if not _NUMBER.fullmatch(said):
                raise Refused("bad_value", _("{field}: {text} is no number.").format(field=field.name, text=quoted(said)))
            return said.replace(",", ".").replace("\u2212", "-")
        case "money":
            amount, _space, code = said.rpartition(" ")
            if not _CURRENCY.fullmatch(code):
                amount, code = said, currency
            return f"{parse_amount(amount, code)} {code}"
        case "date":
            return parse_day(said).isoformat()
        case "choice":
            return _chosen(field, said)
        case "yes/no":
            return _yes_or_no(field, said)
    return said


def custom_text(kind: str, value: str) -> str:
    """A stored value as people read it."""
    if kind == "money":
        amount, _space, currency = value.partition(" ")
        return money_text(Money(int(amount), currency))
    if kind == "date":
        return full_day(date.fromisoformat(value))
    if kind == "yes/no":
        return _("yes") if value == "yes" else _("no")
    return value


def custom_values(deal_id: int) -> dict[int, str]:
    """What the custom fields of a deal hold, by the field's id."""
    query = CustomValue.select(CustomValue.custom_field, CustomValue.value).where(CustomValue.deal == deal_id)
    return dict(query.tuples())


def filled_fields(deal: Deal, custom: Iterable[int]) -> frozenset[str]:
    """The keys of the fields of a deal that hold something; `custom` are the ids of the custom ones that do."""
    held = {
        "title": deal.title != "", "source": deal.source != "", "amount": deal.amount is not None,
        "expected": deal.expected_close is not None, "probability": deal.probability is not None,
        "contact": deal.client_id is not None
        and Contact.select().where(Contact.client == deal.client_id).exists(),
    }  # fmt: skip
    return frozenset(key for key, full in held.items() if full) | {custom_key(one) for one in custom}


def _chosen(field: CustomField, said: str) -> str:
    choices = field.choices.split("\n")
    for choice in choices:
        if search_key(choice) == search_key(said):
            return choice
    raise Refused(
        "bad_value",
        _("{field} is one of: {choices}.").format(field=field.name, choices=", ".join(choices)),
        [{"name": choice} for choice in choices],
    )


def _yes_or_no(field: CustomField, said: str) -> str:
    key = search_key(said)
    if key in ("yes", "y", "true", "1", search_key(_("yes"))):
        return "yes"
    if key in ("no", "n", "false", "0", search_key(_("no"))):
        return "no"
    raise Refused("bad_value", _("{field} is yes or no.").format(field=field.name))
