"""The card of a client: what stands on it, line by line, and how a line is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len

from models.activities.views import Activity
from models.clients.views import ContactLine
from models.overview.client_card import WholeClient
from models.overview.worked import Worked, budget_text, charge_text, hours_text
from models.pipeline.views import ActionLine, DealLine
from models.statistics.time import Sums, amounts
from models.timekeeping.views import Entry
from models.values.dates import day_text
from models.values.durations import clock_text, short_age
from models.values.instants import SECOND, local_day
from models.values.language import _
from models.values.money import money_text, short_money
from tui.widgets.checklist import done_words
from tui.widgets.lines import Part
from tui.widgets.words import cells, symbol
from tui.widgets.work import activity_line

if TYPE_CHECKING:
    from models.session import Session

LABEL = 11  # cells that the label of a fact has at least


@dataclass(frozen=True)
class Fact:
    """A line of the card that says one thing about the client."""

    label: str
    value: str


@dataclass(frozen=True)
class Coming:
    """What usually comes next for the deal above, with and without saying so."""

    text: str
    bare: str


CardItem = str | Fact | Coming | Sums | ContactLine | DealLine | ActionLine | Activity | Entry


def card_items(whole: WholeClient, comings: Mapping[int, Coming]) -> list[CardItem]:
    """The card as lines: details, deals, contacts, activities, time."""
    words = labels()
    items: list[CardItem] = [whole.client.name]
    items += [Fact(words[key], value) for key, value in whole.client.details.items() if value]
    items += _worked_items(whole.worked)
    parts: list[tuple[str, Sequence[CardItem]]] = [
        (_("Deals"), [line for deal in whole.deals for line in (deal, *_below(whole, comings, deal))]),
        (_("Contacts"), whole.client.contacts),
        (_("Activities"), whole.activities),
        (_("Time by stage"), whole.worked.stages if whole.worked is not None else ()),
        (_("Time"), whole.entries),
    ]
    for heading, lines in parts:
        if lines:
            items += ["", heading, *lines]
    return items


def _below(whole: WholeClient, comings: Mapping[int, Coming], deal: DealLine) -> list[CardItem]:
    """What stands below a deal: what usually comes next, its checklist."""
    coming = comings.get(deal.id)
    return [*([coming] if coming is not None else []), *whole.checklists.get(deal.id, ())]


def _worked_items(worked: Worked | None) -> list[CardItem]:
    """What was worked and is unbilled, and how far the budget is spent."""
    if worked is None:
        return []
    total = worked.total
    said = "  ".join(part for part in (hours_text(total.seconds), charge_text(total)) if part)
    unbilled = " + ".join(money_text(one) for one in amounts(total.unbilled))
    items: list[CardItem] = [Fact(_("Worked"), said)]
    if unbilled:
        items.append(Fact(_("Unbilled"), unbilled))
    if worked.budget is not None:
        mark = f"{symbol('!')} " if worked.budget.warning is not None else ""
        items.append(Fact(_("Budget"), mark + budget_text(worked.budget)))
    return items


def draw(item: CardItem, width: int, label: int, session: Session) -> Sequence[Part]:
    """A line of the card in `width` cells, of which labels have `label`."""
    now, zone = session.now(), session.actor.timezone
    if isinstance(item, str):
        return [(cells(f" {item}", width), "head")]
    if isinstance(item, Fact):
        return [(cells(f" {item.label}", label) + " ", "muted"), (cells(item.value, width - label - 1), "")]
    if isinstance(item, Coming):
        said = f"     {item.text}"
        return [(cells(said if len(said) < width else f"     {symbol('→')} {item.bare}", width), "muted")]
    if isinstance(item, Sums):
        money = cells(charge_text(item), 16, right=True)
        name = item.name or _("no deal or before its first stage")
        return [(cells(f"   {name}", width - 27), "muted"), (cells(hours_text(item.seconds), 9, right=True), ""), (f" {money} ", "muted")]
    if isinstance(item, ContactLine):
        reach = "  ".join(part for part in (item.phone, item.position, item.mail) if part)
        return [(cells(f"   {item.name}", 22), ""), (cells(f" {reach}", width - 22), "muted")]
    if isinstance(item, ActionLine):
        done = item.done_at is not None
        said = done_words(item, session)
        if item.done_at is not None and cell_len(item.text) + cell_len(said) + 8 > width:
            said = day_text(local_day(item.done_at, zone), local_day(now, zone))  # what was done goes before who did it
        mark = symbol("✓") if done else symbol("☐")
        room = width - 8 - len(said)
        return [(f"     {mark} ", "muted" if done else ""), (cells(item.text, room) + " ", "muted" if done else ""), (said, "muted")]
    if isinstance(item, Activity):
        return activity_line(item, now, zone, width, client=False)
    if isinstance(item, Entry):
        day = cells(day_text(local_day(item.started_at, zone), local_day(now, zone)), 8)
        mark = symbol("◷") if item.ended_at is None else " "
        words = " · ".join(part for part in (item.service, item.deal, item.note) if part)
        time = cells(clock_text(item.seconds), 9, right=True)
        return [(f" {mark} {day} ", "timer" if item.ended_at is None else "muted"), (cells(words, width - 22), ""), (f"{time} ", "")]
    state = {"won": _("won"), "lost": _("lost")}.get(item.outcome) or item.stage or ""
    age = short_age((now - item.entered_at) // SECOND) if item.outcome == "open" else ""
    mark = symbol("‖") if item.held else " "
    money = cells(short_money(item.amount) if item.amount else "", 9, right=True)
    title = item.title or item.type
    room = width - 3 - 1 - 1 - 9 - 8
    stage = min(18, room * 2 // 5)
    return [
        (f" {mark} {cells(title, room - stage)} ", "" if item.outcome == "open" else "muted"),
        (f"{cells(state, stage)} ", "muted"),
        (money + cells(age, 7, right=True) + " ", "" if item.outcome == "open" else "muted"),
    ]


def label_width() -> int:
    """Cells that the longest label of a fact has, in the person's language."""
    return max(LABEL, 1 + max(map(cell_len, (*labels().values(), _("Worked"), _("Unbilled"), _("Budget")))))


def labels() -> dict[str, str]:
    return {
        "street": _("Street"),
        "city": _("City"),
        "postcode": _("Postcode"),
        "country": _("Country"),
        "vat_id": _("VAT id"),
        "registration_id": _("Reg. id"),
        "phone": _("Phone"),
        "mail": _("Mail"),
    }
