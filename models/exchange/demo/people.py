"""Teams, their people, and clients with contacts."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from models.clients.commands import search_text
from models.exchange.demo.hours import Hours
from models.exchange.demo.rows import Rows
from models.exchange.demo.words import LATIN, WORDS, Words
from models.values.instants import SECOND, Instant
from models.values.text import search_key


@dataclass(frozen=True)
class Staff:
    """The administrator, the manager of each rep (in the order of the reps), and the accountant."""

    admin: int
    managers: dict[int, int]
    accountant: int


def write_people(
    rows: Rows, rng: Random, words: Words, hours: Hours, language: str, admin: str, admin_id: int, reps: int
) -> Staff:
    """Two teams with a manager each, an accountant, and the reps."""
    rows["team"] += [(number, name, search_key(name)) for number, name in enumerate(words.teams, 1)]
    logins = {admin}
    roles = [("manager", 1), ("manager", 2), ("accountant", None)]
    roles += [("rep", 1 + number % 2) for number in range(reps)]
    managers = {}
    for employee, (role, team) in enumerate(roles, admin_id + 1):
        name = _person(rng, words)
        login = free = search_key(name).translate(LATIN).replace("-", ".", 1)
        count = 1
        while free in logins:
            count += 1
            free = f"{login}{count}"
        logins.add(free)
        rows["employee"].append(
            (employee, free, name, search_key(name), role, team, language, words.timezone, 1, hours.starts[0] - SECOND)
        )
        if role == "rep":
            managers[employee] = admin_id + (team or 1)
    return Staff(admin_id, managers, admin_id + 3)


def client_name(rng: Random, words: Words, taken: set[str]) -> str:
    """A name that no other client of the demo has."""
    firm, trade = rng.choice(words.firms), rng.choice(words.trades)
    form = rng.choice(words.forms)
    name = f"{form} «{firm}{trade}»" if words.company == WORDS["ru"].company else f"{firm} {trade} {form}"
    if name in taken:
        name = f"{name}, {rng.choice(words.places).city}"
    if name in taken:
        name = f"{name} {len(taken)}"
    taken.add(name)
    return name


def write_client(
    rows: Rows, rng: Random, words: Words, client: int, name: str, owner: int, since: Instant
) -> None:
    place = rng.choice(words.places)
    domain = "".join(c for c in search_key(name).translate(LATIN) if c.isascii() and (c.isalnum() or c == "-")) + ".example"
    phone = f"{place.dial} {rng.randrange(200, 999)} {rng.randrange(10, 99)} {rng.randrange(10, 99)}"
    mail = f"info@{domain}"
    if place.country == "RU":
        vat, registration = _inn(rng), f"1{rng.randrange(10**11, 10**12)}{rng.randrange(10)}"
        postcode = f"{place.postcode}{rng.randrange(10**4):04}"
    else:
        vat, registration = f"{place.country}{rng.randrange(10**8, 10**9)}", f"HRB {rng.randrange(1000, 99999)}"
        postcode = f"{place.postcode}{rng.randrange(1000):03}"
    search = search_text(name, {"city": place.city, "phone": phone, "mail": mail})
    street = f"{rng.choice(words.streets)} {rng.randrange(1, 120)}"
    rows["client"].append(
        (
            client, name, search_key(name), search, owner, street, place.city, postcode, place.country, vat,
            registration, phone, mail, 1, since,
        )
    )
    for _contact in range(rng.choice((1, 1, 2, 2, 3))):
        person = _person(rng, words)
        address = "".join(c for c in search_key(person).translate(LATIN).replace("-", ".", 1) if c.isascii())
        direct = f"{place.dial} {rng.randrange(200, 999)} {rng.randrange(10, 99)} {rng.randrange(10, 99)}"
        rows["contact"].append(
            (client, person, search_key(person), rng.choice(words.positions), direct, f"{address}@{domain}", since)
        )


def _person(rng: Random, words: Words) -> str:
    given, family = words.women if rng.random() < 0.5 else words.men
    return f"{rng.choice(given)} {rng.choice(family)}"


def _inn(rng: Random) -> str:
    """A Russian taxpayer number of a company: nine digits and the check digit."""
    digits = [7, *(rng.randrange(10) for _digit in range(8))]
    check = sum(a * b for a, b in zip(digits, (2, 4, 10, 3, 5, 9, 4, 6, 8), strict=True)) % 11 % 10
    return "".join(map(str, digits)) + str(check)
