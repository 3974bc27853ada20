"""What the three panes of Setup hold, a line each, made from the cards that the views give; and how a line is drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from rich.cells import cell_len

from models.pipeline.rules import TypeFacts
from models.pipeline.views import (
    ActionCard,
    FieldCard,
    StageCard,
    TypeCard,
    TypeLine,
    field_word,
    mode_word,
    role_word,
)
from models.values.durations import short_age, words
from models.values.language import _, ngettext
from models.values.numbers import int_text
from tui.setup import ways
from tui.widgets.lines import Part
from tui.widgets.words import cells, symbol

NAME = 17  # cells that a name needs at least; columns are left out, from the left, until it has them
LABEL = 17
GUIDANCE = 3  # lines of an action's guidance at most


@dataclass(frozen=True)
class Heading:
    """A line that the cursor passes over; `columns` name what stands at the right, with their widths."""

    text: str = ""
    columns: tuple[tuple[str, int], ...] = ()
    style: str = "head"


@dataclass(frozen=True)
class TypeRow:
    line: TypeLine
    deals: int


@dataclass(frozen=True)
class AreaRow:
    """One of the company's lists, as an area."""

    name: str
    title: str


@dataclass(frozen=True)
class Row:
    """A line of a company's list: what stands at its right with widths, what the third pane shows of it, and what it is
    about, for the area's own use."""

    kind: str
    id: object
    text: str
    columns: tuple[tuple[str, int], ...] = ()
    muted: bool = False
    details: tuple[Item, ...] = ()
    about: Any = None


@dataclass(frozen=True)
class StageRow:
    """A stage in its place; archived ones have none. `bare` where no stage of the type has a norm or a percentage: names
    have that room."""

    number: int | None
    stage: StageCard
    bare: bool = False


@dataclass(frozen=True)
class Fact:
    """One thing that is set of a stage or the company: `key` is what the form or question for it is called; the value
    stands `room` cells from the left."""

    key: str
    label: str
    value: str
    room: int = LABEL


@dataclass(frozen=True)
class Way:
    """A transition from the stage shown: `kind` is forbidden, allowed or None, `word` what that or the mode says."""

    to: int
    name: str
    kind: str | None
    word: str


@dataclass(frozen=True)
class Empty:
    """Stands where there is none of a kind yet, so that the cursor has a place to add one; `adds` where the text names the
    key for it."""

    kind: str
    text: str
    adds: bool = True


Item = Heading | TypeRow | AreaRow | Row | StageRow | FieldCard | Fact | ActionCard | Way | Empty
Who = Sequence[tuple[str | None, str]]  # what the commands call somebody (None: the deal's owner), and in words


def key(item: Item | None) -> tuple[str, object] | None:
    """What stays the same of a line when it is read again; None for headings."""
    match item:
        case TypeRow(line=line):
            return "type", line.id
        case AreaRow(name=name):
            return "area", name
        case Row(kind=kind, id=which):
            return kind, which
        case StageRow(stage=stage):
            return "stage", stage.id
        case Fact(key=name) | Empty(kind=name):
            return "fact", name
        case Way(to=to):
            return "way", to
        case FieldCard(id=number):
            return "field", number
        case ActionCard(id=number):
            return "action", number
    return None


def listed(rows: Sequence[Item], kind: str, none: str) -> Sequence[Item]:
    """The rows; where there are none of the kind yet, a line that says so and holds the cursor."""
    return rows or [Empty(kind, none)]


def apart(title: str, rows: Sequence[Item]) -> Sequence[Item]:
    """The rows under a heading of their own, away from what is above; nothing where there are none."""
    return [Heading(), Heading(title), *rows] if rows else []


def area_items(types: Sequence[TypeRow], lists: Sequence[AreaRow]) -> list[Item]:
    """The first pane: the areas that are set up here."""
    columns = ((_("stages"), 7), (_("mode"), 12), (_("deals"), 8))
    used, archived = [row for row in types if not row.line.archived], [row for row in types if row.line.archived]
    return [
        Heading(_("Deal types"), columns),
        *listed(used, "type", _("none yet: n adds the first")),
        *apart(_("Archived"), archived),
        Heading(),
        Heading(_("Company")),
        *lists,
    ]


