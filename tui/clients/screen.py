"""Clients: a list with search as you type, and the card of the one under the cursor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widgets import Input, Static

from models.activities.views import Activity
from models.clients import commands as clients
from models.clients.views import ClientLine, is_named, writable_client
from models.clients.views import clients as client_lines
from models.clients.views import count as client_count
from models.overview.client_card import WholeClient, client_card
from models.pipeline.views import ActionLine, DealLine
from models.session import Session
from models.statistics.time import Sums
from models.timekeeping.views import Entry
from models.values.errors import NotFound, Refused, StagewatchError
from models.values.language import _, ngettext
from tui import figures, keymap
from tui.clients.card import CardItem, Coming, Fact, card_items, draw, label_width, labels
from tui.widgets.asks import deal_card
from tui.widgets.dialogs import Again, Field, Form
from tui.widgets.lines import Lines, Part
from tui.widgets.refusal import carry_through, step
from tui.widgets.requests import answer_request
from tui.widgets.words import cells, plain, styled
from tui.widgets.work import WorkScreen

WINDOW = 200
REST_SECONDS = 0.08
WIDE = 110


class ClientsScreen(WorkScreen):
    """The list stands left, the card right; enter goes from one to the other, esc back."""

    where = "clients"
    BINDINGS = keymap.bindings("clients")
    AUTO_FOCUS = "#clients"
    CSS_PATH = "clients.tcss"

    def __init__(self) -> None:
        super().__init__()
        self.client_id: int | None = None
        self.text = ""
        self._whole: WholeClient | None = None
        self._resting: Timer | None = None
        self._label_width = label_width()  # cells

    def body(self) -> ComposeResult:
        self.found: Lines[ClientLine] = Lines(self._draw_client, id="clients")
        self.card: Lines[CardItem] = Lines(self._draw_card, lambda item: isinstance(item, (str, Fact, Coming, Sums, ActionLine)), id="card")
        self.field = Input(id="search", compact=True, placeholder=_("name, city, phone or mail"), select_on_focus=True)
        with Horizontal(id="search-line"):
            yield Static(plain(" / ", "dim"), id="search-word")
            yield self.field
        with Horizontal(id="both"):
            yield self.found
            yield self.card

    def on_mount(self) -> None:
        kept = self.app.workplace.get("clients", {})
        self.text = self.field.value = str(kept.get("search", ""))
        if self.client_id is None:
            self.client_id = kept.get("client")

    def workplace(self) -> dict[str, Any]:
        """What to remember for the next time."""
        return {"search": self.text, "client": self.client_id}

    # Reading --------------------------------------------------------------------------------------------------

    async def read(self) -> None:
        """Read list and card again; a client that was asked for comes under the cursor."""
        wanted = self.client_id
        text = self.text
        size = max(WINDOW, len(self.found.items))
        lines = await self.desk.ask(client_lines, text, limit=size)
        total = await self.desk.ask(client_count, text)
        if text != self.text:
            return  # somebody typed on meanwhile
        at = next((place for place, line in enumerate(lines) if line.id == wanted), None)
        if wanted is not None and at is None and not text:
            try:
                whole = await self.desk.ask(client_card, wanted)
            except NotFound:
                pass  # gone since it was last looked at
            else:
                lines = [ClientLine(wanted, whole.client.name, "", "", len(whole.deals)), *lines]
                at = 0
        empty = _("No client holds that.") if text else _("No clients yet: n adds the first one.")
        self.found.show(lines, at if at is not None else 0, empty)
        words = ngettext("{count} client", "{count} clients", total).format(count=total)
        self.head(styled((" " + _("Clients"), "bold"), f"  {words}", (f"  / {text}" if text else "", "bold $accent")))
        await self._read_card()

    async def _read_card(self) -> None:
        line = self.found.item
        if line is None:
            self._whole, self.client_id = None, None
            self.card.show([])
            return
        self.client_id = line.id
        before = self._whole.client.id if self._whole is not None else None
        try:
            self._whole = await self.desk.ask(client_card, line.id)
        except NotFound:
            self._whole = None
            self.card.show([])
            return
        self.card.show(card_items(self._whole, self._comings(self._whole)), None if before == line.id else 0)
        unread = {stand.type_id for stand in self._whole.stands.values() if not figures.fresh(self.app, stand.type_id)}
        if unread:
            self.run_worker(self._read_figures(self._whole, unread), group="figures", exclusive=True)

    def _comings(self, whole: WholeClient) -> dict[int, Coming]:
        """By deal, of the types whose history is read."""
        from models.statistics.words import coming_text

        found = {}
        for deal_id, stand in whole.stands.items():
            known = figures.known(self.app, stand.type_id)
            if known is not None:
                coming = known.comes(stand.stage_id, stand.seconds)
                if coming is not None:
                    found[deal_id] = Coming(coming_text(coming, known.names), coming_text(coming, known.names, bare=True))
        return found

    async def _read_figures(self, whole: WholeClient, types: set[int]) -> None:
        """Read the history of the types beside the keys, then tell what comes next."""
        try:
            for type_id in types:
                await figures.read(self.app, type_id)
        except StagewatchError as error:
            self.say_error(error)
            return
        if self._whole is whole:
            here, items = self.card.item, card_items(whole, self._comings(whole))
            at = next((place for place, item in enumerate(items) if item is here), None)
            self.card.show(items, at)

    async def _read_card_safely(self) -> None:
        try:
            await self._read_card()
        except StagewatchError as error:
            self.say_error(error)

    @on(Lines.Moved, "#clients")
    def _moved(self) -> None:
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(REST_SECONDS, self._read_card_safely)

    @on(Lines.Ended, "#clients")
    async def _ended(self) -> None:
        """The window's end: read the next one."""
        more = await self.desk.ask(client_lines, self.text, offset=len(self.found.items), limit=WINDOW)
        if more:
            self.found.show([*self.found.items, *more])

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width >= WIDE, "-wide")

    # Search ---------------------------------------------------------------------------------------------------

    def action_filter(self) -> None:
        self.field.focus()

    @on(Input.Changed, "#search")
    async def _narrow(self, event: Input.Changed) -> None:
        if event.value != self.text:
            self.text, self.client_id = event.value, None
            self.found.items = []
            await self.read_safely()

    @on(Input.Submitted, "#search")
    def _keep_search(self) -> None:
        self.found.focus()
        self.found.go(0)

    async def action_back(self) -> None:
        if self.focused is self.card:
            self.found.focus()
        elif self.text or self.focused is self.field:
            self.field.value = self.text = ""
            self.found.focus()
            await self.read_safely()

    def action_open(self) -> None:
        (self.found if self.focused is self.card else self.card).focus()

    # Work -----------------------------------------------------------------------------------------------------

    def activity(self) -> Activity | None:
        item = self.card.item if self.focused is self.card else None
        return item if isinstance(item, Activity) and item.done_at is None else None

    def about(self) -> tuple[int, str, int | None] | None:
        if self._whole is None:
            return None
        item = self.card.item if self.focused is self.card else None
        deal_id = item.id if isinstance(item, DealLine) else None
        if isinstance(item, (Activity, Entry)):
            deal_id = item.deal_id
        return self._whole.client.id, self._whole.client.name, deal_id

    def _deal(self) -> DealLine | None:
        """The deal under the cursor, else the client's only open one; the person is told where there is none."""
        item = self.card.item if self.focused is self.card else None
        still_open = [deal for deal in self._whole.deals if deal.outcome == "open"] if self._whole else []
        if isinstance(item, DealLine):
            return item
        if len(still_open) == 1:
            return still_open[0]
        self.say(_("Several deals are open here: go to one on the card (enter).") if still_open else _("There is no deal here."))
        return None

    async def action_tick(self) -> None:
        deal = self._deal()
        if deal is not None:
            await self._ask(self._tick_of(deal.id))

    async def action_hold(self) -> None:
        deal = self._deal()
        if deal is not None:
            kind = "reopen" if deal.outcome != "open" else "resume" if deal.held else "hold"
            await self._ask(self._step(kind, deal))

    async def action_budget(self) -> None:
        if self._whole is not None:
            await self._ask(self._budget(self._whole))

    async def _budget(self, whole: WholeClient) -> None:
        from tui.clients.budget import ask_budget

        item = self.card.item if self.focused is self.card else None
        deal = item if isinstance(item, DealLine) else None
        title = _("Budget of {name}").format(name=whole.client.name if deal is None else deal.title or whole.client.name)
        client_id = whole.client.id if deal is None else None
        said = await ask_budget(self.app, title, client_id=client_id, deal_id=None if deal is None else deal.id)
        if said:
            await self.read_safely()
            self.say(said)

    async def action_request(self) -> None:
        deal = self._deal()
        if deal is not None:
            await self._ask(self._answer(deal))

    async def _step(self, kind: str, deal: DealLine) -> None:
        done = await carry_through(self, step(kind, deal.id, deal.client, None))
        await self.read_safely()
        if done is not None:
            said = {"reopen": _("opened again"), "resume": _("resumed"), "hold": _("on hold")}[kind]
            self.say(f"{deal.client}: {said}   " + _("u: undo"))

    async def _answer(self, deal: DealLine) -> None:
        card = await self.desk.ask(deal_card, deal.id)
        request = next((one for one in card.requests if one.may or one.own), None)
        if request is None:
            self.say(_("No move is asked for here."))
        else:
            await answer_request(self, request)

    async def action_new(self) -> None:
        await self._ask(self._new())

    async def action_edit(self) -> None:
        if self._whole is not None:
            await self._ask(self._edit(self._whole))

    async def _new(self) -> None:
        made: list[int] = []

        twin = ""

        async def add(values: dict[str, str]) -> None:
            nonlocal twin
            if values["name"] != twin and await self.desk.ask(is_named, values["name"]):
                twin = values["name"]
                raise Refused("twin", _("A client of this name is there already; enter once more adds another."))
            card = await self.desk.do(clients.add_client, values.pop("name"), **values)
            made.append(card.id)

        fields = [Field("name", _("Name"), needed=True), Field("city", _("City")), Field("phone", _("Phone")), Field("mail", _("Mail"))]
        if await self.app.push_screen_wait(Form(_("New client"), fields, add, again=Again("new"))) is not None:
            self.field.value = self.text = ""
            self.client_id = made[0]
            await self.read_safely()

    async def _edit(self, whole: WholeClient) -> None:
        await self.desk.ask(_must_be_writable, whole.client.id)

        async def change(values: dict[str, str]) -> None:
            await self.desk.do(clients.set_client, whole.client.id, **values)

        words = labels()
        fields = [Field("name", _("Name"), whole.client.name, needed=True)]
        fields += [Field(key, words[key], value) for key, value in whole.client.details.items()]
        form = Form(whole.client.name, fields, change, again=Again("edit", whole.client.id))
        if await self.app.push_screen_wait(form) is not None:
            await self.read_safely()
            self.say(_("saved"))

    async def open_again(self, name: str, about: Any) -> None:
        if name == "new":
            await self._new()
        elif name == "edit":
            await self._edit(await self.desk.ask(client_card, about))
        else:
            await super().open_again(name, about)

    def _draw_client(self, line: ClientLine, width: int) -> Sequence[Part]:
        count = f"{line.open_deals}" if line.open_deals else ""
        return [(f" {cells(line.name, width - 7)}", ""), (cells(count, 5, right=True) + " ", "muted")]

    def _draw_card(self, item: CardItem, width: int) -> Sequence[Part]:
        return draw(item, width, self._label_width, self.desk.session())


def _must_be_writable(session: Session, client_id: int) -> None:
    """Raises NotFound; Refused where the actor may read the client, not change it."""
    writable_client(session, client_id)
