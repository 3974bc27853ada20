"""What can be done with a week: handed in, taken back, answered."""

from __future__ import annotations

from collections.abc import Callable

from models.values.language import _
from tui.time import asked


def ways_of_week(state: str | None, *, own: bool, answers: bool) -> list[tuple[str, Callable[..., None], str]]:
    """What can be done with a week: in words, the command, and where that takes a reason what is said once it is done."""
    found: list[tuple[str, Callable[..., None], str]] = []
    if own and state in (None, "declined"):
        found.append((_("Hand in the week") if state is None else _("Hand in the week again"), asked.submit, ""))
    if own and state == "submitted":
        found.append((_("Take the week back"), asked.withdraw, ""))
    if answers and state == "submitted":
        found.append((_("Approve the week"), asked.approve, ""))
        found.append((_("Decline it, with a reason"), asked.decline, _("declined")))
    if answers and state == "approved":
        found.append((_("Open the week again, with a reason"), asked.reopen, _("open again")))
    return found


def no_way(state: str | None, answers: bool) -> str:
    """Why nothing can be done with a week."""
    if state == "approved":
        return _("This week is approved.") if answers else _("This week is approved; who may answer it opens it again.")
    if state == "submitted":
        return _("You may read this week, not answer it.")
    return _("This week was not handed in.")