def type_items(card: TypeCard) -> list[Item]:
    """The second pane for a type: its stages in order, its fields, its archived stages."""
    bare = all(stage.norm is None and stage.probability is None for stage in card.stages)
    columns = (*(() if bare else ((_("norm"), 6), ("%", 6))), (_("deals"), 7), ("", 4))
    active = [StageRow(number, stage, bare) for number, stage in enumerate((s for s in card.stages if not s.archived), 1)]
    archived = [StageRow(None, stage, bare) for stage in card.stages if stage.archived]
    return [
        Heading(_("Stages"), columns),
        *listed(active, "stage", _("none yet: n adds the first")),
        Heading(),
        Heading(_("Fields of its deals")),
        *listed(card.fields, "field", _("none of its own yet: n adds one")),
        *apart(_("Archived stages"), archived),
    ]


def stage_items(stage: StageCard, card: TypeCard, facts: TypeFacts, who: Who, width: int) -> list[Item]:
    """The third pane: all that a stage asks for, and where deals may go from it."""
    by = dict(who)
    items: list[Item] = [
        Heading(stage.name, ((_deals(stage.deals), 12),)),
        *fact("norm", _("norm"), words(stage.norm) if stage.norm else "", width),
        *fact("probability", _("percentage"), "" if stage.probability is None else f"{stage.probability} %", width),
        *fact("responsible", _("responsible"), who_word(stage.responsible, by), width),
    ]
    if card.mode == "semi-strict":
        every = _("all deals") if stage.required_of_all else _("new deals")
        items += fact("required_of_all", _("required of"), every, width)
    items += [Heading(), Heading(f"{symbol('✓')} " + _("Actions"))]
    for action in stage.actions:
        items.append(action)
        if action.guidance:
            lines = wrap(action.guidance, max(20, width - 5), max_lines=GUIDANCE, placeholder=symbol("…"))
            items += [Heading(f"    {line}", style="muted") for line in lines]
    if not stage.actions:
        items.append(Empty("action", _("none yet: a adds one")))
    for direction, title, fields, names in (
        ("enter", _("To enter"), stage.enter_fields, stage.enter),
        ("leave", _("To leave"), stage.leave_fields, stage.leave),
    ):
        items += [
            Heading(),
            Heading(f"{symbol('→')} {title}"),
            *fact(f"{direction}_fields", f"{symbol('≡')} " + _("fields"), ", ".join(map(field_word, fields)), width),
            *fact(direction, f"{symbol('◆')} " + _("who may"), ", ".join(who_word(one, by) for one in names) or _("everybody"), width),
        ]
    found = [] if stage.archived else ways.from_stage(facts, stage.id)
    if found:
        items += [Heading(), Heading(_("Ways from here")), *(Way(to, name, kind, word) for to, name, kind, word in found)]
    return items


def field_items(field: FieldCard, card: TypeCard) -> list[Item]:
    """The third pane for a custom field: what it holds and which stages ask for it."""
    items: list[Item] = [Heading(field.name), Fact("field", _("kind"), kind_word(field.kind))]
    items += [Fact("field", "" if number else _("choices"), choice) for number, choice in enumerate(field.choices)]
    asking = [
        (title, stage.name)
        for stage in card.stages
        for title, fields in ((_("to enter"), stage.enter_fields), (_("to leave"), stage.leave_fields))
        if field.name in fields
    ]
    items += [Heading(), Heading(_("Asked for by"))]
    items += [Fact("asked", title, name) for title, name in asking] or [Heading("   " + _("no stage"), style="muted")]
    return items


