"""The company's lists on Setup by keys: services, categories, people, rates, rounding, hours and holidays."""

from __future__ import annotations

from datetime import date

import pytest

from models.people import commands as people
from models.people import views as who
from models.timekeeping import commands, views
from models.timekeeping.commands.rates import end_rate, set_rate
from models.timekeeping.rules.rounding import Policy
from models.timekeeping.views.rates import rates, roundings
from models.values.instants import MINUTE
from models.values.money import Money
from tests.tui.board.conftest import press, shown
from tests.tui.setup.conftest import screen
from tui.setup.items import Row, draw

HOUR = 60 * MINUTE
LISTS = ("reasons", "services", "categories", "people", "targets", "rates", "rounding", "exchange", "company")


def to(area: str) -> list[str]:
    """The keys from the board into a list of the company, in a store with one deal type."""
    return ["7", *["j"] * (LISTS.index(area) + 1), "enter"]


@pytest.fixture
def hour(session):
    """An hour of the administrator's time yesterday, at 100.00 an hour for all."""
    at = session.now() - 24 * HOUR
    set_rate(session, side="bill", amount=Money(100_00, "EUR"), from_day=date(2020, 1, 1))
    return commands.add_entry(session, start=at - HOUR, end=at)


async def test_a_service_is_added_renamed_archived_and_offered_again(running, session):
    async with running() as pilot:
        await press(pilot, *to("services"), "n", *"Audit", "enter")
        assert screen(pilot).things.item.text == "Audit"
        await press(pilot, "n", *"audit", "enter")
        assert "There is a service" in shown(pilot)
        await press(pilot, "escape", "e", *" of books", "enter", "x", "1")
        assert [(one.name, one.archived) for one in views.services(session, archived=True)] == [("Audit of books", True), ("Work", False)]
        assert "Archived" in shown(pilot)
        await press(pilot, "end", "x")
        assert [one.name for one in views.services(session)] == ["Audit of books", "Work"]


@pytest.mark.parametrize(("area", "offered"), [("services", {"n", "e", "x"}), ("people", {"n", "e", "x", "a"})])
async def test_a_list_offers_the_keys_that_do_something_in_it(running, session, area, offered):
    async with running(size=(160, 48)) as pilot:
        await press(pilot, "7")
        every = {"n", "e", "a", "J", "t", "x", "m"}
        assert every <= keys(pilot)
        await press(pilot, *["j"] * (LISTS.index(area) + 1), "enter")
        assert keys(pilot) & every == offered


def keys(pilot) -> set[str]:
    """Those that the last line names."""
    return {words[0] for words in (part.split() for part in shown(pilot).splitlines()[-1].split("  ")) if words}


async def test_a_category_in_use_is_archived_and_one_never_used_is_deleted(running, session):
    people.add_category(session, "Expert")
    people.add_category(session, "Novice")
    people.set_category(session, "root", "Expert", date(2026, 1, 1))
    async with running() as pilot:
        await press(pilot, *to("categories"))
        assert "Root" in shown(pilot), "who has it is shown beside it"
        await press(pilot, "x", "1")
        assert "Expert: archived" in shown(pilot)
        await press(pilot, "home", "x", "1")
        assert "Novice: deleted" in shown(pilot)
        assert [(one.name, one.archived) for one in who.categories(archived=True)] == [("Expert", True)]
        await press(pilot, "end", "x")
    assert [one.name for one in who.categories()] == ["Expert"]


async def test_somebody_is_added_changed_and_their_access_ended_and_given_again(running, session):
    async with running() as pilot:
        await press(pilot, *to("people"), "n", *"mia", "tab", *"Mia Stone", "tab", "right", "tab", *"North", "enter")
        mia = who.find_employee("mia")
        assert (mia.name, mia.role, mia.team) == ("Mia Stone", "manager", "North")
        assert screen(pilot).things.item.text == "Mia Stone"
        await press(pilot, "e", *"s", "tab", "left", "enter")
        assert (who.find_employee("mia").name, who.find_employee("mia").role) == ("Mia Stones", "rep")
        await press(pilot, "x", "1")
        assert who.find_employee("mia").disabled and "No longer here" in shown(pilot)
        await press(pilot, "end", "x")
        assert not who.find_employee("mia").disabled


