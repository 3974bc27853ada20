"""Who acts, on which store, at what time: the first argument of every command and view."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from models.people.rules import Actor
from models.people.views import still_acts
from models.storage.store import Store
from models.values import instants
from models.values.errors import Refused
from models.values.instants import Instant
from models.values.language import _

# What a lower flat sets off in an upper one, within the same transaction. Named, so that a command line that never
# gets there does not import it.
FOLLOWERS: dict[str, tuple[str, ...]] = {
    "client_renamed": ("models.pipeline.commands:follow_client_renamed",),
    "stage_entered": ("models.activities.commands:follow_stage_entered",),
    "action_ticked": ("models.activities.commands:follow_action_ticked",),
    "steps_taken_back": ("models.activities.commands:follow_steps_taken_back",),
    "category_changed": ("models.timekeeping.commands:follow_category_changed",),
    "zone_changed": ("models.timekeeping.commands:follow_zone_changed",),
    "time_opened": ("models.timekeeping.commands:follow_time_opened",),
    "category_deleted": ("models.timekeeping.commands:follow_category_deleted",),
    "deal_deleted": (
        "models.timekeeping.commands:follow_deal_deleted",
        "models.activities.commands:follow_deal_deleted",
    ),
    "deal_merged": (
        "models.timekeeping.commands:follow_deal_merged",
        "models.activities.commands:follow_deal_merged",
    ),
}
STEPS = ("stage_entered", "action_ticked", "steps_taken_back")  # what the keys of a board can set off

FORGOTTEN_AFTER = 30 * 60


@dataclass(frozen=True)
class Session:
    store: Store
    actor: Actor
    now: Callable[[], Instant] = field(default=instants.now)
    forgotten_after: int = FORGOTTEN_AFTER  # seconds without a sign of life

    @contextmanager
    def writing(self) -> Iterator[None]:
        """The one transaction of a command. Raises Refused `not_any_more` where the actor was disabled or given another
        role while the session was open."""
        with self.store.writing():
            if not still_acts(self.actor):
                raise Refused("not_any_more", _("Your access was changed meanwhile; start the program again."))
            yield

    def follow(self, event: str, **facts: Any) -> None:
        """Call the followers of `event` in the transaction under way."""
        for place in FOLLOWERS[event]:
            module, _colon, name = place.partition(":")
            getattr(import_module(module), name)(self, **facts)

    def prepare(self) -> None:
        """Import what follows from steps of deals, so that a session's first one is as quick as the next."""
        for event in STEPS:
            for place in FOLLOWERS[event]:
                import_module(place.partition(":")[0])
