"""Setup: deal types, their stages, what each stage asks for, and the company's lists, changed by keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from models.overview.founding import add_type_from_template
from models.pipeline import setup
from models.pipeline.rules import MODES
from models.pipeline.setup.types import DEALS_NAMED
from models.pipeline.views import ActionCard, FieldCard, StageCard, TypeCard, mode_word
from models.values.errors import Refused
from models.values.language import _, ngettext
from models.values.numbers import int_text
from tui.setup import asks, ways
from tui.setup.affected import Affected
from tui.setup.items import Empty, Fact, StageRow, TypeRow, Way
from tui.setup.panes import PanesScreen
from tui.widgets.dialogs import Choice, Field, Line
from tui.widgets.picks import Picks
from tui.widgets.words import symbol


class SetupScreen(PanesScreen):
    """What the keys do to what is under the cursor."""

    # What the keys do -----------------------------------------------------------------------------------------

    async def action_open(self) -> None:
        if not await self._go_in():
            self.action_edit()

    def action_new(self) -> None:
        self._ask(self._new)

    def action_edit(self) -> None:
        self._ask(self._edit)

    def action_action(self) -> None:
        self._ask(self._more)

    def action_tick(self) -> None:
        self._ask(self._tick)

    def action_archive(self) -> None:
        self._ask(self._archive)

    def action_mode(self) -> None:
        self._ask(self._mode)

    def action_default(self) -> None:
        self._ask(self._default)

    async def action_earlier(self) -> None:
        await self._told(self._move(-1))

    async def action_later(self) -> None:
        await self._told(self._move(1))

    # New ------------------------------------------------------------------------------------------------------

    async def _new(self) -> None:
        item = self.panes[self.level].item
        if self.area is not None:
            await self.area.new(self, self.things.item)
        elif self.level == 2 and isinstance(self.things.item, StageRow):
            await self._new_action()
        elif self.level == 0:
            await self._new_type()
        elif isinstance(item, FieldCard) or isinstance(item, Empty) and item.kind == "field":
            await self._new_field()
        elif self.card is not None:
            await self._new_stage(self.card)

    async def _new_type(self) -> None:
        known = await self.desk.ask(asks.templates)
        lines = [Line(_("Without stages")), *(Line(name, _("template")) for _key, name in known)]
        chosen = await self.app.push_screen_wait(Choice(_("New deal type"), lines))
        if chosen is None:
            return
        template, proposed = known[chosen - 1] if chosen else ("", "")
        fields = [Field("name", _("Name"), proposed, needed=True)]
        modes = {mode_word(mode): mode for mode in MODES}
        if not template:
            fields.append(Field("mode", _("Mode"), mode_word("free"), options=tuple(modes)))
        made: list[int] = []

        async def add(values: dict[str, str]) -> None:
            if template:
                made.append(await self.desk.do(add_type_from_template, template, values["name"]))
            else:
                made.append(await self.desk.do(setup.add_type, values["name"], mode=modes[values["mode"]]))

        if await self.form(_("New deal type"), fields, add):
            await self.done(_("added"), ("type", made[0]))

    async def _new_stage(self, card: TypeCard) -> None:
        item = self.things.item
        after = item.number if isinstance(item, StageRow) and self.level else None
        fields, do, made = asks.stage_fields(None, card.mode, self.overview.who), self._doing(), list[int]()

        async def add(values: dict[str, str]) -> None:
            said = asks.changes(fields, values, all_of=("name",))
            position = None if after is None else after + 1
            made.append(await do(setup.add_stage, card.id, said.pop("name"), position=position, **said))

        title = _("New stage after {stage}").format(stage=item.stage.name) if isinstance(item, StageRow) and after else _("New stage")
        if await self.form(title, fields, add):
            await self.done(_("added"), ("stage", made[0]))

    async def _more(self) -> None:
        if self.area is not None:
            await self.area.more(self, self.things.item)
        else:
            await self._new_action()

    async def _new_action(self) -> None:
        item = self.things.item
        if not isinstance(item, StageRow) or item.stage.archived or not self.level:
            self.say(_("Go to a stage first: actions belong to one."))
            return
        stage = item.stage
        fields, do, made = asks.action_fields(None, self.overview.who), self._doing(), list[int]()

        async def add(values: dict[str, str]) -> None:
            said = asks.changes(fields, values, self.overview.who, all_of=("text",))
            made.append(await do(setup.add_action, stage.id, said.pop("text"), **said))

        if await self.form(_("New action at {stage}").format(stage=stage.name), fields, add):
            await self.done(_("added"), ("action", made[0]))

    async def _new_field(self) -> None:
        card, fields, do, made = self.card, asks.field_fields(None), self._doing(), list[int]()
        assert card is not None

        async def add(values: dict[str, str]) -> None:
            said = asks.changes(fields, values, all_of=("name", "kind"))
            made.append(await do(setup.add_field, card.id, said.pop("name"), **said))

        if await self.form(_("New field of {type}").format(type=card.name), fields, add):
            await self.done(_("added"), ("field", made[0]))

    # Edit -----------------------------------------------------------------------------------------------------

    async def _edit(self) -> None:
        item, under = self.panes[self.level].item, self.things.item
        if self.area is not None:
            if self.level:
                await (self.area.new if isinstance(item, Empty) else self.area.edit)(self, item)
            return
        match item:
            case TypeRow():
                await self._edit_type()
            case StageRow(stage=stage):
                await self._edit_stage(stage)
            case FieldCard():
                await self._edit_field(item)
            case Fact() if isinstance(under, FieldCard):
                await self._edit_field(under)
            case ActionCard():
                await self._edit_action(item)
            case Fact(key="enter_fields" | "leave_fields") if isinstance(under, StageRow):
                await self._edit_fields(under.stage, item.key.removesuffix("_fields"))
            case Fact(key="enter" | "leave") if isinstance(under, StageRow):
                await self._edit_authority(under.stage, item.key)
            case Fact() if isinstance(under, StageRow):
                await self._edit_stage(under.stage, item.key)
            case Way():
                await self._tick()
            case Empty():
                await self._new()

    async def _edit_type(self) -> None:
        card, do = self.card, self._doing()
        assert card is not None

        async def rename(values: dict[str, str]) -> None:
            if values["name"] != card.name:
                await do(setup.set_type, card.id, name=values["name"])

        if await self.form(card.name, [Field("name", _("Name"), card.name, needed=True)], rename):
            await self.done(_("saved"))

    async def _edit_stage(self, stage: StageCard, at: str = "") -> None:
        assert self.card is not None
        await self._edited(stage.name, asks.stage_fields(stage, self.card.mode, self.overview.who), setup.set_stage, stage.id, at)

    async def _edit_action(self, action: ActionCard) -> None:
        await self._edited(action.text, asks.action_fields(action, self.overview.who), setup.set_action, action.id)

    async def _edit_field(self, field: FieldCard) -> None:
        await self._edited(field.name, asks.field_fields(field), setup.set_field, field.id)

    async def _edited(self, title: str, fields: Sequence[Field], command: Callable[..., Any], number: int, at: str = "") -> None:
        """Ask with a form, and hand the command what was changed and nothing else."""
        do = self._doing()

        async def change(values: dict[str, str]) -> None:
            said = asks.changes(fields, values, self.overview.who)
            if said:
                await do(command, number, **said)

        if await self.form(title, fields, change, at):
            await self.done(_("saved"))

    async def _edit_fields(self, stage: StageCard, moment: str) -> None:
        assert self.card is not None
        known, do = asks.askable_fields(self.card), self._doing()
        asked = stage.enter_fields if moment == "enter" else stage.leave_fields

        async def keep(places: list[int]) -> None:
            await do(setup.set_required_fields, stage.id, moment, [known[place][0] for place in places])

        title = _("Filled to enter {stage}") if moment == "enter" else _("Filled to leave {stage}")
        await self._picked(title.format(stage=stage.name), known, asked, keep)

    async def _edit_authority(self, stage: StageCard, direction: str) -> None:
        do, named = self._doing(), stage.enter if direction == "enter" else stage.leave
        known = [(who, word) for who, word in self.overview.who if who is not None]
        known += [(who, who) for who in named if who not in dict(known)]

        async def keep(places: list[int]) -> None:
            await do(setup.set_authority, stage.id, direction, [known[place][0] for place in places])

        title = _("Who may bring deals to {stage}") if direction == "enter" else _("Who may take deals out of {stage}")
        await self._picked(title.format(stage=stage.name), known, named, keep, note=_("Nobody marked: everybody who may change the deal."))

    async def _picked(
        self, title: str, known: Sequence[tuple[str, str]], marked: Sequence[str], keep: Callable[[list[int]], Awaitable[None]], *, note: str = ""
    ) -> None:
        places = [place for place, (name, _word) in enumerate(known) if name in marked]
        if await self.app.push_screen_wait(Picks(title, [Line(word) for _name, word in known], places, keep, note=note)) is not None:
            await self.done(_("saved"))

    # Order, marks, mode ---------------------------------------------------------------------------------------

    async def _move(self, step: int) -> None:
        item, do = self.panes[self.level].item, self._doing()
        under = self.things.item
        if isinstance(item, StageRow) and item.number is not None and self.card is not None:
            last = sum(not stage.archived for stage in self.card.stages)
            if 1 <= item.number + step <= last:
                await do(setup.move_stage, item.stage.id, item.number + step)
                await self.read()
        elif isinstance(item, ActionCard) and isinstance(under, StageRow):
            place = [action.id for action in under.stage.actions].index(item.id) + 1
            if 1 <= place + step <= len(under.stage.actions):
                await do(setup.set_action, item.id, position=place + step)
                await self.read()

    async def _tick(self) -> None:
        item, under, do = self.panes[self.level].item, self.things.item, self._doing()
        if isinstance(item, ActionCard):
            await do(setup.set_action, item.id, required=not item.required)
            await self.done(_("optional") if item.required else _("required"))
        elif isinstance(item, Way) and isinstance(under, StageRow) and self.facts is not None:
            kind = ways.following(self.facts, under.stage.id, item.to)
            await do(setup.set_transition, under.stage.id, item.to, kind)
            words = {"forbidden": _("forbidden"), "allowed": _("allowed"), None: _("as the mode says")}
            await self.done(f"{under.stage.name} {symbol('→')} {item.name}: {words[kind]}")
        else:
            self.say(_("Go into a stage and to one of its actions or ways first."))

    async def _mode(self) -> None:
        card, do = self.card, self._doing()
        if card is None:
            return
        words = [asks.mode_words(mode, returns) for mode, returns in asks.WAYS]
        now = asks.WAYS.index((card.mode, card.returns if card.mode == "strict" else None))
        title = _("{type}: how its stages are passed").format(type=card.name)
        chosen = await self.app.push_screen_wait(Choice(title, [Line(*said) for said in words], at=now))
        if chosen is None or chosen == now:
            return
        mode, said = asks.WAYS[chosen]
        returns = card.returns if said is None else said
        found = await self.desk.ask(asks.what_if, card.id, mode, returns)

        async def change() -> None:
            await do(setup.set_type, card.id, mode=mode, returns=returns)

        note = _("Every deal stays where it is; the new rules hold from its next step on.")
        said_words, rows = asks.breaking(found)
        if await self.app.push_screen_wait(Affected(f"{card.name}: {words[chosen][0]}", said_words, rows, change, note=note)):
            await self.done(f"{card.name}: {words[chosen][0]}")

    async def _default(self) -> None:
        card, do = self.card, self._doing()
        if card is not None:
            await do(setup.set_type, card.id, is_default=True)
            await self.done(_("{type} is the default now: the board opens on it.").format(type=card.name))

    # Archive --------------------------------------------------------------------------------------------------

    async def _archive(self) -> None:
        item, do = self.panes[self.level].item, self._doing()
        if self.area is not None:
            if self.level and not isinstance(item, Empty):
                await self.area.archive(self, item)
            return
        match item:
            case StageRow(stage=stage) if stage.archived:
                await do(setup.restore_stage, stage.id)
                await self.done(_("{stage}: in use again").format(stage=stage.name), ("stage", stage.id))
            case StageRow(stage=stage):
                await (self._empty_stage(stage) if stage.deals else self._archive_stage(stage))
            case ActionCard():
                if await self.sure(_("Take {action} off the list?").format(action=item.text), _("Take it off; what was ticked stays in the history")):
                    await do(setup.archive_action, item.id)
                    await self.done(_("archived"))
            case FieldCard():
                if await self.sure(_("Take the field {field} out of use?").format(field=item.name), _("Archive it; what deals hold in it is kept")):
                    await do(setup.archive_field, item.id)
                    await self.done(_("archived"))
            case TypeRow(line=line) if line.archived:
                await do(setup.restore_type, line.id)
                await self.done(_("{type}: in use again").format(type=line.name))
            case TypeRow(line=line):
                title = _("Take {type} out of use?").format(type=line.name)
                if await self.sure(title, _("Archive it; its history and reports stay")):
                    await do(setup.archive_type, line.id)
                    await self.done(f"{line.name}: " + _("archived"))

    async def _archive_stage(self, stage: StageCard) -> None:
        """Without open deals: one that was never used is removed, another archived."""
        title = _("Take {stage} out of use?").format(stage=stage.name)
        if not await self.sure(title, _("Archive it; its history stays (one that was never used is removed)")):
            return
        do = self._doing()
        try:
            await do(setup.remove_stage, stage.id)
            said = _("removed: no deal has ever been there")
        except Refused as error:
            if error.code != "stage_has_history":
                raise
            await do(setup.archive_stage, stage.id)
            said = _("archived")
        await self.done(f"{stage.name}: {said}")

    async def _empty_stage(self, stage: StageCard) -> None:
        """With open deals: they are moved first, each judged; all of it happens or nothing."""
        card, do = self.card, self._doing()
        assert card is not None
        others = [other for other in card.stages if not other.archived and other.id != stage.id]
        if not others:
            self.say(_("There is no other stage that its deals could go to."), "bold $warning")
            return
        title = ngettext(
            "{count} open deal is at {stage}. Where does it go?", "{count} open deals are at {stage}. Where do they go?", stage.deals
        ).format(count=int_text(stage.deals), stage=stage.name)
        chosen = await self.app.push_screen_wait(Choice(title, [Line(other.name) for other in others]))
        if chosen is None:
            return
        target = others[chosen]

        async def move(values: dict[str, str]) -> None:
            try:
                await do(setup.archive_stage, stage.id, move_to=target.id, reason=values["reason"])
            except Refused as error:
                if error.code != "stage_in_use":
                    raise
                rows = await self.desk.ask(asks.held_back, error)
                words = _("Not all of its deals can go to {target}: nothing was changed.").format(target=target.name)
                note = _("The first {count} that cannot:").format(count=len(rows)) if len(rows) == DEALS_NAMED else _("These cannot:")
                self.app.push_screen(Affected(title, words, rows, note=note))
                raise Refused(error.code, words) from error

        title = _("Move its deals to {target} and archive {stage}").format(target=target.name, stage=stage.name)
        field = Field("reason", _("Reason"), placeholder=_("stands in the history of each deal"))
        if await self.form(title, [field], move):
            await self.done(_("{stage}: archived, {deals} moved to {target}").format(stage=stage.name, deals=stage.deals, target=target.name))
