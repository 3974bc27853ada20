"""Today, Clients, Statistics and the stopwatch, by keys."""

from __future__ import annotations

from datetime import date

import pytest

from models.activities import commands as activities
from models.activities.views import activities as known_activities
from models.clients import commands as clients
from models.clients.views import clients as known_clients
from models.people import commands as people
from models.people.views import acting
from models.pipeline import commands, setup
from models.session import Session
from models.timekeeping import commands as timekeeping
from models.timekeeping.tables import Rate
from models.timekeeping.views import running as running_entry
from models.values.dates import day_text
from models.values.instants import DAY, local_day
from models.values.language import use_language
from tests.tui.board.conftest import Running, deals, press, running, settle, shown  # noqa: F401  (fixtures)
from tui.today import screen as today_screen


def plan(session: Session, deal: int, due: int, text: str) -> int:
    return activities.add_activity(session, deal_id=deal, kind="call", text=text, due_at=due, has_time=True)


async def test_today_parts_late_from_due_and_names_deals_past_their_norm(running, session, deals):  # noqa: F811
    setup.set_stage(session, 1, norm=86_400)
    plan(session, deals[0], session.now() - DAY, "ask for the offer")
    async with running() as pilot:
        await press(pilot, "1")
        text = shown(pilot)
        assert "1 late" in text and "ask for the offer" in text
        assert "Past the norm" in text and "Without next step" in text and "Vega Windows" in text


async def test_done_asks_what_came_of_it_and_what_is_next(running, session, deals):  # noqa: F811
    one = plan(session, deals[0], session.now() - DAY, "ask")
    async with running() as pilot:
        await press(pilot, "1", "d", *"fine", "enter")
        assert "Activity with Orion Legal" in shown(pilot)
        await press(pilot, "escape")
        assert "0 late" in shown(pilot)
    [done] = [activity for activity in known_activities(session) if activity.id == one]
    assert done.result == "fine" and done.done_at is not None


async def test_postponing_by_a_week(running, session, deals):  # noqa: F811
    one = plan(session, deals[0], session.now() - DAY, "ask")
    async with running() as pilot:
        await press(pilot, "1", "p", "2")
        assert "0 late" in shown(pilot)
    [moved] = [activity for activity in known_activities(session) if activity.id == one]
    assert local_day(moved.due_at - 1, "UTC") == local_day(session.now() + 7 * DAY, "UTC")


async def test_clients_are_searched_as_you_type_in_any_case(running, session, deals):  # noqa: F811
    async with running() as pilot:
        await press(pilot, "3", "slash", *"алТ")
        text = shown(pilot)
        assert "Алтай Печать" in text and "Orion Legal" not in text and "1 client" in text
        await press(pilot, "escape")
        assert "Orion Legal" in shown(pilot)


async def test_a_card_shows_deals_contacts_and_details(running, session, deals):  # noqa: F811
    clients.add_contact(session, 1, "Anna Berg", phone="+49 30 1234")
    clients.set_client(session, 1, city="Berlin")
    async with running(size=(120, 36)) as pilot:
        await press(pilot, "enter")
        text = shown(pilot)
        for words in ("Orion Legal", "Berlin", "Anna Berg", "+49 30 1234", "Initiating intere"):
            assert words in text


@pytest.mark.parametrize("keys", [["3"], ["3", "enter", "end", "escape", "down"]])
async def test_a_card_shows_its_head_first(running, session, deals, keys):  # noqa: F811
    for number in range(210):
        clients.add_contact(session, 1 + number % len(deals), f"Anna {number}")
    async with running() as pilot:
        await press(pilot, *keys)
        name = pilot.app.screen.found.item.name
        assert shown(pilot).splitlines()[2][33:].strip() == name


async def test_a_client_is_added_and_edited_by_keys(running, session):  # noqa: F811
    async with running() as pilot:
        await press(pilot, "3")
        assert "No clients yet" in shown(pilot)
        await press(pilot, "n", *"Lyra", "tab", *"Riga", "enter")
        assert "Lyra" in shown(pilot) and "Riga" in shown(pilot)
    assert [(line.name, line.city) for line in known_clients(session)] == [("Lyra", "Riga")]