async def test_the_last_administrator_cannot_end_their_own_access(running, session):
    async with running() as pilot:
        await press(pilot, *to("people"), "x", "1")
        assert "has to stay administrator" in shown(pilot)
    assert not who.find_employee("root").disabled


async def test_a_category_from_a_past_day_shows_which_charges_change_and_can_be_left(running, session, hour):
    category = people.add_category(session, "Expert")
    set_rate(session, side="bill", amount=Money(150_00, "EUR"), from_day=date(2020, 1, 1), category_id=category)
    async with running() as pilot:
        await press(pilot, *to("people"), "a", *"Expert", "tab", "home", *["delete"] * 10, *"2026-01-01", "enter")
        assert "100.00\xa0€ → 150.00\xa0€" in shown(pilot)
        await press(pilot, "escape")
        assert "Category of Root" in shown(pilot) and "2026-01-01" in shown(pilot), "back in the form, as it was filled"
        assert who.category_history(session.actor.id) == []
        await press(pilot, "enter", "enter")
        assert who.category_history(session.actor.id) == [(date(2026, 1, 1), category)]
        assert "at first" in shown(pilot)


async def test_a_rate_is_set_for_a_client_and_a_wrong_one_is_told_in_the_form(running, session, deals):
    async with running() as pilot:
        await press(pilot, *to("rates"), "n", "tab", *"150", "tab", "tab", "tab", *"Nobody", "enter")
        assert "There is no client" in shown(pilot)
        await press(pilot, *["backspace"] * 6, *"Vega Windows", "shift+tab", "shift+tab", "shift+tab", *".001", "enter")
        assert "New rate" in shown(pilot) and rates(session) == []
        await press(pilot, *["backspace"] * 4, "enter")
    (made,) = rates(session)
    assert (made.side, made.rank, made.client, made.amount) == ("bill", 13, "Vega Windows", Money(150_00, "EUR"))


async def test_a_combination_that_the_ladder_lacks_and_a_negative_rate_are_refused(running, session, deals):
    async with running() as pilot:
        await press(pilot, *to("rates"), "n", "tab", *"-5", "enter")
        assert "-5" in shown(pilot) and "is negative." in shown(pilot)
        await press(pilot, "home", "delete", *["tab"] * 4, *"1", "tab", *"root", "tab", "tab", *"x", "enter")
        assert "There is no category" in shown(pilot)
    assert rates(session) == []


async def test_a_rate_of_the_past_that_changes_charges_asks_first(running, session, hour):
    async with running() as pilot:
        await press(pilot, *to("rates"), "n", "tab", *"120", "tab", "home", *["delete"] * 10, *"2026-01-01", "enter")
        assert "100.00\xa0€ → 120.00\xa0€" in shown(pilot) and "1 entry" in shown(pilot)
        await press(pilot, "escape", "escape")
        assert len(rates(session)) == 1
        await press(pilot, "n", "tab", *"120", "tab", "home", *["delete"] * 10, *"2026-01-01", "enter", "enter")
        assert [one.amount.amount for one in rates(session)] == [100_00, 120_00]
        await press(pilot, "x", "1")
        assert "120.00\xa0€ → 100.00\xa0€" in shown(pilot)
        await press(pilot, "enter")
        assert [one.amount.amount for one in rates(session)] == [100_00]


async def test_a_rate_gets_its_last_day(running, session):
    set_rate(session, side="pay", amount=Money(40_00, "EUR"), from_day=date(2026, 1, 1))
    async with running() as pilot:
        await press(pilot, *to("rates"), "end", "e", *"2025-12-31", "enter")
        assert "Last day" in shown(pilot) and rates(session)[0].to_day is None, "before its first day"
        await press(pilot, "home", *["delete"] * 10, *"2026-06-30", "enter")
    assert rates(session)[0].to_day == date(2026, 6, 30)


