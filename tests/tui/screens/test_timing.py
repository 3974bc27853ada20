"""The stopwatch on the screens, by keys: money in the header, what to time, a forgotten one, idleness, a reminder."""

from __future__ import annotations

import pytest

from models.config import TimerConfig
from models.people import commands as people
from models.timekeeping import commands, views
from models.timekeeping.tables import Rate
from models.values.instants import MINUTE, SECOND, local_datetime
from tests.tui.board.conftest import deals, press, running, settle, shown  # noqa: F401  (fixtures)
from tui import watching
from tui.widgets.stopwatch import Stopwatch

HOUR = 60 * MINUTE


def begun(session, ago, **fields):
    """An entry that has run for that long without any sign of life since."""
    entry = commands.start_timer(session, **fields)
    at = (session.now() - ago) // SECOND * SECOND
    session.store.database.execute_sql("UPDATE time_entry SET started_at = ? WHERE id = ?", (at, entry))
    return entry


def silent(session, ago):
    """As if every command and every beat of a session of the actor's lay that long back."""
    session.store.database.execute_sql("UPDATE journal SET at = at - ?", (ago,))
    session.store.database.execute_sql("UPDATE sign_of_life SET at = at - ?", (ago,))


def rate(session, amount):
    with session.store.writing():
        Rate.create(side="bill", from_day="2020-01-01", amount=amount, currency="EUR", created_at=0)


def entries(session):
    return views.entries(session)


def marks(session, entry):
    return session.store.database.execute_sql("SELECT marks FROM time_entry WHERE id = ?", (entry,)).fetchone()[0]


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_the_header_counts_time_and_money(running, session, deals, size):  # noqa: F811
    rate(session, 72_000)
    begun(session, HOUR, deal_id=deals[0])
    async with running(size=size) as pilot:
        head = shown(pilot).splitlines()[0]
        assert "1:00:0" in head and "Orion" in head and "720." in head and "€" in head


async def test_without_a_rate_the_header_shows_time_alone(running, session, deals):  # noqa: F811
    begun(session, HOUR, deal_id=deals[0])
    async with running(size=(120, 36)) as pilot:
        head = shown(pilot).splitlines()[0]
        assert "1:00:0" in head and "€" not in head.partition("1:00:0")[2]


async def test_a_second_asks_the_store_nothing_and_repaints_no_more_than_clock_and_money(running, session, deals):  # noqa: F811
    rate(session, 15_000)
    begun(session, HOUR, deal_id=deals[0])
    async with running(size=(120, 36)) as pilot:
        watch, asked, painted = pilot.app.screen.query_one(Stopwatch), [], []
        whole = watch.refresh
        submit = pilot.app.desk._submit
        pilot.app.desk._submit = lambda *call: asked.append(call) or submit(*call)
        watch.refresh = lambda *regions, **more: painted.extend(regions or ["all"]) or whole(*regions, **more)
        await pilot.pause(2.5)
        assert asked == [] and painted and "all" not in painted
        assert all(region.width <= 11 for region in painted) and len(painted) <= 3
        assert 0 < watch.earned.size.width <= 11


async def test_what_to_time_takes_a_recent_thing_by_its_digit_late_too(running, session, deals):  # noqa: F811
    first = commands.start_timer(session, deal_id=deals[0], note="letter", at=session.now() - 40 * MINUTE)
    commands.stop_timer(session, at=session.now() - 30 * MINUTE)
    async with running() as pilot:
        await press(pilot, "S")
        assert "What to time?" in shown(pilot) and "letter" in shown(pilot)
        await press(pilot, "1")
        now = views.running(session)
        assert now.id != first and (now.deal_id, now.note) == (deals[0], "letter")
    commands.stop_timer(session)
    session.store.database.execute_sql("DELETE FROM time_entry WHERE id > ?", (first,))
    async with running() as pilot:
        await press(pilot, "S", *"-15m", "enter")
        assert 15 * 60 <= views.running(session).seconds < 16 * 60


@pytest.mark.parametrize("key", ["S", "Ы"])
async def test_something_else_is_asked_for_in_a_form_and_a_refusal_stays_in_it(running, session, deals, key):  # noqa: F811
    async with running() as pilot:
        await press(pilot, "5", key, "1", *"nobody", "enter")
        assert views.running(session) is None and "nobody" in shown(pilot)
        await press(pilot, *["backspace"] * 6, *"Vega Windows", "tab", "tab", "tab", *"brief", "tab", *"-10m", "enter")
        now = views.running(session)
        assert (now.client, now.note) == ("Vega Windows", "brief") and 600 <= now.seconds < 660
        assert "Vega" in shown(pilot).splitlines()[0]


