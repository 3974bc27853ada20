"""Text that was being typed when the connection was lost comes back with its form, on what it was about."""

from __future__ import annotations

import pytest

from models.activities import commands as activities
from models.activities.views import activities as known_activities
from models.clients import commands as clients
from models.people.views import workplace
from models.pipeline import views
from models.values.instants import DAY
from tests.tui.board.conftest import board, deals, press, running, settle, shown  # noqa: F401  (fixtures)


async def cut_off(running, *keys, size=(80, 24)):  # noqa: F811
    """Press keys, then lose the connection."""
    async with running(size=size) as pilot:
        await press(pilot, *keys)
        pilot.app.keep_workplace(cut_off=True)


@pytest.fixture
def activity(session, deals):  # noqa: F811
    return activities.add_activity(
        session, deal_id=deals[0], kind="call", text="ask", due_at=session.now() - DAY, has_time=True
    )


async def test_a_note_comes_back_on_its_deal_and_is_saved_once(running, session, deals):  # noqa: F811
    await cut_off(running, "j", "i", *"halfway")
    async with running() as pilot:
        await settle(pilot)
        assert "Note on Vega Windows" in shown(pilot) and "halfway" in shown(pilot)
        await press(pilot, *"there", "enter")
        assert pilot.app.screen is board(pilot)
    assert "form" not in workplace(session.actor.id)
    assert [(one.client, one.text) for one in known_activities(session)] == [("Vega Windows", "halfwaythere")]


async def test_esc_forgets_it(running, session, deals):  # noqa: F811
    await cut_off(running, "i", *"no matter")
    async with running() as pilot:
        await settle(pilot)
        await press(pilot, "escape")
        assert "form" not in workplace(session.actor.id)  # at once: a kill now does not bring it back
    async with running() as pilot:
        await settle(pilot)
        assert pilot.app.screen is board(pilot)


async def test_it_survives_a_second_loss(running, session, deals):  # noqa: F811
    await cut_off(running, "i", *"twice")
    await cut_off(running, *"!")
    async with running() as pilot:
        await settle(pilot)
        assert "twice!" in shown(pilot)


@pytest.mark.parametrize(
    ("keys", "title"),
    [
        (["n", *"Lyra"], "New deal"),
        (["a", "tab", *"bring it"], "Activity with Orion Legal"),
        (["c", *"asked"], "Call with Orion Legal"),
        (["x", *"too dear"], "Why is Orion Legal lost?"),
        (["z", *"waits"], "Why does Orion Legal wait?"),
        (["1", "d", *"fine"], "Call: Orion Legal"),
        (["1", "p", "3", *"0"], "Postpone to"),
        (["1", "i", *"word"], "Note on Orion Legal"),
        (["3", "n", *"Mira"], "New client"),
        (["3", "e", "tab", *"Riga"], "Alpha"),
    ],
)
async def test_every_form_comes_back(running, session, deals, activity, keys, title):  # noqa: F811
    clients.add_client(session, "Alpha")
    await cut_off(running, *keys)
    kept = workplace(session.actor.id)["form"]["values"]
    async with running() as pilot:
        await settle(pilot)
        assert title in shown(pilot)
        assert pilot.app.screen.values() == kept and any(kept.values())


async def test_a_reopened_reason_is_no_step_until_it_is_entered(running, session, deals):  # noqa: F811
    await cut_off(running, "x", *"too dear")
    async with running() as pilot:
        await settle(pilot)
        assert views.deal(session, deals[0]).outcome == "open"
        await press(pilot, "enter")
    assert views.deal(session, deals[0]).close_reason == "too dear"


async def test_a_form_without_text_of_its_own_does_not_come_back(running, session, deals):  # noqa: F811
    await cut_off(running, "a")
    async with running() as pilot:
        await settle(pilot)
        assert pilot.app.screen is board(pilot)


async def test_the_text_is_shown_where_what_it_was_about_is_gone(running, session, activity):  # noqa: F811
    await cut_off(running, "1", "d", *"all fine")
    activities.done_activity(session, activity, "")
    async with running() as pilot:
        await settle(pilot)
        assert "not saved" in shown(pilot) and "all fine" in shown(pilot)
        await press(pilot, "escape")
    assert "form" not in workplace(session.actor.id)


@pytest.mark.parametrize("form", [{}, {"name": "note"}, {"name": "lose_deal", "about": 7, "values": {}}, {"name": "x", "about": 1, "values": {}}])
async def test_what_another_version_kept_does_no_harm(running, session, deals, form):  # noqa: F811
    from models.people.commands import keep_workplace

    keep_workplace(session, {"screen": "board", "form": form})
    async with running() as pilot:
        await settle(pilot)
        assert pilot.app.screen is board(pilot) and pilot.app.crash is None


async def test_search_and_cursor_of_clients_come_back(running, session, deals):  # noqa: F811
    await cut_off(running, "3", "slash", *"e", "enter", "down")
    async with running() as pilot:
        await settle(pilot)
        assert "/ e" in shown(pilot).splitlines()[0]
        [line] = [line for line in pilot.app.screen.found.items if line.id == pilot.app.screen.client_id]
        assert pilot.app.screen.found.item == line and pilot.app.screen.found.at == 1


async def test_the_cursor_of_today_comes_back(running, session, deals):  # noqa: F811
    await cut_off(running, "1", "j", "j")
    async with running() as pilot:
        await settle(pilot)
        assert pilot.app.screen.lines.item.client == "Алтай Печать"