async def test_names_from_outside_are_shown_harmlessly_everywhere(running, session):  # noqa: F811
    naughty = "[@click=app.quit]X[/] [/nope] \u202egnp.exe"
    deal = commands.new_deal(session, naughty, type_id=1, title=naughty).deal_id
    plan(session, deal, session.now() - DAY, naughty)
    async with running(size=(120, 36)) as pilot:
        for key in "1235":
            await press(pilot, key)
            assert "\u202e" not in shown(pilot)
            if key != "5":
                assert "[@click=app.quit]X[/]" in shown(pilot)
            await pilot.click(offset=(8, 2))
        assert pilot.app.is_running


@pytest.mark.parametrize(("screen", "key"), [("1", "s"), ("3", "s"), ("3", "ы")])
async def test_the_stopwatch_starts_stops_and_is_seen_on_every_screen(running, session, deals, screen, key):  # noqa: F811
    plan(session, deals[0], session.now() - DAY, "ask")
    async with running() as pilot:
        await press(pilot, screen, *(["slash", *"orion", "enter"] if screen == "3" else []), key)
        assert running_entry(session).client == "Orion Legal"
        for other in "1235":
            await press(pilot, other)
            await settle(pilot)
            assert "0:00:0" in shown(pilot).splitlines()[0]
        await press(pilot, screen, key)
        assert running_entry(session) is None
        assert "0:00:0" not in shown(pilot).splitlines()[0]




async def test_the_labels_of_a_client_are_whole_in_russian(running, session, deals):  # noqa: F811
    with session.store.writing():
        Rate.create(side="bill", from_day=date(2020, 1, 1), amount=100_00, currency="EUR", created_at=0)
    timekeeping.add_entry(session, start=session.now() - DAY, end=session.now() - DAY + 3_600_000_000, deal_id=deals[0], service_id=1)
    use_language("ru")
    try:
        async with running() as pilot:
            await press(pilot, "3", "enter")
            assert "Не выставлено " in shown(pilot)
    finally:
        use_language("en")


async def test_a_tick_on_a_client_keeps_its_day_and_gives_room_to_what_was_done(running, session, deals):  # noqa: F811
    people.add_employee(session, "maximilian.constantinopolitan", name="Max", role="admin")
    action = setup.add_action(session, 1, "Find out who decides")
    max_ = Session(session.store, acting("maximilian.constantinopolitan", ""))
    commands.tick_action(max_, deals[0], action)
    day = day_text(local_day(session.now(), "UTC"), local_day(session.now(), "UTC"))
    async with running() as pilot:
        await press(pilot, "3", "slash", *"Orion", "enter")
        assert any("Find out who decides" in line and day in line for line in shown(pilot).splitlines())


async def test_today_does_not_count_what_there_is_none_of(running, session):  # noqa: F811
    async with running() as pilot:
        await press(pilot, "1")
        assert "0 late" in shown(pilot) and "without next step" not in shown(pilot)


async def test_a_narrow_line_of_keys_names_the_screen_in_view_and_the_help(running, session):  # noqa: F811
    async with running(size=(60, 15)) as pilot:
        await press(pilot, "3")
        last = shown(pilot).splitlines()[-1]
        assert "3 Clients" in last and " 7 " in last and "? keys" in last and len(last) <= 60


@pytest.mark.parametrize("key", ["t", "z", "r"])
async def test_of_several_open_deals_of_a_client_the_person_is_asked_to_go_to_one(running, session, deals, key):  # noqa: F811
    commands.new_deal(session, "Orion Legal", type_id=1)
    async with running() as pilot:
        await press(pilot, "3", "slash", *"Orion", "enter", key)
        assert "Several deals are open here" in shown(pilot)


async def test_a_second_client_of_a_name_is_told_before_it_is_made(running, session, deals):  # noqa: F811
    async with running() as pilot:
        await press(pilot, "3", "n", *"orion legal", "enter")
        assert "is there already" in shown(pilot)
        await press(pilot, "enter")
    assert [line.name for line in known_clients(session) if line.name.lower() == "orion legal"] == ["Orion Legal", "orion legal"]


async def test_a_narrow_today_shortens_its_day_before_it_cuts_what_waits(running, session, deals, monkeypatch):  # noqa: F811
    monkeypatch.setattr(today_screen, "full_day", lambda _day: "Wednesday the thirtieth of September")
    async with running(size=(60, 15)) as pilot:
        await press(pilot, "1")
        assert shown(pilot).splitlines()[0].rstrip().endswith("without next step")
    async with running(size=(120, 36)) as pilot:
        await press(pilot, "1")
        assert shown(pilot).startswith(" Wednesday the thirtieth of September ")
