"""What can go wrong, as the command line and the screens tell it: a code for scripts, words for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple


class StagewatchError(Exception):
    """Base of everything that is told to a person. `details` are JSON objects, `exit_status` is the process's."""

    exit_status = 1

    def __init__(self, code: str, message: str, details: Sequence[dict[str, Any]] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = list(details)

    def as_json(self) -> dict[str, Any]:
        return {"error": {"code": self.code, "message": self.message, "details": self.details}}


class Refused(StagewatchError):
    """A rule or bad input refuses it; nothing was changed."""


class NotFound(Refused):
    """There is no such thing, or the actor may not know of it: the two are told alike."""

    def __init__(self, message: str, details: Sequence[dict[str, Any]] = ()) -> None:
        super().__init__("not_found", message, details)


class Usage(StagewatchError):
    """The command line or the config is wrong."""

    exit_status = 2


class ChangedMeanwhile(StagewatchError):
    """Somebody changed it since the person saw it."""

    exit_status = 3

    def __init__(self, message: str, details: Sequence[dict[str, Any]] = ()) -> None:
        super().__init__("changed_meanwhile", message, details)


class StoreUnusable(StagewatchError):
    """The store is missing, locked, full, read-only, damaged or from a newer version."""

    exit_status = 4


class Item(NamedTuple):
    """One thing that an objection asks for: a stage_action, field, stage or employee, by id or key and by name."""

    kind: str
    key: int | str
    name: str


class Objection(NamedTuple):
    """One reason why a step is refused: a code, the words, what would lift it, and the things that it lists."""

    code: str
    message: str
    lift: str = ""
    items: tuple[Item, ...] = ()

    def as_json(self) -> dict[str, str]:
        return {"code": self.code, "message": self.message, "lift": self.lift}


class StepRefused(Refused):
    """The rules refuse a step of a deal: `objections` are all of them, as objects for a screen that helps to lift them."""

    def __init__(self, objections: Sequence[Objection]) -> None:
        words = " ".join(objection.message for objection in objections)
        super().__init__("move_refused", words, [objection.as_json() for objection in objections])
        self.objections = tuple(objections)
