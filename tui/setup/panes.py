"""The panes of Setup: what they show, how one goes into and out of them, and how a change is made and told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from typing import Any

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widgets import Static

from models.people.rules import may_set_up
from models.pipeline.rules import TypeFacts
from models.pipeline.views import FieldCard, TypeCard
from models.values.errors import ChangedMeanwhile, Refused, StagewatchError
from models.values.language import _
from tui import keymap
from tui.setup import asks, items
from tui.setup.affected import Affected, AffectedRow
from tui.setup.area import Area
from tui.setup.areas import AREAS
from tui.setup.items import AreaRow, Empty, Fact, Item, Row, StageRow, TypeRow
from tui.widgets.dialogs import Choice, Field, Form, Line
from tui.widgets.footer import KeyLine
from tui.widgets.frame import FramedScreen
from tui.widgets.lines import Lines, Part
from tui.widgets.words import styled, symbol

REST_SECONDS = 0.08
WIDE, BROAD = 120, 170
SHOWN = frozenset({"type", "reason", "deal", "employee", "service", "category", "rate", "company", "client", "target", "exchange_rate"})  # subjects of the journal that are seen here
Do = Callable[..., Awaitable[Any]]


class PanesScreen(FramedScreen):
    """Three panes: the areas, what is in the one under the cursor, and all of the stage under the cursor. What changes
    something is `SetupScreen`'s."""

    where = "setup"
    BINDINGS = keymap.bindings("list", "setup")
    CSS_PATH = "setup.tcss"
    AUTO_FOCUS = "#areas"

    def __init__(self) -> None:
        super().__init__()
        self.type_id: int | None = None
        self.overview = asks.Overview((), (), ())
        self.card: TypeCard | None = None
        self.facts: TypeFacts | None = None
        self._listed: Sequence[Item] = ()
        self._read_of: tuple[str, object] | None = None  # the area that the second pane shows
        self._resting: Timer | None = None

    def body(self) -> ComposeResult:
        self.areas: Lines[Item] = Lines(self._draw, _firm, id="areas")
        self.things: Lines[Item] = Lines(self._draw, _firm, id="things")
        self.details: Lines[Item] = Lines(self._draw, _firm, id="details")
        self.panes = (self.areas, self.things, self.details)
        yield Static(id="note")
        with Horizontal(id="panes"):
            yield from self.panes

    def on_mount(self) -> None:
        self.type_id = self.app.workplace.get("setup", {}).get("type")

    def workplace(self) -> dict[str, object]:
        """What to remember for the next time."""
        return {"type": self.type_id}

    # Reading --------------------------------------------------------------------------------------------------

    async def read(self) -> None:
        """Read the panes again; the cursors stay on what they stand on."""
        before = self.areas.item
        wanted = items.key(before) if before is not None else ("type", self.type_id)
        self.overview = await self.desk.ask(asks.overview)
        lists = [AreaRow(area.name, area.title()) for area in AREAS.values()]
        _show(self.areas, items.area_items(self.overview.types, lists), wanted)
        await self._read_area()

    async def changed(self, subjects: Mapping[str, frozenset[int]]) -> None:
        if not SHOWN.isdisjoint(subjects):
            await self.read()

    async def _read_area(self) -> None:
        area = self.areas.item
        wanted = items.key(area)
        if wanted != self._read_of:  # what is read again stays until it is there: a key may come meanwhile
            self.card = self.facts = None
        self._read_of = wanted
        if isinstance(area, TypeRow):
            self.type_id = area.line.id
            card, facts = await self.desk.ask(asks.whole, area.line.id)
            if self._read_of == wanted:
                self.card, self.facts = card, facts
        elif isinstance(area, AreaRow):
            listed = await self.desk.ask(AREAS[area.name].read)
            if self._read_of == wanted:
                self._listed = listed
        if self._read_of == wanted:
            self._show_things()

    async def _read_area_safely(self) -> None:
        try:
            await self._read_area()
        except StagewatchError as error:
            self.say_error(error)

    async def _caught_up(self) -> None:
        """What is under the cursor, read at once where the cursor has gone on since."""
        if items.key(self.areas.item) != self._read_of:
            await self._read_area()

    def _show_things(self, wanted: tuple[str, object] | None = None) -> None:
        if self.card is not None:
            found = items.type_items(self.card)
        elif isinstance(self.areas.item, AreaRow):
            found = list(self._listed)
        else:
            found = []
        _show(self.things, self._offered(found), wanted or items.key(self.things.item))
        self._show_details()

    def _show_details(self, wanted: tuple[str, object] | None = None) -> None:
        item, found = self.things.item, list[Item]()
        if isinstance(item, StageRow) and self.card is not None and self.facts is not None:
            width = self.details.size.width
            found = items.stage_items(item.stage, self.card, self.facts, self.overview.who, width)
        elif isinstance(item, FieldCard) and self.card is not None:
            found = items.field_items(item, self.card)
        elif isinstance(item, Row):
            found = list(item.details)
        _show(self.details, self._offered(found), wanted or items.key(self.details.item))
        self._show_head()

    @on(Lines.Moved, "#areas")
    def _moved_area(self) -> None:
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(REST_SECONDS, self._read_area_safely)

    @on(Lines.Moved, "#things")
    @on(Lines.Sized)
    def _moved_thing(self) -> None:
        self._show_details()

    def _show_head(self) -> None:
        self.head(asks.head(self.card, self.areas.item))
        note: list[str | tuple[str, str]] = []
        self.query_one(KeyLine).only_look(not self._may())
        self.query_one(KeyLine).without(*(() if self.area is None else self.area.idle))
        if not self._may():
            note.append(((self.area or Area()).only_seen(", ".join(self.overview.admins)), "dim"))
        for warning in self.card.warnings[:3] if self.card is not None else ():
            note += ["\n" if note else "", (f"{symbol('!')} {warning}", "bold $warning")]
        self.query_one("#note", Static).update(styled(*note))
        self.query_one("#note", Static).display = bool(note)

    def _draw(self, item: Item, width: int) -> Sequence[Part]:
        return items.draw(item, width, lambda: self.overview.who)

    # Going in and out -----------------------------------------------------------------------------------------

    @property
    def area(self) -> Area | None:
        """The company's list under the cursor; None at a deal type."""
        return AREAS[self.areas.item.name] if isinstance(self.areas.item, AreaRow) else None

    def _may(self) -> bool:
        """Whether the person may change what is under the cursor of the first pane."""
        area, actor = self.area, self.desk.session().actor
        return may_set_up(actor) if area is None else area.may(actor)

    def _offered(self, found: Sequence[Item]) -> Sequence[Item]:
        """The lines without the keys that the person may not use."""
        if self._may():
            return found
        return [replace(item, text=_("none")) if isinstance(item, Empty) and item.adds else item for item in found]

    @property
    def level(self) -> int:
        """Which pane has the cursor, from 0."""
        return next((place for place, pane in enumerate(self.panes) if pane.has_focus), 0)

    def on_descendant_focus(self) -> None:
        self.set_class(self.level > 0, "-in")
        for place, pane in enumerate(self.panes):
            pane.set_class(place > self.level, "-ahead")

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width >= WIDE, "-wide")
        self.set_class(event.size.width >= BROAD, "-broad")

    async def action_cursor_right(self) -> None:
        await self._go_in()

    async def action_cursor_left(self) -> None:
        self._go_out()

    async def action_back(self) -> None:
        self._go_out()

    async def _go_in(self) -> bool:
        """To the next pane, where there is something to go into."""
        if self.level == 0:
            try:
                await self._caught_up()
            except StagewatchError as error:
                self.say_error(error)
            if self.things.items:
                self.things.focus()
            return True
        if self.level == 1 and isinstance(self.things.item, StageRow):
            self._show_details()
            self.details.focus()
            return True
        return False

    def _go_out(self) -> None:
        if self.level:
            self.panes[self.level - 1].focus()

    # Doing -----------------------------------------------------------------------------------------------------

    def _ask(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self.run_worker(self._told(work()), group="dialog", exclusive=True)

    async def _told(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it, if the person may; a refusal is told, and what another did meanwhile is read."""
        if not self._may():
            work.close()
            self.say(_("Only an administrator may do that.") if self.area is None else self.area.refusal(), "bold $warning")
            return
        try:
            await self._caught_up()
            await work
        except ChangedMeanwhile as error:
            self.say(error.message, "bold $warning")
        except StagewatchError as error:
            work.close()
            self.say_error(error)

    def _doing(self) -> Do:
        """Runs commands on the type as it is seen now. Who is told of another's change meanwhile sees the type as it
        is then, and a second try is made on that one."""
        seen = self.card.version if self.card is not None else None

        async def do(command: Callable[..., Any], *args: Any, **said: Any) -> Any:
            nonlocal seen
            try:
                return await self.desk.do(command, *args, version=seen, **said)
            except ChangedMeanwhile:
                await self.read()
                seen = self.card.version if self.card is not None else None
                raise

        return do

    async def done(self, said: str, wanted: tuple[str, object] | None = None) -> None:
        """Read again, with the cursor of the pane in use on what was made."""
        if wanted is not None and wanted[0] == "type":
            self.areas.items, self.type_id = [], int(str(wanted[1]))
        await self.read()
        if wanted is not None and wanted[0] == "action":
            self._show_details(wanted)
        elif wanted is not None and wanted[0] != "type":
            self._show_things(wanted)
        self.say(said)

    async def form(
        self,
        title: str,
        fields: Sequence[Field],
        act: Callable[[dict[str, str]], Awaitable[None]],
        at: str = "",
        *,
        note: str = "",
        of: Item | None = None,
    ) -> bool:
        """Whether the form was filled and done; the cursor begins in field `at`. Where it changes a line `of` the company's
        lists that another changes meanwhile, that is told first, and enter once more does it after all."""
        unchanged = self._watched(of)

        async def checked(values: dict[str, str]) -> None:
            await unchanged()
            await act(values)

        form = Form(title, fields, checked, note=note)
        if at in [field.name for field in fields]:
            form.AUTO_FOCUS = f"#field-{at}"  # type: ignore[misc]  # declared of the class; read of the screen
        return await self.app.push_screen_wait(form) is not None

    async def confirmed_form(
        self,
        title: str,
        fields: Sequence[Field],
        act: Callable[[dict[str, str], bool], Awaitable[None]],
        *,
        note: str = "",
        of: Item | None = None,
    ) -> bool:
        """A form for what may change the charge of entries: those are shown first, and `act` is told whether it was
        agreed to. Who does not agree is back in the form, as it was filled. Another's change of the line is told in the
        form and in the question alike."""
        while True:
            unchanged = self._watched(of)
            tried: list[tuple[dict[str, str], Refused]] = []

            async def first(values: dict[str, str]) -> None:
                await unchanged()  # noqa: B023 (of this round)
                try:
                    await act(values, False)
                except Refused as refusal:
                    if refusal.code != "confirmation_needed":
                        raise
                    tried.append((values, refusal))  # noqa: B023

            if not await self.form(title, fields, first, note=note):
                return False
            if not tried:
                return True
            filled, told = tried[0]

            async def agreed() -> None:
                await unchanged()  # noqa: B023
                await act(filled, True)  # noqa: B023

            if await self._agreed(title, told, agreed):
                return True
            fields = [field._replace(value=filled[field.name]) for field in fields]

    def _watched(self, item: Item | None) -> Callable[[], Awaitable[None]]:
        """Raises ChangedMeanwhile, when called, where a line of the company's lists is not as the person sees it now;
        what it is then counts as seen, so that the next call lets it pass."""
        area, seen = self.area, [] if item is None else _said_by(self._listed, item)

        async def unchanged() -> None:
            nonlocal seen
            if item is None or area is None:
                return
            found = _said_by(await self.desk.ask(area.read), item)
            if found != seen:
                seen = found
                raise ChangedMeanwhile(_("Somebody changed this meanwhile; enter once more does it after all."))

        return unchanged

    async def confirmed(self, title: str, act: Callable[[bool], Awaitable[None]], *, of: Item | None = None) -> bool:
        """The same for what needs no form but is `sure`; whether it was done."""
        unchanged = self._watched(of)
        try:
            await act(False)
        except Refused as refusal:
            if refusal.code != "confirmation_needed":
                raise

            async def agreed() -> None:
                await unchanged()
                await act(True)

            return await self._agreed(title, refusal, agreed)
        return True

    async def _agreed(self, title: str, refusal: Refused, act: Callable[[], Awaitable[None]]) -> bool:
        rows = [AffectedRow(f"{one['day']}  {one['employee']}  {_('entry {id}').format(id=one['id'])}", one["message"]) for one in refusal.details]
        return await self.app.push_screen_wait(Affected(title, refusal.message, rows, act)) is not None

    async def sure(self, title: str, yes: str) -> bool:
        return await self.app.push_screen_wait(Choice(title, [Line(yes), Line(_("Leave it as it is"))])) == 0


def _said_by(listed: Sequence[Item], item: Item) -> list[object]:
    """What a line of a list says, with what stands beside it at the right and in the third pane, or, where the list is
    facts, what they all say; nothing where it is gone."""
    if isinstance(item, Fact):
        return [fact.value for fact in listed if isinstance(fact, Fact)]
    return [row for row in listed if isinstance(row, Row) and items.key(row) == items.key(item)]


def _firm(item: Item) -> bool:
    return items.key(item) is None


def _show(pane: Lines[Item], found: Sequence[Item], wanted: tuple[str, object] | None) -> None:
    """Show a pane with the cursor on `wanted`, where it is still there."""
    at = next((place for place, item in enumerate(found) if wanted is not None and items.key(item) == wanted), None)
    if at is None and not pane.has_focus:
        at = pane.top = 0
    pane.show(found, at)
