"""target … and currency rate … from the command line: set, listed, dropped, and by whom."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Program, Said


def code(said: Said) -> tuple[int, str]:
    return said.status, said.json["error"]["code"]


@pytest.fixture
def company(program: Program) -> Program:
    """Two teams: anna and mark (manager) in North, boris in South; carl keeps the books."""
    for login, role, team in (("anna", "rep", "North"), ("mark", "manager", "North"), ("boris", "rep", "South")):
        program("user", "add", login, "--role", role, "--team", team)
    program("user", "add", "carl", "--role", "accountant")
    return program


def listed(program: Program, *before: str) -> list[str]:
    found = program(*before, "target", "list", "--json").json["targets"]
    return [f"{one['rep'] or one['team']} {one['month']} {one['amount']['amount']} {one['amount']['currency']}" for one in found]


def test_a_target_is_set_changed_listed_and_dropped(company: Program) -> None:
    made = company("target", "set", "anna", "2026-11", "250000", "EUR", "--json").json
    assert (made["rep"], made["team"], made["month"]) == ("anna", None, "2026-11")
    assert made["amount"] == {"amount": "250000.00", "currency": "EUR"}
    again = company("target", "set", "anna", "2026-11", "1,5", "EUR", "--json").json
    assert again["id"] == made["id"] and again["amount"]["amount"] == "1.50"
    company("target", "set", "anna", "2026-11", "7", "USD")
    company("target", "set", "North", "2026-10", "0", "EUR")
    assert listed(company) == ["North 2026-10 0.00 EUR", "anna 2026-11 1.50 EUR", "anna 2026-11 7.00 USD"]
    said = company("target", "list", "--for", "north", "--from", "2026-10", "--to", "2026-10")
    assert "October 2026" in said.out and "November" not in said.out
    assert code(company("target", "drop", "anna", "2026-11", "--json")) == (1, "ambiguous")
    assert company("target", "drop", "anna", "2026-11", "USD", "--json").json["amount"]["currency"] == "USD"
    assert company("target", "drop", "anna", "2026-11").status == 0
    assert code(company("target", "drop", "anna", "2026-11", "--json")) == (1, "not_found")
    assert listed(company) == ["North 2026-10 0.00 EUR"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("anna", "2026-13", "1", "EUR"), (2, "bad_month")),
        (("anna", "2026-11-01", "1", "EUR"), (2, "bad_month")),
        (("anna", "1026-11", "1", "EUR"), (2, "bad_month")),
        (("anna", "2026-11", "-5", "EUR"), (1, "bad_amount")),
        (("anna", "2026-11", "1.005", "EUR"), (1, "bad_amount")),
        (("anna", "2026-11", "1", "XXQ"), (1, "bad_currency")),
        (("nobody", "2026-11", "1", "EUR"), (1, "not_found")),
        (("team:East", "2026-11", "1", "EUR"), (1, "not_found")),
    ],
)
def test_a_target_that_cannot_be_is_refused(company: Program, words: tuple[str, ...], expected: tuple[int, str]) -> None:
    assert code(company("target", "set", *words, "--json")) == expected
    assert listed(company) == []


def test_a_name_of_both_an_employee_and_a_team_is_said_which(company: Program) -> None:
    company("user", "add", "east", "--team", "East")
    said = company("target", "set", "east", "2026-11", "1", "EUR", "--json")
    assert code(said) == (1, "ambiguous") and said.json["error"]["details"][1]["name"] == "team:East"
    assert company("target", "set", "team:East", "2026-11", "1", "EUR", "--json").json["team"] == "East"


def test_who_sets_targets_and_who_sees_them(company: Program) -> None:
    for holder in ("anna", "mark", "boris", "North", "South"):
        company("target", "set", holder, "2026-11", "9", "EUR")
    everything = [f"{one} 2026-11 9.00 EUR" for one in ("anna", "boris", "mark", "North", "South")]
    assert sorted(listed(company, "--as", "carl"), key=str.lower) == everything
    assert listed(company, "--as", "mark") == [everything[0], everything[2], everything[3]]
    assert listed(company, "--as", "anna") == everything[:1]
    company("company", "set", "team_read=true")
    assert listed(company, "--as", "anna") == [everything[0], everything[2], everything[3]]
    before = company("target", "list", "--json").out
    for login, holders in (("mark", "mark boris North South"), ("anna", "anna boris North"), ("carl", "anna South")):
        for holder in holders.split():
            for change in (("set", holder, "2026-11", "5", "EUR"), ("drop", holder, "2026-11")):
                assert code(company("--as", login, "target", *change, "--json")) == (1, "not_found"), (login, change)
    assert company("target", "list", "--json").out == before
    assert company("--as", "mark", "target", "set", "anna", "2026-12", "5", "EUR").status == 0


def test_exchange_rates_are_set_listed_and_dropped(company: Program) -> None:
    made = company("currency", "rate", "set", "EUR", "RUB", "92.5", "--from", "2026-11-01", "--json").json
    assert made == {"from": "EUR", "to": "RUB", "rate": "92.5", "day": "2026-11-01"}
    company("currency", "rate", "set", "EUR", "RUB", "93", "--from", "2026-11-01")
    company("currency", "rate", "set", "EUR", "RUB", "95.10", "--from", "2026-12-01")
    found = company("--as", "anna", "currency", "rate", "list", "--json").json["rates"]
    assert [(one["rate"], one["day"]) for one in found] == [("93", "2026-11-01"), ("95.1", "2026-12-01")]
    assert "95.1" in company("currency", "rate", "list").out
    for login in ("anna", "mark", "carl"):
        for change in (("set", "EUR", "RUB", "1"), ("drop", "EUR", "RUB")):
            said = company("--as", login, "currency", "rate", *change, "--from", "2026-12-01", "--json")
            assert code(said) == (1, "not_found")
    assert company("currency", "rate", "drop", "EUR", "RUB", "--from", "2026-12-01", "--json").json["rate"] == "95.1"
    assert code(company("currency", "rate", "drop", "EUR", "RUB", "--from", "2026-12-01", "--json")) == (1, "not_found")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("EUR", "RUB", "0"), (1, "bad_rate")),
        (("EUR", "RUB", "-1"), (1, "bad_rate")),
        (("EUR", "RUB", "1,234"), (1, "bad_rate")),
        (("EUR", "XXQ", "1"), (1, "bad_currency")),
        (("EUR", "EUR", "1"), (1, "bad_currency")),
        (("EUR", "RUB", "1", "--from", "2026-02-30"), (2, "bad_date")),
    ],
)
def test_an_exchange_rate_that_cannot_be_is_refused(company: Program, words: tuple[str, ...], expected: tuple[int, str]) -> None:
    assert code(company("currency", "rate", "set", "--from", "2026-11-01", *words, "--json")) == expected
    assert company("currency", "rate", "list", "--json").json["rates"] == []


def test_a_target_is_set_for_months_in_a_row_over_the_turn_of_the_year_all_or_none(company: Program) -> None:
    made = company("target", "set", "North", "2026-11", "100", "EUR", "--months", "3", "--json").json
    assert [one["month"] for one in made["targets"]] == ["2026-11", "2026-12", "2027-01"]
    assert listed(company) == ["North 2026-11 100.00 EUR", "North 2026-12 100.00 EUR", "North 2027-01 100.00 EUR"]
    assert company("target", "set", "North", "2199-12", "5", "EUR", "--months", "2", "--json").status != 0
    assert len(listed(company)) == 3
