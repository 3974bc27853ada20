"""A step of a deal that was refused: every objection item by item, each lifted on the spot; then the step goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from rich.cells import cell_len

from models.values.errors import Item, Objection, Refused, StagewatchError, StepRefused
from models.values.language import _
from tui.widgets import asks
from tui.widgets.dialogs import Again, Choice, Field, Form, Line, Listing, Part, Wording
from tui.widgets.words import cells, symbol

if TYPE_CHECKING:
    from models.pipeline.commands import Done
    from models.pipeline.views import ActionLine, DealCard
    from models.session import Session
    from tui.widgets.frame import FramedScreen

Act = Callable[..., Any]  # gives Done, or of several deals Several


@dataclass
class Try:
    """A step that a person wants of a deal: `kind` is move, win, lose, hold, resume, reopen, retype or accept, `act` does
    it, called with a session, `reason` and `version`. `stage_id` and `stage` are where a move leads.

    `reason` is what the person said so far, `version` the deal's as it was seen, counted on with what they do to lift
    objections: so that another's change is still noticed.
    """

    kind: str
    deal_id: int
    client: str
    act: Act
    stage_id: int | None = None
    stage: str = ""
    version: int | None = None
    reason: str = ""
    draft: str = ""  # a reason that was begun and left

    def __call__(self, session: Session) -> Any:
        return self.act(session, reason=self.reason, version=self.version)


def step(kind: str, deal_id: int, client: str, version: int | None, *, stage_id: int | None = None, stage: str = "") -> Try:
    """The Try of one of the commands move, win, lose, hold, resume and reopen."""

    def act(session: Session, **said: Any) -> Done:
        from models.pipeline import commands

        where = () if stage_id is None else (stage_id,)
        return getattr(commands, f"{kind}_deal")(session, deal_id, *where, **said)

    return Try(kind, deal_id, client, act, stage_id, stage, version)


async def carry_through(screen: FramedScreen, attempt: Try, refusal: StepRefused | None = None) -> Done | None:
    """Do the step, asking for all that is missing; None where the person left it. To be run in a worker.

    `refusal` is how it was refused already. Raises ChangedMeanwhile and what else is no objection of the rules.
    """
    while True:
        if refusal is None:
            try:
                return await screen.desk.do(attempt)
            except StepRefused as error:
                refusal = error
        if [one.code for one in refusal.objections] != ["reason_required"]:
            break
        if not await give_reason(screen, attempt):
            return None
        refusal = None
    panel = RefusalPanel(screen, attempt, refusal.objections, await screen.desk.ask(asks.deal_card, attempt.deal_id))
    done = await screen.app.push_screen_wait(panel)
    if panel.failed is not None:
        raise panel.failed
    return done


async def give_reason(screen: FramedScreen, attempt: Try) -> bool:
    """Ask for the reason of a step; whether one was given. A loss is asked for with the company's list."""
    title = {
        "lose": _("Why is {client} lost?"), "hold": _("Why does {client} wait?"),
        "reopen": _("Why is {client} opened again?"),
    }.get(attempt.kind, _("{client}: why?")).format(client=attempt.client)  # fmt: skip
    listed = await screen.desk.ask(_reasons) if attempt.kind == "lose" else []
    if listed:
        ask = Wording(title, listed, typed=attempt.draft)
        chosen = await screen.app.push_screen_wait(ask)
        attempt.draft = "" if chosen is not None and chosen < len(listed) else ask.typed
        if chosen is not None:
            attempt.reason = attempt.draft or listed[chosen]
        return chosen is not None
    about = [attempt.kind, attempt.deal_id, attempt.client, attempt.stage_id, attempt.stage]
    form = Form(
        title, [Field("reason", _("Reason"), attempt.draft, needed=True)], again=Again("reason", about)
    )
    values = await screen.app.push_screen_wait(form)
    attempt.draft = (values or form.left)["reason"]
    if values is not None:
        attempt.reason = values["reason"]
    return values is not None


class Ask(NamedTuple):
    """One thing that is asked for: what, how it stands, what lifts it; the objection that it is of, and its item."""

    what: str
    state: str
    lift: str
    objection: Objection
    item: Item | None = None
    more: str = ""