async def test_rounding_is_added_for_the_company_changed_and_taken_away_after_a_look(running, session, hour):
    commands.edit_entry(session, hour, start=session.now() - 30 * HOUR, end=session.now() - 30 * HOUR + HOUR // 2)
    async with running() as pilot:
        await press(pilot, *to("rounding"), "n", "tab", "tab", "end", "enter")
        assert "50.00\xa0€ → 100.00\xa0€" in shown(pilot)
        await press(pilot, "enter")
        assert roundings(session)[0].policy == Policy(60)
        await press(pilot, "e", "tab", "tab", *"x", "enter")
        assert "full minutes" in shown(pilot)
        await press(pilot, "backspace", *"90", "enter", "enter")
        assert roundings(session)[0].policy == Policy(60, "up", 90)
        await press(pilot, "x", "1", "enter")
    assert roundings(session) == []


async def test_the_company_is_changed_and_a_time_zone_that_is_none_is_refused(running, session):
    async with running() as pilot:
        await press(pilot, *to("company"), "enter", *" & Sons", "tab", "tab", *"x", "enter")
        assert who.company().timezone == "UTC" and "Time zone" in shown(pilot)
        await press(pilot, "backspace", *["tab"] * 4, "right", "enter")
    company = who.company()
    assert company.name.endswith("& Sons") and company.weeks_approved


async def test_working_hours_are_set_for_a_day_or_the_week_and_taken_away(running, session):
    async with running() as pilot:
        await press(pilot, *to("company"), *["j"] * 8, "enter", *"9:00-18", "enter")
        assert "no working time" in shown(pilot)
        await press(pilot, *":00", "tab", "right", "enter")
        assert who.hours() == dict.fromkeys(range(5), (9 * 3600, 18 * 3600))
        await press(pilot, "x", "2")
        assert 0 in who.hours()
        await press(pilot, "x", "1")
    assert sorted(who.hours()) == [1, 2, 3, 4]


async def test_a_holiday_and_a_countrys_are_added_and_one_taken_away(running, session):
    async with running() as pilot:
        await press(pilot, *to("company"), "n", "1", *"2030-05-05", "tab", *"Our day", "enter")
        assert who.holidays() == {date(2030, 5, 5): "Our day"}
        await press(pilot, "n", "2", *"XX", "enter")
        assert "No holidays are known" in shown(pilot)
        await press(pilot, *["backspace"] * 2, *"DE", "enter")
        assert "days added" in shown(pilot) and len(who.holidays()) > 15
        await press(pilot, "end", "x")
    assert date(2030, 5, 5) not in who.holidays()


async def test_who_is_no_administrator_sees_the_lists_and_changes_nothing(running, session):
    commands.add_service(session, "Audit")
    people.add_employee(session, "rita", name="Rita", role="rep")
    async with running(login="rita") as pilot:
        await press(pilot, *to("services"), "x")
        assert "Only an administrator may do that." in shown(pilot)
        await press(pilot, "escape", *["j"] * 4, "enter", "n")
        assert "Only an accountant or an administrator may see that." in shown(pilot)
    assert [one.name for one in views.services(session)] == ["Audit", "Work"] and rates(session) == []


async def test_an_accountant_sets_rates_but_no_services(running, session):
    people.add_employee(session, "carl", name="Carl", role="accountant")
    async with running(login="carl") as pilot:
        await press(pilot, *to("rates"), "n", "tab", *"99", "enter")
        assert [one.amount.amount for one in rates(session)] == [99_00]
        await press(pilot, "escape", *["k"] * 4, "enter", "n")
        assert "Only an administrator may do that." in shown(pilot)


@pytest.mark.parametrize("size", [(80, 24), (60, 15), (160, 48)])
@pytest.mark.parametrize("area", LISTS)
async def test_every_list_keeps_its_lines_within_the_screen(running, session, hour, area, size):
    commands.add_service(session, "[@click=app.quit]X[/] \u202egnp.exe" + "x" * 60)
    async with running(size=size) as pilot:
        await press(pilot, *to(area), "end", "home", "e", "escape")
        assert all(len(line) <= size[0] for line in shown(pilot).splitlines()) and "\u202e" not in shown(pilot)


async def test_a_target_is_set_for_months_in_a_row_changed_and_taken_away(running, session):
    people.add_employee(session, "rita", name="Rita", role="rep", team="North")
    async with running() as pilot:
        await press(pilot, *to("targets"), "n", *"North", "tab", *["backspace"] * 7, *"2026-11", "tab", *"50000", "tab", "backspace", "3", "enter")
        found = who.targets(session.actor)
        assert [(one.team, one.month.month, one.amount) for one in found] == [("North", 11, 50_000_00), ("North", 12, 50_000_00), ("North", 1, 50_000_00)]
        await press(pilot, "n", *"nobody", "tab", "tab", *"1", "enter")
        assert "no employee or team" in shown(pilot)
        await press(pilot, "escape", "home", "e", *["backspace"] * 8, *"60000", "enter")
        assert {one.amount for one in who.targets(session.actor)} == {50_000_00, 60_000_00}
        await press(pilot, "x", "1")
    assert len(who.targets(session.actor)) == 2


async def test_an_exchange_rate_is_entered_changed_and_taken_away(running, session):
    async with running() as pilot:
        await press(pilot, *to("exchange"), "n", *"usd", "tab", "tab", *"0", "enter")
        assert "New exchange rate" in shown(pilot) and who.exchange_rates() == []
        await press(pilot, *".92", "enter")
        (made,) = who.exchange_rates()
        assert (made.source, made.target, made.units, made.places) == ("USD", "EUR", 92, 2)
        await press(pilot, "e", "backspace", "5", "enter")
        assert who.exchange_rates()[0].units == 95
        await press(pilot, "x", "1")
    assert who.exchange_rates() == []


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_a_long_list_of_charges_leaves_room_for_the_keys_that_answer(running, session, hour, size):
    at = session.now() - 48 * HOUR
    for place in range(40):
        commands.add_entry(session, start=at - place * HOUR, end=at - place * HOUR + HOUR)
    async with running(size=size) as pilot:
        await press(pilot, *to("rates"), "x", "1")
        assert "41 entries" in shown(pilot) and "esc: leave it as it is" in shown(pilot)


async def test_what_another_changed_while_a_form_is_open_is_told_and_not_overwritten(running, session):
    async with running() as pilot:
        await press(pilot, *to("services"), "e", *" at home")
        await screen(pilot).desk.do(commands.rename_service, 1, "Deeds")
        await press(pilot, "enter")
        assert "changed this meanwhile" in shown(pilot) and [one.name for one in views.services(session)] == ["Deeds"]
        await press(pilot, "enter")
        assert [one.name for one in views.services(session)] == ["Work at home"], "enter once more does it after all"


async def test_a_last_day_that_another_set_meanwhile_is_told(running, session):
    made = set_rate(session, side="bill", amount=Money(100_00, "EUR"), from_day=date(2026, 1, 1))
    async with running() as pilot:
        await press(pilot, *to("rates"), "e", *"2199-12-30")
        await screen(pilot).desk.do(end_rate, made, date(2199, 6, 30))
        await press(pilot, "enter")
        assert "changed this meanwhile" in shown(pilot) and rates(session)[0].to_day == date(2199, 6, 30)
        await press(pilot, "escape", "e")
        assert "2199-06-30" in shown(pilot)


async def test_the_company_that_another_changed_meanwhile_is_told(running, session):
    async with running() as pilot:
        await press(pilot, *to("company"), "e", *"Ours")
        await screen(pilot).desk.do(people.set_company, currency="USD")
        await press(pilot, "enter")
        assert "changed this meanwhile" in shown(pilot) and who.company().name == ""
        await press(pilot, "enter")
        assert (who.company().name, who.company().currency) == ("Ours", "USD")


def test_a_long_name_does_not_touch_what_stands_beside_it():
    row = Row("person", 1, "Alexandra Montgomery-Fitzgerald", (("administrator", 14),))
    text = "".join(part if isinstance(part, str) else part[0] for part in draw(row, 34, lambda: ()))
    assert text.endswith("… administrator ") and len(text) == 34


async def test_who_is_in_a_team_is_taken_out_of_it(running, session):
    people.set_employee(session, "root", team="North")
    async with running() as pilot:
        await press(pilot, *to("people"), "e", "tab", "tab", *["backspace"] * 5, "enter")
        assert "saved" in shown(pilot) and who.find_employee("root").team is None


@pytest.mark.parametrize("key", ["ctrl+u", "ctrl+k", "ctrl+w", "ctrl+f", "ctrl+x", "ctrl+d", "backspace", "delete"])
async def test_no_key_leaves_a_choice_without_a_value(running, session, key):
    async with running() as pilot:
        await press(pilot, *to("people"), "e", "tab", key)
        choice = pilot.app.focused
        assert choice.value in ("rep", "manager", "accountant", "administrator")
        await press(pilot, "left", "right")
        await press(pilot, key, "enter")
        assert pilot.app.return_code in (None, 0)


async def test_a_rate_that_another_changed_while_its_charges_are_asked_about_is_told(running, session, hour):
    (rate,) = rates(session)
    async with running() as pilot:
        await press(pilot, *to("rates"), "e", *"2020-12-31", "enter")
        assert "1 entry" in shown(pilot)
        await screen(pilot).desk.do(end_rate, rate.id, date(2199, 6, 30))
        await press(pilot, "enter")
        assert "changed this meanwhile" in shown(pilot) and rates(session)[0].to_day == date(2199, 6, 30)
        await press(pilot, "enter")
        assert rates(session)[0].to_day == date(2020, 12, 31), "enter once more does it after all"


async def test_a_rate_that_another_changed_while_its_end_is_asked_about_stays(running, session, hour):
    (rate,) = rates(session)
    async with running() as pilot:
        await press(pilot, *to("rates"), "x", "1")
        assert "1 entry" in shown(pilot)
        await screen(pilot).desk.do(end_rate, rate.id, date(2199, 6, 30))
        await press(pilot, "enter")
        assert "changed this meanwhile" in shown(pilot) and len(rates(session)) == 1
        await press(pilot, "enter")
    assert rates(session) == []


async def test_a_category_given_by_another_while_charges_are_asked_about_is_told(running, session, hour):
    for name in ("Expert", "Novice"):
        category = people.add_category(session, name)
        set_rate(session, side="bill", amount=Money(200_00, "EUR"), from_day=date(2020, 1, 1), category_id=category)
    async with running() as pilot:
        await press(pilot, *to("people"), "a", *"Expert", "tab", *["backspace"] * 10, *"2020-01-01", "enter")
        assert "1 entry" in shown(pilot)
        await screen(pilot).desk.do(lambda session: people.set_category(session, "root", "Novice", date(2021, 1, 1), confirmed=True))
        await press(pilot, "enter")
        assert "changed this meanwhile" in shown(pilot)
        await press(pilot, "escape", "escape")
    assert [name for _day, name in who.category_histories()[1]] == ["Novice"]


async def test_the_long_roles_of_a_language_are_whole(running, session, monkeypatch):
    people.add_employee(session, "carl", name="Carl", role="rep")
    monkeypatch.setattr("tui.setup.areas.people.role_word", lambda role: "менеджер по продажам" if role == "rep" else role)
    async with running() as pilot:
        await press(pilot, *to("people"))
        assert "менеджер по продажам" in shown(pilot).splitlines()[3] + shown(pilot).splitlines()[4]