async def test_what_runs_is_given_a_note_and_a_deal(running, session, deals):  # noqa: F811
    commands.start_timer(session)
    async with running() as pilot:
        await press(pilot, "S", "3", "tab", *str(deals[1]), "tab", "tab", *"call", "enter")
        now = views.running(session)
        assert (now.client, now.deal_id, now.note) == ("Vega Windows", deals[1], "call")
        await press(pilot, "S", "4")
        assert views.running(session) is None


@pytest.mark.parametrize(("key", "left"), [("1", "keep"), ("2", "trim"), ("4", "discard")])
async def test_a_forgotten_one_is_asked_about_at_login(running, session, deals, key, left):  # noqa: F811
    entry = begun(session, 3 * HOUR, deal_id=deals[0])
    silent(session, 2 * HOUR)
    async with running() as pilot:
        assert "Forgotten?" in shown(pilot) and "Orion Legal" in shown(pilot)
        await press(pilot, key)
        assert "Forgotten?" not in shown(pilot)
    found = [one for one in entries(session) if one.id == entry]
    if left == "keep":
        assert found[0].ended_at is None and views.forgotten(session) is None
    elif left == "trim":
        assert 3600 - 5 <= found[0].seconds <= 3600 + 5
    else:
        assert found == []


async def test_a_forgotten_one_ends_at_a_time_that_is_typed(running, session, deals):  # noqa: F811
    entry = begun(session, 3 * HOUR)
    silent(session, 2 * HOUR)
    end = (session.now() - HOUR) // MINUTE * MINUTE
    async with running() as pilot:
        await press(pilot, "3", *["backspace"] * 16, *f"{local_datetime(end, 'UTC'):%Y-%m-%d %H:%M}", "enter")
    assert views.entry(session, entry).ended_at == end


async def test_left_unanswered_it_stands_on_today_and_is_asked_about_before_the_next_start(running, session, deals):  # noqa: F811
    entry = begun(session, 3 * HOUR, deal_id=deals[0])
    silent(session, 2 * HOUR)
    async with running(size=(120, 36)) as pilot:
        await press(pilot, "escape", "1")
        text = shown(pilot)
        assert "Forgotten" in text and "last sign of life" in text
        await press(pilot, "home", "enter")
        assert "Forgotten?" in shown(pilot)
        await press(pilot, "escape", "S", "1")
        assert "Forgotten?" in shown(pilot) and views.running(session).id == entry
        await press(pilot, "2")
        now = views.running(session)
        assert now.id != entry and now.deal_id == deals[0]
        assert "last sign of life" not in shown(pilot)
    assert views.entry(session, entry).seconds <= 3600 + 5


async def test_a_session_leaves_signs_of_life_only_while_something_runs(running, session, deals, monkeypatch):  # noqa: F811
    monkeypatch.setattr(watching, "BEAT_SECONDS", 0.05)
    signs = "SELECT count(*) FROM sign_of_life"
    async with running() as pilot:
        await pilot.pause(0.3)
        assert pilot.app.watching._timer is None
        assert session.store.database.execute_sql(signs).fetchone()[0] == 0
        await pilot.app.desk.do(commands.start_timer)
        await pilot.pause(1)
        assert session.store.database.execute_sql(signs).fetchone()[0] == 1


async def test_a_sign_of_life_makes_no_screen_read_again(running, session, deals):  # noqa: F811
    async with running() as pilot:
        told = []
        pilot.app.tell_change = lambda changes: told.append(changes)
        await pilot.app.desk.do(people.sign_of_life)
        session.store.database.execute_sql("UPDATE sign_of_life SET at = at + 1")  # as another session does
        await pilot.pause(0.8)
        assert told == []


def wanting(pilot, **timer):
    """The app as if its config had said so."""
    pilot.app.watching = watching.Watching(pilot.app, TimerConfig(**timer))
    return pilot.app.watching


@pytest.mark.parametrize(("key", "seconds", "goes_on"), [("1", None, True), ("2", 3000, False), ("3", 3000, True)])
async def test_after_a_time_without_a_key_it_asks_what_becomes_of_it(running, session, deals, key, seconds, goes_on):  # noqa: F811
    entry = begun(session, HOUR, deal_id=deals[0])
    async with running() as pilot:
        watch = wanting(pilot, idle_after=300)
        watch.show(views.watched(session))
        watch._key -= 600
        await watch.look()
        await settle(pilot)
        assert "Were you at work?" in shown(pilot)
        await press(pilot, key)
    ended = views.entry(session, entry)
    assert (views.running(session) is not None) == goes_on
    assert ended.ended_at is None if seconds is None else abs(ended.seconds - seconds) <= 3


