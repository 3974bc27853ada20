"""One table: what can be done, with which keys, and where. Twins for the Russian layout are derived from it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from textual.binding import Binding

from models.values.language import _

if TYPE_CHECKING:
    from textual.binding import BindingType

LATIN = "qwertyuiopasdfghjklzxcvbnm"
RUSSIAN = "йцукенгшщзфывапролдячсмить"
TWINS = dict(zip(LATIN + LATIN.upper(), RUSSIAN + RUSSIAN.upper(), strict=True))


class Act(NamedTuple):
    """One thing a key does. `id` names it in the config, `action` is the method `action_…` that does it;
    `short` is its word in the line of keys, empty where it is not shown there."""

    id: str
    keys: str
    action: str
    words: str
    where: str
    short: str = ""


def table() -> tuple[Act, ...]:
    """Every key of the program, its words in the language of the moment."""
    return (
        Act("today", "1", "show('today')", _("Today"), "everywhere"),
        Act("board", "2", "show('board')", _("Board"), "everywhere"),
        Act("clients", "3", "show('clients')", _("Clients"), "everywhere"),
        Act("time", "4", "show('time')", _("Time"), "everywhere"),
        Act("statistics", "5", "show('statistics')", _("Statistics"), "everywhere"),
        Act("setup", "7", "show('setup')", _("Setup"), "everywhere"),
        Act("timer.what", "S", "what_to_time", _("Time something: recent things, something else, late; note of what runs"), "everywhere"),
        Act("palette", "colon,Ж,ctrl+p,f9", "command_palette", _("Find what can be done by its name"), "everywhere"),
        Act("help", "question_mark,comma,f1", "keys", _("Keys of here and now"), "everywhere", _("keys")),
        Act("back", "escape", "back", _("Back"), "everywhere"),
        Act("quit", "q", "leave", _("Quit (asks while a timer runs)"), "everywhere"),
        # The cursor, the same in every list.
        Act("cursor.up", "up,k", "cursor_up", _("Cursor up"), "list"),
        Act("cursor.down", "down,j", "cursor_down", _("Cursor down"), "list"),
        Act("cursor.left", "left,h", "cursor_left", _("Cursor left"), "list"),
        Act("cursor.right", "right,l", "cursor_right", _("Cursor right"), "list"),
        Act("cursor.page_up", "pageup", "page_up", _("A page up"), "list"),
        Act("cursor.page_down", "pagedown", "page_down", _("A page down"), "list"),
        Act("cursor.home", "home", "home", _("To the beginning"), "list"),
        Act("cursor.end", "end", "end", _("To the end"), "list"),
        # The board.
        Act("deal.open", "enter", "open", _("Open the client's card"), "board"),
        Act("deal.new", "n", "new", _("New deal"), "board", _("new")),
        Act("deal.back", "H,shift+left", "move_back", _("Deal one stage back"), "board"),
        Act("deal.on", "L,shift+right", "move_on", _("Deal one stage on"), "board"),
        Act("deal.move", "m", "pick_stage", _("Move to a stage"), "board", _("move")),
        Act("deal.win", "w", "win", _("Won"), "board", _("won")),
        Act("deal.lose", "x", "lose", _("Lost, with a reason"), "board", _("lost")),
        Act("deal.hold", "z", "hold", _("Put on hold with a reason, or resume"), "board"),
        Act("deal.tick", "t", "tick", _("Tick a stage action"), "board", _("tick")),
        Act("deal.again", "g", "move_again", _("The last move again, with this deal"), "board"),
        Act("deal.retype", "r", "retype", _("Take the deal to another type"), "board"),
        Act("deal.mark", "space", "mark", _("Mark; the next command takes all marked"), "board"),
        Act("timer", "s", "timer", _("Start or stop the timer"), "board", _("timer")),
        Act("deal.activity", "a", "activity", _("Add an activity"), "board"),
        Act("deal.call", "c", "call", _("Log a call"), "board"),
        Act("deal.note", "i", "note", _("Write a note"), "board"),
        Act("undo", "u", "undo", _("Undo the last step"), "board", _("undo")),
        Act("redo", "U", "redo", _("Redo"), "board"),
        Act("steps", "Z,ctrl+u", "steps", _("Choose which of your steps to take back"), "board"),
        Act("past", "b", "past", _("As of a past day, and back to now"), "board"),
        Act("past.day_back", "left_square_bracket,х", "day_back", _("A day back (in the past H too)"), "board"),
        Act("past.day_on", "right_square_bracket,ъ", "day_on", _("A day on (in the past L too)"), "board"),
        Act("past.week_back", "left_curly_bracket,Х", "week_back", _("A week back"), "board"),
        Act("past.week_on", "right_curly_bracket,Ъ", "week_on", _("A week on"), "board"),
        Act("sort", "o", "sort", _("Sort: age in stage, amount, next activity, name"), "board"),
        Act("filter", "slash,full_stop,f4", "filter", _("Filter as you type"), "board", _("filter")),
        Act("type", "y", "pick_type", _("Choose the deal type"), "board", _("type")),
        # Today.
        Act("today.open", "enter", "open", _("Open the client's card"), "today"),
        Act("today.done", "d", "done", _("Done"), "today", _("done")),
        Act("today.postpone", "p", "postpone", _("Postpone: 1 day, 1 week, a date"), "today", _("postpone")),
        Act("today.activity", "a", "activity", _("Add an activity"), "today", _("add")),
        Act("today.call", "c", "call", _("Log a call"), "today"),
        Act("today.note", "i", "note", _("Write a note"), "today"),
        Act("today.tick", "t", "tick", _("Tick a stage action"), "today", _("tick")),
        Act("today.request", "r", "request", _("Answer a request for a move"), "today", _("answer")),
        Act("today.timer", "s", "timer", _("Start or stop the timer"), "today", _("timer")),
        Act("today.undo", "u", "undo", _("Undo the last step"), "today"),
        Act("today.redo", "U", "redo", _("Redo"), "today"),
        Act("today.steps", "Z,ctrl+u", "steps", _("Choose which of your steps to take back"), "today"),
        # Clients.
        Act("client.open", "enter", "open", _("Go to the client's card and back"), "clients"),
        Act("client.new", "n", "new", _("New client"), "clients", _("new")),
        Act("client.edit", "e", "edit", _("Edit the client"), "clients", _("edit")),
        Act("client.search", "slash,full_stop,f4", "filter", _("Search as you type"), "clients", _("search")),
        Act("client.done", "d", "done", _("Done"), "clients"),
        Act("client.postpone", "p", "postpone", _("Postpone: 1 day, 1 week, a date"), "clients"),
        Act("client.activity", "a", "activity", _("Add an activity"), "clients", _("activity")),
        Act("client.call", "c", "call", _("Log a call"), "clients"),
        Act("client.note", "i", "note", _("Write a note"), "clients"),
        Act("client.tick", "t", "tick", _("Tick a stage action"), "clients", _("tick")),
        Act("client.request", "r", "request", _("Answer a request for a move"), "clients"),
        Act("client.hold", "z", "hold", _("Put on hold with a reason, resume, open a closed deal again"), "clients"),
        Act("client.budget", "b", "budget", _("Budget of the deal under the cursor, else of the client"), "clients"),
        Act("client.timer", "s", "timer", _("Start or stop the timer"), "clients", _("timer")),
        Act("client.undo", "u", "undo", _("Undo the last step"), "clients"),
        Act("client.redo", "U", "redo", _("Redo"), "clients"),
        Act("client.steps", "Z,ctrl+u", "steps", _("Choose which of your steps to take back"), "clients"),
        # Time.
        Act("time.open", "enter", "open", _("Edit the entry; in the week type a duration; in the month open the day"), "time"),
        Act("time.form", "v", "form", _("Day, week, month"), "time", _("form")),
        Act("time.earlier", "left_square_bracket,х", "earlier", _("The day, week or month before"), "time"),
        Act("time.later", "right_square_bracket,ъ", "later", _("The day, week or month after"), "time"),
        Act("time.today", "b", "today", _("Back to today"), "time"),
        Act("time.add", "a,n", "add", _("Add an entry"), "time", _("add")),
        Act("time.edit", "e", "edit", _("Edit the entry, or all marked"), "time", _("edit")),
        Act("time.split", "p", "split", _("Split the entry"), "time", _("split")),
        Act("time.merge", "m", "merge", _("Merge the marked entries"), "time"),
        Act("time.continue", "c", "continue", _("Continue: the same from now on"), "time", _("continue")),
        Act("time.duplicate", "d", "duplicate", _("The same entry on another day"), "time"),
        Act("time.delete", "x", "delete", _("Delete the entry, or all marked"), "time"),
        Act("time.note", "i", "note", _("Write a note"), "time"),
        Act("time.mark", "space", "mark", _("Mark; the next command takes all marked"), "time"),
        Act("time.rate", "r", "rate", _("Rates and why"), "time", _("rate")),
        Act("time.approve", "t", "approve", _("Hand in the week, approve or decline it"), "time"),
        Act("time.person", "y", "person", _("Whose time is shown"), "time"),
        Act("time.timer", "s", "timer", _("Start or stop the timer"), "time", _("timer")),
        Act("time.undo", "u", "undo", _("Undo the last step"), "time", _("undo")),
        Act("time.redo", "U", "redo", _("Redo"), "time"),
        # Statistics.
        Act("statistics.filter", "f,slash,full_stop,f4", "filter", _("Period, rep, past instant, clock"), "statistics", _("filter")),
        Act("statistics.form", "v", "form", _("Another form of the report"), "statistics", _("form")),
        Act("statistics.open", "enter", "open", _("Into the report; there: the deals behind a number"), "statistics", _("look in")),
        Act("statistics.compare", "c", "compare", _("Compare with another rep or other days, and back"), "statistics", _("compare")),
        Act("statistics.export", "E", "export", _("Copy or save what is shown"), "statistics", _("export")),
        Act("statistics.type", "y", "pick_type", _("Choose the deal type"), "statistics", _("type")),
        Act("statistics.clock", "w", "clock", _("Calendar clock or working clock"), "statistics", _("clock")),
        # Setup.
        Act("setup.open", "enter", "open", _("Go in: the type's stages, what a stage asks for; there: change it"), "setup"),
        Act("setup.new", "n", "new", _("New: what the list under the cursor holds; a stage after the cursor"), "setup", _("new")),
        Act("setup.edit", "e", "edit", _("Change what is under the cursor"), "setup", _("edit")),
        Act("setup.action", "a", "action", _("Add an action to the stage; another category to a person"), "setup", _("action")),
        Act("setup.earlier", "K,H,shift+up,shift+left", "earlier", _("Stage or action one place earlier"), "setup"),
        Act("setup.later", "J,L,shift+down,shift+right", "later", _("Stage or action one place later"), "setup", _("reorder")),
        Act("setup.tick", "t", "tick", _("Action required or optional; way forbidden, allowed or as the mode says"), "setup", _("required")),
        Act("setup.archive", "x", "archive", _("Archive or take away; the deals of a stage are moved first; archived: back"), "setup", _("archive")),
        Act("setup.mode", "m", "mode", _("Mode of the type, after a look at which deals break it"), "setup", _("mode")),
        Act("setup.default", "d", "default", _("Make this the default type"), "setup"),
    )


def with_twins(keys: str) -> str:
    """The keys, each single Latin letter followed by what its key types under the Russian layout."""
    found: list[str] = []
    for key in keys.split(","):
        key = key.strip()
        found += [key] if key not in TWINS else [key, TWINS[key]]
    return ",".join(dict.fromkeys(found))


def twin_bindings(acts: tuple[Act, ...]) -> list[BindingType]:
    """Bindings of the acts, with the Russian twins, each changeable in the config by its id."""
    return [
        Binding(with_twins(act.keys), act.action, act.words, show=False, id=act.id) for act in acts
    ]


def bindings(*places: str) -> list[BindingType]:
    """What is bound in those places (`everywhere`, `list`, or a screen's name)."""
    return twin_bindings(tuple(act for act in table() if act.where in places))


def chosen(keys: Mapping[str, str]) -> dict[str, str]:
    """The config's `[keys]` as Textual's keymap, with the twins derived for the person's own keys too."""
    return {name: with_twins(said) for name, said in keys.items()}


@cache
def ids() -> frozenset[str]:
    """The names that the config may use."""
    return frozenset(act.id for act in table())


NAMES = {
    "question_mark": "?",
    "comma": ",",
    "slash": "/",
    "full_stop": ".",
    "colon": ":",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "escape": "esc",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "shift+left": "⇧←",
    "shift+right": "⇧→",
    "shift+up": "⇧↑",
    "shift+down": "⇧↓",
    "enter": "enter",
    "home": "Home",
    "end": "End",
    "space": "space",
}


def key_name(key: str) -> str:
    """A key as people call it: `?`, `PgUp`, `F4`, `Ctrl+P`."""
    if key in NAMES:
        return NAMES[key]
    if key.startswith("ctrl+"):
        return "Ctrl+" + key[5:].upper()
    return key.upper() if len(key) > 1 else key
