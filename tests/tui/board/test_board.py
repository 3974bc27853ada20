"""The board by keys: moving the cursor and deals, refusals, undo, filter, sorting, sizes, other people's moves."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from textual.command import CommandList

from models.activities.commands import add_activity
from models.activities.views import activities
from models.config import load
from models.overview.board import PAGE
from models.people import commands as people
from models.people.views import workplace
from models.pipeline import commands, setup, views
from models.session import Session
from models.values.money import Money
from tests.tui.board.conftest import Running, board, press, settle, shown, stage_of
from tui import keymap
from tui.widgets.palette import Palette
from tui.widgets.refusal import step


async def test_cards_stand_in_columns_by_age_and_the_pane_follows_the_cursor(running: Running, deals: list[int]) -> None:
    async with running() as pilot:
        text = shown(pilot)
        assert text.index("Orion Legal") < text.index("Vega Windows") < text.index("Rigel")
        assert "7 deals" in text
        assert board(pilot).columns.card.deal_id == deals[0]
        await press(pilot, "j")
        assert board(pilot).columns.card.deal_id == deals[1]
        assert "200.00" in shown(pilot)


@pytest.mark.parametrize(("key", "column", "row"), [("j", 0, 1), ("о", 0, 1), ("down", 0, 1), ("l", 1, 0), ("д", 1, 0), ("end", 0, 5)])
async def test_cursor_keys_and_their_russian_twins(running: Running, deals: list[int], key: str, column: int, row: int) -> None:
    async with running() as pilot:
        await press(pilot, key)
        assert (board(pilot).columns.column, board(pilot).columns.row) == (column, row)


@pytest.mark.parametrize("key", ["L", "Д", "shift+right"])
async def test_a_deal_moves_on_and_the_cursor_goes_with_it(running: Running, session: Session, deals: list[int], key: str) -> None:
    async with running() as pilot:
        await press(pilot, key)
        assert board(pilot).columns.card.deal_id == deals[0]
        assert board(pilot).columns.column == 1
    assert stage_of(session, deals[0]) == "Demonstration"


@pytest.mark.parametrize(("undo", "redo"), [("u", "U"), ("г", "Г")])
async def test_undo_and_redo(running: Running, session: Session, deals: list[int], undo: str, redo: str) -> None:
    async with running() as pilot:
        await press(pilot, "L", undo)
        assert board(pilot).columns.card.deal_id == deals[0]
        assert board(pilot).columns.column == 0
        await press(pilot, redo)
    assert stage_of(session, deals[0]) == "Demonstration"


async def test_the_picker_takes_a_digit(running: Running, session: Session, deals: list[int]) -> None:
    async with running() as pilot:
        await press(pilot, "m")
        assert "move from Initiating interest" in shown(pilot)
        await press(pilot, "2")
    assert stage_of(session, deals[0]) == "Closing the deal"


async def test_the_picker_narrows_by_typing(running: Running, session: Session, deals: list[int]) -> None:
    async with running() as pilot:
        await press(pilot, "m", "d", "e", "m", "enter")
    assert stage_of(session, deals[0]) == "Demonstration"


async def test_a_refused_move_names_every_objection_and_changes_nothing(running: Running, session: Session, deals: list[int]) -> None:
    setup.set_type(session, 1, mode="strict")
    commands.hold_deal(session, deals[0], reason="budget")
    async with running() as pilot:
        await press(pilot, "m", "2")
        text = shown(pilot)
        assert "on hold" in text and "budget" in text and "stage Demonstration" in text and "comes first" in text
        await press(pilot, "escape")
    assert stage_of(session, deals[0]) == "Initiating interest"


async def test_a_missing_reason_is_asked_for_and_the_move_goes_on(running: Running, session: Session, deals: list[int]) -> None:
    async with running() as pilot:
        await press(pilot, "x")
        assert "Reason" in shown(pilot)
        await press(pilot, *"too dear", "enter")
    lost = views.deal(session, deals[0])
    assert (lost.outcome, lost.close_reason) == ("lost", "too dear")


async def test_esc_in_the_reason_leaves_the_deal_alone(running: Running, session: Session, deals: list[int]) -> None:
    async with running() as pilot:
        await press(pilot, "x", *"no", "escape")
    assert views.deal(session, deals[0]).outcome == "open"


async def test_hold_and_resume(running: Running, session: Session, deals: list[int]) -> None:
    async with running() as pilot:
        await press(pilot, "z", *"waits", "enter")
        assert views.deal(session, deals[0]).hold_reason == "waits"
        await press(pilot, "z")
    assert views.deal(session, deals[0]).held_at is None


async def test_won_takes_the_card_off_the_board(running: Running, session: Session, deals: list[int]) -> None:
    async with running() as pilot:
        await press(pilot, "w")
        assert "6 deals" in shown(pilot)
    assert views.deal(session, deals[0]).outcome == "won"


@pytest.mark.parametrize("key", ["slash", "full_stop", "f4"])
async def test_filter_narrows_as_you_type_whatever_the_case_and_script(running: Running, deals: list[int], key: str) -> None:
    async with running() as pilot:
        await press(pilot, "l", key, *"аЛТ")
        assert "Алтай" in shown(pilot) and "Orion Legal" not in shown(pilot)
        await press(pilot, "enter")
        assert board(pilot).columns.card.deal_id == deals[2]
        assert board(pilot).columns.has_focus
        await press(pilot, "slash", *"vega")
        assert "Vega" in shown(pilot), "typing replaces the old text"
        await press(pilot, "escape")
        assert "7 deals" in shown(pilot)
        assert board(pilot).columns.has_focus


async def test_sort_by_amount_then_next_step_then_name(running: Running, deals: list[int]) -> None:
    async with running() as pilot:
        await press(pilot, "g", "home", "o", "home")
        assert board(pilot).columns.card.client == "Tau"
        await press(pilot, "o", "o", "home")
        assert board(pilot).order == "name"
        assert board(pilot).columns.card.client == "Orion Legal"


@pytest.mark.parametrize(("size", "columns"), [((60, 15), 2), ((80, 24), 3), ((200, 60), 3)])
async def test_columns_in_view_follow_the_width(running: Running, deals: list[int], size: tuple[int, int], columns: int) -> None:
    async with running(size) as pilot:
        assert board(pilot).columns.in_view == columns
        assert all(len(line) <= size[0] for line in shown(pilot).splitlines())


async def test_too_small_asks_for_room_and_growing_gives_the_board_back(running: Running, deals: list[int]) -> None:
    async with running((40, 10)) as pilot:
        assert "more room" in shown(pilot)
        await pilot.resize_terminal(80, 24)
        await settle(pilot)
        assert "Orion Legal" in shown(pilot)


async def test_columns_beyond_the_edge_are_told_and_come_into_view(running: Running, session: Session, deals: list[int]) -> None:
    for number in range(4):
        setup.add_stage(session, 1, f"More {number}")
    async with running() as pilot:
        assert "4 ›" in shown(pilot)
        await press(pilot, "l", "l", "l")
        assert "‹ 1" in shown(pilot) and "3 ›" in shown(pilot) and "More 0" in shown(pilot)


async def test_a_long_column_is_read_in_windows(running: Running, session: Session) -> None:
    for number in range(150):
        commands.new_deal(session, f"Client {number:03}", type_id=1)
    async with running() as pilot:
        assert sum(len(page) for page in board(pilot).columns.pages.values()) == PAGE
        await press(pilot, "end")
        assert board(pilot).columns.row == 149
        assert "Client 149" in shown(pilot)


async def test_a_move_by_another_shows_within_a_second_and_the_cursor_stays(running: Running, session: Session, deals: list[int]) -> None:
    async with running() as pilot:
        await press(pilot, "j")
        # In the app's own thread the fixture's connection is another session's.
        await asyncio.to_thread(_move_elsewhere, session, deals[0])
        await pilot.pause(0.8)
        columns = board(pilot).columns
        assert [column.count for column in columns.head.columns] == [5, 2, 0]
        assert columns.card.deal_id == deals[1]
        assert columns.row == 0


def _move_elsewhere(session: Session, deal_id: int) -> None:
    """A move written by a process of its own."""
    import subprocess
    import sys

    script = (
        "import sys; from pathlib import Path; from models.storage.store import open_store;"
        "from models.session import Session; from models.people.views import acting;"
        "from models.pipeline.commands import move_deal;"
        "move_deal(Session(open_store(Path(sys.argv[1])), acting('root', '')), int(sys.argv[2]), 2)"
    )
    subprocess.run([sys.executable, "-c", script, str(session.store.path), str(deal_id)], check=True)


async def test_who_saw_an_older_version_is_told_who_changed_it(running: Running, session: Session, deals: list[int]) -> None:
    async with running() as pilot:
        card = board(pilot).columns.card
        await board(pilot).desk.do(commands.set_deal, card.deal_id, title="renamed")
        await board(pilot)._step(step("move", card.deal_id, card.client, card.version, stage_id=2), card, said="x")
        await settle(pilot)
        assert "Root" in shown(pilot)
    assert stage_of(session, deals[0]) == "Initiating interest"


async def test_the_timer_starts_and_stops_on_the_deal(running: Running, session: Session, deals: list[int]) -> None:
    from models.timekeeping.views import running as running_entry

    async with running() as pilot:
        await press(pilot, "s")
        entry = running_entry(session)
        assert entry is not None and entry.deal_id == deals[0]
        assert "◷" in shown(pilot)
        await press(pilot, "ы")
        assert running_entry(session) is None


async def test_leaving_asks_while_a_timer_runs(running: Running, deals: list[int]) -> None:
    async with running() as pilot:
        await press(pilot, "s", "q")
        assert "timer is running" in shown(pilot)
        await press(pilot, "3")
        assert pilot.app.is_running
        assert pilot.app.return_code is None


async def test_a_new_deal_stands_under_the_cursor(running: Running, session: Session, deals: list[int]) -> None:
    async with running() as pilot:
        await press(pilot, "n", *"Новый", "tab", "tab", *"1 234,50", "enter")
        card = board(pilot).columns.card
        assert card.client == "Новый" and card.amount.amount == 123450


async def test_a_bad_amount_keeps_the_form(running: Running, session: Session, deals: list[int]) -> None:
    async with running() as pilot:
        await press(pilot, "n", *"Deneb", "tab", "tab", *"1e9", "enter")
        assert "no amount" in shown(pilot)
        await press(pilot, "escape")
        assert "7 deals" in shown(pilot)


async def test_a_note_and_an_activity(running: Running, session: Session, deals: list[int]) -> None:
    async with running() as pilot:
        await press(pilot, "i", *"rang", "enter", "a", "enter")
        await settle(pilot)
        assert board(pilot).columns.card.next_kind == "call"


HOSTILE = [
    "[@click=app.quit]X[/]",
    "[/nope]",
    "[bold]",
    "a\u202eb",
    "x\u200by\u2066z",
]


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_names_are_shown_and_do_nothing(running: Running, session: Session, name: str) -> None:
    commands.new_deal(session, name, type_id=1, title=name)
    async with running() as pilot:
        text = shown(pilot)
        assert name.replace("\u202e", "\ufffd").replace("\u200b", "\ufffd").replace("\u2066", "\ufffd") in text
        assert not set(text) & {"\u202e", "\u200b", "\u2066"}
        await pilot.click("#columns", offset=(3, 3))
        await pilot.click("#pane", offset=(3, 0))
        for key in ("m", "escape", "L", "i", "escape"):
            await press(pilot, key)
        assert pilot.app.is_running and pilot.app.return_code is None


async def test_control_characters_that_got_into_the_store_never_reach_the_terminal(running: Running, session: Session) -> None:
    commands.new_deal(session, "Plain", type_id=1)
    session.store.database.execute_sql("UPDATE client SET name = ?", ("\x1b]52;c;AAAA\x07\x9b31m",))
    async with running() as pilot:
        text = shown(pilot)
        assert "]52;c" in text
        assert not {"\x1b", "\x07", "\x9b"} & set(text)


async def test_a_rep_sees_own_deals_only(running: Running, session: Session, deals: list[int]) -> None:
    people.add_employee(session, "rep", name="Rep", role="rep")
    async with running(login="rep") as pilot:
        assert "Orion" not in shown(pilot) and "0 deals" in shown(pilot)


async def test_a_type_without_deals_shows_its_stages_and_what_to_press(running: Running, session: Session) -> None:
    async with running() as pilot:
        assert "n adds one" in shown(pilot) and "Demonstration" in shown(pilot)
        await press(pilot, "right")
        assert board(pilot).columns.column == 1 and "n adds one" in shown(pilot)


async def test_a_type_without_stages_says_where_they_are_added(running: Running, session: Session) -> None:
    setup.set_type(session, setup.add_type(session, "Bare", mode="free"), is_default=True)
    async with running() as pilot:
        assert "7 Setup adds them" in shown(pilot)


@pytest.mark.parametrize("key", ["m", "w", "x", "z", "L", "t", "r", "space", "s", "a", "c", "i", "enter"])
async def test_a_key_for_a_deal_says_where_there_is_none(running: Running, session: Session, deals: list[int], key: str) -> None:
    async with running() as pilot:
        await press(pilot, "right", "right", key)
        assert "There is no deal here." in shown(pilot)


async def test_the_picker_has_the_stage_that_comes_next_in_light(running: Running, session: Session, deals: list[int]) -> None:
    async with running() as pilot:
        await press(pilot, "right", "m", "enter")
        assert "Closing the deal" in shown(pilot).splitlines()[-1]
    assert stage_of(session, deals[-1]) == "Closing the deal"


async def test_the_next_step_of_a_deal_stands_before_its_checklist(running: Running, session: Session, deals: list[int]) -> None:
    setup.add_action(session, 1, "Ask what the budget of this year and of the next one is")
    async with running() as pilot:
        assert "no next step (a)" in shown(pilot) and "Ask what the budget" in shown(pilot)


async def test_a_new_deal_begins_at_the_stage_that_is_chosen_and_may_be_in_another_currency(running: Running, session: Session) -> None:
    async with running() as pilot:
        await press(pilot, "n", *"Vega", "tab", "tab", *"1.000,50 USD", "tab", "right", "enter")
        assert "1,000.50\u00a0$" in shown(pilot)
    [deal] = views.deals(session)
    assert (deal.client, deal.stage, deal.amount) == ("Vega", "Demonstration", Money(1000_50, "USD"))


async def test_what_is_planned_is_chosen_among_the_kinds_there_are(running: Running, session: Session, deals: list[int]) -> None:
    async with running() as pilot:
        await press(pilot, "a", "m", "enter")
    assert [one.kind for one in activities(session)] == ["meeting"]


async def test_the_board_comes_back_where_it_was_left(running: Running, session: Session, deals: list[int]) -> None:
    async with running() as pilot:
        await press(pilot, "o", "j", "j")
        left = board(pilot).columns.card.deal_id
        pilot.app.keep_workplace()
    assert workplace(1)["board"]["order"] == "amount"
    async with running() as pilot:
        assert board(pilot).columns.card.deal_id == left


async def test_keys_of_the_config_get_their_twins(running: Running, deals: list[int]) -> None:
    async with running(keys={"cursor.down": "g"}) as pilot:
        await press(pilot, "п")
        assert board(pilot).columns.row == 1


async def test_an_act_of_the_config_may_have_several_keys(running: Running, deals: list[int], tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[keys]\ncursor.down = ["g", "f2"]\n')
    async with running(keys=load(file, {}, {}).keys) as pilot:
        await press(pilot, "g", "п", "f2")
        assert board(pilot).columns.row == 3


async def test_the_palette_speaks_as_the_program_does(running: Running, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Palette, "_NO_MATCHES_COUNTDOWN", 0.01)
    async with running() as pilot:
        await press(pilot, "colon")
        assert "what is to be done" in shown(pilot) and "🔎" not in shown(pilot)
        pilot.app.screen.query_one(CommandList).clear_options()
        pilot.app.screen._start_no_matches_countdown("zzz")  # type: ignore[attr-defined]
        await settle(pilot)
        assert "Nothing is called that." in shown(pilot)


async def test_the_palette_finds_an_action_by_its_name(running: Running, session: Session, deals: list[int]) -> None:
    async with running() as pilot:
        await press(pilot, "f9", *"Won")
        await pilot.pause(0.5)
        await press(pilot, "enter")
        await pilot.pause(0.3)
    assert views.deal(session, deals[0]).outcome == "won"


async def test_the_program_opens_on_the_screen_that_was_left(running: Running, session: Session, deals: list[int]) -> None:
    async with running() as pilot:
        await press(pilot, "3")
        pilot.app.keep_workplace()
    async with running() as pilot:
        assert "Clients" in shown(pilot).splitlines()[0]
        await press(pilot, "2")
        assert "7 deals" in shown(pilot)


def test_every_letter_has_a_twin_and_no_key_is_bound_twice_in_one_place() -> None:
    for where in ("board",):
        seen: dict[str, Any] = {}
        for act in keymap.table():
            if act.where not in ("everywhere", "list", where):
                continue
            for key in keymap.with_twins(act.keys).split(","):
                assert key not in seen, (key, act.id, seen[key])
                seen[key] = act.id
        for key in list(seen):
            if key in keymap.TWINS:
                assert keymap.TWINS[key] in seen


async def test_a_deal_is_taken_to_another_type_by_keys(running: Running, session: Session, deals: list[int]) -> None:
    other = setup.add_type(session, "Consulting", mode="free")
    for name in ("First talk", "Demonstration", "Signing"):
        setup.add_stage(session, other, name)
    gone = setup.add_type(session, "Old ways", mode="free")
    setup.archive_type(session, gone)
    async with running() as pilot:
        await press(pilot, "right", "r")
        assert "Consulting" in shown(pilot) and "Old ways" not in shown(pilot)
        await press(pilot, "1")
        text = shown(pilot)
        assert "‹ Demonstration ›" in text and "‹ none of them ›" in text, "the stage of the same name is proposed"
        await press(pilot, "right", "tab", "right", "enter")
        assert "Polaris: → Consulting, Signing" in shown(pilot)
        deal = views.deal(session, deals[-1])
        assert (deal.type, deal.stage, [visit.entered_as for visit in deal.visits]) == ("Consulting", "Signing", ["start", "advance", "retyped"])
        await press(pilot, "u")
    assert views.deal(session, deals[-1]).type == "Quick Sales"


async def test_what_a_stage_of_the_other_type_asks_for_is_lifted_on_the_way(running: Running, session: Session, deals: list[int]) -> None:
    other = setup.add_type(session, "Consulting", mode="free")
    stage = setup.add_stage(session, other, "First talk")
    setup.set_required_fields(session, stage, "enter", ["source"])
    async with running() as pilot:
        await press(pilot, "r", "1", "enter")
        assert "stays as it is" in shown(pilot) and "fill it" in shown(pilot)
        await press(pilot, "1", *"fair", "enter")
    assert views.deal(session, deals[0]).type == "Consulting"


async def test_marked_deals_are_not_taken_to_another_type(running: Running, session: Session, deals: list[int]) -> None:
    setup.add_type(session, "Consulting", mode="free")
    async with running() as pilot:
        await press(pilot, "space", "r")
        assert "one by one" in shown(pilot)


async def test_a_long_next_step_beside_the_columns_is_read_whole(running: Running, session: Session, deals: list[int]) -> None:
    add_activity(session, deal_id=deals[0], kind="call", text="Ask whether the budget of next year holds the second lorry too", due_at=session.now() + 86_400_000_000)
    async with running(size=(120, 36)) as pilot:
        text = shown(pilot)
        assert "second lorry" in " ".join(line[82:].strip() for line in text.splitlines())


async def test_the_next_stage_stands_before_those_that_lie_behind(running: Running, session: Session, deals: list[int]) -> None:
    async with running() as pilot:
        await press(pilot, "right")
        assert "→ Closing the deal  → Initiating interest" in shown(pilot)
    setup.set_type(session, 1, mode="strict", returns=True)
    setup.set_required_fields(session, 3, "enter", ["contact"])
    async with running() as pilot:
        await press(pilot, "right")
        line = shown(pilot).splitlines()[-2]
        assert 0 <= line.find("Closing the deal: ") < line.find("Initiating interest: ")
