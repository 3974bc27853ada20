"""Setup by keys: types, stages and what they ask for; order, archive, mode after a preview; two administrators."""

from __future__ import annotations

import pytest

from models.people import commands as people
from models.people.views import workplace
from models.pipeline import commands, setup, views
from models.pipeline.what_if import Breaking, WhatIf
from models.storage.doctor import checks
from models.values.language import use_language
from tests.tui.board.conftest import press, settle, shown
from tests.tui.setup.conftest import names, screen, stage
from tui.setup.items import Heading, StageRow, draw, key

# What is seen -------------------------------------------------------------------------------------------------


async def test_types_are_listed_with_mode_stages_and_open_deals_and_the_default_is_marked(running, deals, make_type):
    make_type("strict", ["Alpha", "Beta"])
    async with running() as pilot:
        await press(pilot, "7")
        rows = [line.split() for line in shown(pilot).splitlines()]
        assert ["●", "Quick", "Sales", "3", "free", "7"] in [row[:6] for row in rows]
        assert ["strict", "type", "2", "strict", "0"] in [row[:5] for row in rows]


async def test_a_stage_shows_norm_percentage_deals_and_a_mark_for_each_thing_it_asks(running, session, deals, actions):
    setup.set_stage(session, 1, norm=7 * 86_400, probability=15)
    setup.set_authority(session, 1, "leave", ["manager"])
    setup.set_required_fields(session, 1, "enter", ["amount", "expected"])
    async with running() as pilot:
        await press(pilot, "7", "enter")
        text = shown(pilot)
        row = next(line for line in text.splitlines() if line.startswith("  1 Init"))
        assert row.split()[1:8] == ["Initiating", "inter…", "7", "d", "15", "%", "6"] and "✓≡◆" in row
        for words in ("● Budget asked", "○ Offer sent", "amount, expected", "close", "manager", "everybody", "Ways from here"):
            assert words in text


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (60, 15), (200, 50)])
async def test_going_in_and_out_keeps_every_line_within_the_screen(running, session, deals, actions, size):
    async with running(size=size) as pilot:
        await press(pilot, "7", "enter", "enter", "j", "end", "escape", "j", "right", "left", "escape", "k")
        assert screen(pilot).level == 0
        assert all(len(line) <= size[0] for line in shown(pilot).splitlines())


async def test_two_hundred_stages_scroll_and_only_lines_in_view_are_drawn(running, session):
    type_id = setup.add_type(session, "Long", mode="free")
    for number in range(200):
        setup.add_stage(session, type_id, f"Stage {number + 1}")
    async with running() as pilot:
        await press(pilot, "7", "j", "enter", "end", "k")
        assert screen(pilot).things.item.stage.name == "Stage 200"
        await press(pilot, "K", "K")
        assert screen(pilot).things.item.stage.name == "Stage 200"
        assert "198 Stage 200" in shown(pilot)
        assert len(pilot.app.screen.walk_children()) < 20
    assert names(session, type_id)[196:] == ["Stage 197", "Stage 200", "Stage 198", "Stage 199"]


async def test_a_click_brings_the_cursor_to_a_line(running, session, deals):
    async with running() as pilot:
        await press(pilot, "7", "enter")
        await pilot.click(offset=(8, 5))
        await settle(pilot)
        assert screen(pilot).things.item.stage.name == "Closing the deal"


async def test_names_from_outside_are_shown_harmlessly(running, session):
    naughty = "[@click=app.quit]X[/] \u202egnp.exe"
    type_id = setup.add_type(session, naughty, mode="semi-strict")
    made = setup.add_stage(session, type_id, naughty)
    setup.add_action(session, made, naughty, guidance=naughty + "\n\x1b[31m".replace("\x1b", ""))
    setup.add_field(session, type_id, "[/nope]", kind="choice", choices=[naughty])
    setup.add_reason(session, naughty)
    async with running(size=(120, 36)) as pilot:
        await press(pilot, "7", "j", "enter", "enter", "e", "escape", "escape", "j", "e", "escape", "x", "escape", "m", "escape")
        await press(pilot, "escape", "j", "enter", "x")
        assert "\u202e" not in shown(pilot) and "[@click=app.quit]X[/]" in shown(pilot)
        assert pilot.app.is_running


