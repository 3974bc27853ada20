"""The detail pane: all of the deal under the cursor, below the columns or beside them."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content

from models.overview.board import Detail
from models.people.rules import Actor
from models.values.dates import day_text, moment_text
from models.values.durations import short_age
from models.values.instants import Instant, local_day
from models.values.language import _
from models.values.money import money_text
from models.values.text import shown
from tui.board.columns import kind_word
from tui.widgets.still import Still
from tui.widgets.words import cells, styled, symbol

if TYPE_CHECKING:
    from models.pipeline.views import RequestLine

MOST_LINES = 3  # of one thing beside the columns
Part = str | tuple[str, str]


class Pane(Still):
    """Shows a deal; `side` tells whether there is room for one thing a line."""

    def __init__(self) -> None:
        super().__init__(id="pane")

    def show(self, detail: Detail | None, actor: Actor, now: Instant, coming: str = "", order: Sequence[int] = ()) -> None:
        """Show the deal and what usually comes next for it, or nothing; `order` is that of the stages, by their ids."""
        if detail is None:
            self.show_text(styled(""))
        elif self.size.height > 8:
            self.show_text(beside(_ahead_first(detail, order), actor, now, self.content_size.width, coming))
        else:
            self.show_text(below(_ahead_first(detail, order), actor, now, self.content_size.width, coming))


def _ahead_first(detail: Detail, order: Sequence[int]) -> Detail:
    """With the stages to which it may go, or may not, from the next one on, then those before the present one."""
    card, place = detail.card, {stage_id: number for number, stage_id in enumerate(order)}
    here = place.get(card.stage_id or 0, -1)

    def behind(stage_id: int) -> bool:
        return place.get(stage_id, len(place)) < here

    allowed = tuple(sorted(card.allowed, key=lambda one: behind(one[0])))
    refused = tuple(sorted(card.refused, key=lambda one: behind(one.stage_id)))
    return detail._replace(card=card._replace(allowed=allowed, refused=refused))


def below(detail: Detail, actor: Actor, now: Instant, width: int, coming: str = "") -> Content:
    """Four lines: what it is; where it stands and what comes next; its way so far and what usually follows; where it may go."""
    card = detail.card
    name = card.client + (f" {symbol('·')} {card.title}" if card.title else "")
    right = "  ".join(part for part in (_amount(detail), _expected(detail, now, actor), _percent(detail)) if part)
    first = cells(name, max(10, width - len(right) - 2)) + "  "
    stand = f" {symbol('·')} ".join(
        part
        for part in (_here(detail), _next(detail, actor, now), _checks(detail), _owner(detail), _time(detail), _budget(detail, short=True))
        if part
    )
    asked = "  ".join(request_words(one) for one in detail.card.requests)
    way = _way(detail, _("usually next: {what}").format(what=coming) if coming else "")
    return styled(
        (first, "bold"),
        right + "\n",
        cells(stand, width) + "\n",
        (cells(f"{asked}  " if asked else "", min(width, len(asked) + 2 if asked else 0)), "bold"),
        (cells(way, width - min(width, len(asked) + 2 if asked else 0)) + "\n", "dim"),
        *_moves_line(detail, width),
    )


def beside(detail: Detail, actor: Actor, now: Instant, width: int, coming: str = "") -> Content:
    """One thing a line, the stages one below the other with the time spent at each."""
    card = detail.card
    parts: list[Part] = [(cells(card.client, width) + "\n", "bold")]
    if card.title:
        parts.append(cells(card.title, width) + "\n")
    parts.append("\n")
    rows = [
        (_("Amount"), _amount(detail)),
        (_("Expected"), _expected(detail, now, actor, bare=True)),
        (_("Probability"), _percent(detail)),
        (_("Owner"), card.owner_name),
        (_("Contact"), detail.contact or detail.phone or ""),
        ("", detail.phone if detail.contact else ""),
        (_("Next step"), _next(detail, actor, now, bare=True)),
        (_("Time"), _time(detail, bare=True)),
        (_("Budget"), _budget(detail)),
        (_("On hold"), card.hold_reason if card.held_at is not None else ""),
        (_("Trail"), card.trail + _covered(detail)),
    ]
    for label, value in rows:
        if value:
            room = max(8, width - 15)
            said = wrap(shown(value), room, max_lines=MOST_LINES, placeholder=symbol("…"))
            for number, text in enumerate(said):
                parts += [(cells("" if number else label, 14) + " ", "dim"), cells(text, room).rstrip() + "\n"]
    if coming:
        parts += [(_("Usually next") + "\n", "dim"), cells(f"  {coming}", width).rstrip() + "\n"]
    parts.append("\n")
    if card.stage_actions:
        for line in card.stage_actions:
            done = line.done_at is not None
            when = day_text(local_day(line.done_at, actor.timezone)) if line.done_at is not None else ""
            if done and cell_len(line.text) + cell_len(f"{line.done_by} {when}") + 4 <= width:
                when = f"{line.done_by} {when}"
            text = cells(line.text, width - 3 - len(when)) if when else cells(line.text, width - 2)
            parts += [(f"{symbol('✓') if done else symbol('☐')} {text}", "dim" if done else "")]
            parts.append((f" {when}\n" if when else "\n", "dim"))
        parts.append("\n")
    for request in card.requests:
        parts.append((cells(request_words(request), width) + "\n", "bold"))
        if request.reason:
            parts.append((cells(f"  {request.reason}", width) + "\n", "dim"))
        parts.append("\n")
    for visit in card.visits[-8:]:
        lasting = visit.left_at is None
        over = lasting and detail.long
        age = cells(short_age(visit.seconds), 8, right=True)
        mark = symbol("▸") if lasting else " "
        parts += [(f"{mark} " + cells(visit.stage, width - 12), "bold" if lasting else ""), (age, "$warning" if over else "")]
        parts.append((" !\n" if over else "\n", "$warning"))
    parts.append("\n")
    if detail.worked is not None and detail.worked.stages:
        from models.overview.worked import charge_text, hours_text

        parts.append((_("Time by stage") + "\n", "dim"))
        for sums in detail.worked.stages:
            money = charge_text(sums)
            room = width - 9 - len(money) - 1
            name = sums.name or _("before the first stage")
            parts += [(cells(f"  {name}", room), "dim"), cells(hours_text(sums.seconds), 9, right=True), (f" {money}\n", "dim")]
        parts.append("\n")
    for _stage_id, stage in card.allowed:
        parts.append((cells(f"{symbol('→')} {stage}", width) + "\n", ""))
    for refusal in card.refused:
        why = refusal.objections[0]
        parts.append((cells(f"  {refusal.stage}: {why.lift or why.message}", width) + "\n", "dim"))
    return styled(*parts)


def request_words(request: RequestLine) -> str:
    """`? anna: → Closing the deal`: who asks for which move."""
    return f"? {request.asked_by}: {symbol('→')} {request.stage or _('won')}"


def _checks(detail: Detail) -> str:
    """`1/3 ☐ offer sent (t)`: how much of the checklist is done, and what is to be done next."""
    lines = detail.card.stage_actions
    if not lines:
        return ""
    left = [line for line in lines if line.done_at is None]
    first = next((line for line in left if line.required), left[0] if left else None)
    done = f"{len(lines) - len(left)}/{len(lines)}"
    return f"{done} {symbol('✓')}" if first is None else f"{done} {symbol('☐')} {first.text} (t)"


def _moves_line(detail: Detail, width: int) -> list[Part]:
    """Allowed moves, then refused ones with what would lift the refusal, as far as they fit."""
    said = [f"{symbol('→')} {stage}" for _id, stage in detail.card.allowed]
    allowed = cells("  ".join(said), min(width, sum(len(s) + 2 for s in said))) if said else ""
    refused = "  ".join(
        f"{refusal.stage}: {refusal.objections[0].lift or refusal.objections[0].message}"
        for refusal in detail.card.refused
    )
    room = width - len(allowed)
    return [allowed, (cells(refused, room) if refused and room > 12 else "", "dim")]


def _amount(detail: Detail) -> str:
    return money_text(detail.card.amount) if detail.card.amount else ""


def _expected(detail: Detail, now: Instant, actor: Actor, *, bare: bool = False) -> str:
    day = detail.card.expected_close
    if day is None:
        return ""
    text = day_text(day, local_day(now, actor.timezone))
    return text if bare else _("expected {day}").format(day=text)


def _percent(detail: Detail) -> str:
    return "" if detail.card.probability is None else f"{detail.card.probability} %"


def _here(detail: Detail) -> str:
    card = detail.card
    if card.held_at is not None:
        return _("on hold: {reason}").format(reason=card.hold_reason)
    if not card.visits:
        return ""
    age = short_age(detail.age)
    if card.norm is None:
        return _("here {age}").format(age=age)
    return _("here {age} (norm {norm})").format(age=age, norm=short_age(card.norm))


def _next(detail: Detail, actor: Actor, now: Instant, *, bare: bool = False) -> str:
    step = detail.next
    if step is None:
        return "" if bare else _("no next step (a)")
    today = local_day(now, actor.timezone)
    # A step of a day is due at that day's end, which is the next day's first instant.
    at = step.due_at if step.has_time else step.due_at - 1
    day = local_day(at, actor.timezone)
    when = moment_text(at, actor.timezone, today) if step.has_time or day != today else _("today")
    said = f"{kind_word(step.kind)} {when}" + (f" {step.text}" if step.text else "")
    return said if bare else _("next: {step}").format(step=said)


def _owner(detail: Detail) -> str:
    return " ".join(part for part in (detail.contact or detail.card.owner_name, detail.phone) if part)


def _time(detail: Detail, *, bare: bool = False) -> str:
    if detail.worked is None or not detail.worked.total.entries:
        return ""
    from models.overview.worked import charge_text, hours_text

    total = detail.worked.total
    text = "  ".join(part for part in (hours_text(total.seconds), charge_text(total)) if part)
    return text if bare else _("time {time}").format(time=text)


def _budget(detail: Detail, *, short: bool = False) -> str:
    """How far it is spent, with a `!` where a warning is reached; `short` says nothing before that."""
    state = None if detail.worked is None else detail.worked.budget
    if state is None or short and state.warning is None:
        return ""
    from models.overview.worked import budget_text

    text = (f"{symbol('!')} " if state.warning is not None else "") + budget_text(state)
    return _("budget {spent}").format(spent=text) if short else text


def _way(detail: Detail, coming: str) -> str:
    """The trail, what usually comes next, and the stays one by one, which the trail has in short."""
    card = detail.card
    way = f" {symbol('→')} ".join(f"{visit.stage} {short_age(visit.seconds)}" for visit in card.visits)
    said = [_("Trail {trail}").format(trail=card.trail) + _covered(detail), f"{coming} {symbol('·')}" if coming else "", way]
    return "  ".join(part for part in said if part)


def _covered(detail: Detail) -> str:
    return "" if detail.card.covered is None else f" {detail.card.covered[0]}/{detail.card.covered[1]}"
