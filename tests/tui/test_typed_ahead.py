"""Keys that are typed ahead: what comes after the answer finds the question gone."""

from __future__ import annotations

from textual import events
from textual.command import CommandList
from textual.widgets import Input

from models.activities.views import activities
from models.pipeline import views
from tests.tui.board.conftest import board, deals, press, running, settle, shown  # noqa: F401  (fixtures)
from tests.tui.bursts import burst


async def test_what_is_typed_ahead_of_a_form_is_written_into_it(running, session, deals):  # noqa: F811
    async with running() as pilot:
        await burst(pilot, "i", *"Lost w")
        await settle(pilot)
        assert "Note on Orion Legal" in shown(pilot) and pilot.app.screen.values() == {"text": "Lost w"}
        await burst(pilot, "enter", "L")
        await settle(pilot)
        await settle(pilot)
    assert [one.text for one in activities(session)] == ["Lost w"]
    assert views.deal(session, deals[0]).stage == "Demonstration" and views.deal(session, deals[1]).outcome == "open"


async def test_what_is_typed_ahead_of_a_choice_chooses(running, session, deals):  # noqa: F811
    async with running() as pilot:
        await burst(pilot, "m", "2", "j", "s")
        await settle(pilot)
        await settle(pilot)
    assert views.deal(session, deals[0]).stage == "Closing the deal"


async def test_enter_twice_does_what_the_form_says_once(running, session, deals):  # noqa: F811
    async with running() as pilot:
        await press(pilot, "n", *"Lyra")
        await burst(pilot, "enter", "enter")
        await settle(pilot)
        assert pilot.app.screen is pilot.app.made("clients")  # the second one opened the client's card
    assert len(views.deals(session)) == len(deals) + 1


async def test_two_digits_choose_once(running, session, deals):  # noqa: F811
    async with running() as pilot:
        await press(pilot, "y")
        await burst(pilot, "1", "1")
        await settle(pilot)
        assert pilot.app.screen is pilot.app.made("today")  # the second one was for the program


async def test_a_page_key_before_the_palette_is_laid_out_does_no_harm(running, session, deals):  # noqa: F811
    async with running() as pilot:
        await press(pilot, "f9")
        await pilot.pause(0.5)
        found = pilot.app.screen.query_one(CommandList)
        assert found.option_count
        found.display = False
        await pilot.pause()
        found.clear_options().add_option("not laid out")
        found.highlighted = 0
        await press(pilot, "pageup")
        assert pilot.app.crash is None


async def test_the_palette_does_what_was_found_once(running, session, deals):  # noqa: F811
    async with running() as pilot:
        await press(pilot, "f9", *"note")
        await pilot.pause(0.5)
        await burst(pilot, "enter", "enter", "enter")
        await settle(pilot)
        assert pilot.app.is_running


async def test_a_dialog_that_was_answered_is_not_answered_again(running, session, deals):  # noqa: F811
    async with running() as pilot:
        for key in ("y", "f9"):
            await press(pilot, key)
            dialog = pilot.app.screen
            assert dialog is not board(pilot)
            dialog.dismiss()
            dialog.dismiss()
            await settle(pilot)
            assert pilot.app.screen is board(pilot)


async def test_a_form_that_was_submitted_is_not_submitted_again(running, session, deals):  # noqa: F811
    async with running() as pilot:
        await press(pilot, "n", *"Lyra")
        field = pilot.app.screen.focused
        for _time in range(2):
            field.post_message(Input.Submitted(field, field.value))
        await settle(pilot)
        assert pilot.app.screen is board(pilot)
    assert len(views.deals(session)) == len(deals) + 1


async def test_keys_go_on_in_a_terminal_that_told_it_lost_the_focus(running, session, deals):  # noqa: F811
    async with running() as pilot:
        pilot.app.post_message(events.AppBlur())
        await settle(pilot)
        await press(pilot, "L")
        await settle(pilot)
    assert views.deal(session, deals[0]).stage == "Demonstration"


async def test_of_a_text_that_is_pasted_in_several_lines_nothing_is_lost(running, session, deals):  # noqa: F811
    async with running() as pilot:
        await press(pilot, "i")
        await pilot.app.on_event(events.Paste("\nfirst line\r\n  second line\nthird"))
        await settle(pilot)
        await press(pilot, "enter")
    assert [one.text for one in activities(session)] == ["first line second line third"]


async def test_a_reason_may_be_pasted(running, session, deals):  # noqa: F811
    async with running() as pilot:
        await press(pilot, "x")
        await pilot.app.on_event(events.Paste("They bought\na lorry"))
        await settle(pilot)
        await press(pilot, "enter")
    assert "They bought a lorry" in str(session.store.database.execute_sql("SELECT * FROM deal WHERE outcome = 'lost'").fetchall())
