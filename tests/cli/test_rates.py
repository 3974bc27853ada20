"""rate …, rounding …, category … and service … from the command line."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Program, Said


def code(said: Said) -> tuple[int, str]:
    return said.status, said.json["error"]["code"]


@pytest.fixture
def entry(program: Program) -> int:
    """An hour and a bit of root for Orion, on a day long past."""
    program("deal", "new", "Orion", "--type", "Quick Sales")
    said = program(
        "time", "add", "--client", "Orion", "--service", "Work", "--start", "2026-03-10T09:00:00Z",
        "--end", "2026-03-10T09:47:10Z", "--json",
    )  # fmt: skip
    assert said.status == 0, said.err + said.out
    return int(said.json["id"])


def test_a_rate_is_set_listed_explained_ended_and_deleted(program: Program, entry: int) -> None:
    words = ("rate", "set", "--client", "Orion", "--from", "2026-01-01", "150.00", "EUR", "--json")
    said = program(*words)
    assert code(said) == (1, "confirmation_needed")
    assert [(one["id"], one["old"], one["new"]["amount"]) for one in said.json["error"]["details"]] == [
        (entry, None, "117.92")
    ]
    made = program(*words, "--yes").json
    assert (made["rank"], made["client"], made["from"], made["to"]) == (13, "Orion", "2026-01-01", None)
    assert made["amount"] == {"amount": "150.00", "currency": "EUR"}
    assert code(program(*words, "--yes")) == (1, "exists")
    program("rounding", "set", "company", "--increment", "6", "--yes")
    explained = program("rate", "explain", str(entry), "--json").json
    assert (explained["entry"], explained["date"], explained["won"]) == (entry, "2026-03-10", 13)
    assert [step["rank"] for step in explained["ladder"]] == list(range(1, 20))
    assert [step["rank"] for step in explained["ladder"] if step["amount"]] == [13]
    assert (explained["seconds"], explained["rounded_seconds"]) == (2830, 2880)
    assert explained["charge"] == {"amount": "120.00", "currency": "EUR"}
    assert explained["policy"] == {"increment": 6, "direction": "up", "minimum": 0, "unit": "entry", "of": "company"}
    told = program("rate", "explain", str(entry)).out
    assert "→" in told and "120.00" in told
    number = str(made["id"])
    assert program("rate", "end", number, "2027-12-31", "--json").json["to"] == "2027-12-31"
    assert [one["id"] for one in program("rate", "list", "--bill", "--json").json["rates"]] == [made["id"]]
    assert program("rate", "list", "--pay", "--json").json["rates"] == []
    assert code(program("rate", "delete", number, "--json")) == (1, "confirmation_needed")
    assert program("rate", "delete", number, "--yes", "--json").status == 0
    assert program("rate", "list", "--json").json["rates"] == []


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("-5", "EUR"), (1, "bad_amount")),
        (("1.005", "EUR"), (1, "bad_amount")),
        (("10.5", "JPY"), (1, "bad_amount")),
        (("10", "XXQ"), (1, "bad_currency")),
        (("10", "EUR", "--to", "2025-01-01"), (1, "bad_period")),
        (("10", "EUR", "--employee", "root", "--category", "Partner"), (2, "bad_combination")),
        (("10", "EUR", "--entry", "1", "--client", "Orion"), (2, "bad_combination")),
        (("10", "EUR", "--client", "Nobody"), (1, "not_found")),
    ],
)
def test_a_rate_that_cannot_be_is_refused(
    program: Program, entry: int, words: tuple[str, ...], expected: tuple[int, str]
) -> None:
    program("category", "add", "Partner")
    assert code(program("rate", "set", "--from", "2026-01-01", *words, "--json")) == expected
    assert program("rate", "list", "--json").json["rates"] == []


def test_rounding_is_set_listed_and_dropped(program: Program, entry: int) -> None:
    set_one = program("rounding", "set", "client:Orion", "--increment", "15", "--direction", "nearest", "--json")
    wanted = {
        "scope": "client", "client": "Orion", "service": None, "increment": 15, "direction": "nearest", "minimum": 0,
        "unit": "entry",
    }  # fmt: skip
    assert set_one.json == wanted
    program("rounding", "set", "service:Work", "--increment", "none", "--minimum", "10", "--unit", "day")
    listed = program("rounding", "list", "--json").json["roundings"]
    assert [one["scope"] for one in listed] == ["service", "client"] and listed[1] == wanted
    assert program("rounding", "drop", "client:Orion", "--json").json == wanted
    assert code(program("rounding", "drop", "client:Orion", "--json")) == (1, "not_found")
    assert code(program("rounding", "set", "Orion", "--increment", "6", "--json")) == (2, "bad_target")
    assert program("rounding", "set", "company", "--increment", "7", "--json").status == 2


def test_an_employee_has_a_category_from_a_day_on(program: Program, entry: int) -> None:
    anna = program("user", "add", "anna", "--category", "Junior", "--from", "2026-01-01", "--json").json
    assert anna["category"] == "Junior"
    anna = program("user", "set", "anna", "--category", "Senior", "--from", "2026-02-01", "--json").json
    assert anna["category"] == "Senior"
    assert program("user", "show", "anna", "--json").json["categories"] == [
        {"from": "2026-01-01", "category": "Junior"}, {"from": "2026-02-01", "category": "Senior"},
    ]  # fmt: skip
    assert code(program("category", "delete", "Junior", "--json")) == (1, "category_used")
    said = program("user", "set", "anna", "--category", "Partner", "--timezone", "Nowhere/City", "--json")
    assert code(said) == (2, "bad_timezone")  # and nothing of it is written
    assert [one["category"] for one in program("user", "show", "anna", "--json").json["categories"]] == ["Junior", "Senior"]
    program("category", "archive", "Junior")
    assert [one["name"] for one in program("category", "list", "--json").json["categories"]] == ["Senior"]
    assert program("category", "rename", "Senior", "Expert", "--json").json["name"] == "Expert"
    assert program("user", "show", "anna", "--json").json["category"] == "Expert"


def test_a_category_that_changes_charges_asks_first(program: Program, entry: int) -> None:
    program("user", "set", "root", "--category", "Junior", "--from", "2026-01-01")
    program("rate", "set", "--category", "Junior", "--from", "2026-01-01", "60", "EUR", "--yes")
    words = ("user", "set", "root", "--name", "Other", "--category", "Senior", "--from", "2026-03-01", "--json")
    said = program(*words)
    assert code(said) == (1, "confirmation_needed")
    assert program("user", "show", "root", "--json").json["name"] != "Other"
    assert program("rate", "explain", str(entry), "--json").json["won"] == 18
    assert program(*words, "--yes").json["category"] == "Senior"
    assert program("rate", "explain", str(entry), "--json").json["won"] is None


def test_a_service_is_renamed_and_archived(program: Program, entry: int) -> None:
    assert program("service", "rename", "Work", "Advice", "--json").json["name"] == "Advice"
    assert program("service", "archive", "Advice", "--json").json["archived"] is True
    assert program("service", "list", "--json").json["services"] == []
    assert program("time", "list", "--json").json["entries"][0]["service"] == "Advice"