def draw(item: Item, width: int, who: Callable[[], Who]) -> list[Part]:
    """One line of any pane."""
    match item:
        case Heading():
            return _heading(item, width)
        case TypeRow(line=line, deals=deals):
            mark = symbol("●") if line.is_default else " "
            parts = _row(f" {mark} {line.name}", width, (str(line.stages), 7), (mode_word(line.mode), 12), (int_text(deals), 8))
            return [(text, "muted") for text, _style in parts] if line.archived else parts
        case AreaRow(title=title):
            return _row(f"   {title}", width)
        case Row(text=text, columns=columns, muted=muted):
            parts = _row(f"   {text}", width, *columns)
            return [(text, "muted") for text, _style in parts] if muted else parts
        case StageRow(number=number, stage=stage, bare=bare):
            return _stage(number, stage, width, bare)
        case FieldCard(name=name, kind=kind):
            return _row(f"   {name}", width, (kind_word(kind), 14))
        case Fact(label=label, value=value, room=room):
            return [(cells(f"   {label}", room - 1) + " ", "muted"), (cells(value or symbol("·"), width - room), "" if value else "muted")]
        case ActionCard():
            due = "" if item.due_after is None else f"+{short_age(item.due_after)}"
            doer = who_word(item.who, dict(who())) if item.who else ""
            right = " ".join(part for part in (doer, due) if part)
            mark = symbol("●") if item.required else symbol("○")
            room = min(len(right) + 1, width // 2 + 2)
            return [(cells(f" {mark} {item.text}", width - room - 1) + " ", ""), (cells(right, room - 1, right=True) + " ", "muted")]
        case Way(name=name, kind=kind, word=word):
            room = max(15, width * 2 // 5)
            return [(cells(f"   {name}", width - room), "" if kind != "forbidden" else "muted"), (cells(word, room - 1, right=True) + " ", "late" if kind == "forbidden" else "muted")]
        case Empty(text=text):
            return [(cells(f"   {text}", width), "muted")]


def _heading(item: Heading, width: int) -> list[Part]:
    columns = _fitting(item.columns, width, cell_len(item.text) + 2)
    right = "".join(cells(name, size - 1, right=True) + " " for name, size in columns)
    return [(cells(f" {item.text}", width - sum(size for _name, size in columns)), item.style), (right, "muted")]


def _row(text: str, width: int, *columns: tuple[str, int]) -> list[Part]:
    """A name, and at the right what belongs to it."""
    columns = _fitting(columns, width)
    right = "".join(cells(value, size - 1, right=True) + " " for value, size in columns)
    room = width - sum(size for _value, size in columns)
    return [(cells(text, room - 1) + " " if columns else cells(text, room), ""), (right, "muted")]


def _fitting(columns: tuple[tuple[str, int], ...], width: int, name: int = NAME) -> tuple[tuple[str, int], ...]:
    while columns and sum(size for _value, size in columns) + max(name, NAME) > width:
        columns = columns[1:]
    return columns


def fact(key: str, label: str, value: str, width: int = 34) -> list[Item]:
    """The fact, and below it what of its value needs more lines than the pane of `width` cells has."""
    first, *rest = wrap(value, max(8, width - LABEL - 1)) or [""]
    return [Fact(key, label, first), *(Heading(" " * (LABEL - 1) + line, style="") for line in rest)]


def _stage(number: int | None, stage: StageCard, width: int, bare: bool) -> list[Part]:
    name = f"{number or '':>3} {stage.name}"
    deals = (int_text(stage.deals) if stage.deals else symbol("·"), 7)
    norm = short_age(stage.norm) if stage.norm else ""
    percent = "" if stage.probability is None else f"{stage.probability} %"
    set_of_it = () if bare else ((norm, 6), (percent, 6))
    parts = _row(name, width, *set_of_it, deals, (marks(stage), 4))
    return [(text, "muted") for text, _style in parts] if stage.archived else parts


def marks(stage: StageCard) -> str:
    """What a stage asks for, a sign each: required actions, fields, authority."""
    return "".join(
        symbol(sign) if asked else " "
        for sign, asked in (
            ("✓", any(action.required for action in stage.actions)),
            ("≡", stage.enter_fields or stage.leave_fields),
            ("◆", stage.enter or stage.leave),
        )
    )


def who_word(who: str | None, by: dict[str | None, str]) -> str:
    """A role, a login or nobody in words."""
    try:
        return by.get(who) or (role_word(who) if who else _("the owner"))
    except KeyError:
        return who or ""


def kind_word(kind: str) -> str:
    """The kind of a custom field as people call it."""
    return {
        "text": _("text"), "number": _("number"), "money": _("money"), "date": _("date"), "choice": _("choice"),
        "yes/no": _("yes or no"),
    }[kind]  # fmt: skip


def _deals(count: int) -> str:
    return ngettext("{count} deal", "{count} deals", count).format(count=int_text(count))