async def test_where_one_was_is_remembered(running, session, make_type):
    type_id = make_type("strict", ["Alpha"])
    async with running() as pilot:
        await press(pilot, "7", "j")
        pilot.app.keep_workplace()
    assert workplace(session.actor.id)["setup"] == {"type": type_id}
    async with running() as pilot:
        await settle(pilot)
        assert screen(pilot).card.name == "strict type"


# Types --------------------------------------------------------------------------------------------------------


async def test_a_type_is_added_empty_with_its_mode_and_from_a_template(running, session):
    async with running() as pilot:
        await press(pilot, "7", "n", "1", *"Tenders", "tab", "left", "enter")
        assert screen(pilot).card.name == "Tenders" and "No way" not in shown(pilot)
        await press(pilot, "n", *"freight", "enter", "enter")
        assert screen(pilot).card.name == "Freight"
    made = {line.name: (line.mode, line.stages) for line in views.types(session)}
    assert made["Tenders"] == ("semi-strict", 0) and made["Freight"] == ("strict", 6)


async def test_a_refused_name_is_told_in_the_form_which_stays(running, session, make_type):
    make_type("strict", ["Alpha"])
    async with running() as pilot:
        await press(pilot, "7", "n", "1", *"quick sales", "enter")
        assert "is there already" in shown(pilot) and "New deal type" in shown(pilot)
        await press(pilot, "end", *" two", "enter")
        assert screen(pilot).card.name == "quick sales two"
        await press(pilot, "home", "enter", "n", *"Dеmonstration", "enter")  # a Cyrillic е
        assert "looks like" in shown(pilot)
        await press(pilot, "escape", "n", *("x" * 101), "enter")
        assert "101 characters" in shown(pilot)


async def test_a_type_is_renamed_and_made_the_default(running, session, make_type):
    type_id = make_type("strict", ["Alpha"])
    async with running() as pilot:
        await press(pilot, "7", "j", "e", "end", *" A", "enter", "d")
        assert screen(pilot).card.is_default
    assert [(line.id, line.name, line.is_default) for line in views.types(session)] == [(type_id, "strict type A", True), (1, "Quick Sales", False)]


# Stages -------------------------------------------------------------------------------------------------------


async def test_a_stage_is_added_after_the_cursor_with_norm_and_percentage(running, session):
    async with running() as pilot:
        await press(pilot, "7", "enter", "n", *"Offer", "tab", *"5d", "tab", *"30", "enter")
        assert screen(pilot).things.item.stage.name == "Offer"
    assert names(session) == ["Initiating interest", "Offer", "Demonstration", "Closing the deal"]
    assert (stage(session, "Offer").norm, stage(session, "Offer").probability) == (5 * 86_400, 30)


@pytest.mark.parametrize(("norm", "percent", "words"), [("soon", "", "no duration"), ("", "101", "no percentage"), ("0d", "", "longer than nothing")])
async def test_bad_figures_are_told_in_the_form(running, session, norm, percent, words):
    async with running() as pilot:
        await press(pilot, "7", "enter", "n", *"Offer", "tab", *norm, "tab", *percent, "enter")
        assert words in shown(pilot) and "New stage" in shown(pilot)
    assert "Offer" not in names(session)


async def test_a_stage_is_edited_and_only_what_changed_is_written(running, session):
    setup.set_stage(session, 1, norm=86_400 * 3 + 7_000, probability=15)
    async with running() as pilot:
        await press(pilot, "7", "enter", "e", "end", *" now", "tab", "tab", "tab", *"man", "enter")
    edited = stage(session, "Initiating interest now")
    assert (edited.norm, edited.probability, edited.responsible) == (86_400 * 3 + 7_000, 15, "manager")


async def test_an_emptied_norm_is_cleared(running, session):
    setup.set_stage(session, 1, norm=86_400)
    async with running() as pilot:
        await press(pilot, "7", "enter", "enter", "e")
        assert pilot.app.focused.id == "field-norm"
        await press(pilot, *["backspace"] * 5, "enter")
    assert stage(session, "Initiating interest").norm is None


@pytest.mark.parametrize("later", ["J", "L", "О", "Д", "shift+down", "shift+right"])
@pytest.mark.parametrize("earlier", ["K", "H"])
async def test_stages_are_reordered_and_the_cursor_goes_along(running, session, later, earlier):
    async with running() as pilot:
        await press(pilot, "7", "enter", later)
        assert names(session) == ["Demonstration", "Initiating interest", "Closing the deal"]
        assert screen(pilot).things.item.number == 2
        await press(pilot, later, later, earlier, earlier, earlier)
        assert screen(pilot).things.item.stage.name == "Initiating interest"
    assert names(session) == ["Initiating interest", "Demonstration", "Closing the deal"]