def asked(objections: Sequence[Objection], card: DealCard, role: str) -> list[Ask]:
    """All that the objections ask for, one by one; `role` is the actor's in words."""
    found: list[Ask] = []
    for one in objections:
        match one.code:
            case "actions_missing":
                lines = {line.id: line for line in card.stage_actions}
                found += [_ask_action(one, item, lines.get(int(item.key))) for item in one.items]
            case "fields_missing":
                found += [
                    Ask(_("field {name}").format(name=item.name), _("empty"), _("fill it"), one, item)
                    for item in one.items
                ]
            case "no_authority" if one.items:
                state = _("you are: {role}").format(role=role)
                for number, item in enumerate(one.items):
                    words = _("or ask {name}") if number else _("ask {name}")
                    first = number == 0
                    lift = words.format(name=item.name)
                    found.append(Ask(_("authority") if first else "", state if first else "", lift, one, item, one.message))
            case "not_next_stage" | "stages_missing" if one.items:
                state = _("comes first") if one.code == "not_next_stage" else _("not passed yet")
                found += [
                    Ask(_("stage {name}").format(name=item.name), state, _("go there"), one, item, one.message)
                    for item in one.items
                ]
            case "reason_required":
                found.append(Ask(_("a reason"), _("not said yet"), _("say why"), one))
            case "deal_on_hold":
                found.append(Ask(_("the deal is on hold"), card.hold_reason, _("resume it"), one))
            case "deal_closed":
                found.append(Ask(one.message, card.close_reason, _("reopen it"), one))
            case _:
                found.append(Ask(one.message, "", one.lift, one, more=one.lift))
    return found


def _ask_action(one: Objection, item: Item, line: ActionLine | None) -> Ask:
    what = _("stage action “{name}”").format(name=item.name)
    if line is None:
        return Ask(what, "", _("tick it"), one, item)
    lift = _("tick it") if line.may else _("ask {name}").format(name=line.who)
    return Ask(what, _("done by: {who}").format(who=line.who), lift, one, item, line.guidance)


