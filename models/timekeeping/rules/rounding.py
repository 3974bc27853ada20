"""How billable time is rounded, and what it comes to. Pure; whole seconds and minor units, no fractions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from models.values.language import _

INCREMENTS = (1, 5, 6, 10, 15, 30, 60)
DIRECTIONS = ("up", "nearest", "down")
UNITS = ("entry", "day")
LONGEST_MINIMUM = 1440


class Policy(NamedTuple):
    """How time is rounded: `increment` (None: not at all) and `minimum` in minutes, for each entry or a day together."""

    increment: int | None = None
    direction: str = "up"
    minimum: int = 0
    unit: str = "entry"

    @property
    def words(self) -> str:
        """`6 min up, at least 15 min, a day together`."""
        directions = {"up": _("up"), "nearest": _("nearest"), "down": _("down")}
        said = [
            _("seconds as they are")
            if self.increment is None
            else _("{count} min {direction}").format(count=self.increment, direction=directions[self.direction])
        ]
        if self.minimum:
            said.append(_("at least {count} min").format(count=self.minimum))
        if self.unit == "day":
            said.append(_("a day together"))
        return ", ".join(said)


AS_IT_IS = Policy()


class Policies(NamedTuple):
    """The policies there are: the client's, else the service's, else the company's, whole from the first."""

    clients: Mapping[int, Policy] = {}
    services: Mapping[int, Policy] = {}
    company: Policy | None = None

    def find(self, client_id: int | None, service_id: int | None) -> tuple[Policy, str | None]:
        """The policy of such an entry, and whose it is: `client`, `service`, `company` or None."""
        if client_id is not None and client_id in self.clients:
            return self.clients[client_id], "client"
        if service_id is not None and service_id in self.services:
            return self.services[service_id], "service"
        if self.company is not None:
            return self.company, "company"
        return AS_IT_IS, None

    def by_day(self) -> bool:
        """Whether any rounds the entries of a day together."""
        return any(
            policy is not None and policy.unit == "day"
            for policy in (*self.clients.values(), *self.services.values(), self.company)
        )


def rounded(seconds: int, policy: Policy) -> int:
    """Billed seconds: first the minimum, then the increment; 0 stays 0."""
    if seconds <= 0:
        return 0
    seconds = max(seconds, policy.minimum * 60)
    if policy.increment is None:
        return seconds
    step = policy.increment * 60
    if policy.direction == "up":
        return -(-seconds // step) * step
    if policy.direction == "down":
        return seconds // step * step
    return (2 * seconds + step) // (2 * step) * step


def charge(seconds: int, amount: int) -> int:
    """Minor units for that many seconds at `amount` an hour, rounded once, half up (away from zero: both are positive)."""
    return (seconds * amount * 2 + 3600) // 7200


def shared_out(seconds: Sequence[int], policy: Policy, taken: tuple[int, int] = (0, 0)) -> list[int]:
    """The billed seconds of the entries of a day, in order of their start: each its own, the last the difference to the
    day's rounded total; not below 0, what is left is taken from those before.

    `taken` are the seconds and the billed seconds of entries of that day whose price is fixed: what was billed for
    them is not billed again. An entry of 0 seconds stays 0, so the difference goes to the last one that has any.
    """
    total = max(0, rounded(sum(seconds) + taken[0], policy) - taken[1])
    billed = [max(0, one) for one in seconds]
    left = total - sum(billed)
    for place in range(len(billed) - 1, -1, -1):
        if left == 0:
            break
        if billed[place]:
            change = max(left, -billed[place])
            billed[place] += change
            left -= change
    return billed