async def test_a_stage_that_was_never_used_is_removed_and_another_archived(running, session, deals):
    setup.add_stage(session, 1, "Never")
    for deal in deals[:-1]:
        commands.move_deal(session, deal, 2)
    async with running() as pilot:
        await press(pilot, "7", "enter", "j", "j", "j", "x", "1")
        assert "removed" in shown(pilot)
        await press(pilot, "home", "x", "2")
        assert names(session)[0] == "Initiating interest", "the second line leaves it"
        await press(pilot, "x", "1")
        assert "Archived stages" in shown(pilot)
    assert [(one.name, one.archived) for one in views.type_card(session, 1).stages] == [
        ("Demonstration", False), ("Closing the deal", False), ("Initiating interest", True),
    ]  # fmt: skip


async def test_archiving_a_stage_with_deals_moves_them_to_the_stage_that_is_chosen(running, session, deals):
    async with running() as pilot:
        await press(pilot, "7", "enter", "x")
        assert "6 open deals are at Initiating interest" in shown(pilot)
        await press(pilot, "2", *"tidied", "enter")
        assert "6 moved to Closing the deal" in shown(pilot)
    assert stage(session, "Initiating interest").archived and stage(session, "Closing the deal").deals == 6


async def test_what_cannot_be_moved_is_listed_by_deal_and_reason_and_nothing_changes(running, session, deals):
    commands.hold_deal(session, deals[0], reason="budget")
    async with running() as pilot:
        await press(pilot, "7", "enter", "x", "1", "enter")
        text = shown(pilot)
        assert "Orion Legal" in text and "on hold" in text and "Vega" not in text and "nothing was changed" in text
        await press(pilot, "escape")
        assert "Orion Legal" not in shown(pilot) and "nothing was changed" in shown(pilot), "the form stays"
        await press(pilot, "escape")
    assert not stage(session, "Initiating interest").archived and stage(session, "Initiating interest").deals == 6


async def test_a_reason_that_the_moves_need_is_given_in_the_same_form(running, session, deals):
    setup.set_type(session, 1, mode="strict", returns=True)
    async with running() as pilot:
        await press(pilot, "7", "enter", "j", "x", "1", "enter")
        assert "Polaris" in shown(pilot) and "This needs a reason." in shown(pilot)
        await press(pilot, "escape", *"tidied", "enter")
    assert stage(session, "Demonstration").archived
    assert views.deal(session, deals[-1]).stage == "Initiating interest"


# What a stage asks for ----------------------------------------------------------------------------------------


async def test_an_action_is_added_from_the_list_of_stages_and_within_the_stage(running, session):
    async with running() as pilot:
        await press(pilot, "7", "enter", "a", *"Offer sent", "tab", "right", "tab", *"man", "tab", *"2d", "tab", *"c", "tab", *"Ask first", "enter")
        assert screen(pilot).things.item.stage.name == "Initiating interest"
        await press(pilot, "enter", "n", *"Second", "enter")
        assert screen(pilot).details.item.text == "Second"
        text = shown(pilot)
        assert "● Offer sent" in text and "manager +2 d" in text and "Ask first" in text and "○ Second" in text
    first, second = stage(session, "Initiating interest").actions
    assert (first.text, first.required, first.who, first.due_after, first.kind, first.guidance) == ("Offer sent", True, "manager", 2 * 86_400, "call", "Ask first")
    assert (second.text, second.required, second.who, second.due_after, second.kind) == ("Second", False, None, None, "task")


async def test_an_action_is_edited_ticked_required_reordered_and_archived(running, session, actions):
    async with running() as pilot:
        await press(pilot, "7", "enter", "enter", "j", "j", "j")
        assert screen(pilot).details.item.text == "Budget asked"
        await press(pilot, "t", "J", "e", "end", *"!", "enter")
        assert [(one.text, one.required) for one in stage(session, "Initiating interest").actions] == [
            ("Offer sent", False), ("Budget asked!", False), ("Call back", False),
        ]  # fmt: skip
        assert screen(pilot).details.item.text == "Budget asked!"
        await press(pilot, "t", "x", "1")
    assert [one.text for one in stage(session, "Initiating interest").actions] == ["Offer sent", "Call back"]


