"""What the cells of a file mean: types, stages, employees and amounts by what the file calls them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.clients.commands import search_text
from models.exchange.files import BadCell, Dates, bad_file
from models.exchange.taking import ImportOptions, ImportResult
from models.journal.commands import Pen
from models.people import views as people
from models.people.commands import employee_called, new_employee_named
from models.people.rules import covers, may_set_up, readable, writable
from models.pipeline import facts
from models.pipeline.rules import TypeFacts
from models.pipeline.setup import new_stage, new_type
from models.storage.database import database
from models.values.errors import NotFound, Refused, StagewatchError
from models.values.instants import Instant, zone
from models.values.language import _
from models.values.money import exponent, parse_amount
from models.values.text import clean_line, search_key, shown

if TYPE_CHECKING:
    from models.session import Session

REMEMBERED = 20_000
PLURALS = {"deal_type": "types", "stage": "stages", "employee": "users"}


class Memo(dict[Any, Any]):
    """Reads each distinct cell once: the same names come again and again in a file."""

    def __init__(self, read: Callable[[Any], Any]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, cell: Any) -> Any:
        if len(self) >= REMEMBERED:
            self.clear()
        value = self[cell] = self._read(cell)
        return value


def line(text: str, name: str, limit: int = 200) -> str:
    """A cell as one clean line. Raises BadCell."""
    try:
        return clean_line(text, name, limit) if text else ""
    except Refused as error:
        raise BadCell(name, text, error.message) from None


def instant(dates: Dates, text: str, name: str) -> Instant:
    """Raises BadCell."""
    try:
        return dates.instant(text)
    except StagewatchError as error:
        raise BadCell(name, text, error.message) from None


def past_instant(dates: Dates, text: str, name: str, now: Instant) -> Instant:
    """An instant that has come. Raises BadCell."""
    found = instant(dates, text, name)
    if found > now:
        raise BadCell(name, text, _("The instant is in the future."))
    return found


class Names:
    """Finds types, stages and employees, and makes those that may be made. Raises Refused `bad_text`, `bad_currency`; Usage
    `bad_timezone`."""

    def __init__(self, session: Session, options: ImportOptions, result: ImportResult) -> None:
        self.session, self.result = session, result
        self.options = replace(  # what the command line names is from outside like the file
            options,
            default_client=clean_line(options.default_client or "", _("Client")),
            service=clean_line(options.service or "", _("Service")),
        )
        self.now, self.pen = session.now(), Pen()
        self.zone = options.timezone or session.actor.timezone
        zone(self.zone)
        self.own_currency = (options.currency or people.company().currency).upper()
        exponent(self.own_currency)
        self.writable = writable(session.actor)
        self._readable = readable(session.actor)
        self.sets_up = may_set_up(session.actor)
        self._order = _stage_names(options.stages_file) if options.stages_file else []
        self.types = Memo(self._type)
        self.stages = Memo(self._stage)
        self.reps = Memo(self._rep)
        self.amounts = Memo(self._amount)
        self.type_facts: dict[int, TypeFacts] = {}
        self._clients: dict[str, int] = {}

    def type(self, type_id: int) -> TypeFacts:
        if type_id not in self.type_facts:
            self.type_facts[type_id] = facts.type_facts(type_id)
        return self.type_facts[type_id]

    def forget(self) -> None:
        """What was found may be gone."""
        for memo in (self.types, self.stages, self.reps, self.type_facts, self._clients):
            memo.clear()

    def keep_only(self, used: dict[str, Collection[int]]) -> None:
        """Take back the types, stages and employees that were made for rows that were rejected later.

        `used` has the ids by table. The stages of the given order stay with their type.
        """
        kept, types = [], set(used["deal_type"])
        ordered = {search_key(name) for name in self._order}
        for image in reversed(self.pen.images):
            table, row_id, _before, after = image
            stays = row_id in used[table] or (
                table == "stage" and after["deal_type_id"] in types and after["name_key"] in ordered
            )
            if stays:
                kept.append(image)
            else:
                database.execute_sql(f"DELETE FROM {table} WHERE id = ?", (row_id,))
                self.result.made(PLURALS[table], -1)
        self.pen.images = kept[::-1]
        self.result.created = {plural: count for plural, count in self.result.created.items() if count}
        self.forget()

    def client(self, name: str, owner_id: int) -> int:
        """The id of the client called exactly that among those the actor may see; made where there is none."""
        if name not in self._clients:
            found = self.known_client(name)
            if found is None:
                values = (name, search_key(name), search_text(name, {}), owner_id, self.now)
                found = database.connection().execute(NEW_CLIENT, values).lastrowid
                self.result.made("clients")
            if len(self._clients) >= REMEMBERED:
                self._clients.clear()
            self._clients[name] = int(found)
        return self._clients[name]

    def known_client(self, name: str) -> int | None:
        """The id of the client called exactly that among those the actor may see."""
        found = database.connection().execute(
            f"SELECT min(id) FROM client WHERE name = ? AND {self._seen_client()}", (name,)
        ).fetchone()[0]
        return None if found is None else int(found)

    def _seen_client(self) -> str:
        """The condition on `client` that holds the actor to what they may read."""
        if self._readable is None:
            return "true"
        owners = ", ".join(map(str, sorted(self._readable)))
        return (
            f"(client.owner_id IN ({owners}) OR EXISTS (SELECT 1 FROM deal AS seen"
            f" WHERE seen.client_id = client.id AND seen.owner_id IN ({owners})))"
        )

    def _amount(self, cells: tuple[str, str]) -> tuple[int | None, str]:
        """Of an amount and a currency: minor units (None: empty) and the currency ("" where the row says none)."""
        said, currency = cells[0].strip(), cells[1].strip().upper()
        try:
            if currency:
                exponent(currency)
        except Refused as error:
            raise BadCell("currency", currency, error.message) from None
        try:
            return (parse_amount(said, currency or self.own_currency) if said else None), currency
        except Refused as error:
            raise BadCell("amount", said, error.message) from None

    def _type(self, said: str) -> int:
        name = line(said, "deal_type", 100) or self.options.type_name or ""
        try:
            return facts.find_type(name or None)
        except StagewatchError as error:
            if not name or not self.options.create_stages or not self.sets_up:
                raise BadCell("deal_type", name, error.message) from None
        try:
            made = new_type(self.pen, name, "free", self.now)
        except Refused as error:
            raise BadCell("deal_type", name, error.message) from None
        self.result.made("types")
        for stage in self._order:
            new_stage(self.pen, made, stage, self.now)
            self.result.made("stages")
        return made

    def _stage(self, cells: tuple[int, str]) -> int | None:
        """Of a type's id and a stage's name; None where the cell is empty."""
        type_id, name = cells[0], line(cells[1], "stage", 100)
        if not name:
            return None
        try:
            return facts.find_stage(self.type(type_id), name).id
        except NotFound as error:
            if not self.options.create_stages or not self.sets_up:
                raise BadCell("stage", name, error.message) from None
        try:
            made = new_stage(self.pen, type_id, name, self.now)
        except Refused as error:
            raise BadCell("stage", name, error.message) from None
        self.result.made("stages")
        del self.type_facts[type_id]
        return made

    def _rep(self, said: str) -> int | None:
        """The employee with that login or name; only who may set up makes one who is not known. None: empty cell."""
        text = line(said, "rep")
        if not text:
            return None
        try:
            found = employee_called(text)
        except Refused as error:
            raise BadCell("rep", text, error.message) from None
        if found is None and self.sets_up:
            found = new_employee_named(self.pen, text, self.now)
            self.result.made("users")
        if not covers(self.writable, found):
            raise BadCell("rep", text, _("You may not change deals of this employee."))
        return found


NEW_CLIENT = """
    INSERT INTO client (name, name_key, search, owner_id, street, city, postcode, country, vat_id, registration_id,
        phone, mail, version, created_at)
    VALUES (?, ?, ?, ?, '', '', '', '', '', '', '', '', 1, ?)
"""


def _stage_names(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeError):
        raise bad_file(_("{path} cannot be read."), path=shown(str(path))) from None
    return list(dict.fromkeys(name for name in map(str.strip, text.splitlines()) if name))