async def test_it_reminds_once_in_working_hours_when_nothing_runs(running, session, deals):  # noqa: F811
    async with running() as pilot:
        watch = wanting(pilot, remind_after=300)
        watch.show(None)
        watch._nothing_since -= 600
        await watch.look()
        assert "Nothing is being timed" not in shown(pilot)
        await pilot.app.desk.do(people.set_hours, range(7), 0, 86400)
        await watch.look()
        await pilot.pause(0.1)
        assert "Nothing is being timed" in shown(pilot)
        said = []
        pilot.app.tell = said.append
        await watch.look()
        assert said == []


def written(session):
    return [row[0] for row in session.store.database.execute_sql("SELECT text FROM activity ORDER BY id").fetchall()]


@pytest.mark.parametrize(("key", "ends"), [("1", None), ("2", 3600), ("4", "gone")])
async def test_a_forgotten_one_waits_for_the_form_that_is_open_and_both_are_answered(running, session, deals, key, ends):  # noqa: F811
    entry = begun(session, 3 * HOUR, deal_id=deals[0])
    async with running() as pilot:
        await press(pilot, "i", *"half a no")
        silent(session, 2 * HOUR)  # as a laptop that was closed over the form
        await pilot.app.watching.look()
        await pilot.app.watching.look()
        await settle(pilot)
        assert "Forgotten?" not in shown(pilot) and "half a no" in shown(pilot)
        await press(pilot, *"te", "enter")
        await pilot.pause(2 * watching.PATIENCE)
        await settle(pilot)
        assert written(session) == ["half a note"] and views.forgotten(session) is None
        assert "Forgotten?" in shown(pilot) and "Orion Legal" in shown(pilot)
        await press(pilot, key)
        await pilot.pause(2 * watching.PATIENCE)
        assert "Forgotten?" not in shown(pilot)
    found = [one for one in entries(session) if one.id == entry]
    if ends == "gone":
        assert found == []
    elif ends is None:
        assert found[0].ended_at is None
    else:
        assert abs(found[0].seconds - ends) <= 5


async def test_a_forgotten_one_that_the_open_dialog_has_ended_is_not_asked_about(running, session, deals):  # noqa: F811
    begun(session, 3 * HOUR, deal_id=deals[0])
    async with running() as pilot:
        await press(pilot, "S")
        silent(session, 2 * HOUR)
        await pilot.app.watching.look()
        await press(pilot, "4")
        await pilot.pause(2 * watching.PATIENCE)
        assert views.running(session) is None and "Forgotten?" not in shown(pilot)


@pytest.mark.parametrize(("key", "goes_on"), [("1", True), ("2", False), ("3", True)])
async def test_the_idle_question_waits_for_the_form_that_is_open_and_both_are_answered(running, session, deals, key, goes_on):  # noqa: F811
    entry = begun(session, HOUR, deal_id=deals[0])
    async with running() as pilot:
        await press(pilot, "i", *"half a no")
        watch = wanting(pilot, idle_after=300)
        watch.show(views.watched(session))
        watch._key -= 600
        await watch.look()
        await watch.look()
        await settle(pilot)
        assert "Were you at work?" not in shown(pilot) and "half a no" in shown(pilot)
        await press(pilot, *"te", "enter")  # a key: by itself it would say that somebody is there
        await pilot.pause(2 * watching.PATIENCE)
        await settle(pilot)
        assert written(session) == ["half a note"] and "Were you at work?" in shown(pilot)
        await press(pilot, key)
        await pilot.pause(2 * watching.PATIENCE)
        assert "Were you at work?" not in shown(pilot)
    ended = views.entry(session, entry)
    assert (views.running(session) is not None) == goes_on
    assert ended.ended_at is None if key == "1" else abs(ended.seconds - 3000) <= 5


async def test_what_is_typed_in_the_form_that_is_left_is_not_taken_for_the_answer(running, session, deals):  # noqa: F811
    entry = begun(session, 3 * HOUR, deal_id=deals[0])
    async with running() as pilot:
        await press(pilot, "i")
        silent(session, 2 * HOUR)
        await pilot.app.watching.look()
        await press(pilot, *"4 2", "enter")
        await pilot.pause(2 * watching.PATIENCE)
        assert "Forgotten?" in shown(pilot) and written(session) == ["4 2"]
        await press(pilot, "escape")
    assert views.running(session).id == entry


async def test_the_idle_question_is_about_what_ran_then(running, session, deals):  # noqa: F811
    begun(session, HOUR, deal_id=deals[0])
    async with running() as pilot:
        await press(pilot, "S")
        watch = wanting(pilot, idle_after=300)
        watch.show(views.watched(session))
        watch._key -= 600
        await watch.look()
        await press(pilot, "1")  # the same anew: a switch
        await pilot.pause(2 * watching.PATIENCE)
        await settle(pilot)
        now = views.running(session).id
        await press(pilot, "2")
    assert views.running(session).id == now
