"""The one way from the screens to models: one thread owns the store, calls go to it and results come back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from models.values.errors import StagewatchError

if TYPE_CHECKING:
    from models.session import Session

P = ParamSpec("P")
T = TypeVar("T")

POLL_SECONDS = 0.25


class Desk:
    """Runs views and commands one after another in its own thread, and watches the change feed.

    `opener` is called in that thread, since a connection belongs to the thread that made it.
    """

    def __init__(self, opener: Callable[[], Session]) -> None:
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._opening = self._worker.submit(self._open, opener)
        self._bell = (0, 0)
        self._line = 0

    def session(self) -> Session:
        """The session, once the store is open. Raises StoreUnusable, Usage."""
        return self._opening.result()

    def begin(self, view: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Let the view be answered while the caller goes on."""
        return self._submit(view, args, kwargs)

    async def ask(self, view: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """What the view answers. Raises StagewatchError."""
        return await asyncio.wrap_future(self._submit(view, args, kwargs))

    async def do(self, command: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a command. Once begun it is carried out, even if who asked is gone. Raises StagewatchError."""
        return await asyncio.shield(asyncio.wrap_future(self._submit(command, args, kwargs)))

    async def changes(self) -> dict[str, frozenset[int]]:
        """What was changed since this was last asked, by anybody: subjects of the journal and their ids."""
        return await asyncio.wrap_future(self._worker.submit(self._changes))

    def now_do(self, command: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Like `do`, waiting for it: before the event loop turns, and when it turns no more."""
        return self._submit(command, args, kwargs).result(timeout=5)

    def close(self) -> None:
        """Close the connection and end the thread."""
        if self._opening.done() and self._opening.exception() is None:
            self._worker.submit(self._opening.result().store.close)
        self._worker.shutdown(wait=True)

    def _open(self, opener: Callable[[], Session]) -> Session:
        from models.journal.views import last_id

        session = opener()
        self._line = last_id()
        self._bell = _rung(session)
        return session

    def _submit(self, call: Callable[..., T], args: Any, kwargs: Any) -> Future[T]:
        return self._worker.submit(self._call, call, args, kwargs)

    def _call(self, call: Callable[..., T], args: Any, kwargs: Any) -> T:
        try:
            return call(self._opening.result(), *args, **kwargs)
        except StagewatchError:
            raise
        except Exception as error:
            from models.storage.faults import as_fault

            fault = as_fault(error)
            if fault is None:
                raise
            raise fault from error

    def _changes(self) -> dict[str, frozenset[int]]:
        from models.journal.views import changes_since

        bell = _rung(self._opening.result())
        if bell == self._bell:
            return {}
        self._bell = bell
        found: dict[str, set[int]] = {}
        for line, subject, subject_id, _employee in self._call(_feed, (changes_since, self._line), {}):
            self._line = line
            found.setdefault(subject, set()).add(subject_id)
        return {subject: frozenset(ids) for subject, ids in found.items()}


def _rung(session: Session) -> tuple[int, int]:
    """Changes with what others wrote, and with what this connection did."""
    return session.store.bell(), session.store.database.connection().total_changes


def _feed(session: Session, read: Callable[[int], Any], line: int) -> Any:
    return read(line)
