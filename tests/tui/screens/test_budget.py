"""Budgets on the client's card, by keys: set, changed, taken away, and what is refused."""

from __future__ import annotations

from models.people import commands as people
from models.timekeeping.commands import set_budget
from models.timekeeping.views import budgets
from models.timekeeping.views.budgets import budget
from models.values.money import Money
from tests.tui.board.conftest import deals, press, running, settle, shown  # noqa: F401  (fixtures)
from tui.clients import budget as budget_form


async def test_a_clients_budget_is_set_changed_and_taken_away(running, session, deals):  # noqa: F811
    async with running() as pilot:
        await press(pilot, "3", "b", *"40", "enter")
        await settle(pilot)
        state = budget(session, client_id=1)
        assert (state.seconds, state.warn_at) == (40 * 3600, (80, 100)) and "0 % of 40:00" in shown(pilot)
        await press(pilot, "b", "backspace", "backspace", "tab", *"5000 USD", "tab", *["backspace"] * 6, *"50", "enter")
        await settle(pilot)
        state = budget(session, client_id=1)
        assert (state.amount, state.warn_at) == (Money(5000_00, "USD"), (50,))
        await press(pilot, "b", "tab", *["backspace"] * 12, "enter")
        await settle(pilot)
    assert budget(session, client_id=1) is None


async def test_the_deal_under_the_cursor_has_a_budget_of_its_own(running, session, deals):  # noqa: F811
    async with running() as pilot:
        await press(pilot, "3", "enter", "j", "b")
        await settle(pilot)
        await press(pilot, *"8", "enter")
        await settle(pilot)
    assert budget(session, deal_id=deals[0]) is not None or any(budget(session, deal_id=one) for one in deals)
    assert budget(session, client_id=1) is None


async def test_a_budget_of_both_or_of_nonsense_is_refused_in_the_form(running, session, deals):  # noqa: F811
    async with running() as pilot:
        await press(pilot, "3", "b", *"40", "tab", *"100", "enter")
        assert "not in both" in shown(pilot)
        await press(pilot, *["backspace"] * 3, "shift+tab", "x", "enter")
        assert "no number of hours" in shown(pilot)
        await press(pilot, "backspace", "tab", "tab", *",20", "enter")
        assert "ascending percentages" in shown(pilot)
    assert budget(session, client_id=1) is None


async def test_another_persons_change_meanwhile_is_told_and_a_second_enter_does_it_after_all(running, session, deals, monkeypatch):  # noqa: F811
    true, asked = budgets.budget, []

    def changing(session, **whose):
        """What is read the second time is another's."""
        asked.append(whose)
        found = true(session, **whose)
        return found if len(asked) == 1 or found is None else found._replace(seconds=7200)

    set_budget(session, client_id=1, seconds=3600)
    async with running() as pilot:
        monkeypatch.setattr(budget_form, "budget", changing)
        await press(pilot, "3", "b", "backspace", *"40", "enter")
        assert "enter once more" in shown(pilot)
        await press(pilot, "enter")
        await settle(pilot)
    assert true(session, client_id=1).seconds == 40 * 3600


async def test_a_form_left_empty_where_there_is_no_budget_says_that_nothing_was_entered(running, session, deals):  # noqa: F811
    async with running() as pilot:
        await press(pilot, "3", "b", "enter")
        assert "nothing was entered" in shown(pilot) and "saved" not in shown(pilot)
        await press(pilot, "b", *"40", "enter")
        assert "saved" in shown(pilot)
        await press(pilot, "b", "backspace", "backspace", "enter")
        assert "taken away" in shown(pilot)


async def test_who_may_only_read_a_client_is_told_so(running, session, deals):  # noqa: F811
    people.add_employee(session, "carl", name="Carl", role="accountant")
    async with running(login="carl") as pilot:
        await press(pilot, "3", "b")
        assert "You may read this client, not change it." in shown(pilot) and "Budget of" not in shown(pilot)
        await press(pilot, "e")
        assert "You may read this client, not change it." in shown(pilot) and "Street" not in shown(pilot)
    assert budget(session, client_id=1) is None