async def test_fields_to_enter_and_to_leave_are_marked_in_a_list(running, session):
    setup.add_field(session, 1, "Tender", kind="text")
    async with running() as pilot:
        await press(pilot, "7", "enter", "enter", *"jjjj")
        assert key(screen(pilot).details.item) == ("fact", "enter_fields")
        await press(pilot, "enter", "1", *"tend", "space", "enter")
        assert stage(session, "Initiating interest").enter_fields == ("amount", "Tender")
        await press(pilot, "enter", "1", "enter", "j", "j", "enter", "2", "enter")
    asked = stage(session, "Initiating interest")
    assert (asked.enter_fields, asked.leave_fields) == (("Tender",), ("expected",))


async def test_authority_goes_to_roles_and_employees(running, session):
    people.add_employee(session, "ada", name="Ada", role="rep")
    async with running() as pilot:
        await press(pilot, "7", "enter", "enter", *"jjjjj")
        assert key(screen(pilot).details.item) == ("fact", "enter")
        await press(pilot, "enter", "2", *"ada", "space", "enter")
        assert "manager, Ada" in shown(pilot)
    assert stage(session, "Initiating interest").enter == ("manager", "ada")


async def test_a_way_goes_through_forbidden_and_allowed_and_a_dead_end_is_warned_of(running, session, make_type):
    type_id = make_type("semi-strict", ["Alpha", "Beta"])

    def pairs():
        card = views.type_card(session, type_id)
        return card.forbidden, card.allowed

    async with running() as pilot:
        await press(pilot, "7", "j", "enter", "j", "enter", "end", "t")
        assert pairs() == ((("Beta", "Alpha"),), ()) and "No way" not in shown(pilot)
        await press(pilot, "t")
        assert pairs() == ((), (("Beta", "Alpha"),))
        await press(pilot, "t")
        assert pairs() == ((), ())
        await press(pilot, "t", "escape", "k", "enter", "end", "t")
        assert "No way to win: no deal can pass both Alpha and Beta" in shown(pilot)
        await press(pilot, "t")
        assert pairs() == ((("Beta", "Alpha"),), ()), "a way on is not allowed expressly: that means nothing"


async def test_custom_fields_are_added_edited_and_archived(running, session):
    async with running() as pilot:
        await press(pilot, "7", "enter", "end", "n", *"Budget", "tab", *"ch", "tab", *"own; grant", "enter")
        assert screen(pilot).things.item.name == "Budget" and "grant" in shown(pilot)
        await press(pilot, "e", "tab", "end", *"; loan", "enter")
        assert [(one.name, one.kind, one.choices) for one in views.type_card(session, 1).fields] == [("Budget", "choice", ("own", "grant", "loan"))]
        await press(pilot, "n", *"amount", "enter")
        assert "is there already" in shown(pilot)
        await press(pilot, "escape", "x", "1")
    assert views.type_card(session, 1).fields == ()


async def test_loss_reasons_are_added_and_archived(running, session):
    async with running() as pilot:
        await press(pilot, "7", "j", "enter", "n", *"Too dear", "enter", "n", *"No budget", "enter")
        assert screen(pilot).things.item.text == "No budget"
        await press(pilot, "n", *"too dear", "enter")
        assert "is there already" in shown(pilot)
        await press(pilot, "escape", "k", "x", "1")
    assert [one.name for one in views.reasons(session)] == ["No budget"]


# Mode ---------------------------------------------------------------------------------------------------------


async def test_a_mode_is_set_only_after_a_look_at_the_deals_that_break_it(running, session, deals):
    commands.move_deal(session, deals[0], 3)  # over the second stage
    async with running() as pilot:
        await press(pilot, "7", "m", "1")
        text = shown(pilot)
        assert "1 of 7 open deals breaks it" in text and "Orion Legal" in text and "is passed stage by" in text
        assert "Vega" not in text
        assert views.types(session)[0].mode == "free", "nothing changes until it is confirmed"
        await press(pilot, "escape")
        assert views.types(session)[0].mode == "free"
        await press(pilot, "m", "2", "enter")
        assert "strict, with returns" in shown(pilot).splitlines()[0]
        await press(pilot, "m", "4")
        assert "No open deal breaks it" in shown(pilot)
        await press(pilot, "escape", "m", "2")
        assert len(pilot.app.screen_stack) == 1, "there is nothing to look at in the mode it has"
    assert (views.types(session)[0].mode, views.types(session)[0].returns) == ("strict", True)
    assert views.deal(session, deals[0]).stage == "Closing the deal"