class RefusalPanel(Listing["Done", Ask]):
    """What the step asks for. A digit or enter lifts the one in light; when the last one is lifted the step is made and
    the panel gives what came of it. Esc leaves; what was lifted stays lifted."""

    def __init__(self, screen: FramedScreen, attempt: Try, objections: Sequence[Objection], card: DealCard) -> None:
        super().__init__("", _("digit or enter: lift it   esc: leave it"))
        self._below, self._try = screen, attempt
        self._told: tuple[str, str] = ("", "")
        self._left: dict[str, dict[str, str]] = {}
        self._lifting = asyncio.Lock()
        self.failed: StagewatchError | None = None
        self._take_up(objections, card)

    def rows(self) -> Sequence[Ask]:
        return self._asks

    def draw(self, row: Ask, width: int, here: bool) -> list[Part]:
        what, state, lift = self._widths(width)
        style = "bold $accent" if here else ""
        if row.what and not row.state:
            return [(cells(row.what, width - lift - 2), style), ("  " + cells(row.lift, lift).rstrip(), "bold")]
        return [
            (cells(row.what, what), style), (f"  {cells(row.state, state)}  ", "dim"),
            (cells(row.lift, lift).rstrip(), "bold"),
        ]  # fmt: skip

    def _widths(self, width: int) -> tuple[int, int, int]:
        """Of what, state and lift. Where it is tight the state gives way: it stands in full below."""
        what = max((cell_len(one.what) for one in self._asks if one.state), default=0)
        state = max(cell_len(one.state) for one in self._asks)
        lift = min(max(cell_len(one.lift) for one in self._asks), width * 2 // 5)
        room = width - lift - 4
        if what + state > room:
            state = max(room - what, min(state, room // 4))
        return room - state, state, lift

    def foot(self) -> list[Part]:
        text, style = self._told
        if not text and self.row is not None:
            text, style = f" {symbol('·')} ".join(part for part in (self.row.state, self.row.more) if part), "dim"
        return ["\n", (text + "\n", style)]

    def key(self, key: str, character: str, printable: bool) -> bool:
        self._told = ("", "")
        return super().key(key, character, printable)

    def chosen(self, row: Ask) -> None:
        self.run_worker(self._lift(self._asks.index(row)))

    def _heading(self) -> str:
        words = {
            "move": _("{client} stays at {stage}. {target} asks for:"),
            "win": _("{client} stays at {stage}. To be won it needs:"),
            "lose": _("{client} stays at {stage}. To be lost it needs:"),
            "accept": _("{client} stays at {stage}. The move asks for:"),
        }.get(self._try.kind, _("{client} stays as it is. That asks for:"))
        return words.format(client=self._try.client, stage=self._deal.stage or "", target=self._try.stage)

    def _take_up(self, objections: Sequence[Objection], card: DealCard) -> None:
        from models.pipeline.views import role_word

        self._objections, self._deal = tuple(objections), card
        self._asks = asked(objections, card, role_word(self._below.desk.session().actor.role))
        self.retitle(self._heading())

    async def _lift(self, place: int) -> None:
        """Lift what stands at a place, once what was begun before is done, and try the step again."""
        async with self._lifting:
            if place >= len(self._asks) or not self.is_current:
                return
            try:
                if await self._lifted(self._asks[place]):
                    await self._again()
            except Refused as error:
                self._tell(error.message)
            except StagewatchError as error:
                self.failed = error
                self.dismiss(None)

    async def _again(self) -> None:
        try:
            done = await self._below.desk.do(self._try)
        except StepRefused as error:
            self._take_up(error.objections, await self._below.desk.ask(asks.deal_card, self._try.deal_id))
            self._show()
        else:
            self.dismiss(done)

    def _tell(self, text: str) -> None:
        self._told = (text, "$error")
        self._show()

    async def _lifted(self, ask: Ask) -> bool:
        """Do what lifts it; whether the step is worth another try."""
        deal_id, desk = self._try.deal_id, self._below.desk
        match ask.objection.code:
            case "actions_missing" if ask.item:
                await desk.do(asks.tick, deal_id, int(ask.item.key))
                self._count()
                return True
            case "fields_missing" if ask.item:
                return await self._fill(ask.item)
            case "no_authority" if ask.item:
                return await self._ask_for(ask.item)
            case "not_next_stage" | "stages_missing" if ask.item:
                return await self._first("move", int(ask.item.key), ask.item.name)
            case "reason_required":
                return await give_reason(self._below, self._try)
            case "deal_on_hold":
                return await self._first("resume")
            case "deal_closed":
                return await self._first("reopen")
        self._tell(ask.objection.lift or ask.objection.message)
        return False

    def _count(self) -> None:
        """One change of our own more."""
        if self._try.version is not None:
            self._try.version += 1

    async def _first(self, kind: str, stage_id: int | None = None, stage: str = "") -> bool:
        """Another step that has to come before; it may be refused in turn."""
        before = step(kind, self._try.deal_id, self._try.client, self._try.version, stage_id=stage_id, stage=stage)
        done = await carry_through(self._below, before)
        if done is not None and self._try.version is not None:
            self._try.version = done.version
        return done is not None

    async def _fill(self, item: Item) -> bool:
        key, desk = str(item.key), self._below.desk
        if key == "contact":
            return await self._add_contact()

        async def fill(values: dict[str, str]) -> None:
            await desk.do(asks.fill_field, self._try.deal_id, key, values["value"], self._try.version)
            self._count()

        custom = next((line for line in self._deal.fields if key == f"custom:{line.id}"), None)
        if custom is not None and custom.kind in ("choice", "yes/no"):
            choices = custom.choices or (_("yes"), _("no"))
            chosen = await self.app.push_screen_wait(Choice(custom.name, [Line(choice) for choice in choices]))
            if chosen is not None:
                await fill({"value": choices[chosen]})
            return chosen is not None
        hint = _hints().get(key if custom is None else custom.kind, "")
        return await self._form(key, self._try.client, [Field("value", item.name, needed=True, placeholder=hint)], fill)

    async def _form(
        self, name: str, title: str, fields: Sequence[Field], act: Callable[[dict[str, str]], Awaitable[None]]
    ) -> bool:
        """Fill a form and do `act`; what was typed in one that was left stands there again."""
        left = self._left.get(name, {})
        form = Form(title, [field._replace(value=left.get(field.name, field.value)) for field in fields], act)
        values = await self.app.push_screen_wait(form)
        self._left[name] = form.left
        return values is not None

    async def _add_contact(self) -> bool:
        async def add(values: dict[str, str]) -> None:
            await self._below.desk.do(asks.add_contact, self._deal.client_id, values)

        fields = [Field("name", _("Name"), needed=True), Field("position", _("Position"))]
        fields += [Field("phone", _("Phone")), Field("mail", _("Mail"))]
        return await self._form("contact", _("Contact at {client}").format(client=self._try.client), fields, add)

    async def _ask_for(self, item: Item) -> bool:
        """Ask for the move: possible once nothing but authority is missing."""
        if self._try.kind not in ("move", "win"):
            self._tell(_("Only a move or a win can be asked for from here: speak to {name}.").format(name=item.name))
            return False
        if {one.code for one in self._objections} - {"no_authority", "reason_required"}:
            self._tell(_("First what else is missing; then {name} can be asked.").format(name=item.name))
            return False

        async def ask(values: dict[str, str]) -> None:
            await self._below.desk.do(_request, self._try.deal_id, self._try.stage_id, values["reason"])

        field = Field("reason", _("Why"), self._try.reason, needed=True)
        if await self._form("ask", _("Ask {name}").format(name=item.name), [field], ask):
            self._below.say(_("{client}: asked for; {name} sees it on Today").format(client=self._try.client, name=item.name))
            self.dismiss(None)
        return False


def others_text(objections: Sequence[Objection]) -> str:
    """How many objections there are beside the first: ` +2`."""
    return f" +{len(objections) - 1}" if len(objections) > 1 else ""


def _hints() -> dict[str, str]:
    """How a value is written, by field or kind."""
    return {
        "expected": _("+14 (days) or 2026-12-24"), "date": "2026-12-24", "amount": "12 400", "probability": "0–100",
        "money": "12 400 EUR",
    }  # fmt: skip


def _request(session: Session, deal_id: int, stage_id: int | None, reason: str) -> int:
    from models.pipeline.commands import request_move

    return request_move(session, deal_id, stage_id, reason=reason)


def _reasons(session: Session) -> list[str]:
    from models.pipeline.views import reasons

    return [line.name for line in reasons(session)]
