"""The one way from the screens to models: one thread owns the store, calls go to it and results come back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from models.values.errors import StagewatchError

if TYPE_CHECKING:
    from models.session import Session

P = ParamSpec("P")
T = TypeVar("T")

Changes = dict[str, frozenset[int]]  # subjects of the journal and their ids

POLL_SECONDS = 0.25


class Desk:
    """Runs views and commands one after another in its own thread, and watches the change feed between them.

    `opener` is called in that thread, since a connection belongs to the thread that made it.
    """

    def __init__(self, opener: Callable[[], Session]) -> None:
        self._calls: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = SimpleQueue()
        self._opening: Future[Session] = Future()
        self._calls.put((self._opening, lambda: self._open(opener)))
        self._bell = (0, 0)
        self._line = 0
        self._told: asyncio.Queue[Future[Changes]] | None = None
        self._tell: Callable[[Future[Changes]], object] | None = None
        self._aside: ThreadPoolExecutor | None = None
        self._thread = Thread(target=self._work, name="store", daemon=True)
        self._thread.start()

    def session(self) -> Session:
        """The session, once the store is open. Raises StoreUnusable, Usage."""
        return self._opening.result()

    def begin(self, view: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Let the view be answered while the caller goes on."""
        return self._submit(view, args, kwargs)

    async def ask(self, view: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """What the view answers. Raises StagewatchError."""
        return await asyncio.wrap_future(self._submit(view, args, kwargs))

    async def ask_aside(self, view: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """What a view answers that takes long: read over a connection of its own, in a thread of its own, so that no key
        waits for it. Whoever stops waiting lets it run out unheard. Raises StagewatchError."""
        if self._aside is None:
            self._aside = ThreadPoolExecutor(1, "aside")
        return await asyncio.wrap_future(self._aside.submit(self._call, view, args, kwargs))

    async def do(self, command: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a command. Once begun it is carried out, even if who asked is gone. Raises StagewatchError."""
        return await asyncio.shield(asyncio.wrap_future(self._submit(command, args, kwargs)))

    async def changes(self) -> Changes:
        """The next thing that anybody changes after this was first asked, within POLL_SECONDS. Raises StagewatchError."""
        if self._told is None:
            told: asyncio.Queue[Future[Changes]] = asyncio.Queue()
            loop = asyncio.get_running_loop()
            self._told, self._tell = told, lambda found: loop.call_soon_threadsafe(told.put_nowait, found)
        return (await self._told.get()).result()

    def now_do(self, command: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Like `do`, waiting for it: before the event loop turns, and when it turns no more."""
        return self._submit(command, args, kwargs).result(timeout=5)

    def close(self) -> None:
        """Finish what was asked, close the connections and end the threads."""
        if self._aside is not None:
            if self._opening.exception() is None:
                self._aside.submit(self._opening.result().store.close)
            self._aside.shutdown()
        self._calls.put(None)
        self._thread.join()

    def _work(self) -> None:
        """The thread: call after call; while there is none, and every POLL_SECONDS, a look at the change feed."""
        looked = time.monotonic()
        while True:
            try:
                call = self._calls.get(timeout=max(0.0, looked + POLL_SECONDS - time.monotonic()))
            except Empty:
                pass
            else:
                if call is None:
                    break
                _carry_out(*call)
                del call  # what was read is not kept here
            if time.monotonic() >= looked + POLL_SECONDS:
                looked = time.monotonic()
                self._look_around()
        if self._opening.exception() is None:
            self._opening.result().store.close()

    def _look_around(self) -> None:
        if self._tell is None:
            return
        found: Future[Changes] = Future()
        _carry_out(found, self._changes)
        if found.exception() is not None or found.result():
            try:
                self._tell(found)
            except RuntimeError:
                self._tell = None  # the event loop is closed; nobody listens any more

    def _open(self, opener: Callable[[], Session]) -> Session:
        from models.journal.views import last_id

        session = opener()
        self._line = last_id()
        self._bell = _rung(session)
        return session

    def _submit(self, call: Callable[..., T], args: Any, kwargs: Any) -> Future[T]:
        future: Future[T] = Future()
        self._calls.put((future, lambda: self._call(call, args, kwargs)))
        return future

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

    def _changes(self) -> Changes:
        from models.journal.views import changes_since

        bell = self._call(_rung, (), {})
        if bell == self._bell:
            return {}
        found: dict[str, set[int]] = {}
        for line, subject, subject_id, _employee in self._call(_feed, (changes_since, self._line), {}):
            self._line = line
            found.setdefault(subject, set()).add(subject_id)
        self._bell = bell
        return {subject: frozenset(ids) for subject, ids in found.items()}


def _carry_out(future: Future[T], call: Callable[[], T]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(call())
    except BaseException as error:
        future.set_exception(error)


def _rung(session: Session) -> tuple[int, int]:
    """Changes with what others wrote, and with what this connection did."""
    return session.store.bell(), session.store.database.connection().total_changes


def _feed(session: Session, read: Callable[[int], Any], line: int) -> Any:
    return read(line)