async def test_a_preview_of_thousands_scrolls(running, session, deals, monkeypatch):
    breaking = tuple(Breaking(1, f"Client {number}", "", "Demonstration", ("skipped " * 20 + "last word",)) for number in range(3000))
    answer = WhatIf("Quick Sales", "semi-strict", True, 3000, breaking)
    monkeypatch.setattr("models.pipeline.what_if.what_if", lambda *_args, **_said: answer)
    async with running() as pilot:
        await press(pilot, "7", "m", "3")
        assert "3000 of 3000 open deals" in shown(pilot) and "Client 0" in shown(pilot)
        await press(pilot, "end")
        assert "Client 2999" in shown(pilot) and "last word" in shown(pilot) and "enter: set it" in shown(pilot)
        await press(pilot, "enter")
    assert views.types(session)[0].mode == "semi-strict"


# Others -------------------------------------------------------------------------------------------------------


async def test_another_administrators_change_shows_and_the_cursor_stays(running, session):
    async with running() as pilot:
        await press(pilot, "7", "enter", "j")
        await screen(pilot).desk.do(setup.add_stage, 1, "Brought in", position=1)
        await pilot.pause(0.8)
        assert "Brought in" in shown(pilot)
        assert screen(pilot).things.item.stage.name == "Demonstration"


async def test_who_fills_a_form_is_told_of_anothers_change_and_can_go_on_with_it(running, session):
    async with running() as pilot:
        await press(pilot, "7", "enter", "e", "end", *" x")
        await screen(pilot).desk.do(setup.set_stage, 1, norm=86_400)
        await pilot.pause(0.8)
        await press(pilot, "enter")
        assert "Somebody changed this deal type meanwhile" in shown(pilot)
        assert names(session)[0] == "Initiating interest"
        await press(pilot, "enter")
    changed = stage(session, "Initiating interest x")
    assert changed.norm == 86_400, "the other's change stays"


async def test_an_order_that_changed_meanwhile_is_told_and_read_again(running, session):
    async with running() as pilot:
        await press(pilot, "7", "enter")
        await screen(pilot).desk.do(setup.move_stage, 1, 3)
        await pilot.press("J")  # before the feed has told
        await pilot.pause(0.8)
        assert names(session) == ["Demonstration", "Closing the deal", "Initiating interest"]
        rows = [item.stage.name for item in screen(pilot).things.items if isinstance(item, StageRow)]
        assert rows == names(session)
        assert screen(pilot).things.item.stage.name == "Initiating interest"


async def test_who_is_no_administrator_sees_it_and_is_told_who_may_change_it(running, session, deals):
    people.add_employee(session, "ada", name="Ada", role="manager")
    before = views.type_card(session, 1)
    async with running(login="ada") as pilot:
        await press(pilot, "7")
        assert "Administrators change it: Root" in shown(pilot)
        await press(pilot, *"nd", "enter", *"neaxJHm", "enter", *"naetx", "end", "t", "enter")
        assert len(pilot.app.screen_stack) == 1 and "Only an administrator" in shown(pilot)
    assert views.type_card(session, 1) == before


async def test_by_russian_keys_and_in_russian(running, session, deals):
    commands.move_deal(session, deals[0], 3)
    use_language("ru")
    try:
        async with running() as pilot:
            await press(pilot, "7")
            assert "Типы сделок" in shown(pilot) and "свободный" in shown(pilot)
            await press(pilot, "д", "т", *"Замер", "tab", *"2д", "enter")
            assert "добавлено" in shown(pilot)
            await press(pilot, "Л", "ф", *"Позвонить", "tab", *"да", "enter")
            await press(pilot, "д", "е")
            await press(pilot, "р", "у", "escape", "ь", "1")
            assert "7 из 7 открытых сделок его нарушают" in shown(pilot)
            await press(pilot, "escape", "р")
            assert screen(pilot).level == 0
    finally:
        use_language("en")
    assert names(session)[0] == "Замер" and stage(session, "Замер").norm == 2 * 86_400
    assert [(one.text, one.required) for one in stage(session, "Замер").actions] == [("Позвонить", False)]


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_a_random_walk_over_setup_leaves_a_sound_store(running, session, deals, actions, size):
    import random

    chooser = random.Random(7)
    pressed = [*"hjklHLJKnaetxmd123456", "enter", "enter", "escape", "escape", "space", "tab", "up", "down", "left", "right", "home", "end", "д", "Л", "[", "7"]
    async with running(size=size) as pilot:
        await press(pilot, "7")
        for _number in range(250):
            await pilot.press(chooser.choice(pressed))
        await press(pilot, "escape", "escape", "escape", "2")
        assert pilot.app.is_running and pilot.app.crash is None
    assert [check for check in checks(session.store) if not check.ok] == []


