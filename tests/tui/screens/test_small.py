"""Dialogs on small terminals: title, refusal and the line of keys are always seen, what is between them scrolls."""

from __future__ import annotations

import pytest
from textual.widgets import Input, Static

from models.people import commands as people
from models.pipeline import commands, setup
from tests.tui.board.conftest import deals, press, running, settle, shown  # noqa: F401  (fixtures)
from tests.tui.setup.test_company import to
from tui.widgets.dialogs import Dialog

SIZES = [(60, 15), (60, 20), (80, 24)]
FORMS = {
    "new deal": (["n"], "enter: do it"),
    "activity": (["a"], "enter: do it"),
    "an entry": (["4", "a"], "enter: do it"),
    "filters": (["5", "f"], "enter: do it"),
    "a client": (["3", "e"], "enter: do it"),
    "an employee": ([*to("people"), "n"], "enter: do it"),
    "a person": ([*to("people"), "e"], "enter: do it"),
    "a rate": ([*to("rates"), "n"], "enter: do it"),
    "a company": ([*to("company"), "e"], "enter: do it"),
    "a stage": (["7", "enter", "e"], "enter: do it"),
    "an action": (["7", "enter", "a"], "enter: do it"),
    "retype": (["r", "1"], "enter: do it"),
    "to a stage": (["m"], "esc: leave"),
    "keys": (["question_mark"], "esc: leave"),
    "authority": (["7", "enter", "enter", *["j"] * 6, "enter"], "esc: leave"),
    "mode": (["7", "m"], "esc: leave"),
}


@pytest.fixture
def long_lists(session, deals):  # noqa: F811
    """A type of twenty stages beside, ten deals of one client, a dozen people."""
    other = setup.add_type(session, "Consulting", mode="free")
    for number in range(20):
        setup.add_stage(session, other, f"Step {number}")
    for number in range(12):
        people.add_employee(session, f"person{number}", name=f"Person {number}", role="rep")
    return other


def is_whole(pilot, hint):
    """The dialog's first and last line are on the screen, and the field in use is."""
    dialog = pilot.app.screen
    assert isinstance(dialog, Dialog)
    lines = shown(pilot).splitlines()
    assert hint in " ".join(lines), "\n".join(lines)
    box = dialog.query_one(".dialog")
    seen = box.region
    assert seen.y >= 0 and seen.bottom <= pilot.app.size.height
    for child in box.children:
        assert child.region.bottom <= seen.bottom - 1, f"{child} is cut\n" + "\n".join(lines)
    if isinstance(dialog.focused, Input):
        assert dialog.query_one(".dialog-body").region.contains_region(dialog.focused.region), "\n".join(lines)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", FORMS)
async def test_a_dialog_shows_its_keys_and_the_field_in_use(running, session, long_lists, name, size):  # noqa: F811
    keys, hint = FORMS[name]
    async with running(size=size) as pilot:
        await press(pilot, *keys)
        is_whole(pilot, hint)
        for _field in range(len(pilot.app.screen.query(Input))):
            await press(pilot, "tab")
            is_whole(pilot, hint)


@pytest.mark.parametrize("size", SIZES)
async def test_a_refusal_in_a_long_form_is_seen_with_the_keys(running, session, deals, size):  # noqa: F811
    async with running(size=size) as pilot:
        await press(pilot, *to("rates"), "n", *"1", *["tab"] * 4, *"Nobody of that long name at all that would fit in a line", "enter", "enter")
        assert "There is no" in shown(pilot) or "needed" in shown(pilot)
        is_whole(pilot, "enter: do it")


@pytest.mark.parametrize("size", SIZES)
async def test_a_refused_move_shows_what_lifts_it_and_the_keys(running, session, deals, size):  # noqa: F811
    for number in range(15):
        setup.add_action(session, 1, f"Something long to be done before the offer goes out, number {number}", required=True, guidance="As the handbook says " * 5)
    async with running(size=size) as pilot:
        await press(pilot, "L")
        for _row in range(15):
            is_whole(pilot, "esc: leave it")
            assert "▸" in shown(pilot) and "tick it" in shown(pilot)
            await press(pilot, "j")
        await press(pilot, "escape", "t")
        is_whole(pilot, "esc: leave")


@pytest.mark.parametrize("size", SIZES)
async def test_the_deals_that_a_mode_would_break_leave_room_for_the_keys(running, session, deals, size):  # noqa: F811
    for deal in deals[:6]:
        commands.move_deal(session, deal, 3)
    async with running(size=size) as pilot:
        await press(pilot, "7", "m", "1")
        is_whole(pilot, "enter: set it")
        await pilot.resize_terminal(60, 15)
        await settle(pilot)
        is_whole(pilot, "enter: set it")


async def test_a_form_that_is_made_smaller_and_larger_again_is_whole(running, session, deals):  # noqa: F811
    async with running() as pilot:
        await press(pilot, *to("rates"), "n")
        for size in ((60, 15), (80, 24)):
            await pilot.resize_terminal(*size)
            await settle(pilot)
            is_whole(pilot, "enter: do it")
        assert all(label.region.height for label in pilot.app.screen.query(Static)[2:3])


async def test_what_a_key_does_is_wrapped_beside_its_key(running, session):  # noqa: F811
    async with running(size=(60, 15)) as pilot:
        await press(pilot, "7", "question_mark")
        keys = [line for line in shown(pilot).splitlines() if "cursor; a stage" in line or "after the cursor" in line or "list under" in line]
        assert keys and all(line.startswith(("  n ", " " * 10)) for line in keys), keys
