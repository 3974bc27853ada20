"""Where a piece of time belongs: employee, client, deal and service by what the file calls them.

Nothing is made here. What is not known yet is told by its name, and made when its row stands.
"""

from __future__ import annotations

from typing import NamedTuple

from models.exchange.files import BadCell, bad_file, open_csv, places
from models.exchange.names import Memo, Names, line
from models.exchange.time.piece import Piece
from models.people import views as people
from models.people.commands import employee_called
from models.people.rules import covers, readable
from models.storage.database import database
from models.timekeeping import views as timekeeping
from models.values.errors import NotFound, Refused
from models.values.language import _
from models.values.text import clean_text, quoted, search_key

NOTE_LIMIT = 10_000


class Who(NamedTuple):
    """An employee; `id` is empty for one who is yet to be made."""

    id: int | None
    name: str
    timezone: str

    @property
    def key(self) -> int | str:
        return self.id or search_key(self.name)


class Where(NamedTuple):
    """What an entry is booked on; "" and None where it is to be assigned."""

    client: str
    deal_id: int | None
    service_id: int | None
    service: str
    note: str


class _Deals(NamedTuple):
    ids: dict[str, list[int]]
    all: frozenset[int]


class Places:
    def __init__(self, names: Names) -> None:
        self.names = names
        self.people: Memo = Memo(self._who)
        self.deals: Memo = Memo(self._deals_of)
        self.services: Memo = Memo(self._service)
        self.lines: Memo = Memo(lambda said: line(said[0], said[1]))
        self.mapped = _mapped(names)
        self.default = names.options.default_client or ""
        active = timekeeping.services(names.session)
        self.only = active[0].id if len(active) == 1 else None
        self._zones = {person.id: person.timezone for person in people.people()}
        self._company_zone = people.company().timezone

    def who(self, piece: Piece) -> Who:
        """Whose time it is. Raises BadCell."""
        found: Who = self.people[piece.user, piece.mail]
        return found

    def where(self, piece: Piece) -> Where:
        """The client is the one named, else the one of the projects file, else the default one, else the project is taken
        for it. A project is the deal of that title, if the client has just one; else it stands before the note. The task
        is the service. Raises BadCell."""
        client, project = self.lines[piece.client, "client"], self.lines[piece.project, "project"]
        task = self.lines[piece.task, "task"]
        deal_said = ""
        known = self.mapped.get(search_key(project)) if project else None
        if known is not None:
            client, deal_said, task = known[0] or client, known[1], task or known[2]
        client = client or self.default or project
        deal_id = self._deal(client, deal_said, True) if deal_said else self._deal(client, project, False)
        try:
            note = clean_text(piece.note, "note", NOTE_LIMIT)
        except Refused as error:
            raise BadCell("note", piece.note, error.message) from None
        if project and deal_id is None and known is None and project != client:
            note = f"{project}: {note}" if note else project
        service = task or self.names.options.service or ""
        service_id = self.services[service] if service else self.only
        return Where(client, deal_id, service_id, service, note)

    def _deal(self, client: str, said: str, must: bool) -> int | None:
        if not said or not client:
            return None
        deals: _Deals = self.deals[client]
        found = deals.ids.get(search_key(said), [])
        number = said.removeprefix("#")
        if not found and (must or said != number) and number.isascii() and number.isdigit() and len(number) < 19:
            found = [int(number)] if int(number) in deals.all else []
        if must and len(found) != 1:
            words = _("Several deals are called {title}.") if found else _("The client has no deal {title}.")
            raise BadCell("deal", said, words.format(title=quoted(said)))
        return found[0] if len(found) == 1 else None

    def _deals_of(self, client: str) -> _Deals:
        client_id = self.names.known_client(client)
        if client_id is None:
            return _Deals({}, frozenset())
        owners = readable(self.names.session.actor)
        rows = database.execute_sql("SELECT id, title, owner_id FROM deal WHERE client_id = ?", (client_id,)).fetchall()
        ids: dict[str, list[int]] = {}
        for deal_id, title, owner in rows:
            if title and covers(owners, owner):
                ids.setdefault(search_key(title), []).append(deal_id)
        return _Deals(ids, frozenset(row[0] for row in rows if covers(owners, row[2])))

    def _service(self, said: str) -> int | None:
        """The id of the service called that; None for one that the actor may make. Raises BadCell."""
        try:
            found: int | None = timekeeping.find_service(said)
        except NotFound as error:
            if not self.names.sets_up:
                raise BadCell("task", said, error.message) from None
            found = None
        return found

    def _who(self, said: tuple[str, str]) -> Who:
        user, mail = line(said[0], "user"), line(said[1], "mail")
        names = self.names
        if not user and not mail:
            return Who(names.session.actor.id, names.session.actor.login, names.session.actor.timezone)
        found: int | None = None
        for text in filter(None, (user, mail)):
            try:
                found = found or employee_called(text)
            except Refused as error:
                raise BadCell("user", text, error.message) from None
        if found is None and not names.sets_up or found is not None and not covers(names.writable, found):
            raise BadCell("user", user or mail, _("You may not enter time of this employee."))
        return Who(found, user or mail, self._company_zone if found is None else self._zones[found])


def _mapped(names: Names) -> dict[str, tuple[str, str, str]]:
    """Client, deal and service by project, of the projects file. Raises Refused `bad_file`."""
    path = names.options.projects_file
    if path is None:
        return {}
    file = open_csv(path, names.options.encoding)
    where = places(file, {field: (field,) for field in ("project", "client", "deal", "service")}, {})
    if not {"project", "client"} <= where.keys():
        raise bad_file(_("{path} needs the columns project and client, and may have deal and service."), path=quoted(path.name))
    found: dict[str, tuple[str, str, str]] = {}
    try:
        for _number, cells in file.rows():
            client, deal, service = (
                line(cells[where[field]], field) if field in where else "" for field in ("client", "deal", "service")
            )
            found[search_key(cells[where["project"]])] = (client, deal, service)
    except BadCell as cell:
        raise bad_file("{reason}", reason=cell.reason) from None
    return found