async def test_a_type_is_archived_and_restored(running, session, deals):
    made = setup.add_type(session, "Consulting", mode="free")
    async with running() as pilot:
        await press(pilot, "7", "x", "1")
        assert "The board opens on" in shown(pilot)
        await press(pilot, "j", "x", "1")
        assert "Consulting: archived" in shown(pilot) and views.types(session)[1].archived
        await press(pilot, "2", "y")
        assert "Consulting" not in shown(pilot), "the board offers it no more"
        await press(pilot, "escape", "7")
        while screen(pilot).areas.item.line.id != made:
            await press(pilot, "j")
        await press(pilot, "x")
        assert "in use again" in shown(pilot)
    assert not views.types(session)[1].archived


async def test_an_archived_stage_is_restored(running, session, deals):
    setup.archive_stage(session, 1, move_to=2)
    async with running() as pilot:
        await press(pilot, "7", "enter", "end", "x")
        assert "Initiating interest: in use again" in shown(pilot)
    assert names(session) == ["Initiating interest", "Demonstration", "Closing the deal"]


async def test_a_loss_reason_is_renamed(running, session):
    setup.add_reason(session, "Price")
    async with running() as pilot:
        await press(pilot, "7", "j", "enter", "e", *" too high", "enter")
        assert "saved" in shown(pilot)
    assert [one.name for one in views.reasons(session)] == ["Price too high"]


def test_a_heading_is_whole_where_its_columns_leave_no_room():
    line = "".join(text for text, _style in draw(Heading("Час для сотрудника", (("с", 12), ("", 16))), 45, list))
    assert "Час для сотрудника" in line and len(line) == 45


# Only looking ---------------------------------------------------------------------------------------------------


async def test_who_may_only_look_is_offered_no_key_that_changes(running, session):
    people.add_employee(session, "rita", name="Rita", role="rep")
    people.add_employee(session, "carl", name="Carl", role="accountant")
    async with running(login="rita", size=(120, 36)) as pilot:
        await press(pilot, "7")
        assert "n new" not in shown(pilot) and "n adds" not in shown(pilot) and "? keys" in shown(pilot)
        await press(pilot, *"jjjj")
        assert "a: another" not in shown(pilot) and "To look at" in shown(pilot)
    async with running(login="carl", size=(120, 36)) as pilot:
        await press(pilot, "7", *"jjjj", "j", "j")
        assert "Rates" in shown(pilot).splitlines()[0] and "n new" in shown(pilot) and "n adds" in shown(pilot)
        await press(pilot, "j")
        assert "n new" not in shown(pilot)
    async with running(size=(120, 36)) as pilot:
        await press(pilot, "7")
        assert "n new" in shown(pilot) and "n adds" in shown(pilot)


async def test_names_have_the_room_of_norms_and_percentages_that_no_stage_has(running, session):
    type_id = setup.add_type(session, "Imported", mode="free")
    setup.add_stage(session, type_id, "Queued, awaiting assignment")
    async with running(size=(120, 36)) as pilot:
        await press(pilot, "7", "j")
        assert "Queued, awaiting assignment" in shown(pilot) and "norm     %" not in shown(pilot)


async def test_rates_name_those_who_may_see_them(running, session):
    people.add_employee(session, "rita", name="Rita", role="rep")
    async with running(login="rita") as pilot:
        await press(pilot, "7", *"jjjjjj")
        assert "Only an accountant or an administrator may see that." in shown(pilot) and "Administrators change it" not in shown(pilot)


async def test_the_guidance_of_an_action_is_read_whole(running, session):
    setup.add_action(session, 1, "Find out who decides", guidance="Ask who signs, who pays and who will work with it afterwards.")
    async with running() as pilot:
        await press(pilot, "7", "enter")
        assert "afterwards." in shown(pilot) and "Ask who signs" in shown(pilot)
