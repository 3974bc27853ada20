"""What can go wrong, as the command line and the screens tell it: a code for scripts, words for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


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


@dataclass(frozen=True)
class Objection:
    """One reason why a move is refused: a code, the words, and what would lift it."""

    code: str
    message: str
    lift: str = ""

    def as_json(self) -> dict[str, str]:
        return {"code": self.code, "message": self.message, "lift": self.lift}
